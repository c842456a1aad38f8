// Package escpos drives receipt printers that speak ESC/POS, Japanese models
// above all: Documents in, bytes out, and the printer's own word on what
// became of them. It knows no money and it draws no QR codes.
//
// Invariant: no outcome claims more than the printer said.
//
// Bytes follow the Epson ESC/POS command reference for TM printers; what other
// makers do otherwise is in the profiles.
package escpos

import (
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/typeset"
	"github.com/posagent/posagent/drivers/profile"
)

// Encode is the bytes of a document for one model of printer, and every
// character that the model cannot print, with what stands in its place. An
// error names the block that cannot be printed at all. draw may be nil.
func Encode(doc printer.Document, p profile.Printer, draw printer.Draw) ([]byte, []printer.Unprintable, error) {
	e := &encoder{p: p}
	odd, err := typeset.Set(doc, p, e, draw)
	if err != nil {
		return nil, nil, err
	}
	return e.out, odd, nil
}

// encoder is a typeset.Machine.
type encoder struct {
	p   profile.Printer
	out []byte
}

func (e *encoder) put(b ...byte) { e.out = append(e.out, b...) }

// listen has the printer listen again (ESC =), should a screen for the display
// that hangs on it have broken off: it then obeys nothing else.
var listen = []byte{0x1B, '=', 1}

// Begin implements typeset.Machine.
func (e *encoder) Begin() {
	e.out = append(e.out, listen...)
	e.put(0x1B, '@')
	if e.p.Status {
		e.put(0x1D, 'a', 0xFF) // ESC @ has switched the automatic status off
	}
	e.Script()
}

// Script implements typeset.Machine.
func (e *encoder) Script() {
	e.put(0x1B, 'R', 8) // Japan: 5C is the yen sign
	e.put(0x1B, 't', e.table())
	switch e.p.Kanji {
	case typeset.NoKanji:
	case typeset.JIS:
		e.put(0x1C, 'C', 0, 0x1C, '.')
	default:
		e.put(0x1C, 'C', 1) // Shift-JIS: a lead byte begins a kanji, no mode to leave on
	}
}

// table is the number of the code table with half-width katakana at A1-DF.
func (e *encoder) table() byte {
	if e.p.CodePage > 0 {
		return byte(e.p.CodePage)
	}
	return 1
}

// Line implements typeset.Machine.
func (e *encoder) Line(glyphs []typeset.Glyph) {
	mode := false
	for _, g := range glyphs {
		if two := g.N == 2 && e.p.Kanji == typeset.JIS; two != mode {
			mode = two
			if mode {
				e.put(0x1C, '&')
			} else {
				e.put(0x1C, '.')
			}
		}
		e.put(g.B[:g.N]...)
	}
	if mode {
		e.put(0x1C, '.') // left on, it would eat the half-width characters of the next line
	}
	e.put('\n')
}

// Feed implements typeset.Machine.
func (e *encoder) Feed(lines int) { e.put(0x1B, 'd', byte(lines)) }

// Rows implements typeset.Machine.
func (e *encoder) Rows(dots int) { e.put(0x1B, 'J', byte(dots)) }

// Cut implements typeset.Machine.
func (e *encoder) Cut() {
	if e.p.Cut {
		e.put(0x1D, 'V', 66, 0) // feeds to the cutter first; a bare cut would cut through text
		return
	}
	e.Feed(5) // past the tear bar
}

// Kick implements typeset.Machine.
func (e *encoder) Kick(pin int) {
	on, off := pulse(e.p)
	e.put(0x1B, 'p', byte(pin/5), byte(on/2), byte(off/2))
}

// pulse is how long the drawer's magnet is on and then rests, in milliseconds.
func pulse(p profile.Printer) (on, off int) {
	on, off = p.PulseOn, p.PulseOff
	if on <= 0 {
		on = 100
	}
	if off <= 0 {
		off = 500
	}
	return min(on, 510), min(off, 510)
}
