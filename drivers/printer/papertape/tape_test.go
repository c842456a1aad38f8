package papertape_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/printer/papertape"
)

// text is the paper of a stream, without frame and margins, lines joined by /.
func text(t *testing.T, stream string) (lines, remarks string) {
	t.Helper()
	tape, err := papertape.Read([]byte(stream), model(), papertape.Look{QR: drawQR})
	if err != nil {
		t.Fatal(err)
	}
	var out, rem []string
	for _, r := range tape.Receipts {
		for line := range strings.Lines(r.Text()) {
			if strings.HasPrefix(line, "|") || strings.HasPrefix(line, "[") {
				out = append(out, strings.Join(strings.Fields(strings.Trim(line, "|\n")), " "))
			}
		}
		if r.Cut {
			out = append(out, "CUT")
		}
	}
	for _, r := range tape.Remarks {
		rem = append(rem, r.String())
	}
	return strings.Join(out, "/"), strings.Join(rem, "/")
}

// The streams are written by hand from the Epson command reference, as a
// printer would get them from any program.
func TestWhatStandsOnThePaper(t *testing.T) {
	for name, c := range map[string]struct{ in, want, remark string }{
		"ascii":                     {"\x1B@Hi\n", "Hi", ""},
		"shift-jis by number 1":     {"\x1B@\x1CC\x01\x8A\xBF\x8E\x9A\n", "漢字", ""},
		"shift-jis by digit":        {"\x1B@\x1CC1\x8A\xBF\n", "漢", ""},
		"jis in kanji mode":         {"\x1B@\x1C&\x34\x41\x3B\x7A\x1C.AB\n", "漢字AB", ""},
		"yen in the Japanese set":   {"\x1BR\x08\\5\n", "¥5", ""},
		"backslash elsewhere":       {"\x1B@\\5\n", `\5`, ""},
		"half-width katakana":       {"\x1Bt\x01\xB6\xC5\n", "ｶﾅ", ""},
		"western code page":         {"\x1Bt\x10\xE9\n", "é", ""},
		"kanji without its system":  {"\x1Bt\x01\x8A\xBF\n", "▍ｿ", ""}, // the table has blocks at 80
		"no character there":        {"\x1Bt\x01\xA0\n", "\uFFFD", "at byte 3: A0: bytes that are no character in the chosen set"},
		"sizes":                     {"\x1D!\x11AB\n", "A B | 2x2", ""},
		"ESC ! reaches half only":   {"\x1CC\x01\x1B!\x20A\x8A\xBF\n", "A 漢 | 2x1", ""},
		"FS - reaches kanji only":   {"\x1CC\x01\x1C-\x01A\x8A\xBF\n", "A漢 | underline", ""},
		"printer wraps":             {strings.Repeat("x", 50) + "\n", strings.Repeat("x", 48) + "/xx", ""},
		"two receipts and a rest":   {"a\n\x1DVB\x00b\n\x1DV\x00c\n", "a////CUT/b/CUT/c", ""},
		"text is printed by a cut":  {"a\x1DV\x01", "a/CUT", ""},
		"init drops a half line":    {"lost\x1B@kept\n", "kept", ""},
		"align within a line":       {"a\x1Ba\x01b\n", "ab", "at byte 1: 1B 61 01: ESC a works at the start of a line only"},
		"drawer":                    {"\x1Bp\x01\x19\x19", "[drawer, pin 5]", ""},
		"qr":                        {"\x1D(k\x05\x00\x31\x50\x30hi\x1D(k\x03\x00\x31\x51\x30", "[QR 21x21: hi]", ""},
		"raster":                    {"\x1Dv0\x00\x01\x00\x02\x00\xFF\x81", "[picture 8x2]", ""},
		"questions leave no trace":  {"\x10\x04\x01\x1Dr\x01\x1DIA\x1D(H\x06\x00\x30\x300001\x1Da\xFFok\n", "ok", ""},
		"unknown is listed":         {"\x1B\x7Fa\n", "a", "at byte 0: 1B 7F: no command that is known here"},
		"known but not drawn":       {"\x1Dk\x04123\x00a\n", "a", "at byte 0: 1D 6B 04 31 32 33 00: GS k for another bar code than EAN-13 and Code 128"},
		"control characters":        {"\x01a\n", "a", "at byte 0: 01: no command that is known here"},
		"cut off in a picture":      {"a\n\x1Dv0\x00\xFF\xFF\xFF\xFFxx", "a", "at byte 2: 1D 76 30 00 FF FF FF FF 78 78: no command that is known here"},
		"cut off in a small one":    {"a\n\x1Dv0\x00\x08\x00\x08\x00xx", "a", "at byte 2: 1D 76 30 00 08 00 08 00 78 78: the stream ends within this command"},
		"not a QR code without one": {"\x1D(k\x03\x00\x31\x51\x30", "", "at byte 0: 1D 28 6B 03 00 31 51 30: a QR code is printed at the start of a line only, and not before its data came"},
	} {
		got, remarks := text(t, c.in)
		if name == "cut off in a picture" { // more is claimed than any printer holds: it is not waited for
			if !strings.HasPrefix(remarks, "at byte 2: 1D 76: no command") {
				t.Errorf("%s: %s", name, remarks)
			}
			continue
		}
		if got != c.want || remarks != c.remark {
			t.Errorf("%s:\n got %q %q\nwant %q %q", name, got, remarks, c.want, c.remark)
		}
	}
}

