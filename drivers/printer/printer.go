// Package printer is what the rest of the system says to any receipt printer:
// a Document in, an Outcome back. It knows no printer language and no money.
//
// Invariant: an Outcome never claims more than the printer proved; bytes that
// were handed to a wire are Sent, not Confirmed.
package printer

import (
	"fmt"

	"github.com/posagent/posagent/drivers/device"
)

// Document is what shall stand on the paper, from top to bottom. Widths are in
// columns of half-width characters; a full-width character takes two.
type Document struct {
	Title  string  // for logs and archives, such as the charge key; never printed
	Blocks []Block // in order
}

// Block is one part of a document: Text, Pair, Rule, Space, QR, Barcode,
// Picture, Cut or Kick.
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

// Symbology is a kind of bar code.
type Symbology string

// The bar codes that every driver prints.
const (
	EAN13   Symbology = "ean13"   // 12 or 13 digits; the last one is checked or made
	Code128 Symbology = "code128" // printable ASCII
)

// Barcode is a bar code of black bars.
type Barcode struct {
	Kind   Symbology
	Text   string
	Height int  // dots; 0 is 64
	Module int  // dots of the thinnest bar, 2 to 4; 0 is 2
	Words  bool // the text stands below the bars
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
func (Barcode) block() {}
func (Picture) block() {}
func (Cut) block()     {}
func (Kick) block()    {}

// Result is what became of a print job.
type Result string

const (
	Confirmed Result = "confirmed" // the printer says that all of it is on paper
	Processed Result = "processed" // the printer says that it carried all of it out; the last dots and the cut may still be under way
	Sent      Result = "sent"      // all bytes were taken; this model never answers
	Unknown   Result = "unknown"   // all bytes were taken, then no word came
	Torn      Result = "torn"      // it broke off after the first byte: the paper is not whole
	Failed    Result = "failed"    // it broke off before the first byte: nothing of it was printed
)

// Unprintable is a character that the printer does not have. The paper shows
// Printed in its place, which is empty for a character without a width; Drawn
// says that the line is printed as a picture with the true character in it.
type Unprintable struct {
	Rune    rune
	Where   string // such as "block 3 (text), character 12"
	Printed string
	Drawn   bool
}

func (u Unprintable) String() string {
	if u.Drawn {
		return fmt.Sprintf("U+%04X at %s drawn", u.Rune, u.Where)
	}
	return fmt.Sprintf("U+%04X at %s printed as %q", u.Rune, u.Where, u.Printed)
}

// Draw draws a character of this many columns, w times as wide and h times as
// high, where one plain column is cell dots wide and 2*cell dots high. It says
// false when it has no such character.
type Draw func(r rune, columns, cell, w, h int) (Bitmap, bool)

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

// Sensor is what a printer last told of the drawer's sensor pin.
type Sensor struct {
	Known bool // false: no printer is there that could tell
	High  bool
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
