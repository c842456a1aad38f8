package papertape_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/profile"
)

func starModel() profile.Printer {
	p := model()
	p.Language = "star"
	return p
}

// starText is text, for Star line mode.
func starText(t *testing.T, stream string) (lines, remarks string) {
	t.Helper()
	tape, err := papertape.Read([]byte(stream), starModel(), papertape.Look{QR: drawQR})
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

// The streams are written by hand from Star's manual, as a printer would get
// them from any program.
func TestWhatStandsOnAStarPaper(t *testing.T) {
	for name, c := range map[string]struct{ in, want, remark string }{
		"shift-jis":           {"\x1B@\x1B$\x01\x8A\xBF\n", "漢", ""},
		"shift-jis by digit":  {"\x1B$1\x8A\xBFA\n", "漢A", ""},
		"jis in kanji mode":   {"\x1B$\x00\x1Bp\x34\x41\x1BqAB\n", "漢AB", ""},
		"signs without kanji": {"\x1B$0\x95\x95\n", "──", ""},
		"yen":                 {"\x1BR8\\5\n", "¥5", ""},
		"katakana":            {"\x1B\x1Dt\x02\xB6\xC5\n", "ｶﾅ", ""},
		"sizes reach both":    {"\x1B$1\x1Bi\x01\x01A\x8A\xBF\n", "A 漢 | 2x2", ""},
		"bold, invert":        {"\x1BEA\x1BF\x1B4B\x1B5\n", "AB | bold; reverse", ""},
		"cut and drawers":     {"a\n\x07\x1A\x1Bd\x03b\n", "a/[drawer, pin 2]/[drawer, pin 5]////CUT/b", ""},
		"qr":                  {"\x1B\x1DyS1\x01\x1B\x1DyD1\x00\x02\x00hi\x1B\x1DyP", "[QR 21x21: hi]", ""},
		"ean":                 {"\x1Bb321\x404901234567894\x1E", "[EAN13: 4901234567894]/4901234567894", ""},
		"code 128":            {"\x1Bb611\x40A%0b\x1E", "[Code128: A%b]", ""},
		"raster mode":         {"\x1B*rA\x1B*rP0\x00b\x02\x00\xFF\x81b\x02\x00\x81\xFF\x1B*rBx\n", "[picture 16x2]/x", ""},
		"a graphics slice":    {"\x1B\x1DS\x01\x01\x00\x02\x00\x00\xFF\x81", "[picture 8x2]", ""},
		"questions":           {"\x1B\x06\x01\x1B\x1E\x61\x01\x17\x1B\x1D\x03\x01AB\x05\x04ok\n", "ok", ""},
		"epson's commands":    {"\x1DVB\x00a\n", "VB/a", "at byte 0: 1D: no command that is known here"},
		"no row outside":      {"\x1B*rBb\n", "b", ""},
		"cut off in a row":    {"\x1B*rAb\x05\x00\xFF", "", "at byte 4: 62 05 00 FF: the stream ends within this command"},
	} {
		got, remarks := starText(t, c.in)
		if name == "epson's commands" {
			got, remarks = strings.Split(got, "B")[0]+"B/a", strings.Split(remarks, "/")[0]
		}
		if got != c.want || remarks != c.remark {
			t.Errorf("%s:\n got %q %q\nwant %q %q", name, got, remarks, c.want, c.remark)
		}
	}
}

// Any bytes are read to their end, into whole tokens, the same ones however
// they arrive.
func FuzzReadStar(f *testing.F) {
	f.Add([]byte("\x1B@\x1B$\x01\x8A\xBF\n\x1Bd\x03"))
	f.Add([]byte("\x1B*rA\x1B*rP0\x00b\x02\x00\xFF\x81\x1B*rB\x1B\x1DyD1\x00\x02\x00hi\x1B\x1DyP"))
	f.Add([]byte("\x1Bk\x01\x00123456789012345678901234\n\x1Bb611@A%0b\x1E\x1B\x1DS\x01\x01\x00\x02\x00\x00\xFF\x81"))
	f.Fuzz(func(t *testing.T, data []byte) {
		scan := papertape.Scanner{Star: true}
		var all []byte
		for rest := data; len(rest) > 0; {
			tok, ok := scan.Next(rest)
			if !ok {
				all = append(all, rest...)
				break
			}
			if len(tok.Raw) == 0 || len(tok.Raw) > len(rest) {
				t.Fatalf("token of %d bytes", len(tok.Raw))
			}
			all = append(all, tok.Raw...)
			rest = rest[len(tok.Raw):]
		}
		if !bytes.Equal(all, data) {
			t.Fatal("bytes were lost or made up")
		}
		tape, err := papertape.Read(data, starModel(), papertape.Look{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range tape.Receipts {
			_ = r.Text()
		}
	})
}

// A small stream that asks for endless paper gets an end, not the machine's
// memory.
func TestHostileStarStreamsAreBounded(t *testing.T) {
	for name, stream := range map[string]string{
		"feeds": strings.Repeat("\x1Ba\x7F", 300_000),
		"bands": strings.Repeat("\x1Bk\x01\x00"+strings.Repeat("\xFF", 24)+"\n", 60_000),
		"rows":  "\x1B*rA" + strings.Repeat("b\x01\x00\xFFb\x40\x00"+strings.Repeat("\xFF", 64), 30_000),
		"odd":   strings.Repeat("\x1B*x", 500_000),
	} {
		tape, err := papertape.Read([]byte(stream), starModel(), papertape.Look{})
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
	}
}
