package port

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/posagent/posagent/drivers/device"
)

// traceLength is how many frames are kept: a scan is one to a few, a receipt
// with a logo some dozens.
const traceLength = 128

// Trace keeps the last frames of one device: their shapes (see Classes), and
// of HIDRaw and EvDev only which bytes are zero (0) or not (x). It is safe for
// use by several goroutines.
type Trace struct {
	mu         sync.Mutex
	frames     []device.Frame // the oldest first
	seq        uint64
	generation uint64        // of the newest opening
	changed    chan struct{} // closed with the next frame; nil: nobody waits
}

// Since are the frames behind seq, oldest first, and a channel that is closed
// when there is another.
func (t *Trace) Since(seq uint64) ([]device.Frame, <-chan struct{}) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.changed == nil {
		t.changed = make(chan struct{})
	}
	first := 0
	for first < len(t.frames) && t.frames[first].Seq <= seq {
		first++
	}
	return append([]device.Frame(nil), t.frames[first:]...), t.changed
}

// Note puts a word of the driver between what went over the wire: what it made
// of so many bytes. It must not tell anything of a code.
func (t *Trace) Note(what string, bytes int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.put(device.Frame{At: time.Now(), Bytes: bytes, Note: what, Generation: t.generation})
}

// openedAs tells which opening of the device notes belong to from now on.
func (t *Trace) openedAs(generation uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.generation = generation
}

func (t *Trace) add(f device.Frame) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.put(f)
}

// put needs t.mu.
func (t *Trace) put(f device.Frame) {
	t.seq++
	f.Seq = t.seq
	if len(t.frames) == traceLength {
		copy(t.frames, t.frames[1:])
		t.frames = t.frames[:traceLength-1]
	}
	t.frames = append(t.frames, f)
	if t.changed != nil {
		close(t.changed)
		t.changed = nil
	}
}

// tap is where one opening of a port notes what passes. A nil tap notes
// nothing.
type tap struct {
	trace      *Trace
	generation uint64
	codes      bool // bytes are numbers of keys: even their class would tell digits
}

func (t *tap) note(out bool, p []byte) {
	if t == nil || len(p) == 0 {
		return
	}
	of := class
	if t.codes {
		of = zeroOrNot
	}
	t.trace.add(device.Frame{At: time.Now(), Out: out, Bytes: len(p), Classes: runs(p, of), Generation: t.generation})
}

// keys is the same tap for a port whose bytes are no text.
func (t *tap) keys() *tap {
	if t == nil {
		return nil
	}
	return &tap{trace: t.trace, generation: t.generation, codes: true}
}

// longestClasses is where a picture of many changes is cut off.
const longestClasses = 120

// Classes is the shape of bytes, without what they say: runs of 9 (digits), A
// (letters), . (other signs that can be seen), _ (spaces) and # (bytes over
// 7E), each with its length, and control characters by name: they belong to a
// protocol, and no payment code has any.
//
//	Classes([]byte("\x02]Q1 9712\r")) == "STX . A 9 _ 9*4 CR"
func Classes(p []byte) string { return runs(p, class) }

func runs(p []byte, class func(byte) string) string {
	var b strings.Builder
	for i := 0; i < len(p); {
		word := class(p[i])
		n := 1
		for i+n < len(p) && class(p[i+n]) == word {
			n++
		}
		if i > 0 {
			b.WriteByte(' ')
		}
		if b.Len() > longestClasses {
			fmt.Fprintf(&b, "… and %d bytes", len(p)-i)
			break
		}
		b.WriteString(word)
		if n > 1 {
			fmt.Fprintf(&b, "*%d", n)
		}
		i += n
	}
	return b.String()
}

var controls = [...]string{
	"NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "TAB", "LF", "VT", "FF", "CR", "SO", "SI",
	"DLE", "XON", "DC2", "XOFF", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US",
}

func zeroOrNot(b byte) string {
	if b == 0 {
		return "0"
	}
	return "x"
}

func class(b byte) string {
	switch {
	case int(b) < len(controls):
		return controls[b]
	case b == ' ':
		return "_"
	case b >= '0' && b <= '9':
		return "9"
	case b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z':
		return "A"
	case b > '~':
		return "#"
	}
	return "."
}
