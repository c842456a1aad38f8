package hidpos

import (
	"bytes"
	"time"

	"github.com/posagent/posagent/drivers/scanner"
)

// Options are the settings of a Decoder.
type Options struct {
	End      scanner.End   // what is taken off the end of a code, once, if it is there; "none" is nothing
	AIM      bool          // the scanner is set to send identifiers in the data, too
	Gap      time.Duration // how long the next report of a code may take
	MaxBytes int           // longer codes are dropped
}

// defaultGap is longer than any scanner needs between two reports, which take
// a millisecond each.
const defaultGap = 500 * time.Millisecond

// Decoder turns reports into codes. A code may be longer than a report; all of
// it is delivered, or nothing.
type Decoder struct {
	layout  Layout
	options Options
	aim     string
	code    []byte // of the reports so far
	bytes   int    // how many they had; more than len(code) in a bad one
	bad     scanner.DropKind
	open    bool // more is to come
}

// NewDecoder makes a decoder of a layout.
func NewDecoder(l Layout, o Options) *Decoder {
	if o.Gap == 0 {
		o.Gap = defaultGap
	}
	return &Decoder{layout: l, options: o}
}

// Wait implements the supervisor's Decoder.
func (d *Decoder) Wait() time.Duration {
	if d.open {
		return d.options.Gap
	}
	return 0
}

// Silence drops a code whose next report does not come.
func (d *Decoder) Silence() []scanner.Event { return d.Cut() }

// Cut drops what came of a code.
func (d *Decoder) Cut() []scanner.Event { return d.drop(scanner.HalfFrame) }

// Feed takes one report.
func (d *Decoder) Feed(report []byte) []scanner.Event {
	l := &d.layout
	if len(report) == 0 || l.id != 0 && l.other[report[0]] {
		return nil // such as the trigger's
	}
	if l.id != 0 && report[0] != l.id || len(report) > l.size || len(report) < l.least() {
		before := d.drop(scanner.HalfFrame)
		return append(before, scanner.Drop{Kind: scanner.Foreign, Bytes: len(report)})
	}
	part, fits := l.part(report)
	aim := l.identifier(report)
	var out []scanner.Event
	if d.open && aim != d.aim { // a new code, and the end of the one before got lost
		out = d.drop(scanner.HalfFrame)
	}
	d.aim, d.open = aim, true
	d.add(part, fits)
	if l.bit(report, l.more) {
		return out
	}
	return append(out, d.finish()...)
}

// add takes the part of a code that one report had.
func (d *Decoder) add(part []byte, fits bool) {
	d.bytes += len(part)
	switch {
	case d.bad != "":
	case !fits || bytes.ContainsAny(part, "\x00") || bytes.IndexByte(part, 0xFF) >= 0:
		d.bad = scanner.Noise
		d.bytes = max(d.bytes, 1)
	case d.bytes > d.options.MaxBytes+longestEnd:
		d.bad = scanner.Overflow
	default:
		d.code = append(d.code, part...)
		return
	}
	clear(d.code)
	d.code = d.code[:0]
}

// longestEnd is how much may stand around a payload: an identifier and a CRLF.
const longestEnd = 3 + 2

// finish is at the last report of a code.
func (d *Decoder) finish() []scanner.Event {
	if d.bad != "" || d.bytes == 0 {
		return d.drop(scanner.Noise)
	}
	data := d.withoutEnd(d.code)
	aim := d.aim
	switch {
	case aim == "":
		aim, data = scanner.SplitAIM(data, d.options.AIM)
	case d.options.AIM:
		data = bytes.TrimPrefix(data, []byte(aim))
	}
	switch {
	case len(data) == 0:
		return d.drop(scanner.HalfFrame)
	case len(data) > d.options.MaxBytes:
		return d.drop(scanner.Overflow)
	}
	e := scanner.Frame{AIM: aim, Data: append(scanner.Data(nil), data...)}
	d.restart()
	return []scanner.Event{e}
}

// withoutEnd takes one end mark off.
func (d *Decoder) withoutEnd(code []byte) []byte {
	marks := map[scanner.End][]string{
		scanner.CR: {"\r"}, scanner.LF: {"\n"}, scanner.CRLF: {"\r\n"}, scanner.Tab: {"\t"}, scanner.ETX: {"\x03"},
		scanner.Any: {"\r\n", "\r", "\n", "\t", "\x03"},
	}
	for _, mark := range marks[d.options.End] {
		if bytes.HasSuffix(code, []byte(mark)) {
			return code[:len(code)-len(mark)]
		}
	}
	return code
}

func (d *Decoder) drop(kind scanner.DropKind) []scanner.Event {
	if d.bad != "" {
		kind = d.bad
	}
	n := d.bytes
	d.restart()
	if n == 0 {
		return nil
	}
	return []scanner.Event{scanner.Drop{Kind: kind, Bytes: n}}
}

func (d *Decoder) restart() {
	clear(d.code) // it may have been a live payment code
	d.aim, d.code, d.bytes, d.bad, d.open = "", d.code[:0], 0, "", false
}

// least is how long a report must be to be understood: some scanners leave out
// what is empty at the end.
func (l *Layout) least() int {
	least := l.data.at / 8
	for _, f := range []field{l.count, l.aim[0], l.aim[1], l.aim[2]} {
		least = max(least, (f.at+f.bits)/8)
	}
	return least
}

// part is the data of a report, and false when its length cannot be.
func (l *Layout) part(report []byte) (part []byte, fits bool) {
	at := l.data.at / 8
	part = report[at:min(len(report), at+l.data.bits/8)]
	if l.count.bits == 0 {
		return bytes.TrimRight(part, "\x00"), true
	}
	n := int(report[l.count.at/8])
	if n > len(part) {
		return part, false
	}
	return part[:n], true
}

// identifier is the AIM identifier in a report, if there is one.
func (l *Layout) identifier(report []byte) string {
	aim := make([]byte, 0, len(l.aim))
	for _, f := range l.aim {
		if f.bits == 8 {
			aim = append(aim, report[f.at/8])
		}
	}
	if !scanner.IsAIM(aim) {
		return ""
	}
	return string(aim)
}

// bit is the lowest bit of a field; what a report does not have is 0.
func (l *Layout) bit(report []byte, f field) bool {
	return f.bits > 0 && f.at/8 < len(report) && report[f.at/8]>>(f.at%8)&1 == 1
}
