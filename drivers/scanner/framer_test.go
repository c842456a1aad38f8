package scanner_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/scanner"
)

// tester is what *testing.T and *rapid.T have in common.
type tester interface {
	Helper()
	Fatal(...any)
}

func newFramer(t tester, f scanner.Framing) *scanner.Framer {
	t.Helper()
	framer, err := scanner.NewFramer(f)
	if err != nil {
		t.Fatal(err)
	}
	return framer
}

// show writes events as text: `]Q1"97"` is a frame, `noise(3)` a drop. Only a
// test may look into a payload.
func show(events []scanner.Event) string {
	var out []string
	for _, e := range events {
		switch e := e.(type) {
		case scanner.Frame:
			out = append(out, fmt.Sprintf("%s%q", e.AIM, string(e.Data)))
		case scanner.Drop:
			out = append(out, fmt.Sprintf("%s(%d)", e.Kind, e.Bytes))
		}
	}
	return strings.Join(out, " ")
}

// In a stream, "~" is silence and "|" is the end of the wire.
func run(framer *scanner.Framer, stream string) (events []scanner.Event) {
	for i := range len(stream) {
		switch stream[i] {
		case '~':
			events = append(events, framer.Silence()...)
		case '|':
			events = append(events, framer.Cut()...)
		default:
			events = append(events, framer.Feed([]byte{stream[i]})...)
		}
	}
	return events
}

func bcc(of scanner.BCC, end scanner.End) scanner.Framing {
	return scanner.Framing{Header: scanner.STX, End: end, BCC: of}
}

func marked(digits int) scanner.Framing {
	return scanner.Framing{Digits: digits, Marks: []scanner.Mark{{"Q", "]Q1"}, {"Q09", "]Q2"}, {"K", "]C0"}, {"A", "]E0"}}}
}

