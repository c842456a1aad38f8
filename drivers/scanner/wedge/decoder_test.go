package wedge

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/drivers/virtual"
)

type tester interface {
	Helper()
	Fatal(...any)
}

func decoderOf(t tester, s settings) *decoder {
	t.Helper()
	if s.gap == 0 {
		s.gap = 100 * time.Millisecond
	}
	framer, err := scanner.NewFramer(s.fields)
	if err != nil {
		t.Fatal(err)
	}
	s.fields = framer.Framing()
	d, err := newDecoder(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

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

const signs = `@[]:;_^"&'()=+*\|~` + "`{}#$%!<>?/,.- "

// Every sign of ASCII, from a scanner with the same layout, on machines of
// both sizes, with CAPS LOCK and without, and by way of alt and a number.
func TestEverySign(t *testing.T) {
	text := "aZ09" + signs + "\x1d\x1e~"
	for _, layout := range []string{"us", "jis"} {
		for _, word := range []int{4, 8} {
			for _, caps := range []bool{false, true} {
				for _, alt := range []bool{false, true} {
					far := &virtual.Keyboard{Layout: layout, Inverted: caps, Alt: alt, Word: word}
					d := decoderOf(t, settings{layout: Layout(layout), caps: caps, word: word})
					if got, want := show(d.Feed(far.Events(text))), fmt.Sprintf("%q", text); got != want {
						t.Errorf("%s, %d bytes, caps %v, alt %v:\n got %s\nwant %s", layout, word, caps, alt, got, want)
					}
				}
			}
		}
	}
}

// The wrong layout is the trap: digits and letters come right, signs do not.
func TestTheWrongLayout(t *testing.T) {
	d := decoderOf(t, settings{layout: US})
	far := &virtual.Keyboard{Layout: "jis"}
	if got, want := show(d.Feed(far.Events("]Q197aB"))), `"\\Q197aB"`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// step is how a table of this test writes what happens at the keyboard.
type step = func(*virtual.Keyboard) []byte

func code(text string) step { return func(k *virtual.Keyboard) []byte { return k.Events(text) } }
func keys(usages ...byte) step {
	return func(k *virtual.Keyboard) (out []byte) {
		for _, u := range usages {
			out = append(out, k.Press(u)...)
		}
		return out
	}
}
func chord(usages ...byte) step {
	return func(k *virtual.Keyboard) []byte { return k.Press(usages...) }
}
func raw(kind, code uint16, value int32) step {
	return func(k *virtual.Keyboard) []byte { return k.Raw(kind, code, value) }
}

func TestDecoder(t *testing.T) {
	const nine, seven, enter = 0x26, 0x24, virtual.UsageEnter
	for _, c := range []struct {
		name  string
		s     settings
		far   *virtual.Keyboard
		steps []step
		want  string
	}{
		{"a code", settings{}, nil, []step{code("9712345678")}, `"9712345678"`},
		{"two codes", settings{}, nil, []step{code("97123"), code("97124")}, `"97123" "97124"`},
		{"spaces are payload", settings{}, nil, []step{code("  97  ")}, `"  97  "`},
		{"Enter of the number block", settings{}, &virtual.Keyboard{End: []byte{virtual.UsagePadEnter}}, []step{code("97123")}, `"97123"`},
		{"Tab", settings{}, &virtual.Keyboard{End: []byte{virtual.UsageTab}}, []step{code("97123")}, `"97123"`},
		{"Enter twice is one end", settings{}, &virtual.Keyboard{End: []byte{enter, enter}}, []step{code("97123"), code("97124")}, `"97123" "97124"`},
		{"an arrow behind it is nothing", settings{}, &virtual.Keyboard{End: []byte{enter, virtual.UsageDown}}, []step{code("97123"), code("97124")}, `"97123" "97124"`},
		{"Tab is payload of cr", settings{fields: scanner.Framing{End: scanner.CR}}, nil, []step{code("97\t123")}, `"97\t123"`},
		{"Enter is payload of tab", settings{fields: scanner.Framing{End: scanner.Tab}}, &virtual.Keyboard{End: []byte{virtual.UsageTab}}, []step{code("97\r123")}, `"97\r123"`},
		{"silence ends it", settings{fields: scanner.Framing{End: scanner.Gap}}, &virtual.Keyboard{End: []byte{}}, []step{code("97\r123"), nil, code("97124"), nil}, `"97\r123" "97124"`},
		{"an identifier", settings{}, nil, []step{code("]Q197123"), code("]Q2971")}, `]Q1"97123" ]Q2"971"`},
		{"a maker's mark and a length", settings{fields: scanner.Framing{Digits: 4, Marks: []scanner.Mark{{Text: "Q", AIM: "]Q1"}}}}, nil, []step{code("Q000597123"), code("Q000697123"), code("97123")}, `]Q1"97123" checksum(10) unmarked(5)`},
		{"held keys repeat, codes do not", settings{}, nil, []step{keys(nine, seven), raw(1, 8, 2), raw(1, 8, 2), keys(nine, seven, enter)}, `"9797"`},
		{"the lamp of NUM LOCK", settings{}, nil, []step{raw(1, 69, 1), raw(1, 69, 0), code("97123")}, `"97123"`},
		{"CAPS LOCK around letters", settings{}, nil, []step{raw(1, 58, 1), raw(1, 58, 0), keys(4, 5), raw(1, 58, 1), raw(1, 58, 0), keys(4, 5, enter)}, `"ABab"`},
		{"other events are nothing", settings{}, nil, []step{raw(4, 4, 0x70026), raw(17, 1, 1), code("97123")}, `"97123"`},

		{"a hand", settings{}, &virtual.Keyboard{Pace: 150 * time.Millisecond}, []step{code("9712345")}, `typed(7)`},
		{"a hand, then a scanner", settings{}, &virtual.Keyboard{Pace: 150 * time.Millisecond}, []step{keys(nine, seven), nil, code("9712345")}, `typed(2) typed(7)`},
		{"a quick hand", settings{}, nil, []step{code("97"), code("1"), code("971")}, `typed(2) typed(1) typed(3)`},
		{"the clock goes back", settings{}, &virtual.Keyboard{Pace: -time.Millisecond}, []step{code("9712345")}, `typed(7)`},
		{"a very slow hand", settings{}, nil, []step{keys(nine), nil, keys(seven), nil, keys(nine), keys(enter)}, `half_frame(1) half_frame(1) typed(1)`},
		{"a pause in a code", settings{}, nil, []step{keys(nine, seven, nine), code("7123"), code("97123")}, `typed(7) "97123"`},
		{"left off", settings{}, nil, []step{keys(nine, seven, nine), nil, code("97123")}, `half_frame(3) "97123"`},

		{"events got lost", settings{}, nil, []step{keys(nine, seven), raw(0, 3, 0), keys(nine), code("123"), code("97123")}, `half_frame(5) "97123"`},
		{"and with them the end", settings{}, nil, []step{keys(nine, seven), raw(0, 3, 0), nil, code("97123")}, `half_frame(2) "97123"`},
		{"they got lost before a code", settings{}, nil, []step{raw(0, 3, 0), raw(0, 0, 0), code("97123"), code("97124")}, `half_frame(5) "97124"`},
		{"shift was let go meanwhile", settings{}, nil, []step{raw(1, 42, 1), raw(0, 3, 0), raw(0, 0, 0), nil, code("97ab")}, `"97ab"`},

		{"what no scanner presses", settings{}, nil, []step{keys(nine, seven, virtual.UsageF1), keys(nine, enter), code("97123")}, `noise(4) "97123"`},
		{"the window key", settings{}, nil, []step{chord(virtual.UsageGUI, 0x15), code("cmd.exe"), code("97123")}, `noise(8) "97123"`},
		{"a NUL", settings{}, nil, []step{code("97\x00123")}, `noise(6)`},
		{"a number that is no byte", settings{}, nil, []step{keys(nine), raw(1, 56, 1), keys(0x61, 0x61, 0x61), raw(1, 56, 0), code("123")}, `noise(5)`},
		{"a number without an end", settings{}, nil, []step{keys(nine), raw(1, 56, 1), keys(0x59, 0x59, 0x59, 0x59, 0x59, 0x59), raw(1, 56, 0), code("123")}, `noise(6)`},
		{"too long", settings{fields: scanner.Framing{MaxBytes: 5}}, nil, []step{code("971234"), code("97123456789012"), code("97123")}, `overflow(6) overflow(14) "97123"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.s.layout == "" {
				c.s.layout = US
			}
			if c.far == nil {
				c.far = &virtual.Keyboard{}
			}
			d := decoderOf(t, c.s)
			var events []scanner.Event
			for _, s := range c.steps {
				if s == nil { // nothing for a while
					events = append(events, d.Silence()...)
					continue
				}
				events = append(events, d.Feed(s(c.far))...)
			}
			if got := show(events); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if d.Wait() != 0 {
				t.Error("something is pending")
			}
		})
	}
}

func TestPieces(t *testing.T) {
	far := &virtual.Keyboard{}
	d := decoderOf(t, settings{layout: US})
	if got := show(d.Feed(far.Events("97123")[:len(far.Raw(0, 0, 0))+7])); got != "foreign(7)" {
		t.Errorf("a piece of an event: %s", got)
	}
}

// What a scanner types comes out as it was shown, however the events are cut
// into reads.
func TestCodesComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		layout := rapid.SampledFrom([]string{"us", "jis"}).Draw(t, "layout")
		far := &virtual.Keyboard{Layout: layout, Inverted: rapid.Bool().Draw(t, "caps"), Alt: rapid.Bool().Draw(t, "alt")}
		d := decoderOf(t, settings{layout: Layout(layout), caps: far.Inverted})
		text := rapid.StringMatching(`[ -\\^-~]{4,60}`).Draw(t, "text") // no "]": it could be an identifier
		var got []scanner.Event
		for rest := far.Events(text); len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)/24).Draw(t, "events") * 24
			got = append(got, d.Feed(rest[:n])...)
			rest = rest[n:]
		}
		if show(got) != fmt.Sprintf("%q", text) {
			t.Fatalf("got %s, want %q", show(got), text)
		}
	})
}

// Whatever events come: no panic, no code that is empty, short, too long or
// has noise in it, and nothing pending after silence.
func FuzzEvents(f *testing.F) {
	far := &virtual.Keyboard{Word: 8}
	f.Add(uint8(0), far.Events("9712345"))
	f.Add(uint8(1), far.Events("]Q1aB\x1d"))
	f.Add(uint8(2), append(far.Press(virtual.UsageGUI, 0x15), far.Raw(0, 3, 0)...))
	far.Alt = true
	f.Add(uint8(3), far.Events("@[]"))
	f.Fuzz(func(t *testing.T, which uint8, stream []byte) {
		d := decoderOf(t, settings{
			layout: Layouts()[which%2], caps: which&2 != 0, word: 4 + int(which&4),
			fields: scanner.Framing{MaxBytes: 20, AIM: which&8 != 0, End: []scanner.End{scanner.Any, scanner.CR, scanner.Tab, scanner.Gap}[which>>4%4]},
		})
		events := d.Feed(stream)
		events = append(events, d.Silence()...)
		if d.Wait() != 0 {
			t.Fatal("something is pending after silence")
		}
		for _, e := range events {
			switch e := e.(type) {
			case scanner.Frame:
				if n := len(e.AIM) + len(e.Data); n < shortest || len(e.Data) > 20 || strings.ContainsAny(string(e.Data), "\x00") {
					t.Fatalf("a code of %d characters with identifier %q", len(e.Data), e.AIM)
				}
			case scanner.Drop:
				if e.Bytes < 1 {
					t.Fatalf("a drop of %d", e.Bytes)
				}
			}
		}
	})
}

func TestEventOfBothSizes(t *testing.T) {
	order := binary.NativeEndian
	long := order.AppendUint32(order.AppendUint16(order.AppendUint16(order.AppendUint64(order.AppendUint64(nil, 3), 250_000), 1), 28), 1)
	short := order.AppendUint32(order.AppendUint16(order.AppendUint16(order.AppendUint32(order.AppendUint32(nil, 3), 250_000), 1), 28), 1)
	want := event{at: 3250 * time.Millisecond, kind: evKey, code: keyEnter, value: pressed}
	if len(long) != eventSize(8) || len(short) != eventSize(4) || readEvent(long, 8) != want || readEvent(short, 4) != want {
		t.Errorf("%d bytes are %+v, %d bytes are %+v, want %+v", len(long), readEvent(long, 8), len(short), readEvent(short, 4), want)
	}
}
