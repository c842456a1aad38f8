// Package star drives receipt printers that speak Star line mode, Japanese
// models above all: Documents in, bytes out, and the printer's own word on what
// became of them. It knows no money and it draws no QR codes.
//
// Invariant: no outcome claims more than the printer said.
//
// Bytes follow "STAR Line Mode Command Specifications" (Star Micronics, Rev.
// 0.09 and 1.12) and, for ESC GS S and ESC GS ETX, "StarPRNT Command
// Specifications" (Rev. 2.25).
package star

import (
	"fmt"
	"strings"

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

// Begin implements typeset.Machine.
func (e *encoder) Begin() {
	if e.p.Raster == "esc-r" {
		e.put(0x1B, '*', 'r', 'B') // a document before may have broken off within that mode
	}
	e.put(0x1B, '@')
	if e.p.Status {
		e.put(0x1B, 0x1E, 'a', 1) // automatic status on, as the counter at the end is told by it
	}
	e.put(0x1B, 0x1E, 'F', 0, 0x1B, ' ', 0) // font A, no space between characters
	if e.p.Kanji != typeset.NoKanji {
		e.put(0x1B, 's', 0, 0)
	}
	e.put(0x1B, 'z', 1) // lines of 4 mm
	e.Script()
}

// Script implements typeset.Machine.
func (e *encoder) Script() {
	e.put(0x1B, 'R', 8) // Japan: 5C is the yen sign
	table := byte(2)    // katakana
	if e.p.CodePage > 0 {
		table = byte(e.p.CodePage)
	}
	e.put(0x1B, 0x1D, 't', table)
	switch e.p.Kanji {
	case typeset.NoKanji:
	case typeset.JIS:
		e.put(0x1B, '$', 0, 0x1B, 'q')
	default:
		e.put(0x1B, '$', 1) // Shift-JIS: a lead byte begins a kanji
	}
}

// Align implements typeset.Machine.
func (e *encoder) Align(a printer.Align) {
	var n byte
	switch a {
	case printer.Centre:
		n = 1
	case printer.Right:
		n = 2
	}
	e.put(0x1B, 0x1D, 'a', n)
}

// Style implements typeset.Machine. All of it reaches half-width characters and
// kanji alike.
func (e *encoder) Style(from, s printer.Style) {
	if s.Bold != from.Bold {
		e.put(0x1B, pick(s.Bold, 'E', 'F'))
	}
	if s.Wide != from.Wide || s.Tall != from.Tall {
		e.put(0x1B, 'i', pick(s.Tall, 1, 0), pick(s.Wide, 1, 0))
	}
	if s.Underline != from.Underline {
		e.put(0x1B, '-', pick(s.Underline, 1, 0))
	}
	if s.Reverse != from.Reverse {
		e.put(0x1B, pick(s.Reverse, '4', '5'))
	}
}

func pick(on bool, yes, no byte) byte {
	if on {
		return yes
	}
	return no
}

// Line implements typeset.Machine.
func (e *encoder) Line(glyphs []typeset.Glyph) {
	mode := false
	for _, g := range glyphs {
		if two := g.N == 2 && e.p.Kanji == typeset.JIS; two != mode {
			mode = two
			e.put(0x1B, pick(mode, 'p', 'q'))
		}
		e.put(g.B[:g.N]...)
	}
	if mode {
		e.put(0x1B, 'q')
	}
	e.put('\n')
}

// Feed implements typeset.Machine.
func (e *encoder) Feed(lines int) {
	for ; lines > 0; lines -= 127 {
		e.put(0x1B, 'a', byte(min(lines, 127)))
	}
}

// Rows implements typeset.Machine: ESC J counts quarters of a millimetre, of
// which one is two dots.
func (e *encoder) Rows(dots int) { e.put(0x1B, 'J', byte((dots+1)/2)) }

// Cut implements typeset.Machine.
func (e *encoder) Cut() {
	if e.p.Cut {
		e.put(0x1B, 'd', 3) // feeds to the cutter first
		return
	}
	e.Feed(5) // past the tear bar
}

// Kick implements typeset.Machine. The pulse at the second pin has a fixed
// length.
func (e *encoder) Kick(pin int) {
	if pin == 5 {
		e.put(0x1A)
		return
	}
	e.put(0x1B, 0x07, tens(e.p.PulseOn, 200), tens(e.p.PulseOff, 200), 0x07)
}

// tens is a time in units of 10 ms.
func tens(ms, usual int) byte {
	if ms <= 0 {
		ms = usual
	}
	return byte(min(127, max(1, ms/10)))
}

// QR implements typeset.Machine: model 2, level M.
func (e *encoder) QR(text string, module int) {
	e.put(0x1B, 0x1D, 'y', 'S', '0', 2, 0x1B, 0x1D, 'y', 'S', '1', 1, 0x1B, 0x1D, 'y', 'S', '2', byte(min(module, 8)))
	e.put(0x1B, 0x1D, 'y', 'D', '1', 0, byte(len(text)), byte(len(text)>>8))
	e.out = append(e.out, text...)
	e.put(0x1B, 0x1D, 'y', 'P')
}

// Barcode implements typeset.Machine.
func (e *encoder) Barcode(b printer.Barcode) {
	kind, text := byte('3'), b.Text
	if b.Kind == printer.Code128 {
		kind, text = '6', strings.ReplaceAll(b.Text, "%", "%0")
		if strings.Trim(b.Text[:min(4, len(b.Text))], "0123456789") == "" && len(b.Text) >= 4 {
			text = "%7" + text // start in set B, so that the width is the one that was reckoned with
		}
	}
	e.put(0x1B, 'b', kind, pick(b.Words, '2', '1'), fmt.Sprint(b.Module - 1)[0], byte(b.Height))
	e.out = append(e.out, text...)
	e.put(0x1E)
}
