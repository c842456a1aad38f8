package typeset

import (
	"unicode/utf8"

	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/transform"
	"golang.org/x/text/width"
)

// Glyph is one character as the printer takes it.
type Glyph struct {
	R     rune
	B     [2]byte
	N     int  // bytes of B
	W     int  // columns of half-width characters
	Drawn bool // the printer does not have it: its line is drawn as a picture
}

// Kanji systems of printers.
const (
	ShiftJIS = "cp932" // a lead byte begins a kanji
	JIS      = "jis"   // JIS X 0208, between the commands that switch kanji mode on and off
	NoKanji  = "none"  // half-width characters only
)

// Charset says which bytes a character is on one model of printer. It is for
// one goroutine.
type Charset struct {
	kanji string
	ibm   bool // doubled IBM kanji are sent as FA40-FC4B, not as ED40-EEFC
	enc   transform.Transformer
	src   [utf8.UTFMax]byte
	dst   [4]byte
}

// NewCharset is the characters of a printer with this kanji system. ibmForm is
// "ibm" or "nec", for those kanji that CP932 has twice.
func NewCharset(kanji, ibmForm string) *Charset {
	if kanji != JIS && kanji != NoKanji {
		kanji = ShiftJIS
	}
	return &Charset{kanji: kanji, ibm: ibmForm == "ibm", enc: japanese.ShiftJIS.NewEncoder().Transformer}
}

// System is the kanji system: ShiftJIS, JIS or NoKanji.
func (c *Charset) System() string { return c.kanji }

// sameGlyph are characters that CP932 holds under another code point; to a
// reader they are the same, so the change is not reported. The standard
// library's table follows the WHATWG index, which knows only the right side.
func sameGlyph(r rune) rune {
	switch r {
	case 0x301C: // wave dash
		return 0xFF5E
	case 0x2212: // minus sign
		return 0xFF0D
	case 0x2014: // em dash
		return 0x2015
	case 0x2016: // double vertical line
		return 0x2225
	case 0x00A2: // cent
		return 0xFFE0
	case 0x00A3: // pound
		return 0xFFE1
	case 0x00AC: // not sign
		return 0xFFE2
	case 0x00A6: // broken bar
		return 0xFFE4
	case 0x203E, 0x00AF: // overline, macron
		return 0xFFE3
	case 0x2011: // non-breaking hyphen
		return 0x2010
	case 0x00A0, 0x202F, '\t': // spaces
		return ' '
	case '\\': // 5C prints a yen sign under ESC R 8
		return 0xFF3C
	}
	return r
}

// Encode is the character in the printer's bytes; false when the printer has
// no such character. The yen sign is 5C, because every document chooses the
// Japanese national set.
func (c *Charset) Encode(r rune) (Glyph, bool) {
	r = sameGlyph(r)
	switch {
	case r == 0xA5:
		return Glyph{R: r, B: [2]byte{0x5C}, N: 1, W: 1}, true
	case r >= 0x20 && r < 0x7F:
		return Glyph{R: r, B: [2]byte{byte(r)}, N: 1, W: 1}, true
	case r >= 0xFF61 && r <= 0xFF9F: // JIS X 0201 katakana: A1-DF
		return Glyph{R: r, B: [2]byte{byte(r - 0xFF61 + 0xA1)}, N: 1, W: 1}, true
	case r < 0xA0 || c.kanji == NoKanji:
		return Glyph{}, false
	}
	n := utf8.EncodeRune(c.src[:], r)
	c.enc.Reset()
	k, _, err := c.enc.Transform(c.dst[:], c.src[:n], true)
	if err != nil || k != 2 {
		return Glyph{}, false
	}
	g := Glyph{R: r, B: [2]byte{c.dst[0], c.dst[1]}, N: 2, W: 2}
	switch {
	case c.kanji == JIS:
		return toJIS(g)
	case c.ibm:
		g.B = ibmForm(g.B)
	}
	return g, true
}

// toJIS is the same character in JIS X 0208, which has neither NEC's row 13
// nor the IBM extensions.
func toJIS(g Glyph) (Glyph, bool) {
	lead, trail := int(g.B[0]), int(g.B[1])
	if lead >= 0xE0 {
		lead -= 0x40
	}
	if trail > 0x7F {
		trail--
	}
	at := (lead-0x81)*188 + trail - 0x40
	row := at/94 + 1
	if row == 13 || row > 84 {
		return Glyph{}, false
	}
	g.B = [2]byte{byte(row + 0x20), byte(at%94 + 0x21)}
	return g, true
}

// ibmForm is the same character among the IBM extensions (FA40-FC4B) for one
// of the NEC-selected IBM extensions (ED40-EEFC), and every other character
// unchanged. Both rows hold the 360 kanji in the same order.
func ibmForm(b [2]byte) [2]byte {
	if b[0] != 0xED && b[0] != 0xEE {
		return b
	}
	at := int(b[0]-0xED)*188 + int(b[1]) - 0x40
	if b[1] > 0x7F { // 7F is not a trail byte
		at--
	}
	switch {
	case at < 360: // kanji: the IBM row has 28 other characters before them
		at += 28
	case at < 372: // small roman numerals
		at -= 362
	default: // broken bar and the two full-width quotes
		at -= 352
	}
	lead, trail := at/188, at%188+0x40
	if trail >= 0x7F {
		trail++
	}
	return [2]byte{byte(0xFA + lead), byte(trail)}
}

// columnsOf is how wide a character is that the printer does not have.
func columnsOf(r rune) int {
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth, width.EastAsianAmbiguous:
		return 2
	}
	return 1
}
