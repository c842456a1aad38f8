// Package escpos drives receipt printers that speak ESC/POS, Japanese models
// above all: Documents in, bytes out, and the printer's own word on what
// became of them. It knows no money and it draws no QR codes.
//
// Invariant: no text from outside can carry a command to the printer, and no
// outcome claims more than the printer said. A job of which a byte has left is
// never sent a second time from here.
//
// Bytes follow the Epson ESC/POS command reference for TM printers.
package escpos

import (
	"fmt"
	"slices"
	"strings"

	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/profile"
)

// Encode is the bytes of a document for one model of printer, and every
// character that the model cannot print, with what stands in its place. An
// error names the block that cannot be printed at all.
func Encode(doc printer.Document, p profile.Printer) ([]byte, []Unprintable, error) {
	if p.Columns < 16 || p.Columns > 255 || p.Dots < p.Columns || p.Dots > 4096 {
		return nil, nil, fmt.Errorf("printer profile %q: columns must be from 16 to 255 and dots from columns to 4096, not %d and %d",
			p.Model, p.Columns, p.Dots)
	}
	e := &encoder{p: p, clean: cleaner{set: newCharset(p.Kanji, p.IBM)}}
	e.start(doc)
	for i, b := range doc.Blocks {
		name := strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", b), "printer."))
		e.clean.where = fmt.Sprintf("block %d (%s)", i+1, name)
		if err := e.block(b); err != nil {
			return nil, nil, fmt.Errorf("document %q, %s: %w", doc.Title, e.clean.where, err)
		}
		if _, cut := b.(printer.Cut); cut && i+1 < len(doc.Blocks) {
			e.script() // each paper can be read alone, as an archive keeps it
		}
	}
	return e.out, e.clean.odd, nil
}

type encoder struct {
	p     profile.Printer
	clean cleaner
	out   []byte
	style printer.Style // as the printer has it now
	align printer.Align // as the printer has it now
}

func (e *encoder) put(b ...byte) { e.out = append(e.out, b...) }

// start sets all that a document rests on; whatever ran before, it begins from
// the same state.
func (e *encoder) start(doc printer.Document) {
	e.put(0x1B, '@')
	if e.p.Status {
		e.put(0x1D, 'a', 0xFF) // ESC @ has switched the automatic status off
	}
	e.script()
	if slices.ContainsFunc(doc.Blocks, e.raster) {
		// Dots that look like DLE DC4 must not open the drawer or switch the
		// printer off in the middle of a picture.
		e.put(0x1D, '(', 'D', 5, 0, 20, 1, 0, 2, 0)
	}
}

// script chooses the characters.
func (e *encoder) script() {
	e.put(0x1B, 'R', 8) // Japan: 5C is the yen sign
	e.put(0x1B, 't', 1) // half-width katakana at A1-DF
	if e.clean.set.kanji {
		e.put(0x1C, 'C', 1) // Shift-JIS: a lead byte begins a kanji, no mode to leave on
	}
}

func (e *encoder) raster(b printer.Block) bool {
	switch b.(type) {
	case printer.Picture:
		return true
	case printer.QR:
		return !e.p.QR
	}
	return false
}

func (e *encoder) block(b printer.Block) error {
	switch b := b.(type) {
	case printer.Text:
		e.text(b)
	case printer.Pair:
		e.pair(b)
	case printer.Rule:
		e.rule(b)
	case printer.Space:
		return e.space(b.Lines)
	case printer.QR:
		return e.qr(b)
	case printer.Picture:
		return e.picture(b.Bitmap, b.Align)
	case printer.Cut:
		e.cut()
	case printer.Kick:
		return e.kick(b.Pin)
	default:
		return fmt.Errorf("%T is not a block that this driver knows", b)
	}
	return nil
}

func (e *encoder) text(t printer.Text) {
	e.setAlign(t.Align)
	e.setStyle(t.Style)
	for _, line := range e.clean.lines(t.Text) {
		for _, part := range wrap(line, e.width(t.Style)) {
			e.line(part)
		}
	}
}

// pair puts two texts at the two edges. Column counts do the work, not tab
// stops: those differ between models.
func (e *encoder) pair(p printer.Pair) {
	e.setAlign(printer.Left)
	e.setStyle(p.Style)
	limit := e.width(p.Style)
	left, right := e.oneLine(p.Left), e.oneLine(p.Right)
	gap := 1
	if len(left) == 0 || len(right) == 0 {
		gap = 0
	}
	if columns(left)+gap+columns(right) <= limit {
		e.line(slices.Concat(left, e.spaces(limit-columns(left)-columns(right)), right))
		return
	}
	for _, part := range wrap(left, limit) {
		e.line(part)
	}
	for _, part := range wrap(right, limit) {
		e.line(slices.Concat(e.spaces(limit-columns(part)), part))
	}
}

func (e *encoder) oneLine(text string) []glyph {
	return slices.Concat(e.clean.lines(strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(text))...)
}

func (e *encoder) spaces(n int) []glyph {
	return slices.Repeat([]glyph{{r: ' ', b: [2]byte{' '}, n: 1}}, n)
}

func (e *encoder) rule(r printer.Rule) {
	e.setAlign(printer.Left)
	e.setStyle(printer.Style{})
	sign := byte('-')
	if r.Double {
		sign = '='
	}
	e.out = append(e.out, slices.Repeat([]byte{sign}, e.p.Columns)...)
	e.put('\n')
}

func (e *encoder) space(lines int) error {
	if lines < 0 || lines > 255 {
		return fmt.Errorf("%d empty lines; 0 to 255 can be fed", lines)
	}
	e.setStyle(printer.Style{})
	if lines > 0 {
		e.put(0x1B, 'd', byte(lines))
	}
	return nil
}

func (e *encoder) cut() {
	e.setStyle(printer.Style{})
	e.setAlign(printer.Left)
	if e.p.Cut {
		e.put(0x1D, 'V', 66, 0) // feeds to the cutter first; a bare cut would cut through text
		return
	}
	e.put(0x1B, 'd', 5) // past the tear bar
}

func (e *encoder) kick(pin int) error {
	var m byte
	switch pin {
	case 0, 2:
	case 5:
		m = 1
	default:
		return fmt.Errorf("drawer pin %d; a printer has pins 2 and 5", pin)
	}
	e.put(0x1B, 'p', m, 50, 250) // 100 ms on, 500 ms off
	return nil
}

// width is how many columns a line has in a style.
func (e *encoder) width(s printer.Style) int {
	if s.Wide {
		return e.p.Columns / 2
	}
	return e.p.Columns
}

func (e *encoder) line(glyphs []glyph) {
	for _, g := range glyphs {
		e.put(g.b[:g.n]...)
	}
	e.put('\n')
}
