package papertape

import (
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
)

// charset is what bytes mean: the kanji system (FS C), kanji mode (FS &), the
// code table (ESC t) and the national set (ESC R).
type charset struct {
	kanji  bool // this model has kanji at all
	system byte // 0 JIS, 1 Shift-JIS
	mode   bool // FS &, which only counts in the JIS system
	table  byte
	nation byte
	lead   byte // first byte of a kanji whose second has not come
}

// decoded is one character from the stream.
type decoded struct {
	r    rune
	cols uint8
	bad  bool
}

// set carries out a command that chooses characters; false when the choice is
// not known here.
func (c *charset) set(name string, n byte) bool {
	c.lead = 0
	if n >= '0' && n <= '2' && name == "FS C" {
		n -= '0'
	}
	switch name {
	case "FS &":
		c.mode = true
	case "FS .":
		c.mode = false
	case "FS C":
		c.system = n
		return c.kanji && n <= 1
	case "ESC R":
		c.nation = n
		return n == 0 || n == 8
	case "ESC t":
		c.table = n
		return n == 1 || c.page() != nil
	}
	return true
}

func (c *charset) decode(raw []byte) []decoded {
	out := make([]decoded, 0, len(raw))
	for _, b := range raw {
		switch {
		case c.lead != 0:
			out = append(out, c.pair(c.lead, b))
			c.lead = 0
		case c.isLead(b):
			c.lead = b
		default:
			out = append(out, c.single(b))
		}
	}
	return out
}

func (c *charset) isLead(b byte) bool {
	switch {
	case !c.kanji:
		return false
	case c.system == 1:
		return b >= 0x81 && b <= 0x9F || b >= 0xE0 && b <= 0xFC
	}
	return c.mode && b >= 0x21 && b <= 0x7E
}

func (c *charset) pair(a, b byte) decoded {
	set, raw := encoding.Encoding(japanese.ShiftJIS), []byte{a, b}
	if c.system == 0 {
		set, raw = japanese.EUCJP, []byte{a | 0x80, b | 0x80}
	}
	text, err := set.NewDecoder().Bytes(raw)
	runes := []rune(string(text))
	if err != nil || len(runes) != 1 || runes[0] == 0xFFFD {
		return decoded{0xFFFD, 2, true}
	}
	return decoded{runes[0], 2, false}
}

func (c *charset) single(b byte) decoded {
	switch {
	case b == 0x5C && c.nation == 8:
		return decoded{0xA5, 1, false}
	case b < 0x80:
		return decoded{rune(b), 1, false}
	case c.table == 1 && b >= 0xA1 && b <= 0xDF:
		return decoded{rune(b) - 0xA1 + 0xFF61, 1, false}
	case c.table == 1:
		if r := katakanaSign(b); r != 0 {
			return decoded{r, 1, false}
		}
		return decoded{0xFFFD, 1, true}
	}
	if page := c.page(); page != nil {
		if r := page.DecodeByte(b); r != 0xFFFD {
			return decoded{r, 1, false}
		}
	}
	return decoded{0xFFFD, 1, true}
}

// page is the code table for bytes from 80 on; katakana is none of these.
func (c *charset) page() *charmap.Charmap {
	switch c.table {
	case 0:
		return charmap.CodePage437
	case 2:
		return charmap.CodePage850
	case 3:
		return charmap.CodePage860
	case 4:
		return charmap.CodePage863
	case 5:
		return charmap.CodePage865
	case 16:
		return charmap.Windows1252
	case 17:
		return charmap.CodePage866
	case 18:
		return charmap.CodePage852
	case 19:
		return charmap.CodePage858
	}
	return nil
}

// katakanaSign is what stands beside the letters in the katakana table: blocks
// and lines from 80, signs from E0. 0: nothing.
func katakanaSign(b byte) rune {
	signs := []rune("▁▂▃▄▅▆▇█▏▎▍▌▋▊▉┼┴┬┤├▔─│▕┌┐└┘╭╮╰╯")
	if b >= 0x80 && b <= 0x9F {
		return signs[b-0x80]
	}
	more := []rune("═╞╪╡◢◣◥◤♠♥♦♣●○╱╲╳円年月日時分秒〒市区町村人▓")
	if b >= 0xE0 && int(b-0xE0) < len(more) {
		return more[b-0xE0]
	}
	return 0
}
