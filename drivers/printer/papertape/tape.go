// Package papertape reads the bytes that went to a receipt printer, in ESC/POS
// or Star line mode, and says what stands on the paper: as text with a frame of columns, and as a picture
// of the paper. It is what an archive, a page or a test shows of a receipt. It
// never writes either, and it shares no table with the driver that does, so
// each can judge the other.
//
// Invariant: no byte is skipped in silence; what was not drawn is listed. Any
// input ends, within memory that its length bounds.
package papertape

import (
	"fmt"

	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/profile"
)

// MaxInput is the longest stream that is read, in bytes.
const MaxInput = 4 << 20

// maxRemarks is how many things that were not drawn are listed one by one.
const maxRemarks = 1000

// Look is how receipts are drawn. The zero Look works: QR codes are boxes with
// a label, and the font is the first that FindFont finds.
type Look struct {
	// QR draws the modules of a code, without quiet zone; level is L, M, Q or H.
	QR   func(text string, level byte) (printer.Bitmap, error)
	Font *Font
}

// Tape is what a stream of bytes put on paper.
type Tape struct {
	Receipts []Receipt // one for each cut, and one for what stands behind the last cut
	Remarks  []Remark  // what was not drawn, the first thousand
	More     int       // remarks beyond those
}

// Remark is a part of the stream that is not on the drawn paper, and why.
type Remark struct {
	Offset int
	Bytes  []byte // at most the first 16
	Why    string
}

func (r Remark) String() string {
	return fmt.Sprintf("at byte %d: % X: %s", r.Offset, r.Bytes, r.Why)
}

// Receipt is one piece of paper.
type Receipt struct {
	Cut   bool // false: the paper still hangs in the printer
	items []item
	look  Look
	dots  int
	cell  int // width of a half-width character in dots
	cols  int
}

// item is one thing on the paper, from top to bottom.
type item struct {
	line    []char          // characters of one line; nil for the others
	height  int             // dots that the paper moves
	align   byte            // 0 left, 1 centre, 2 right
	picture *printer.Bitmap // of a raster or a QR code
	scaleX  int             // dots per dot of picture
	scaleY  int
	qr      string // text of a QR code
	isQR    bool
	bars    string // kind and text of a bar code, whose picture is one row of modules
	band    bool   // a picture that the next band of the same width joins
	owned   bool   // its dots are a copy
	pin     int    // of a drawer that was opened
}

// char is one character with its looks.
type char struct {
	r    rune
	cols uint8 // 1 or 2, before magnification
	face face
	gap  int // dots of a space that a position command left; 0 for characters
}

// face is what a character looks like.
type face struct {
	w, h      uint8 // 1 to 8
	bold      bool
	underline bool
	reverse   bool
}

// Read interprets a stream for one model of printer. An error means that the
// stream or the profile cannot be read at all.
func Read(data []byte, p profile.Printer, look Look) (Tape, error) {
	if p.Columns < 16 || p.Columns > 255 || p.Dots < p.Columns || p.Dots > 4096 {
		return Tape{}, fmt.Errorf("printer profile %q: columns must be from 16 to 255 and dots from columns to 4096, not %d and %d", p.Model, p.Columns, p.Dots)
	}
	if len(data) > MaxInput {
		return Tape{}, fmt.Errorf("%d bytes are more than the %d that are read at once; give the part from the last cut on", len(data), MaxInput)
	}
	h := newHead(p, look)
	scan := Scanner{Star: h.star}
	for at := 0; at < len(data); {
		t, ok := scan.Next(data[at:])
		h.offset = at
		if !ok {
			h.remark(data[at:], "the stream ends within this command")
			break
		}
		h.take(t)
		at += len(t.Raw)
	}
	h.flush()
	h.endRows()
	if len(h.now.items) > 0 {
		h.tape.Receipts = append(h.tape.Receipts, h.now)
	}
	return h.tape, nil
}
