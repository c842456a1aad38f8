// Package typeset lays documents out for receipt printers of any language:
// text into the printer's characters, lines into the width of the paper, codes
// into a size that fits. It knows no command; a Machine writes those. It draws
// no QR codes.
//
// Invariant: no text from outside becomes a byte below 20, and no line is wider
// than the paper.
package typeset

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/profile"
)

// Machine writes the commands of one printer language.
type Machine interface {
	// Begin sets all that a document rests on, whatever ran before it.
	Begin()
	// Script chooses the characters anew.
	Script()
	// Align comes at the start of a line only.
	Align(printer.Align)
	Style(from, to printer.Style)
	Line([]Glyph)
	Feed(lines int)
	// Rows moves the paper by so many dots, at the start of a line.
	Rows(dots int)
	QR(text string, module int)
	Barcode(printer.Barcode)
	Picture(printer.Bitmap, printer.Align)
	Cut()
	Kick(pin int)
}

// Set lays a document out on a machine. It returns the characters that the
// model cannot print, and an error that names the block which cannot be
// printed at all. draw is what such characters are drawn with, where the
// profile says so; nil: with nothing, and then they are replaced.
func Set(doc printer.Document, p profile.Printer, m Machine, draw printer.Draw) ([]printer.Unprintable, error) {
	if p.Columns < 16 || p.Columns > 255 || p.Dots < p.Columns || p.Dots > 4096 {
		return nil, fmt.Errorf("printer profile %q: columns must be from 16 to 255 and dots from columns to 4096, not %d and %d",
			p.Model, p.Columns, p.Dots)
	}
	s := &sheet{p: p, m: m, draw: draw, clean: Cleaner{Set: NewCharset(p.Kanji, p.IBM)}}
	if p.Unmappable == "draw" && draw != nil {
		s.clean.Draws = func(r rune) bool { _, ok := draw(r, columnsOf(r), s.cell(), 1, 1); return ok }
	}
	m.Begin()
	for i, b := range doc.Blocks {
		name := strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T", b), "printer."))
		s.clean.Where = fmt.Sprintf("block %d (%s)", i+1, name)
		err := s.block(b)
		if odd := s.clean.Odd; err == nil && p.Unmappable == "refuse" && len(odd) > 0 {
			err = fmt.Errorf("this printer does not have U+%04X (%s); profile %q refuses what it cannot print", odd[0].Rune, odd[0].Where, p.Model)
		}
		if err != nil {
			return nil, fmt.Errorf("document %q, %s: %w", doc.Title, s.clean.Where, err)
		}
		if _, cut := b.(printer.Cut); cut && i+1 < len(doc.Blocks) {
			m.Script() // each paper can be read alone, as an archive keeps it
		}
	}
	return s.clean.Odd, nil
}

// sheet is a document on its way.
type sheet struct {
	p     profile.Printer
	m     Machine
	draw  printer.Draw
	clean Cleaner
	style printer.Style // as the printer has it now
	align printer.Align // as the printer has it now
}

// cell is the width of a half-width character in dots.
func (s *sheet) cell() int { return s.p.Dots / s.p.Columns }

func (s *sheet) block(b printer.Block) error {
	switch b := b.(type) {
	case printer.Text:
		s.text(b)
	case printer.Pair:
		s.pair(b)
	case printer.Rule:
		s.rule(b)
	case printer.Space:
		return s.space(b.Lines)
	case printer.QR:
		return s.qr(b)
	case printer.Barcode:
		return s.barcode(b)
	case printer.Picture:
		return s.dots(b.Bitmap, b.Align)
	case printer.Cut:
		s.setStyle(printer.Style{})
		s.set(printer.Left, printer.Style{})
		s.m.Cut()
	case printer.Kick:
		return s.kick(b.Pin)
	default:
		return fmt.Errorf("%T is not a block that this driver knows", b)
	}
	return nil
}

// set sends what differs from what the printer has now. It must be called at
// the start of a line; printers ignore an alignment elsewhere.
func (s *sheet) set(a printer.Align, style printer.Style) {
	if a != s.align {
		s.align = a
		s.m.Align(a)
	}
	s.setStyle(style)
}

