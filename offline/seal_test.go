package offline_test

import (
	"bytes"
	"errors"
	"testing"

	"github.com/posagent/posagent/offline"
)

// What is sealed opens under its name and its key alone, and any change of it
// is noticed; two seals of one text have nothing in common.
func TestWhatIsSealed(t *testing.T) {
	one, err := offline.NewSealer(bytes.Repeat([]byte{1}, offline.SecretSize))
	if err != nil {
		t.Fatal(err)
	}
	other, err := offline.NewSealer(bytes.Repeat([]byte{2}, offline.SecretSize))
	if err != nil {
		t.Fatal(err)
	}
	text := []byte("OP1:A CODE")
	sealed, again := one.Seal("S1-T1-1-1", text), one.Seal("S1-T1-1-1", text)
	if bytes.Contains(sealed, []byte("CODE")) || bytes.Equal(sealed[1:40], again[1:40]) {
		t.Error("the text shows, or two seals are alike")
	}
	if got, err := one.Open("S1-T1-1-1", sealed); err != nil || !bytes.Equal(got, text) {
		t.Errorf("opened as %q, %v", got, err)
	}
	for what, open := range map[string]func() ([]byte, error){
		"another charge": func() ([]byte, error) { return one.Open("S1-T1-1-2", sealed) },
		"another key":    func() ([]byte, error) { return other.Open("S1-T1-1-1", sealed) },
		"nothing":        func() ([]byte, error) { return one.Open("S1-T1-1-1", nil) },
		"a part":         func() ([]byte, error) { return one.Open("S1-T1-1-1", sealed[:80]) },
	} {
		if _, err := open(); !errors.Is(err, offline.ErrSealed) {
			t.Errorf("%s: %v", what, err)
		}
	}
	for i := range sealed {
		bent := bytes.Clone(sealed)
		bent[i] ^= 1
		if _, err := one.Open("S1-T1-1-1", bent); !errors.Is(err, offline.ErrSealed) {
			t.Errorf("byte %d changed: %v", i, err)
		}
	}
	if _, err := offline.NewSealer([]byte("short")); err == nil {
		t.Error("a short key was taken")
	}
}
