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
)

// Decode is stricter than encoding/json: one object, every name of the
// contract spelt as there and at most once, and nothing after it. An answer
// that two readers could understand differently is no answer. Names that we
// do not know are let pass: a newer wallet may say more. into points to one of
// the contract's types.
func Decode(data []byte, into any) error {
	err := json.Unmarshal(data, into)
	if err == nil && !sameBytes(data, into) {
		err = checkNames(data, reflect.TypeOf(into).Elem())
	}
	if err != nil {
		return fmt.Errorf("the wallet's answer is no JSON of the contract: %w", err)
	}
	return nil
}

// sameBytes tells whether an answer is written just as we would write what we
// understood. Then it has no second meaning, and a customer who waits is
// spared the long check.
func sameBytes(data []byte, understood any) bool {
	ours, err := json.Marshal(understood)
	return err == nil && bytes.Equal(ours, bytes.TrimSpace(data))
}

// field is a field of a type of the contract.
type field struct {
	name string
	list reflect.Type // of the objects in it, when it is a list of objects
}

func fields(kind reflect.Type) []field {
	var out []field
	for i := range kind.NumField() {
		f := field{}
		f.name, _, _ = strings.Cut(kind.Field(i).Tag.Get("json"), ",")
		if t := kind.Field(i).Type; t.Kind() == reflect.Slice && t.Elem().Kind() == reflect.Struct {
			f.list = t.Elem()
		}
		out = append(out, f)
	}
	return out
}

func checkNames(data []byte, kind reflect.Type) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return errors.New("it is no object")
	}
	known, seen := fields(kind), map[string]bool{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string)
		near := slices.IndexFunc(known, func(f field) bool { return strings.EqualFold(f.name, name) })
		switch {
		case near >= 0 && known[near].name != name:
			return fmt.Errorf("a name is spelt %q", name)
		case seen[name]:
			return fmt.Errorf("%q stands in it twice", name)
		}
		seen[name] = true
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		if near >= 0 && known[near].list != nil {
			if err := checkList(value, known[near].list); err != nil {
				return fmt.Errorf("in %q: %w", name, err)
			}
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

func checkList(data []byte, kind reflect.Type) error {
	var all []json.RawMessage
	if err := json.Unmarshal(data, &all); err != nil {
		return err
	}
	for _, one := range all {
		if err := checkNames(one, kind); err != nil {
			return err
		}
	}
	return nil
}
