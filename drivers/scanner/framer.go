package scanner

import "time"

// Framer cuts a byte stream into payloads. It keeps no time: silence is told
// to it, so that a late goroutine cannot make one code into two. It is not
// safe for use by several goroutines.
//
// A frame with a byte that no code has (NUL, or FF, which is in neither UTF-8
// nor Shift_JIS) is dropped whole, because what was lost beside the noise is
// not known. A mark without a payload is nothing: it makes no event.
type Framer struct {
	framing Framing
	where   where
	frame   []byte // what is kept of the present frame, marks not included
	bytes   int    // how many bytes it had; more than len(frame) in a bad one
	bad     DropKind
	wasCR   bool // the last byte was a CR, so that an LF makes it a CRLF
	check   byte // of the frame so far, for its BCC
}

// where the framer stands in the stream.
type where int

const (
	outside  where = iota // before a header; what comes here is noise
	inside                // in a payload, which may still be empty
	checking              // after the end mark, before the BCC
)

// aimLength is how long an AIM identifier is; it does not count as payload.
const aimLength = 3

// reportEvery is how many bytes of an endless flood make one Drop.
const reportEvery = 64 << 10

// NewFramer tells what is wrong with a framing, if it cannot be used.
func NewFramer(f Framing) (*Framer, error) {
	f, err := f.complete()
	if err != nil {
		return nil, err
	}
	framer := &Framer{framing: f}
	framer.restart()
	return framer, nil
}

// Framing is what the framer works by, with every default filled in.
func (f *Framer) Framing() Framing { return f.framing }

// Pending tells whether Silence would make an event.
func (f *Framer) Pending() bool { return f.bytes > 0 || f.bad != "" || f.where != f.start() }

// Wait is how long the reader waits for more bytes before it says Silence; 0
// is for ever.
func (f *Framer) Wait() time.Duration {
	if f.Pending() {
		return f.framing.Gap
	}
	return 0
}

// Feed takes the next bytes of the stream, in pieces of any size.
func (f *Framer) Feed(p []byte) []Event {
	var out []Event
	for _, b := range p {
		if e := f.take(b); e != nil {
			out = append(out, e)
		}
	}
	return out
}

// Silence says that the line was quiet for Framing.Gap. It ends a frame when
// frames end so; otherwise what came of one is dropped.
func (f *Framer) Silence() []Event {
	if f.framing.End == Gap && f.where == inside {
		return some(f.finish())
	}
	return f.Cut()
}

// Cut says that the stream has ended, such as by an unplugged wire: half a
// frame is dropped in every framing.
func (f *Framer) Cut() []Event { return some(f.drop(HalfFrame)) }

func some(e Event) []Event {
	if e == nil {
		return nil
	}
	return []Event{e}
}

// take moves the framer on by one byte.
func (f *Framer) take(b byte) Event {
	wasCR := f.wasCR
	f.wasCR = b == cr
	switch {
	case f.where == checking:
		return f.checked(b)
	case f.where == inside && f.framing.ends(b) && (wasCR || f.framing.End != CRLF):
		return f.ended(b)
	case f.begins(b):
		before := f.drop(HalfFrame)
		f.where = inside
		return before
	case f.where == outside && isMark(b):
		return nil // such as the CR after an ETX
	}
	return f.keep(b)
}

// ended is at the end mark: the frame is whole, unless a BCC comes after it.
func (f *Framer) ended(mark byte) Event {
	switch f.framing.BCC {
	case BCCAll:
		f.check ^= mark // the CR of a CRLF is in it already
	case BCCData:
		if f.framing.End == CRLF {
			f.check ^= cr
		}
	default:
		return f.finish()
	}
	f.where = checking
	return nil
}

// checked takes the BCC, which can be any byte. A wrong one that is a header
// mark is the next frame: the BCC itself got lost.
func (f *Framer) checked(b byte) Event {
	if b == f.check {
		return f.finish()
	}
	bad := f.drop(Checksum)
	if f.begins(b) {
		f.where = inside
	}
	return bad
}

// begins tells whether b is a header mark here. A scanner that must send one
// never has it in a payload, so it also starts anew in the middle of a frame.
func (f *Framer) begins(b byte) bool {
	if b != stx {
		return false
	}
	return f.framing.Header == STX || f.framing.End == Any && f.bytes == 0 && f.bad == ""
}

// keep adds a byte to the present frame, or only counts it when the frame is
// bad already. The limit leaves room for what is not payload.
func (f *Framer) keep(b byte) Event {
	f.bytes++
	f.check ^= b
	switch {
	case f.bad != "":
	case f.where == outside || b == 0x00 || b == 0xFF:
		f.bad = Noise
	case f.bytes > f.framing.MaxBytes+longestFields:
		f.bad = Overflow
	default:
		f.frame = append(f.frame, b)
		return nil
	}
	clear(f.frame)
	f.frame = f.frame[:0]
	if f.bytes < reportEvery {
		return nil
	}
	e := Drop{Kind: f.bad, Bytes: f.bytes}
	f.bytes = 0 // and still bad: the frame has not ended
	return e
}

// finish is at the end of a frame.
func (f *Framer) finish() Event {
	if f.framing.End == CRLF && f.bytes > 0 {
		f.bytes-- // the CR
		f.frame = f.frame[:max(0, len(f.frame)-1)]
	}
	if f.bad != "" || f.bytes == 0 {
		return f.drop(Noise)
	}
	aim, data, why := f.framing.Payload(f.frame)
	if why != "" {
		return f.drop(why)
	}
	e := Frame{AIM: aim, Data: append(Data(nil), data...)}
	f.restart()
	return e
}

// drop ends the present frame without delivering it: as what it was found to
// be, or else as kind. Nothing makes no event.
func (f *Framer) drop(kind DropKind) Event {
	bytes := f.bytes
	if f.bad != "" {
		kind = f.bad
	}
	f.restart()
	if bytes == 0 {
		return nil
	}
	return Drop{Kind: kind, Bytes: bytes}
}

func (f *Framer) restart() {
	clear(f.frame) // it may have been a live payment code
	f.frame, f.bytes, f.bad, f.wasCR, f.check, f.where = f.frame[:0], 0, "", false, 0, f.start()
}

// start is where a frame begins: a scanner without a header is always inside.
func (f *Framer) start() where {
	if f.framing.Header == STX {
		return outside
	}
	return inside
}
