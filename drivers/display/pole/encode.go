// Package pole drives customer displays of two lines of twenty characters: the
// DM-D family, which takes ESC/POS display commands, alone on a wire or behind
// a printer, and those that speak CD5220.
//
// Invariant: no text carries a command to the display, and the display shows
// the last screen that it was given, also after it was unplugged.
//
// Bytes follow the Epson DM-D110 specification (5.4) and the command lists of
// CD5220 displays (Partner Tech CD-5220 manual, 7.2).
package pole

import (
	"github.com/posagent/posagent/drivers/display"
	"github.com/posagent/posagent/drivers/printer/typeset"
	"github.com/posagent/posagent/drivers/profile"
)

// Begin is what a display is sent when it was opened: Japanese characters, no
// cursor, overwriting.
func Begin(p profile.Display) []byte {
	if p.Language == "cd5220" {
		b := []byte{0x1B, '@', 0x1B, 0x11, 0x1B, '_', 0}
		if p.Katakana {
			b = append(b, 0x1B, 'f', 'J', 0x1B, 'c', 'J')
		}
		return b
	}
	b := []byte{0x1B, '@', 0x1F, 0x01, 0x1F, 'C', 0}
	if p.Katakana {
		b = append(b, 0x1B, 'R', 8, 0x1B, 't', 1)
	}
	return b
}

// Encode is the bytes that put a screen on a display. Both lines are written
// whole, so that nothing is cleared and nothing flickers.
func Encode(s display.Screen, p profile.Display) []byte {
	var out []byte
	for i, row := range s {
		if p.Language == "cd5220" {
			out = append(out, 0x1B, 'Q', 'A'+byte(i))
			out = append(out, line(row, p.Katakana)...)
			out = append(out, 0x0D)
			continue
		}
		out = append(out, 0x1F, '$', 1, byte(i+1))
		out = append(out, line(row, p.Katakana)...)
	}
	return out
}

// line is the twenty bytes of a row.
func line(row display.Row, katakana bool) []byte {
	left, right := letters(row.Left, katakana), letters(row.Right, katakana)
	right = right[:min(len(right), display.Columns)]
	room := display.Columns - len(right)
	if len(right) > 0 {
		room-- // a space between the two
	}
	out := make([]byte, 0, display.Columns)
	out = append(out, left[:min(len(left), max(0, room))]...)
	for len(out) < display.Columns-len(right) {
		out = append(out, ' ')
	}
	return append(out, right...)
}

// letters is a text in the bytes of a display.
func letters(text string, katakana bool) []byte {
	clean := typeset.Cleaner{Set: typeset.NewCharset(typeset.NoKanji, "")}
	var out []byte
	for _, part := range clean.Lines(text) {
		for _, g := range part {
			b := g.B[0]
			switch {
			case katakana:
			case g.R == 0xA5: // there is no yen sign without the Japanese set
				b = 'Y'
			case b >= 0x80:
				b = '*'
			}
			out = append(out, b)
		}
	}
	return out
}
