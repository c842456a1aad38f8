package typeset

import "strings"

// notFirst may not begin a line and notLast may not end one (the common part
// of the Japanese rules of JIS X 4051).
const (
	notFirst = "、。，．・：；？！）］｝〕〉》」』】゛゜ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々〃ゝゞ" +
		"｡｣､･ｰｧｨｩｪｫｬｭｮｯﾞﾟ" + ",.:;?!)]}%"
	notLast = "（［｛〔〈《「『【｢([{"
)

// Columns is how wide a line is.
func Columns(line []Glyph) int {
	n := 0
	for _, g := range line {
		n += g.W
	}
	return n
}

// Wrap breaks a line so that no part is wider than limit columns. It breaks
// between words of Latin letters where it can, never within a full-width
// character, and keeps closing marks from beginning a line.
func Wrap(line []Glyph, limit int) [][]Glyph {
	var out [][]Glyph
	for Columns(line) > limit {
		fit, n := 0, 0
		for n+line[fit].W <= limit {
			n += line[fit].W
			fit++
		}
		fit = max(fit, 1)
		at := breakAt(line, fit)
		out = append(out, trimEnd(line[:at]))
		line = trimStart(line[at:])
	}
	return append(out, line)
}

// breakAt is the best place to break at or before fit; fit itself when every
// better place would leave less than half a line.
func breakAt(line []Glyph, fit int) int {
	for at := fit; at > fit/2 && at > 0; at-- {
		if mayBreak(line[at-1], line[at]) {
			return at
		}
	}
	return fit
}

func mayBreak(before, after Glyph) bool {
	switch {
	case after.R == ' ' || before.R == ' ':
		return true
	case strings.ContainsRune(notFirst, after.R) || strings.ContainsRune(notLast, before.R):
		return false
	case latin(before) && latin(after):
		return false
	}
	return true
}

// latin is a character of a word or a number that reads badly when broken.
func latin(g Glyph) bool { return g.W == 1 && g.R > ' ' && g.R < 0x100 }

func trimEnd(line []Glyph) []Glyph {
	for len(line) > 0 && line[len(line)-1].R == ' ' {
		line = line[:len(line)-1]
	}
	return line
}

func trimStart(line []Glyph) []Glyph {
	for len(line) > 0 && line[0].R == ' ' {
		line = line[1:]
	}
	return line
}
