package typeset

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"github.com/posagent/posagent/drivers/printer"
)

// geta stands for a character that cannot be printed, as Japanese type
// setting has it. A question mark would read as part of the text.
const geta = '〓'

// Cleaner turns text from outside into glyphs. No byte below 20 ever comes out
// of it, so no text can carry a command to the printer.
type Cleaner struct {
	Set   *Charset
	Where string                // of the text, for reports
	Odd   []printer.Unprintable // what could not be printed so far
	Draws func(rune) bool       // whether a character can be drawn; nil: none is
}

// Lines cleans a text of several lines.
func (c *Cleaner) Lines(text string) [][]Glyph {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	var out [][]Glyph
	at := 0
	for line := range strings.SplitSeq(text, "\n") {
		runes := []rune(line)
		out = append(out, c.line(runes, at))
		at += len(runes) + 1
	}
	return out
}

// line cleans one line; at is the place of its first rune in the text.
func (c *Cleaner) line(runes []rune, at int) []Glyph {
	var out []Glyph
	for i := 0; i < len(runes); i++ {
		r := runes[i]
		// Only a base with a combining mark behind it is composed. Normalising
		// everything would turn the name kanji of U+F900-FAFF, which CP932
		// has, into other kanji.
		if i+1 < len(runes) && unicode.Is(unicode.Mn, runes[i+1]) {
			whole := []rune(norm.NFC.String(string(runes[i : i+2])))
			if g, ok := c.Set.Encode(whole[0]); ok && len(whole) == 1 {
				out = append(out, g)
				i++
				continue
			}
		}
		if g, ok := c.Set.Encode(r); ok {
			out = append(out, g)
			continue
		}
		out = append(out, c.standIn(r, at+i)...)
		for i+2 < len(runes) && runes[i+1] == 0x200D { // joined emoji are one picture
			i += 2
		}
	}
	return out
}

// standIn is what is printed for a character that the printer lacks.
func (c *Cleaner) standIn(r rune, at int) []Glyph {
	text := c.readable(r)
	where := fmt.Sprintf("%s, character %d", c.Where, at+1)
	if text != "" && c.Draws != nil && r >= 0xA0 && c.Draws(r) {
		c.Odd = append(c.Odd, printer.Unprintable{Rune: r, Where: where, Printed: string(r), Drawn: true})
		return []Glyph{{R: r, W: columnsOf(r), Drawn: true}}
	}
	var out []Glyph
	var printed strings.Builder
	for _, s := range text {
		g, ok := c.Set.Encode(s)
		if !ok { // a printer without kanji has no geta either
			g, _ = c.Set.Encode('*')
		}
		out = append(out, g)
		printed.WriteRune(g.R)
	}
	c.Odd = append(c.Odd, printer.Unprintable{Rune: r, Where: where, Printed: printed.String()})
	return out
}

func (c *Cleaner) readable(r rune) string {
	if unicode.In(r, unicode.Cf, unicode.Variation_Selector) || r >= 0x1F3FB && r <= 0x1F3FF {
		return "" // joiners, marks of direction, variants, skin tones: no width of their own
	}
	if s, ok := substitute(r); ok {
		return s
	}
	if c.Set.kanji == NoKanji { // full-width letters and katakana have narrow forms, and hiragana reads as katakana
		if r >= 'ぁ' && r <= 'ゖ' {
			r += 'ァ' - 'ぁ'
		}
		narrow := width.Narrow.String(norm.NFD.String(string(sameGlyph(r))))
		narrow = strings.NewReplacer("\u3099", "\uFF9E", "\u309A", "\uFF9F").Replace(narrow)
		if c.all(narrow) {
			return narrow
		}
	}
	// A letter with an accent prints as the letter; a compatibility form, such
	// as a ligature, as its parts.
	var base strings.Builder
	for _, d := range norm.NFKD.String(string(r)) {
		if !unicode.Is(unicode.Mn, d) {
			base.WriteRune(d)
		}
	}
	switch s := base.String(); {
	case s == "" && unicode.Is(unicode.Mn, r):
		return "" // an accent that fits on no letter
	case s != string(r) && c.all(s):
		return s
	}
	return string(geta)
}

// all tells whether every character of a text can be printed.
func (c *Cleaner) all(text string) bool {
	for _, r := range text {
		if _, ok := c.Set.Encode(r); !ok {
			return false
		}
	}
	return text != ""
}
