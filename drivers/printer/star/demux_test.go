package star_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/star"
)

func show(events []star.Event) string {
	var out []string
	for _, e := range events {
		out = append(out, fmt.Sprintf("%s % X", e.Kind, e.Bytes))
	}
	return strings.Join(out, "; ")
}

const good = "\x23\x06\x00\x00\x00\x00\x00\x00\x00"

func TestDemuxTellsAnswersApart(t *testing.T) {
	for name, c := range map[string]struct{ in, want string }{
		"status":                 {good, "automatic 23 06 00 00 00 00 00 00 00"},
		"a short one":            {"\x0F\x06\x00\x00\x00\x00\x00", "automatic 0F 06 00 00 00 00 00"},
		"flow within":            {"\x23\x06\x13\x00\x00\x00\x11\x00\x00\x00\x00", "flow off 13; flow on 11; automatic 23 06 00 00 00 00 00 00 00"},
		"end of a document":      {"\x1B\x1D\x03\x01AB\x1B\x00", "ended 1B 1D 03 01 41 42 1B 00"},
		"end, then status":       {"\x1B\x1D\x03\x01AB\x07\x00" + good, "ended 1B 1D 03 01 41 42 07 00; automatic 23 06 00 00 00 00 00 00 00"},
		"status cut by another":  {"\x23\x06\x00" + good, "unexpected 23 06 00; automatic 23 06 00 00 00 00 00 00 00"},
		"an answer that is none": {"\x1B\x1D\x04" + good, "unexpected 1B 1D 04; automatic 23 06 00 00 00 00 00 00 00"},
		"an answer without end":  {"\x1B\x1D\x03\x01AB\x07\x01", "unexpected 1B 1D 03 01 41 42 07 01"},
		"an ESC/POS printer":     {"\x16\x12", "unexpected 16; unexpected 12"},
		"too short to tell":      {"\x05\x06\x00", "unexpected 05; unexpected 06; unexpected 00"},
	} {
		var d star.Demux
		if got := show(d.Feed([]byte(c.in))); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

// The bits are those of Appendix 2 of the manual.
func TestDemuxStatus(t *testing.T) {
	with := func(change func(*printer.Status)) printer.Status {
		s := printer.Status{Known: true}
		change(&s)
		return s
	}
	for in, want := range map[string]printer.Status{
		good:                                   with(func(*printer.Status) {}),
		"\x23\x06\x28\x00\x00\x00\x00\x00\x00": with(func(s *printer.Status) { s.Offline, s.CoverOpen = true, true }),
		"\x23\x06\x04\x00\x00\x00\x00\x00\x00": with(func(s *printer.Status) { s.Drawer = true }),
		"\x23\x06\x08\x08\x00\x00\x00\x00\x00": with(func(s *printer.Status) { s.Offline, s.Cutter = true, true }),
		"\x23\x06\x00\x20\x00\x00\x00\x00\x00": with(func(s *printer.Status) { s.Fatal = true }),
		"\x23\x06\x00\x40\x00\x00\x00\x00\x00": with(func(s *printer.Status) { s.HeadHot = true }),
		"\x23\x06\x00\x04\x00\x00\x00\x00\x00": with(func(s *printer.Status) { s.Offline = true }),
		"\x23\x06\x08\x00\x00\x0C\x00\x00\x00": with(func(s *printer.Status) { s.Offline, s.PaperOut, s.PaperLow = true, true, true }),
		"\x23\x06\x00\x00\x00\x02\x00\x00\x00": with(func(s *printer.Status) { s.PaperLow = true }),
	} {
		var d star.Demux
		d.Feed([]byte(in))
		if got := d.Status(); got != want {
			t.Errorf("% X is %+v, want %+v", in, got, want)
		}
	}
	for b, want := range map[byte]int{0: 0, 0x02: 1, 0x0E: 7, 0x20: 8, 0x6E: 31} {
		var d star.Demux
		d.Feed([]byte("\x23\x06\x00\x00\x00\x00\x00" + string(rune(b)) + "\x00"))
		if got, ok := d.Counter(); got != want || !ok {
			t.Errorf("counter byte %02X is %d, want %d", b, got, want)
		}
	}
}

// However the bytes are split, the same events come out, and every byte is in
// one of them, or in what is still to be finished.
func FuzzDemux(f *testing.F) {
	f.Add([]byte(good+"\x1B\x1D\x03\x01AB\x07\x00\x13\x11\xFF"), uint8(3))
	f.Add([]byte("\x23\x06\x00\x1B\x1D"), uint8(1))
	f.Fuzz(func(t *testing.T, data []byte, step uint8) {
		var whole, parts star.Demux
		want := whole.Feed(data)
		var got []star.Event
		for rest := data; len(rest) > 0; {
			n := min(int(step)+1, len(rest))
			got = append(got, parts.Feed(bytes.Clone(rest[:n]))...)
			rest = rest[n:]
		}
		if show(got) != show(want) || parts.Status() != whole.Status() {
			t.Fatalf("in parts of %d: %s\nwhole: %s", int(step)+1, show(got), show(want))
		}
		out := 0
		for _, e := range want {
			out += len(e.Bytes)
		}
		if held := len(data) - out; held < 0 || held > 40 {
			t.Fatalf("%d bytes went in, %d came out", len(data), out)
		}
	})
}
