package wedge

import (
	"strings"
	"time"

	"github.com/posagent/posagent/drivers/scanner"
)

const (
	// stale is the silence after which what was typed so far is given up.
	stale = 500 * time.Millisecond

	// shortest is the shortest code: two or three keys with Enter behind them
	// can come from a quick hand, and no code that anybody pays with is so
	// short.
	shortest = 4
)

// settings are those of a decoder.
type settings struct {
	layout Layout
	caps   bool            // CAPS LOCK is on at the beginning
	gap    time.Duration   // the longest pause between two keys of a code
	fields scanner.Framing // of a code: End, AIM, Marks, Digits, MaxBytes
	word   int             // bytes of a long; 0 is this machine's
	judge  func(Verdict)   // is told what came of each code: the zero verdict, or that of the calibration code
}

// decoder turns key events into codes.
type decoder struct {
	settings
	typist *typist
	known  *recogniser
	frame  []byte
	bytes  int // how many characters it had; more than len(frame) in a bad one
	bad    scanner.DropKind
	last   time.Duration // when the newest key was pressed
	lost   bool          // events are missing until the next report
}

func newDecoder(o settings) (*decoder, error) {
	keys, err := o.layout.keymap()
	if err != nil {
		return nil, err
	}
	if o.word == 0 {
		o.word = nativeWord
	}
	known, err := newRecogniser()
	if err != nil {
		return nil, err
	}
	return &decoder{settings: o, typist: newTypist(keys, o.caps), known: known}, nil
}

// Wait implements the supervisor's Decoder.
func (d *decoder) Wait() time.Duration {
	switch {
	case d.bytes == 0 && d.bad == "":
		return 0
	case d.fields.End == scanner.Gap:
		return d.gap
	}
	return stale
}

// Silence ends a code when codes end so; otherwise what came of one is dropped.
func (d *decoder) Silence() []scanner.Event {
	d.lost = false
	if d.fields.End == scanner.Gap {
		return d.finish()
	}
	if d.calibrated() {
		return nil
	}
	return d.Cut()
}

// Cut drops what came of a code.
func (d *decoder) Cut() []scanner.Event { return d.drop(scanner.HalfFrame) }

// Feed takes whole events.
func (d *decoder) Feed(p []byte) []scanner.Event {
	var out []scanner.Event
	size := eventSize(d.word)
	for ; len(p) >= size; p = p[size:] {
		out = append(out, d.event(readEvent(p, d.word))...)
	}
	if len(p) > 0 {
		out = append(out, scanner.Drop{Kind: scanner.Foreign, Bytes: len(p)})
	}
	return out
}

func (d *decoder) event(e event) []scanner.Event {
	switch {
	case e.kind == evSyn && e.code == synDropped:
		d.lost = true
		d.typist.letGo()
		d.known.letGo()
		d.spoil(scanner.HalfFrame)
	case e.kind == evSyn && e.code == synReport:
		d.lost = false
	case e.kind != evKey || d.lost:
	case e.value == pressed:
		d.known.key(e)
		d.pause(e.at)
		return d.take(d.typist.press(e.code))
	case e.value == released:
		d.known.key(e)
		return d.take(d.typist.release(e.code))
	}
	return nil
}

// pause looks at the time since the key before: a hand is slower than any
// scanner.
func (d *decoder) pause(at time.Duration) {
	if since := at - d.last; d.bytes > 0 && (since > d.gap || since < 0) {
		d.spoil(scanner.Typed)
	}
	d.last = at
}

// take adds what came of a key. Keys without a meaning before a code are let
// pass: some scanners press one, such as an arrow for the LF of the code
// before.
func (d *decoder) take(s stroke) []scanner.Event {
	switch {
	case s.alien && (d.bytes > 0 || d.bad != "" || s.chord):
		d.bytes++
		d.spoil(scanner.Noise)
	case !s.typed:
	case d.ends(s.char):
		return d.finish()
	default:
		d.keep(s.char)
	}
	return nil
}

// ends tells whether a character ends a code. Enter is both CR and the end of
// CRLF: keyboards have no LF of their own, and a second end is nothing.
func (d *decoder) ends(char byte) bool {
	switch d.fields.End {
	case scanner.Gap:
		return false
	case scanner.Tab:
		return char == '\t'
	case scanner.CR, scanner.CRLF, scanner.LF:
		return char == '\r' || char == '\n'
	case scanner.ETX:
		return char == 0x03
	}
	return strings.IndexByte("\r\n\t\x03", char) >= 0
}

func (d *decoder) keep(char byte) {
	d.bytes++
	switch {
	case d.bad != "":
	case char == 0xFF:
		d.spoil(scanner.Noise)
	case d.bytes > d.fields.MaxBytes+longestFields:
		d.spoil(scanner.Overflow)
	default:
		d.frame = append(d.frame, char)
	}
}

// longestFields is how much may stand before a payload.
const longestFields = 8

// spoil makes the present frame one that is not delivered; the first reason
// stands.
func (d *decoder) spoil(kind scanner.DropKind) {
	if d.bad == "" {
		d.bad = kind
	}
	clear(d.frame)
	d.frame = d.frame[:0]
}

// finish is at the end of a code.
func (d *decoder) finish() []scanner.Event {
	if d.calibrated() {
		return nil
	}
	switch {
	case d.bad != "" || d.bytes == 0:
		return d.drop(d.bad)
	case d.bytes < shortest:
		return d.drop(scanner.Typed)
	}
	aim, data, why := d.fields.Payload(d.frame)
	if why != "" {
		return d.drop(why)
	}
	e := scanner.Frame{AIM: aim, Data: append(scanner.Data(nil), data...)}
	d.restart()
	return []scanner.Event{e}
}

// calibrated tells at the end of a code whether it was the calibration code,
// which is nobody's scan.
func (d *decoder) calibrated() bool {
	verdict, is := d.known.end()
	if d.judge != nil && d.bytes > 0 {
		d.judge(verdict)
	}
	if is {
		d.restart()
	}
	return is
}

func (d *decoder) drop(kind scanner.DropKind) []scanner.Event {
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

func (d *decoder) restart() {
	d.known.end()
	clear(d.frame) // it may have been a live payment code
	d.frame, d.bytes, d.bad = d.frame[:0], 0, ""
}
