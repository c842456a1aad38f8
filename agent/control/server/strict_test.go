package server

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// FuzzStrict: what strict takes, the standard decoder takes as well, and it
// means one thing: written out again it is the same, key for key.
func FuzzStrict(f *testing.F) {
	for _, seed := range []string{
		`{"amount": 100, "currency": "JPY"}`, `{"a": 1, "a": 2}`, `{"\u0061": 1, "a": 2}`, `[[[[]]]]`, `{"a": {"b": [1, -0, 1e3, 0.5]}}`,
		`"\ud83d\ude00"`, `"\ud83d"`, `"\\ud83d"`, `"\ude00\ud83d"`, `"\ud83d\ud83d\ude00"`, "null", `{"A": 1}`, "{}{}", `{"a"}`, "\xff", `{"a":1,}`, `[1 2]`, "\"\t\"",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		err := strict(body)
		var place *fault
		if err != nil && (!errors.As(err, &place) || !strings.HasPrefix(place.location, "body") || place.message == "") {
			t.Fatalf("%q: a fault without a place: %v", body, err)
		}
		if err != nil {
			return
		}
		var once, again any
		if err := json.Unmarshal(body, &once); err != nil {
			t.Fatalf("%q was taken, but the decoder says: %v", body, err)
		}
		out, err := json.Marshal(once)
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(out, &again); err != nil || !reflect.DeepEqual(once, again) {
			t.Fatalf("%q means something else when it is written out: %s", body, out)
		}
		if strings.ContainsRune(string(out), utf8.RuneError) && !strings.ContainsRune(string(body), utf8.RuneError) && !strings.Contains(strings.ToLower(string(body)), `\ufffd`) {
			t.Fatalf("%q lost a character: %s", body, out)
		}
	})
}

// FuzzLikes: no header makes it fail, and it never picks what is not ours.
func FuzzLikes(f *testing.F) {
	for _, seed := range []string{"", "*/*", "image/*;q=0.1,text/plain;q=NaN", ",,;q=1", "text/plain;q=-1", "image/png;q=1e309"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, accept string) {
		if got, ok := likes(accept, "text/plain", "image/png"); ok && got != "text/plain" && got != "image/png" || !ok && got != "" {
			t.Fatalf("%q: %q, %v", accept, got, ok)
		}
	})
}
