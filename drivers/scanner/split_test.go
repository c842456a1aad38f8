package scanner_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/drivers/scanner"
)

func anyFraming(t *rapid.T) scanner.Framing {
	f := scanner.Framing{
		Header:   rapid.SampledFrom([]scanner.Header{scanner.NoHeader, scanner.STX}).Draw(t, "header"),
		End:      rapid.SampledFrom([]scanner.End{scanner.CR, scanner.LF, scanner.CRLF, scanner.Tab, scanner.ETX, scanner.Gap, scanner.Any}).Draw(t, "end"),
		AIM:      rapid.Bool().Draw(t, "aim"),
		MaxBytes: rapid.SampledFrom([]int{1, 8, 0}).Draw(t, "max"),
	}
	if f.Header == scanner.STX && f.End != scanner.Any && f.End != scanner.Gap {
		f.BCC = rapid.SampledFrom([]scanner.BCC{scanner.NoBCC, scanner.BCCData, scanner.BCCAll}).Draw(t, "bcc")
	}
	return f
}

// Any stream, cut into reads anywhere, gives the same events.
func TestSplitsDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFraming(t)
		f.Digits = rapid.SampledFrom([]int{0, 2, 4}).Draw(t, "digits")
		if rapid.Bool().Draw(t, "marks") {
			f.Marks = marked(0).Marks
		}
		bytes := rapid.SampledFrom([]byte("\x02\x03\t\r\n\r\n]Q1C0ab 9\x00\xff\x1d"))
		stream := rapid.SliceOfN(bytes, 0, 80).Draw(t, "stream")
		whole, pieces := newFramer(t, f), newFramer(t, f)
		want := show(append(whole.Feed(stream), whole.Silence()...))
		var got []scanner.Event
		for rest := stream; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "read")
			got = append(got, pieces.Feed(rest[:n])...)
			rest = rest[n:]
		}
		got = append(got, pieces.Silence()...)
		if show(got) != want {
			t.Fatalf("in pieces %s\nat once   %s", show(got), want)
		}
	})
}

// What a scanner frames comes out as it was shown, with noise, oversize codes
// and half frames in between.
func TestFramesComeBack(t *testing.T) {
	marks := map[scanner.End]string{scanner.CR: "\r", scanner.LF: "\n", scanner.CRLF: "\r\n", scanner.Tab: "\t", scanner.ETX: "\x03", scanner.Gap: "~", scanner.Any: "\r\n"}
	rapid.Check(t, func(t *rapid.T) {
		f := anyFraming(t)
		f.MaxBytes = 40
		header := ""
		if f.Header == scanner.STX {
			header = "\x02"
		}
		payload := rapid.StringMatching(`[ -\[^-{あ-ん]{1,12}`) // no mark, no "]", no "~" and no "|"
		var stream, want string
		for range rapid.IntRange(1, 6).Draw(t, "codes") {
			aim := ""
			if f.AIM {
				aim = rapid.SampledFrom([]string{"", "]Q1", "]C0", "]k7"}).Draw(t, "identifier")
			}
			text := payload.Draw(t, "payload")
			if strings.ContainsAny(check(f, aim+text, marks[f.End]), "~|") { // they mean something else to run
				text += "x"
			}
			stream += header + aim + text + marks[f.End] + check(f, aim+text, marks[f.End])
			want += show([]scanner.Event{scanner.Frame{AIM: aim, Data: scanner.Data(text)}}) + " "
			switch rapid.SampledFrom([]string{"", "half", "noise"}).Draw(t, "between") {
			case "half":
				stream += header + "half|"
				want += "half_frame(4) "
			case "noise":
				stream += header + "\x00\xff\x00~"
				want += "noise(3) "
			}
		}
		if got := show(run(newFramer(t, f), stream)) + " "; got != want {
			t.Fatalf("stream %q\n got %s\nwant %s", stream, got, want)
		}
	})
}

// check is the BCC that a scanner sends.
func check(f scanner.Framing, body, end string) string {
	covers := body
	switch f.BCC {
	case scanner.BCCAll:
		covers += end
	case scanner.BCCData:
	default:
		return ""
	}
	var bcc byte
	for _, b := range []byte(covers) {
		bcc ^= b
	}
	return string([]byte{bcc})
}

// Whatever comes: no panic, no empty and no oversize payload, no payload with
// a byte that is noise, the same events in one piece and in two, and no more
// bytes reported than came.
func FuzzFramer(f *testing.F) {
	for _, seed := range []string{"97123\r", "\x02]Q197\x03\r\n", "\x00\xff\x00", "a\r\nb\r\n", "]C0\r", "\x02\x02\x03"} {
		for settings := range 4 {
			f.Add(uint8(settings*37), uint16(len(seed)/2), []byte(seed))
		}
	}
	ends := []scanner.End{scanner.CR, scanner.LF, scanner.CRLF, scanner.Tab, scanner.ETX, scanner.Gap, scanner.Any}
	f.Fuzz(func(t *testing.T, settings uint8, cut uint16, stream []byte) {
		framing := scanner.Framing{End: ends[int(settings)%len(ends)], AIM: settings&0x80 != 0, MaxBytes: 16}
		if settings&0x40 != 0 {
			framing.Header = scanner.STX
			if framing.End != scanner.Any && framing.End != scanner.Gap {
				framing.BCC = []scanner.BCC{scanner.NoBCC, scanner.BCCData, scanner.BCCAll}[cut%3]
			}
		}
		if framing.Digits = []int{0, 2, 4}[cut/3%3]; cut&0x200 != 0 {
			framing.Marks = []scanner.Mark{{Text: "Q01", AIM: "]Q1"}, {Text: "Q012", AIM: "]C0"}}
		}
		whole, pieces := newFramer(t, framing), newFramer(t, framing)
		events := append(whole.Feed(stream), whole.Silence()...)
		at := min(int(cut), len(stream))
		again := append(pieces.Feed(stream[:at]), append(pieces.Feed(stream[at:]), pieces.Silence()...)...)
		if show(events) != show(again) {
			t.Fatalf("at once %s, cut at %d %s", show(events), at, show(again))
		}
		if whole.Pending() {
			t.Fatal("something is pending after silence")
		}
		total := 0
		for _, e := range events {
			switch e := e.(type) {
			case scanner.Frame:
				total += len(e.AIM) + len(e.Data)
				checkFrame(t, e)
			case scanner.Drop:
				total += e.Bytes
				if e.Bytes < 1 {
					t.Fatalf("a drop of %d bytes", e.Bytes)
				}
			}
		}
		if total > len(stream) {
			t.Fatalf("%d bytes reported of %d", total, len(stream))
		}
	})
}

func checkFrame(t *testing.T, f scanner.Frame) {
	t.Helper()
	if len(f.Data) < 1 || len(f.Data) > 16 || len(f.AIM) != 0 && len(f.AIM) != 3 {
		t.Fatalf("frame of %d bytes with identifier %q", len(f.Data), f.AIM)
	}
	for _, b := range []byte(f.Data) {
		if b == 0x00 || b == 0xFF {
			t.Fatal("noise was delivered")
		}
	}
}
