package receipt_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/receipt"
	"github.com/posagent/posagent/drivers/printer"
)

// shown is a charge whose code the register shows, and toRead the paper of it.
func shown(i receipt.Input) receipt.Input {
	i.Charge.Code = charge.CodeMark{Kind: charge.KindShown}
	return in(charge.Pending, i)
}

func toRead(i receipt.Input) (printer.Document, error) {
	return receipt.Shown(i, receipt.ShownCode{
		Text: "https://pay.example.jp/c/1", Until: time.Date(2026, 11, 22, 8, 33, 21, 0, time.UTC), QR: printer.Bitmap{Width: 8, Height: 1, Bits: []byte{0xA5}},
	})
}

func TestACodeToRead(t *testing.T) {
	for name, c := range map[string]struct {
		in      receipt.Input
		columns int
	}{"shown-48": {shown(lunch()), 48}, "shown-en-32": {english(shown(lunch())), 32}} {
		doc, err := toRead(c.in)
		if err != nil {
			t.Fatal(err)
		}
		got, file := paper(t, doc, c.columns), filepath.Join("testdata", name+".txt")
		if *update {
			if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || got != string(want) {
			t.Errorf("the paper is not %s (%v):\n%s", file, err, got)
		}
	}
}

// A code is on paper while its charge waits for the customer, and at no other
// time; one that a customer has shown never is.
func TestNoCodeToRead(t *testing.T) {
	for _, s := range charge.States {
		if _, err := toRead(in(s, shown(lunch()))); (err == nil) != (s == charge.Pending) || err != nil && !errors.Is(err, receipt.ErrNoPaper) {
			t.Errorf("%s: %v", s, err)
		}
	}
	if _, err := toRead(in(charge.Pending, lunch())); !errors.Is(err, receipt.ErrNoPaper) {
		t.Errorf("of a customer's code: %v", err)
	}
	if _, err := receipt.Shown(shown(lunch()), receipt.ShownCode{}); err == nil {
		t.Error("no code was printed")
	}
}
