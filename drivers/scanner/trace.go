package scanner

import (
	"fmt"
	"strings"
	"time"
)

// Moment is one thing that happened at a scanner, as it may be shown to
// anybody: how much came and of which kinds, never what.
type Moment struct {
	At    time.Time
	What  string // "opened", "lost", "read", "scan ]Q1", "drop noise"
	Bytes int
	Shape string // of a read; see Shape
}

// longestShape is how many runs of bytes a shape tells apart.
const longestShape = 24

// Shape tells the kinds of bytes in p without telling the bytes: control
// characters by name, as they frame codes, and of all others only what they
// are: 9 a digit, A and a letters, . other printable characters, ^ bytes of 80
// and above. "<STX> 9*20 <CR>" is a header, twenty digits and an end.
func Shape(p []byte) string {
	var out strings.Builder
	for runs := 0; len(p) > 0; runs++ {
		if runs == longestShape {
			fmt.Fprintf(&out, " +%d", len(p))
			break
		}
		kind, n := kindOf(p[0]), 1
		for n < len(p) && kindOf(p[n]) == kind {
			n++
		}
		if runs > 0 {
			out.WriteByte(' ')
		}
		out.WriteString(kind)
		if n > 1 {
			fmt.Fprintf(&out, "*%d", n)
		}
		p = p[n:]
	}
	return out.String()
}

func kindOf(b byte) string {
	switch {
	case b < 0x20:
		return "<" + controlNames[b] + ">"
	case b == 0x7F:
		return "<DEL>"
	case b >= 0x80:
		return "^"
	case isDigit(b):
		return "9"
	case isLetter(b) && b < 'a':
		return "A"
	case isLetter(b):
		return "a"
	}
	return "."
}

// controlNames are the names of the first 32 characters (ISO/IEC 646).
var controlNames = strings.Fields(`NUL SOH STX ETX EOT ENQ ACK BEL BS HT LF VT FF CR SO SI
	DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC FS GS RS US`)

// Shape implements the supervisor's Decoder.
func (f *Framer) Shape(p []byte) string { return Shape(p) }
