// Package printer is what the rest of the system says to any receipt printer:
// a Document in, an Outcome back. It knows no printer language and no money.
//
// Invariant: an Outcome never claims more than the printer proved; bytes that
// were handed to a wire are Sent, not Confirmed.
package printer

import "github.com/posagent/posagent/drivers/device"

// Document is what shall stand on the paper, from top to bottom. Widths are in
// columns of half-width characters; a full-width character takes two.
type Document struct {
	Title  string  // for logs and archives, such as the charge key; never printed
	Blocks []Block // in order
}

// Block is one part of a document: Text, Pair, Rule, Space, QR, Picture, Cut
// or Kick.
type Block interface{ block() }

// Align is where a block stands on the line.
type Align string

const (
	Left   Align = ""
	Centre Align = "centre"
	Right  Align = "right"
)

// Style is how characters look. The zero Style is plain.
type Style struct {
	Bold      bool
	Underline bool
	Reverse   bool // white on black
	Wide      bool // twice as wide
	Tall      bool // twice as high
}

// Text is a paragraph; it is wrapped to the width of the paper.
type Text struct {
	Text  string
	Align Align
	Style
}

// Pair is two texts on one line, one at each edge. When they do not fit, the
// left one is wrapped above and the right one stands alone at its edge.
type Pair struct {
	Left, Right string
	Style
}

// Rule is a line across the paper.
type Rule struct{ Double bool }

// Space is empty lines.
type Space struct{ Lines int }

// QR is a QR code, model 2. A printer without the command draws Bitmap.
type QR struct {
	Text   string
	Module int    // dots per module, 1 to 16; 0 is the profile's own
	Bitmap Bitmap // the same code drawn, one dot per module, without quiet zone
	Align  Align
}

// Picture is a picture in black dots.
type Picture struct {
	Bitmap Bitmap
	Align  Align
}

// Bitmap is Width x Height dots; rows are padded to whole bytes, the most
// significant bit is the leftmost dot, 1 is black.
type Bitmap struct {
	Width, Height int
	Bits          []byte // ((Width+7)/8)*Height bytes
}

// Cut feeds past the cutter and cuts; without a cutter it only feeds.
type Cut struct{}

// Kick opens the cash drawer.
type Kick struct{ Pin int } // 2 or 5; 0 is 2

func (Text) block()    {}
func (Pair) block()    {}
func (Rule) block()    {}
func (Space) block()   {}
func (QR) block()      {}
func (Picture) block() {}
func (Cut) block()     {}
func (Kick) block()    {}

// Result is what became of a print job.
type Result string

const (
	Confirmed Result = "confirmed" // the printer says that all of it is on paper
	Sent      Result = "sent"      // all bytes were taken; this model never answers
	Unknown   Result = "unknown"   // some or all bytes were taken, then no word came
	Failed    Result = "failed"    // nothing of it was printed
)

// Outcome is the end of one print job.
type Outcome struct {
	Result Result
	Reason device.Reason // why not Confirmed, as far as known
	Bytes  int64         // bytes that the wire took
	Detail string        // for the log
}

// Status is what a printer says of itself.
type Status struct {
	Known     bool // false: the model cannot tell, or has not answered yet
	Offline   bool
	CoverOpen bool
	PaperOut  bool
	PaperLow  bool
	Cutter    bool
	Fatal     bool // cannot recover without service
	HeadHot   bool // recovers by itself
	Drawer    bool // level of the drawer's sensor pin
}

// Health is the state and the reason that a status amounts to, the gravest
// one first.
func (s Status) Health() (device.State, device.Reason) {
	switch {
	case !s.Known:
		return device.Degraded, device.CannotTell
	case s.Fatal:
		return device.Faulted, device.Unrecoverable
	case s.CoverOpen:
		return device.Blocked, device.CoverOpen
	case s.PaperOut:
		return device.Blocked, device.PaperOut
	case s.Cutter:
		return device.Blocked, device.Cutter
	case s.HeadHot:
		return device.Blocked, device.HeadHot
	case s.Offline:
		return device.Blocked, device.Offline
	case s.PaperLow:
		return device.Degraded, device.PaperNearEnd
	}
	return device.Ready, device.ReasonNone
}
