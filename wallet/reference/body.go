package reference

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/posagent/posagent/wallet/wire"
)

// maxBody is the largest body that is read, in bytes.
const maxBody = 64 << 10

// readBody reads a JSON body of the contract into a struct, or answers the
// problem and returns false.
func readBody(w http.ResponseWriter, r *http.Request, into any) bool {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		problem(w, http.StatusUnsupportedMediaType, wire.ProblemInvalid, "the body must be application/json")
		return false
	}
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		problem(w, http.StatusRequestEntityTooLarge, wire.ProblemInvalid, "the body is longer than 64 kB")
		return false
	case err != nil:
		problem(w, http.StatusBadRequest, wire.ProblemInvalid, "the body broke off")
		return false
	}
	// Of hurry. A body that broke off keeps it: the server would wait for the
	// rest of it without an end.
	http.NewResponseController(w).SetReadDeadline(time.Time{})
	if err := decode(data, into); err != nil {
		problem(w, http.StatusBadRequest, wire.ProblemInvalid, err.Error())
		return false
	}
	return true
}

// decode is stricter than encoding/json: one flat object, every name spelt as
// in the contract and at most once, no null, and nothing after it. Two readers
// of one body must never see two different amounts.
func decode(data []byte, into any) error {
	if !utf8.Valid(data) {
		return errors.New("the body is not UTF-8")
	}
	if err := checkNames(data, namesOf(into)); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		var kind *json.UnmarshalTypeError
		if errors.As(err, &kind) {
			return fmt.Errorf("field %q must be a %s, not %s", kind.Field, kind.Type, kind.Value)
		}
		return errors.New("the body is no JSON of the contract") // the error's text could quote a code
	}
	return nil
}

func namesOf(into any) map[string]bool {
	names := map[string]bool{}
	kind := reflect.TypeOf(into).Elem()
	for i := range kind.NumField() {
		name, _, _ := strings.Cut(kind.Field(i).Tag.Get("json"), ",")
		names[name] = true
	}
	return names
}

// checkNames walks the tokens of one object whose values are plain.
func checkNames(data []byte, names map[string]bool) error {
	broken := errors.New("the body must be one JSON object")
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return broken
	}
	seen := map[string]bool{}
	for d.More() {
		token, err := d.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return broken
		}
		if !names[name] {
			return fmt.Errorf("field %.40q is not in the contract", name)
		}
		if seen[name] {
			return fmt.Errorf("field %q comes twice", name)
		}
		seen[name] = true
		value, err := d.Token()
		if err != nil {
			return broken
		}
		if _, nested := value.(json.Delim); nested || value == nil {
			return fmt.Errorf("field %q must be a plain value", name)
		}
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return broken
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows the JSON object")
	}
	return nil
}

// problem is an answer to a request whose nonce is not known, or that has none.
func problem(w http.ResponseWriter, status int, kind, detail string) {
	problemTo(w, "", status, kind, detail)
}

// problemTo is the answer to the request with this nonce.
func problemTo(w http.ResponseWriter, nonce string, status int, kind, detail string) {
	writeJSON(w, status, "application/problem+json",
		wire.Problem{Type: kind, Title: http.StatusText(status), Status: status, Detail: detail, Nonce: nonce})
}

// noSuchCall is the answer to everything that is not in the contract. Its
// type is not that of an unknown key, which means something.
func noSuchCall(w http.ResponseWriter, r *http.Request) {
	problem(w, http.StatusNotFound, "about:blank", "there is no such call")
}

func writeJSON(w http.ResponseWriter, status int, kind string, body any) {
	data, err := json.Marshal(body)
	if err != nil { // the types of the contract always marshal
		status, data = http.StatusInternalServerError, nil
	}
	w.Header().Set("Content-Type", kind)
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(data) // who has left cannot be told
}