func TestFramer(t *testing.T) {
	long := strings.Repeat("7", 20)
	for _, c := range []struct {
		name   string
		f      scanner.Framing
		stream string
		want   string
	}{
		{"a code", scanner.Framing{End: scanner.CR}, "97123\r", `"97123"`},
		{"two codes", scanner.Framing{End: scanner.CR}, "1\r2\r", `"1" "2"`},
		{"spaces are payload", scanner.Framing{End: scanner.CR}, "  a b  \r", `"  a b  "`},
		{"every mark", scanner.Framing{}, "1\r2\n3\t4\x035\r\n6\n", `"1" "2" "3" "4" "5" "6"`},
		{"CRLF makes no empty scan", scanner.Framing{End: scanner.CRLF}, "1\r\n2\r\n\r\n", `"1" "2"`},
		{"in CRLF a lone CR or LF is payload", scanner.Framing{End: scanner.CRLF}, "a\rb\nc\r\r\n", `"a\rb\nc\r"`},
		{"in LF a CR is payload", scanner.Framing{End: scanner.LF}, "a\r\n", `"a\r"`},
		{"in CR an LF is payload", scanner.Framing{End: scanner.CR}, "a\nb\r", `"a\nb"`},
		{"in TAB the others are payload", scanner.Framing{End: scanner.Tab}, "a\r\n\x03\t", `"a\r\n\x03"`},
		{"Shift_JIS, UTF-8 and GS are payload", scanner.Framing{}, "\x93\xfa\r日\r01\x1d21\r", `"\x93\xfa" "日" "01\x1d21"`},

		{"STX and ETX", scanner.Framing{Header: scanner.STX, End: scanner.ETX}, "\x02a\rb\x03\r\n\x02c\x03", `"a\rb" "c"`},
		{"between frames is noise", scanner.Framing{Header: scanner.STX, End: scanner.ETX}, "xyz\x02a\x03qq\r~", `noise(3) "a" noise(2)`},
		{"STX starts anew", scanner.Framing{Header: scanner.STX, End: scanner.ETX}, "\x02lost\x02a\x03", `half_frame(4) "a"`},
		{"any takes an STX or none", scanner.Framing{}, "\x02a\x03\r\nb\r", `"a" "b"`},
		{"an STX inside is payload of any", scanner.Framing{}, "a\x02b\r", `"a\x02b"`},

		{"silence ends a frame", scanner.Framing{End: scanner.Gap}, "a\rb~~c~", `"a\rb" "c"`},
		{"silence after STX", scanner.Framing{Header: scanner.STX, End: scanner.Gap}, "x~\x02a~", `noise(1) "a"`},
		{"silence drops half a frame", scanner.Framing{End: scanner.CR}, "979~2\r~", `half_frame(3) "2"`},
		{"the cut wire drops half a frame", scanner.Framing{End: scanner.CR}, "979|2\r|", `half_frame(3) "2"`},
		{"the cut wire is no silence", scanner.Framing{End: scanner.Gap}, "979|", `half_frame(3)`},
		{"a lone CR in CRLF", scanner.Framing{End: scanner.CRLF}, "1\r~", `half_frame(2)`},

		{"a NUL spoils its frame", scanner.Framing{End: scanner.CR}, "\x00\x0097\r97\r", `noise(4) "97"`},
		{"an FF spoils its frame", scanner.Framing{End: scanner.CR}, "97\xff\r97\r", `noise(3) "97"`},
		{"noise without an end", scanner.Framing{End: scanner.CR}, "\x00\xff]Q~97\r", `noise(4) "97"`},
		{"noise in gap mode", scanner.Framing{End: scanner.Gap}, "\x00a~97~", `noise(2) "97"`},
		{"marks alone are nothing", scanner.Framing{}, "\r\r\n\t~|", ``},
		{"too long", scanner.Framing{End: scanner.CR, MaxBytes: 19}, long + "\r97\r", `overflow(20) "97"`},
		{"as long as allowed", scanner.Framing{End: scanner.CRLF, MaxBytes: 20}, "]Q1" + long + "\r\n", `]Q1"` + long + `"`},
		{"one longer with an identifier", scanner.Framing{End: scanner.CR, MaxBytes: 19}, "]Q1" + long + "\r9\r", `overflow(23) "9"`},
		{"far too long", scanner.Framing{End: scanner.CR, MaxBytes: 5}, long + "\x00\r97\r", `overflow(21) "97"`},
		{"too long and cut", scanner.Framing{End: scanner.CR, MaxBytes: 5}, long + "|97\r", `overflow(20) "97"`},
		{"too long in gap mode", scanner.Framing{End: scanner.Gap, MaxBytes: 5}, long + "~97~", `overflow(20) "97"`},

		{"a check byte", bcc(scanner.BCCAll, scanner.CR), "\x02ab\r\x0e\x02c\r\x6e", `"ab" "c"`}, // a^b^CR, c^CR
		{"a check byte before the end", bcc(scanner.BCCData, scanner.CR), "\x02ab\r\x03", `"ab"`},
		{"a check byte after CRLF", bcc(scanner.BCCAll, scanner.CRLF), "\x02ab\r\n\x04", `"ab"`}, // a^b^CR^LF
		{"a check byte after CRLF, of the data", bcc(scanner.BCCData, scanner.CRLF), "\x02ab\r\n\x03", `"ab"`},
		{"a check byte that is an STX", bcc(scanner.BCCData, scanner.ETX), "\x02ac\x03\x02\x02b\x03b", `"ac" "b"`},
		{"a check byte that is noise", bcc(scanner.BCCData, scanner.ETX), "\x02aa\x03\x00\x02b\x03b", `"aa" "b"`},
		{"a wrong check byte", bcc(scanner.BCCAll, scanner.CR), "\x02ax\r\x0e\x02ab\r\x0e", `checksum(2) "ab"`},
		{"a check byte that got lost", bcc(scanner.BCCAll, scanner.CR), "\x02ab\r\x02ab\r\x0e", `checksum(2) "ab"`},
		{"no check byte in time", bcc(scanner.BCCAll, scanner.CR), "\x02ab\r~\x0e~\x02ab\r\x0e", `half_frame(2) noise(1) "ab"`},

		{"four digits of length", scanner.Framing{Digits: 4}, "0005hello\r0000\r", `"hello" half_frame(4)`},
		{"a wrong length", scanner.Framing{Digits: 4}, "0005hell\r12\r", `checksum(8) checksum(2)`},
		{"two digits of length", scanner.Framing{Digits: 2}, "05hello\r05hell\r", `"hello" checksum(6)`},
		{"two digits of a long one", scanner.Framing{Digits: 2}, "99" + strings.Repeat("7", 100) + "\r99" + strings.Repeat("7", 90) + "\r", `"` + strings.Repeat("7", 100) + `" checksum(92)`},
		{"EAN comes without a length", scanner.Framing{Digits: 4}, "4901234567894\r49123456\r]E04901234567894\r", `"4901234567894" "49123456" ]E0"4901234567894"`},
		{"the length is after the identifier", scanner.Framing{Digits: 4, AIM: true}, "]Q10002ab\r", `]Q1"ab"`},
		{"marks of a maker", marked(0), "Qab\rKab\rQ\r", `]Q1"ab" ]C0"ab" half_frame(1)`},
		{"the longest mark", marked(0), "Q09ab\r", `]Q2"ab"`},
		{"a mark that nobody knows", marked(0), "ab\r", `unmarked(2)`},
		{"a mark and a length", marked(4), "K0002ab\rK0003ab\rA4901234567894\r", `]C0"ab" checksum(7) ]E0"4901234567894"`},

		{"an identifier", scanner.Framing{}, "]Q197\r]C097\r", `]Q1"97" ]C0"97"`},
		{"unknown identifiers are payload", scanner.Framing{}, "]Q997\r]k0a\r]]0\r]Q\r", `"]Q997" "]k0a" "]]0" "]Q"`},
		{"unless the scanner sends them", scanner.Framing{AIM: true}, "]Q997\r]k0a\r]]0a\r97\r", `]Q9"97" ]k0"a" "]]0a" "97"`},
		{"an identifier of nothing", scanner.Framing{}, "]Q1\r97\r", `half_frame(3) "97"`},
		{"an identifier is taken once", scanner.Framing{AIM: true}, "]Q1]Q197\r", `]Q1"]Q197"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := show(run(newFramer(t, c.f), c.stream)); got != c.want {
				t.Errorf("stream %q\n got %s\nwant %s", c.stream, got, c.want)
			}
		})
	}
}

// A flood that never ends is reported on the way, keeps no bytes, and does not
// come to an end inside of itself.
func TestEndlessFlood(t *testing.T) {
	framer := newFramer(t, scanner.Framing{})
	events := framer.Feed([]byte(strings.Repeat("\x00", 3*64<<10)))
	if got, want := show(events), "noise(65536) noise(65536) noise(65536)"; got != want {
		t.Errorf("flood: %s, want %s", got, want)
	}
	if !framer.Pending() {
		t.Error("nothing is pending, so the reader would not wait for the silence after the flood")
	}
	if got := show(framer.Feed([]byte("\x02tail\r97\r"))); got != `noise(5) "97"` {
		t.Errorf("after the flood: %s", got)
	}
}

func TestPending(t *testing.T) {
	framer := newFramer(t, scanner.Framing{Header: scanner.STX, End: scanner.CRLF})
	for _, step := range []struct {
		stream string
		want   bool
	}{{"", false}, {"\x02", true}, {"a", true}, {"\r", true}, {"\n", false}, {"x", true}, {"~", false}, {"\x02", true}, {"|", false}} {
		run(framer, step.stream)
		if got := framer.Pending(); got != step.want {
			t.Errorf("after %q: pending is %v, want %v", step.stream, got, step.want)
		}
	}
}

func TestFramingDefaults(t *testing.T) {
	got := newFramer(t, scanner.Framing{}).Framing()
	if got.Header != scanner.NoHeader || got.End != scanner.Any || got.MaxBytes != 4296 || got.Gap.Milliseconds() != 500 {
		t.Errorf("defaults are %+v", got)
	}
	if gap := newFramer(t, scanner.Framing{End: scanner.Gap}).Framing().Gap; gap.Milliseconds() != 60 {
		t.Errorf("default gap is %v", gap)
	}
	for _, bad := range []scanner.Framing{
		{Header: "soh"}, {End: "crcr"}, {Gap: 1}, {MaxBytes: -1}, {MaxBytes: 2 << 20}, {Digits: 3}, {BCC: "crc"},
		{BCC: scanner.BCCAll, End: scanner.CR}, {BCC: scanner.BCCAll, Header: scanner.STX}, {BCC: scanner.BCCAll, Header: scanner.STX, End: scanner.Gap},
		{Marks: []scanner.Mark{{Text: "", AIM: "]Q1"}}}, {Marks: []scanner.Mark{{Text: "Q", AIM: "Q1"}}}, {Marks: []scanner.Mark{{Text: "QQQQQ", AIM: "]Q1"}}},
	} {
		if _, err := scanner.NewFramer(bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
}

// A payload is a live payment code: no verb and no encoder shows it.
func TestDataIsNotShown(t *testing.T) {
	d := scanner.Data("97120000")
	text, err := d.MarshalText()
	if err != nil {
		t.Fatal(err)
	}
	for _, shown := range []string{fmt.Sprintf("%v %+v %#v %s %q %x %d", d, d, d, d, d, d, d), fmt.Sprintf("%+v", scanner.Frame{Data: d}), fmt.Sprintf("%#v", scanner.Scan{Data: d}), string(text), d.LogValue().String()} {
		if strings.Contains(shown, "9712") || strings.Contains(shown, "39373132") || strings.Contains(shown, "57 55") {
			t.Errorf("shown as %s", shown)
		}
	}
}
