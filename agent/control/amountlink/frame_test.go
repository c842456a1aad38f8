package amountlink_test

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/control/amountlink"
)

func read(r *amountlink.Reader, p []byte) (out []amountlink.Token) {
	for _, b := range p {
		if t, ok := r.Feed(b); ok {
			out = append(out, t)
		}
	}
	return out
}

func TestFramesByHand(t *testing.T) {
	for _, c := range []struct {
		what, bytes string
		want        []amountlink.Token
	}{
		{"a frame: 31 xor 03 is 32", "\x021\x032", []amountlink.Token{{Kind: amountlink.Good, Text: "1"}}},
		{"another block check", "\x021\x033", []amountlink.Token{{Kind: amountlink.Bad}}},
		{"a block check that is a control character", "\x0212\x03\x00", []amountlink.Token{{Kind: amountlink.Good, Text: "12"}}},
		{"no text", "\x02\x03\x03", []amountlink.Token{{Kind: amountlink.Good}}},
		{"a byte of eight bits", "\x02\xb1\x03\xb2", []amountlink.Token{{Kind: amountlink.Bad}}},
		{"STX begins anew", "\x0299\x021\x032", []amountlink.Token{{Kind: amountlink.Good, Text: "1"}}},
		{"ENQ gives a frame up", "\x0299\x05", []amountlink.Token{{Kind: amountlink.ENQ}}},
		{"outside of frames", "x\x03\x06\x15\x04", []amountlink.Token{{Kind: amountlink.ACK}, {Kind: amountlink.NAK}, {Kind: amountlink.EOT}}},
	} {
		if got := read(new(amountlink.Reader), []byte(c.bytes)); !equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

func equal(a, b []amountlink.Token) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// Whatever came before, a frame is read once the line was quiet for a moment;
// and no token is more than was fed.
func FuzzReader(f *testing.F) {
	f.Add([]byte("\x05\x021SL0042\x03x\x04"), "1SL0042")
	f.Add([]byte("\x02\x02\x03\x03\x02"), "")
	f.Add(bytes.Repeat([]byte{0x02, '1'}, 300), "~")
	f.Fuzz(func(t *testing.T, noise []byte, text string) {
		var r amountlink.Reader
		for _, token := range read(&r, noise) {
			if token.Kind == amountlink.Good && !bytes.Contains(noise, append([]byte{amountlink.STX}, token.Text...)) {
				t.Errorf("a text of nothing: %q", token.Text)
			}
		}
		r.Reset()
		fits := len(text) <= 128
		for _, b := range []byte(text) {
			fits = fits && b >= 0x20 && b <= 0x7e
		}
		if !fits {
			return
		}
		if got := read(&r, amountlink.Frame(text)); !equal(got, []amountlink.Token{{Kind: amountlink.Good, Text: text}}) {
			t.Errorf("%q came as %v", text, got)
		}
	})
}

// No change of one byte of a frame is taken for another text of its length.
func TestOneWrongByteIsSeen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[ -~]{1,72}`).Draw(t, "text")
		frame := amountlink.Frame(text)
		frame[rapid.IntRange(0, len(frame)-1).Draw(t, "at")] ^= byte(rapid.IntRange(1, 255).Draw(t, "by"))
		for _, token := range read(new(amountlink.Reader), frame) {
			if token.Kind == amountlink.Good && len(token.Text) == len(text) {
				t.Fatalf("%q was read as %q", text, token.Text)
			}
		}
	})
}
