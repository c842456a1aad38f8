package hidpos

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/drivers/virtual"
)

type tester interface {
	Helper()
	Fatal(...any)
}

func decoder(t tester, descriptor []byte, o Options) *Decoder {
	t.Helper()
	l, err := Parse(descriptor)
	if err != nil {
		t.Fatal(err)
	}
	if o.MaxBytes == 0 {
		o.MaxBytes = 300
	}
	return NewDecoder(l, o)
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

// report is one of the virtual scanner's, by its parts.
func report(count int, aim, data string, more byte) string {
	p := make([]byte, 64)
	p[0], p[1], p[63] = 2, byte(count), more
	copy(p[2:], aim)
	copy(p[5:61], data)
	return string(p)
}

func TestDecoder(t *testing.T) {
	full := strings.Repeat("7", 56)
	d, err := new(virtual.HIDPOS).Descriptor(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name       string
		descriptor []byte
		o          Options
		reports    []string
		want       string
	}{
		{"a code", d, Options{}, []string{report(3, "]Q1", "971", 0)}, `]Q1"971"`},
		{"spaces are payload", d, Options{}, []string{report(5, "]Q1", " 97  ", 0)}, `]Q1" 97  "`},
		{"over three reports", d, Options{}, []string{report(56, "]Q1", full, 1), report(56, "]Q1", full, 1), report(2, "]Q1", "ab", 0)}, `]Q1"` + full + full + `ab"`},
		{"the last one is full", d, Options{}, []string{report(56, "]Q1", full, 1), report(56, "]Q1", full, 0)}, `]Q1"` + full + full + `"`},
		{"the last one is empty", d, Options{}, []string{report(56, "]Q1", full, 1), report(0, "]Q1", "", 0)}, `]Q1"` + full + `"`},
		{"an empty report is nothing", d, Options{}, []string{report(0, "]Q1", "", 0)}, ``},
		{"without an identifier", d, Options{}, []string{report(3, "\x00\x00\x00", "971", 0), report(3, "   ", "971", 0)}, `"971" "971"`},
		{"an identifier in the data", d, Options{}, []string{report(6, "", "]C0971", 0)}, `]C0"971"`},
		{"in both places", d, Options{AIM: true}, []string{report(6, "]C0", "]C0971", 0), report(3, "]C0", "971", 0)}, `]C0"971" ]C0"971"`},
		{"in both places, but not said to be", d, Options{}, []string{report(6, "]C0", "]C0971", 0)}, `]C0"]C0971"`},
		{"a CR that is no payload", d, Options{End: scanner.CR}, []string{report(4, "]Q1", "971\r", 0), report(5, "]Q1", "971\r\r", 0)}, `]Q1"971" ]Q1"971\r"`},
		{"a CR that is", d, Options{End: "none"}, []string{report(4, "]Q1", "971\r", 0)}, `]Q1"971\r"`},
		{"any end", d, Options{End: scanner.Any}, []string{report(5, "]Q1", "971\r\n", 0), report(4, "]Q1", "971\t", 0)}, `]Q1"971" ]Q1"971"`},
		{"only an end", d, Options{End: scanner.CR}, []string{report(1, "]Q1", "\r", 0)}, `half_frame(1)`},

		{"the next report never comes", d, Options{}, []string{report(56, "]Q1", full, 1), "~", report(3, "]Q1", "971", 0)}, `half_frame(56) ]Q1"971"`},
		{"unplugged in the middle", d, Options{}, []string{report(56, "]Q1", full, 1), "|"}, `half_frame(56)`},
		{"the end got lost, and another code comes", d, Options{}, []string{report(56, "]Q1", full, 1), report(3, "]C0", "971", 0)}, `half_frame(56) ]C0"971"`},
		{"more bytes than fit", d, Options{}, []string{report(57, "]Q1", full, 0)}, `noise(56)`},
		{"a NUL", d, Options{}, []string{report(4, "]Q1", "97\x001", 0)}, `noise(4)`},
		{"noise in the first part", d, Options{}, []string{report(56, "]Q1", "\xff", 1), report(3, "]Q1", "971", 0)}, `noise(59)`},
		{"too long", d, Options{MaxBytes: 100}, []string{report(56, "]Q1", full, 1), report(56, "]Q1", full, 1), report(56, "]Q1", full, 0)}, `overflow(168)`},
		{"a little too long", d, Options{MaxBytes: 2}, []string{report(3, "]Q1", "971", 0)}, `overflow(3)`},

		{"another report of the same scanner", d, Options{}, []string{"\x03\x01", report(3, "]Q1", "971", 0)}, `]Q1"971"`},
		{"between two parts of a code", d, Options{}, []string{report(56, "]Q1", full, 1), "\x03\x01", report(1, "]Q1", "8", 0)}, `]Q1"` + full + `8"`},
		{"a report of another device", d, Options{}, []string{"\x07" + report(3, "]Q1", "971", 0)[1:]}, `foreign(64)`},
		{"a foreign report in the middle", d, Options{}, []string{report(56, "]Q1", full, 1), "\x07abc", report(1, "]Q1", "8", 0)}, `half_frame(56) foreign(4) ]Q1"8"`},
		{"a keyboard's report", d, Options{}, []string{"\x02\x00\x04"}, `foreign(3)`},
		{"longer than it may be", d, Options{}, []string{report(3, "]Q1", "971", 0) + "x"}, `foreign(65)`},
		{"shorter, but whole", d, Options{}, []string{report(3, "]Q1", "971", 0)[:8]}, `]Q1"971"`},
		{"shorter than its length", d, Options{}, []string{report(4, "]Q1", "9712", 0)[:8]}, `noise(3)`},
		{"nothing at all", d, Options{}, []string{""}, ``},

		{"zeros are no payload", bare, Options{}, []string{"\x02]Q1971" + strings.Repeat("\x00", 54)}, `]Q1"971"`},
		{"a bit says that it goes on", bare, Options{}, []string{"\x02]Q1" + full + "\x01", "\x02]Q18" + strings.Repeat("\x00", 56)}, `]Q1"` + full + `8"`},
		{"the padding says nothing", bare, Options{}, []string{"\x02]Q1" + full + "\xfe"}, `]Q1"` + full + `"`},
		{"without an id", odd, Options{}, []string{"971" + strings.Repeat("\x00", 29) + "]Q1"}, `]Q1"971"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := decoder(t, c.descriptor, c.o)
			var events []scanner.Event
			for _, r := range c.reports {
				switch r {
				case "~":
					events = append(events, d.Silence()...)
				case "|":
					events = append(events, d.Cut()...)
				default:
					events = append(events, d.Feed([]byte(r))...)
				}
			}
			if got := show(events); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestWait(t *testing.T) {
	d, _ := new(virtual.HIDPOS).Descriptor(nil)
	x := decoder(t, d, Options{})
	for _, step := range []struct {
		report string
		want   bool
	}{{"", false}, {report(2, "]Q1", "97", 1), true}, {report(2, "]Q1", "97", 0), false}} {
		x.Feed([]byte(step.report))
		if got := x.Wait() > 0; got != step.want {
			t.Errorf("waiting is %v, want %v", got, step.want)
		}
	}
}

// What a scanner sends comes out as it was shown, with other reports, foreign
// ones and unplugged wires in between.
func TestCodesComeBack(t *testing.T) {
	far := new(virtual.HIDPOS)
	descriptor, _ := far.Descriptor(nil)
	rapid.Check(t, func(t *rapid.T) {
		d := decoder(t, descriptor, Options{End: "none", MaxBytes: 4296})
		var got []scanner.Event
		want := ""
		for range rapid.IntRange(1, 5).Draw(t, "codes") {
			aim := rapid.SampledFrom([]string{"]Q1", "]C0", "]E0"}).Draw(t, "identifier")
			text := rapid.StringMatching(`[ -~あ-ん]{1,80}`).Draw(t, "text")
			for _, r := range far.Reports(aim, text) {
				if rapid.Bool().Draw(t, "trigger") {
					got = append(got, d.Feed([]byte{3, 1})...)
				}
				got = append(got, d.Feed(r)...)
			}
			want += show([]scanner.Event{scanner.Frame{AIM: aim, Data: scanner.Data(text)}}) + " "
			if rapid.Bool().Draw(t, "foreign") {
				got = append(got, d.Feed([]byte{9, 9, 9})...)
				want += "foreign(3) "
			}
		}
		if show(got)+" " != want {
			t.Fatalf("got  %s\nwant %s", show(got), want)
		}
	})
}

// Whatever reports come, from whatever scanner: no panic, no code that is
// empty, too long or has noise in it, and nothing pending after silence.
func FuzzReports(f *testing.F) {
	d, err := new(virtual.HIDPOS).Descriptor(nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(uint8(0), uint8(64), []byte(report(3, "]Q1", "971", 0)))
	f.Add(uint8(0), uint8(64), []byte(report(56, "]Q1", "971", 1)+report(3, "]Q1", "971", 0)))
	f.Add(uint8(1), uint8(61), []byte("\x02]Q1971\x00\x00"))
	f.Add(uint8(2), uint8(35), []byte("971\r\x00\x00"))
	f.Fuzz(func(t *testing.T, which, size uint8, stream []byte) {
		descriptor := [][]byte{d, bare, odd}[which%3]
		x := decoder(t, descriptor, Options{AIM: which&0x10 != 0, End: scanner.Any, MaxBytes: 80})
		var events []scanner.Event
		for len(stream) > 0 {
			n := min(max(1, int(size)), len(stream))
			events = append(events, x.Feed(stream[:n])...)
			stream = stream[n:]
		}
		events = append(events, x.Silence()...)
		if x.Wait() > 0 {
			t.Fatal("something is pending after silence")
		}
		for _, e := range events {
			switch e := e.(type) {
			case scanner.Frame:
				if len(e.Data) < 1 || len(e.Data) > 80 || e.AIM != "" && !scanner.IsAIM([]byte(e.AIM)) || strings.ContainsAny(string(e.Data), "\x00") {
					t.Fatalf("a code of %d bytes with identifier %q", len(e.Data), e.AIM)
				}
			case scanner.Drop:
				if e.Bytes < 1 {
					t.Fatalf("a drop of %d bytes", e.Bytes)
				}
			}
		}
	})
}
