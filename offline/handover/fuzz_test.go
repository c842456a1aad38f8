package handover_test

import (
	"encoding/hex"
	"errors"
	"testing"

	"github.com/posagent/posagent/offline/handover"
)

// Whatever is scanned is no slip, or is the one text of its charge.
func FuzzDecodeSlip(f *testing.F) {
	for _, v := range vectors(f) {
		body, err := hex.DecodeString(v.Bytes)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(v.Text, body)
	}
	f.Fuzz(func(t *testing.T, text string, body []byte) {
		decoded(t, text)
		decoded(t, sealed(body)) // hardly any mutation finds a right check
	})
}

func decoded(t *testing.T, text string) {
	t.Helper()
	c, err := handover.DecodeSlip(text)
	if err != nil {
		if !errors.Is(err, handover.ErrSlip) || c.Key != "" || c.Code != "" {
			t.Fatalf("%v beside %+v", err, c)
		}
		return
	}
	if again, err := handover.EncodeSlip(c); err != nil || again != text {
		t.Fatalf("not the one text of charge %s: %v", c.Key, err)
	}
}
