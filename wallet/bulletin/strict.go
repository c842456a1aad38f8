package bulletin

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"
)

// strict reads JSON that means one thing only: every name is there, once, and
// spelt as here, nothing is null, and nothing follows. The standard decoder
// takes PAY for pay, the last of two, and nothing at all for false; a stop
// must not be lifted by a slip.
func strict(data []byte, into any) error {
	if !utf8.Valid(data) {
		return errors.New("it is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := value(d, reflect.TypeOf(into).Elem(), "it"); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows after its end")
	}
	if err := json.Unmarshal(data, into); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			return fmt.Errorf("%s is a %s, which it must not be", kind.Field, kind.Value)
		}
		return errors.New("a value is not what its name says")
	}
	return nil
}

var errJSON = errors.New("it is not JSON, or it ends too early")

// value goes through one value and wants it to have the shape of a type.
func value(d *json.Decoder, shape reflect.Type, at string) error {
	token, err := d.Token()
	if err != nil {
		return errJSON
	}
	switch {
	case shape.Kind() == reflect.Struct && shape != reflect.TypeFor[time.Time]():
		if token != json.Delim('{') {
			return fmt.Errorf("%s must be an object", at)
		}
		return object(d, shape, at)
	case shape.Kind() == reflect.Slice && shape != reflect.TypeFor[[]byte]():
		if token != json.Delim('[') {
			return fmt.Errorf("%s must be a list", at)
		}
		for d.More() {
			if err := value(d, shape.Elem(), at+"[]"); err != nil {
				return err
			}
		}
		return end(d)
	}
	if _, nested := token.(json.Delim); nested || token == nil {
		return fmt.Errorf("%s must be a plain value", at)
	}
	return nil
}

func object(d *json.Decoder, shape reflect.Type, at string) error {
	fields := map[string]reflect.Type{}
	for i := range shape.NumField() {
		if name := shape.Field(i).Tag.Get("json"); name != "-" {
			fields[name] = shape.Field(i).Type
		}
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return errJSON
		}
		field, known := fields[name]
		switch {
		case !known:
			return fmt.Errorf("%s has the name %.40q, which is not known", at, name)
		case seen[name]:
			return fmt.Errorf("%s has the name %q twice", at, name)
		}
		seen[name] = true
		if err := value(d, field, strings.TrimPrefix(at+"."+name, "it.")); err != nil {
			return err
		}
	}
	for name := range fields {
		if !seen[name] {
			return fmt.Errorf("%s has no %s", at, name)
		}
	}
	return end(d)
}

func end(d *json.Decoder) error {
	if _, err := d.Token(); err != nil {
		return errJSON
	}
	return nil
}
