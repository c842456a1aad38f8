package papertape

import (
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/profile"
)

// head is the print head: the modes that a stream has set and the paper under
// it.
type head struct {
	tape   Tape
	now    Receipt // the paper since the last cut
	offset int     // of the token at work, for remarks

	chars      charset
	half, full face // half-width characters and kanji have sizes of their own
	align      byte
	spacing    int // dots from line to line
	line       []char
	width      int // of line, in dots
	qr         qrStore
	bars       bars
	pending    *printer.Bitmap // a band of dots that a line feed will print
	rows       *printer.Bitmap // the rows of raster mode so far
	stored     *printer.Bitmap // by GS ( L, not printed yet
	canKanji   bool
	star       bool
	deaf       bool // ESC = chose another device than the printer
}

// qrStore is the symbol store of GS ( k.
type qrStore struct {
	text   string
	module int
	level  byte
	tried  bool            // text was drawn at level, or could not be
	drawn  *printer.Bitmap // nil when it could not be drawn
}

func newHead(p profile.Printer, look Look) *head {
	h := &head{canKanji: p.Kanji != "none", star: p.Language == "star"}
	h.now = Receipt{look: look, dots: p.Dots, cols: p.Columns, cell: p.Dots / p.Columns}
	h.reset()
	return h
}

// reset is ESC @: all modes as after power on, and no half line.
func (h *head) reset() {
	plain := face{w: 1, h: 1}
	h.chars = charset{kanji: h.canKanji}
	h.half, h.full = plain, plain
	h.align, h.spacing = 0, h.now.cell*5/2 // 30 dots at 12 dots a column
	h.line, h.width = nil, 0
	h.qr = qrStore{module: 3, level: 'L'}
	h.bars = bars{height: 162, module: 3}
	h.pending, h.rows, h.stored = nil, nil, nil
	if h.star {
		h.spacing = h.now.cell * 8 / 3 // 4 mm
		if h.canKanji {
			h.chars.table = 1 // beside kanji there is katakana, and signs where Shift-JIS is off
		}
	}
}

func (h *head) remark(raw []byte, why string) {
	if len(h.tape.Remarks) >= maxRemarks {
		h.tape.More++
		return
	}
	h.tape.Remarks = append(h.tape.Remarks, Remark{Offset: h.offset, Bytes: raw[:min(16, len(raw))], Why: why})
}

func (h *head) take(t Token) {
	if t.Name == "ESC =" && !h.star {
		h.deaf = t.Args[0]&1 == 0
		return
	}
	if h.deaf {
		return
	}
	switch t.Kind {
	case Print:
		h.print(t.Raw)
	case Odd:
		h.remark(t.Raw, "no command that is known here")
	default:
		if h.star {
			h.starCommand(t)
		} else {
			h.command(t)
		}
	}
}

// print puts characters on the line; one that does not fit begins a new line,
// as printers do.
func (h *head) print(raw []byte) {
	for _, d := range h.chars.decode(raw) {
		f := h.half
		if d.cols == 2 {
			f = h.full
		}
		w := h.now.cell * int(d.cols) * int(f.w)
		if h.width+w > h.now.dots && len(h.line) > 0 {
			h.endLine()
		}
		if d.bad {
			h.remark(raw, "bytes that are no character in the chosen set")
		}
		h.line = append(h.line, char{r: d.r, cols: d.cols, face: f})
		h.width += w
	}
}

// endLine prints the line and moves the paper by one line.
func (h *head) endLine() {
	if h.pending != nil {
		h.endBand()
		return
	}
	height := h.spacing
	for _, c := range h.line {
		height = max(height, 2*h.now.cell*int(c.face.h))
	}
	line := h.line
	if line == nil {
		line = []char{}
	}
	h.now.items = append(h.now.items, item{line: line, height: height, align: h.align})
	h.line, h.width = nil, 0
}

// flush prints a line that has begun.
func (h *head) flush() {
	if len(h.line) > 0 || h.pending != nil {
		h.endLine()
	}
}

// position begins the next character so many dots from the left edge. Nothing
// is printed over what stands there already.
func (h *head) position(dots int, raw []byte) {
	switch {
	case dots == h.width:
	case dots > h.width && dots <= h.now.dots:
		h.line = append(h.line, char{r: ' ', cols: 1, face: face{w: 1, h: 1}, gap: dots - h.width})
		h.width = dots
	default:
		h.remark(raw, "a position to the left of what is printed, or off the paper")
	}
}

func (h *head) feed(dots int) {
	if dots > 0 {
		h.now.items = append(h.now.items, item{height: dots})
	}
}

func (h *head) cut() {
	h.flush()
	h.now.Cut = true
	h.tape.Receipts = append(h.tape.Receipts, h.now)
	h.now.Cut, h.now.items = false, nil
}
