package escpos_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
)

func show(events []escpos.Event) string {
	var out []string
	for _, e := range events {
		out = append(out, fmt.Sprintf("%s %d % X", e.Kind, e.Asked, e.Bytes))
	}
	return strings.Join(out, "; ")
}

// Answers come in any order and within each other; fixed bits tell them apart.
func TestDemuxTellsAnswersApart(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want string
	}{
		"answers in order":           {"\x12\x32\x12\x72", "real-time 1 12; real-time 2 32; real-time 3 12; real-time 4 72"},
		"more than were asked for":   {"\x12\x12\x12\x12\x1A", "real-time 1 12; real-time 2 12; real-time 3 12; real-time 4 12; real-time 0 1A"},
		"automatic":                  {"\x10\x00\x00\x0F", "automatic 0 10 00 00 0F"},
		"answer within automatic":    {"\x18\x00\x1A\x0C\x0F", "real-time 1 1A; automatic 0 18 00 0C 0F"},
		"flow within automatic":      {"\x10\x13\x00\x11\x00\x0F", "flow off 0 13; flow on 0 11; automatic 0 10 00 00 0F"},
		"processed":                  {"\x00\x0C", "processed 0 00; processed 0 0C"},
		"automatic, then processed":  {"\x10\x00\x00\x0F\x00", "automatic 0 10 00 00 0F; processed 0 00"},
		"process id":                 {"7\"0042\x00", "block 0 37 22 30 30 34 32"},
		"model":                      {"_TM-T88V\x00", "block 0 5F 54 4D 2D 54 38 38 56"},
		"answer within a block":      {"_TM\x12-T\x00", "real-time 1 12; block 0 5F 54 4D 2D 54"},
		"block within automatic":     {"\x10\x007\"0001\x00\x00\x0F", "block 0 37 22 30 30 30 31; automatic 0 10 00 00 0F"},
		"block cut off by automatic": {"_TM\x10\x00\x00\x0F", "unexpected 0 5F 54 4D; automatic 0 10 00 00 0F"},
		"no answer at all":           {"\xFF\x80", "unexpected 0 FF; unexpected 0 80"},
		"a block that never ends":    {"_" + strings.Repeat("x", 128) + "\x12", "unexpected 0 5F" + strings.Repeat(" 78", 128) + "; real-time 1 12"},
	} {
		var d escpos.Demux
		for n := byte(1); n <= 4; n++ {
			d.Ask(n)
		}
		if got := show(d.Feed([]byte(c.in))); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestDemuxStatus(t *testing.T) {
	ready := printer.Status{Known: true}
	with := func(change func(*printer.Status)) printer.Status { s := ready; change(&s); return s }
	for in, want := range map[string]printer.Status{
		"\x12\x12\x12\x12": ready,
		"\x1E\x12\x12\x12": with(func(s *printer.Status) { s.Offline, s.Drawer = true, true }),
		"\x12\x16\x12\x12": with(func(s *printer.Status) { s.CoverOpen = true }),
		"\x1A\x32\x12\x7E": with(func(s *printer.Status) { s.Offline, s.PaperOut, s.PaperLow = true, true, true }),
		"\x12\x12\x12\x1E": with(func(s *printer.Status) { s.PaperLow = true }),
		"\x12\x12\x1A\x12": with(func(s *printer.Status) { s.Cutter = true }),
		"\x12\x12\x32\x12": with(func(s *printer.Status) { s.Fatal = true }),
		"\x12\x12\x52\x12": with(func(s *printer.Status) { s.HeadHot = true }),
		"\x12\x12":         {},
		"\x38\x00\x00\x0F": with(func(s *printer.Status) { s.Offline, s.CoverOpen = true, true }),
		"\x18\x08\x0F\x0F": with(func(s *printer.Status) { s.Offline, s.Cutter, s.PaperLow, s.PaperOut = true, true, true, true }),
		"\x10\x60\x03\x0F": with(func(s *printer.Status) { s.Fatal, s.HeadHot, s.PaperLow = true, true, true }),
		// Paper came back: the automatic status says so after the questions did not.
		"\x12\x32\x12\x7E\x10\x00\x00\x0F": ready,
	} {
		var d escpos.Demux
		for n := byte(1); n <= 4; n++ {
			d.Ask(n)
		}
		d.Feed([]byte(in))
		if got := d.Status(); got != want {
			t.Errorf("% X is %+v, want %+v", in, got, want)
		}
	}
}

// However the bytes are split, the same events come out, and every byte is in
// one of them, or in what is still to be finished.
func FuzzDemux(f *testing.F) {
	f.Add([]byte("\x12\x10\x00\x1A\x00\x0F_TM-T88\x007\"0001\x00\x13\x11\xFF\x00"), uint8(3))
	f.Add([]byte("_TM\x10\x00"), uint8(1))
	f.Fuzz(func(t *testing.T, data []byte, step uint8) {
		var whole, parts escpos.Demux
		for n := byte(1); n <= 4; n++ {
			whole.Ask(n)
			parts.Ask(n)
		}
		want := whole.Feed(data)
		var got []escpos.Event
		bytesOut := 0
		for part := range chunks(data, int(step)+1) {
			got = append(got, parts.Feed(part)...)
		}
		if show(got) != show(want) || parts.Status() != whole.Status() {
			t.Fatalf("in parts of %d: %s\nwhole: %s", int(step)+1, show(got), show(want))
		}
		for _, e := range want {
			bytesOut += len(e.Bytes)
			if e.Kind == escpos.Block {
				bytesOut++ // its NUL
			}
		}
		if held := len(data) - bytesOut; held < 0 || held > 132 {
			t.Fatalf("%d bytes went in, %d came out", len(data), bytesOut)
		}
	})
}

func chunks(data []byte, n int) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(data) > 0 {
			k := min(n, len(data))
			if !yield(bytes.Clone(data[:k])) {
				return
			}
			data = data[k:]
		}
	}
}

// The same of the answers that SII printers give; a frame of the automatic
// status that is broken off is noise.
func FuzzSIIDemux(f *testing.F) {
	f.Add([]byte("\xC0\xD0\xD0\xD8\xD0\xD0\xD0\xD0\x84\xB0\xA0\x02RP-F10\x00\x13\x11"), uint8(3))
	f.Add([]byte("\xC0\xD0\xC1\x0E\xE2\xF1\x00"), uint8(1))
	f.Fuzz(func(t *testing.T, data []byte, step uint8) {
		var whole, parts escpos.SIIDemux
		want := whole.Feed(data)
		var got []escpos.Event
		for part := range chunks(data, int(step)+1) {
			got = append(got, parts.Feed(part)...)
		}
		if show(got) != show(want) || parts.Status() != whole.Status() {
			t.Fatalf("in parts of %d: %s\nwhole: %s", int(step)+1, show(got), show(want))
		}
		out := 0
		for _, e := range want {
			out += len(e.Bytes)
		}
		if out > len(data) {
			t.Fatalf("%d bytes went in, %d came out", len(data), out)
		}
	})
}