// A small stream that asks for endless paper gets an end, not the machine's
// memory.
func TestHostileStreamsAreBounded(t *testing.T) {
	for name, stream := range map[string]string{
		"feeds":    strings.Repeat("\x1Bd\xFF", 300_000),
		"lines":    strings.Repeat("\n", 1_000_000),
		"odd":      strings.Repeat("\x01", 1_000_000),
		"qr":       "\x1D(k\x03\x14\x31\x50\x30" + strings.Repeat("x", 0x1400) + strings.Repeat("\x1D(k\x03\x00\x31\x51\x30", 100_000),
		"pictures": strings.Repeat("\x1Dv0\x03\x01\x00\x01\x00\xFF", 100_000),
	} {
		tape, err := papertape.Read([]byte(stream), model(), papertape.Look{QR: drawQR})
		if err != nil {
			t.Fatal(name, err)
		}
		for _, r := range tape.Receipts {
			if n := len(r.Text()); n > 8<<20 {
				t.Errorf("%s: %d bytes of text", name, n)
			}
			if err := r.PNG(io.Discard); err == nil {
				t.Errorf("%s: endless paper was drawn", name)
			}
		}
		if len(tape.Remarks) > 1000 {
			t.Errorf("%s: %d remarks", name, len(tape.Remarks))
		}
	}
	if _, err := papertape.Read(make([]byte, papertape.MaxInput+1), model(), papertape.Look{}); err == nil {
		t.Error("a stream longer than MaxInput was read")
	}
}

// Any bytes are read to their end, into whole tokens, the same ones however
// they arrive.
func FuzzRead(f *testing.F) {
	f.Add([]byte("\x1B@\x1CC\x01\x8A\xBF\n\x1DVB\x00"))
	f.Add([]byte("\x1D(k\x05\x00\x31\x50\x30hi\x1D(k\x03\x00\x31\x51\x30\x1Dv0\x00\x01\x00\x01\x00\xFF"))
	f.Add([]byte("\x1C&4A\x1C.\x1Dk\x04123\x00\x1BD\x08\x00\x09\x1B*\x21\x01\x00abc\x10\x14\x08\x01\x03"))
	f.Fuzz(func(t *testing.T, data []byte) {
		var all []byte
		for rest := data; len(rest) > 0; {
			tok, ok := papertape.Next(rest)
			if !ok {
				all = append(all, rest...)
				break
			}
			if len(tok.Raw) == 0 || len(tok.Raw) > len(rest) {
				t.Fatalf("token of %d bytes", len(tok.Raw))
			}
			// What is decided on fewer bytes stays so with more.
			if longer, ok := papertape.Next(append(bytes.Clone(tok.Raw), 0)); tok.Kind == papertape.Command && (!ok || !bytes.Equal(longer.Raw, tok.Raw)) {
				t.Fatalf("% X is %s alone, and % X with a NUL behind it", tok.Raw, tok.Name, longer.Raw)
			}
			all = append(all, tok.Raw...)
			rest = rest[len(tok.Raw):]
		}
		if !bytes.Equal(all, data) {
			t.Fatal("bytes were lost or made up")
		}
		tape, err := papertape.Read(data, model(), papertape.Look{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range tape.Receipts {
			_ = r.Text()
		}
		_ = fmt.Sprint(tape.Remarks)
	})
}