func (s *sheet) setStyle(style printer.Style) {
	if style != s.style {
		s.m.Style(s.style, style)
		s.style = style
	}
}

func (s *sheet) text(t printer.Text) {
	for _, line := range s.clean.Lines(t.Text) {
		for _, part := range Wrap(line, s.width(t.Style)) {
			s.line(part, t.Align, t.Style)
		}
	}
}

// pair puts two texts at the two edges. Column counts do the work, not tab
// stops: those differ between models.
func (s *sheet) pair(p printer.Pair) {
	limit := s.width(p.Style)
	left, right := s.oneLine(p.Left), s.oneLine(p.Right)
	gap := 1
	if len(left) == 0 || len(right) == 0 {
		gap = 0
	}
	if Columns(left)+gap+Columns(right) <= limit {
		s.line(slices.Concat(left, spaces(limit-Columns(left)-Columns(right)), right), printer.Left, p.Style)
		return
	}
	for _, part := range Wrap(left, limit) {
		s.line(part, printer.Left, p.Style)
	}
	for _, part := range Wrap(right, limit) {
		s.line(slices.Concat(spaces(limit-Columns(part)), part), printer.Left, p.Style)
	}
}

func (s *sheet) oneLine(text string) []Glyph {
	return slices.Concat(s.clean.Lines(strings.NewReplacer("\r\n", " ", "\n", " ", "\r", " ").Replace(text))...)
}

func spaces(n int) []Glyph {
	return slices.Repeat([]Glyph{{R: ' ', B: [2]byte{' '}, N: 1, W: 1}}, n)
}

// line prints one line, as characters or as a picture.
func (s *sheet) line(glyphs []Glyph, align printer.Align, style printer.Style) {
	if slices.ContainsFunc(glyphs, func(g Glyph) bool { return g.Drawn }) {
		s.set(align, printer.Style{})
		s.m.Picture(s.drawn(glyphs, style), align)
		return
	}
	s.set(align, style)
	s.m.Line(glyphs)
}

func (s *sheet) rule(r printer.Rule) {
	sign := byte('-')
	if r.Double {
		sign = '='
	}
	s.set(printer.Left, printer.Style{})
	s.m.Line(slices.Repeat([]Glyph{{R: rune(sign), B: [2]byte{sign}, N: 1, W: 1}}, s.p.Columns))
}

func (s *sheet) space(lines int) error {
	if lines < 0 || lines > 255 {
		return fmt.Errorf("%d empty lines; 0 to 255 can be fed", lines)
	}
	s.setStyle(printer.Style{})
	if lines > 0 {
		s.m.Feed(lines)
	}
	return nil
}

func (s *sheet) kick(pin int) error {
	switch pin {
	case 0:
		pin = 2
	case 2, 5:
	default:
		return fmt.Errorf("drawer pin %d; a printer has pins 2 and 5", pin)
	}
	s.m.Kick(pin)
	return nil
}

// width is how many columns a line has in a style.
func (s *sheet) width(style printer.Style) int {
	if style.Wide {
		return s.p.Columns / 2
	}
	return s.p.Columns
}

func checkPicture(b printer.Bitmap) error {
	switch {
	case b.Width <= 0 || b.Height <= 0:
		return errors.New("the picture is empty")
	case b.Height > 1<<16:
		return fmt.Errorf("the picture is %d dots high, more than %d", b.Height, 1<<16)
	case len(b.Bits) != (b.Width+7)/8*b.Height:
		return fmt.Errorf("a picture of %d x %d dots needs %d bytes, not %d", b.Width, b.Height, (b.Width+7)/8*b.Height, len(b.Bits))
	}
	return nil
}

// dots prints a picture as it is.
func (s *sheet) dots(b printer.Bitmap, align printer.Align) error {
	if err := checkPicture(b); err != nil {
		return err
	}
	if b.Width > s.p.Dots {
		return fmt.Errorf("the picture is %d dots wide, the paper %d", b.Width, s.p.Dots)
	}
	s.setStyle(printer.Style{})
	s.set(align, printer.Style{})
	s.m.Picture(b, align)
	return nil
}
