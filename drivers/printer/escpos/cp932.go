package escpos

import (
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
)

// glyph is one character as the printer takes it. On a Japanese printer one
// byte is one column wide and two bytes are two, so n is the width as well.
type glyph struct {
	r rune
	b [2]byte
	n int
}

// charset says which bytes a character is on one model of printer.
type charset struct {
	kanji bool // the printer has the Shift-JIS kanji system (FS C 1)
	ibm   bool // doubled IBM kanji are sent as FA40-FC4B, not as ED40-EEFC
	enc   *encoding.Encoder
}

func newCharset(kanji, ibmForm string) *charset {
	return &charset{kanji: kanji != "none", ibm: ibmForm == "ibm", enc: japanese.ShiftJIS.NewEncoder()}
}

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

// encode is the character in the printer's bytes; false when the printer has
// no such character. The yen sign is 5C, because every document sends ESC R 8.
func (c *charset) encode(r rune) (glyph, bool) {
	r = sameGlyph(r)
	switch {
	case r == 0xA5:
		return glyph{r, [2]byte{0x5C}, 1}, true
	case r >= 0x20 && r < 0x7F:
		return glyph{r, [2]byte{byte(r)}, 1}, true
	case r >= 0xFF61 && r <= 0xFF9F: // JIS X 0201 katakana: A1-DF
		return glyph{r, [2]byte{byte(r - 0xFF61 + 0xA1)}, 1}, true
	case r < 0xA0 || !c.kanji:
		return glyph{}, false
	}
	c.enc.Reset()
	b, err := c.enc.Bytes([]byte(string(r)))
	if err != nil || len(b) != 2 {
		return glyph{}, false
	}
	g := glyph{r, [2]byte{b[0], b[1]}, 2}
	if c.ibm {
		g.b = ibmForm(g.b)
	}
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
