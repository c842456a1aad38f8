package authorize

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strings"

	"github.com/posagent/posagent/wallet/wire"
)

// decode is stricter than encoding/json: one object, every name of the
// contract spelt as there and at most once, and nothing after it. An answer
// that two readers could understand differently is no answer. Names that we
// do not know are let pass: a newer wallet may say more.
func decode(data []byte, into *wire.Answer) error {
	err := json.Unmarshal(data, into)
	if err == nil && !sameBytes(data, into) {
		err = checkNames(data)
	}
	if err != nil {
		return fmt.Errorf("the wallet's answer is no JSON of the contract: %w", err)
	}
	return nil
}

// sameBytes tells whether an answer is written just as we would write what we
// understood. Then it has no second meaning, and a customer who waits is
// spared the long check.
func sameBytes(data []byte, a *wire.Answer) bool {
	ours, err := json.Marshal(a)
	return err == nil && bytes.Equal(ours, bytes.TrimSpace(data))
}

// names are those of wire.Answer.
func names() []string {
	var out []string
	kind := reflect.TypeFor[wire.Answer]()
	for i := range kind.NumField() {
		name, _, _ := strings.Cut(kind.Field(i).Tag.Get("json"), ",")
		out = append(out, name)
	}
	return out
}

func checkNames(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return errors.New("it is no object")
	}
	known, seen := names(), map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		near := slices.ContainsFunc(known, func(k string) bool { return strings.EqualFold(k, name) })
		switch {
		case near && !slices.Contains(known, name):
			return fmt.Errorf("a name is spelt %q", name)
		case seen[name]:
			return fmt.Errorf("%q stands in it twice", name)
		}
		seen[name] = true
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows it")
	}
	return nil
}
