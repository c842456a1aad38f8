package escpos

import "strings"

// notFirst may not begin a line and notLast may not end one (the common part
// of the Japanese rules of JIS X 4051).
const (
	notFirst = "、。，．・：；？！）］｝〕〉》」』】゛゜ーぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ々〃ゝゞ" +
		"｡｣､･ｰｧｨｩｪｫｬｭｮｯﾞﾟ" + ",.:;?!)]}%"
	notLast = "（［｛〔〈《「『【｢([{"
)

func columns(line []glyph) int {
	n := 0
	for _, g := range line {
		n += g.n
	}
	return n
}

// wrap breaks a line so that no part is wider than limit columns. It breaks
// between words of Latin letters where it can, never within a full-width
// character, and keeps closing marks from beginning a line.
func wrap(line []glyph, limit int) [][]glyph {
	var out [][]glyph
	for columns(line) > limit {
		fit, n := 0, 0
		for n+line[fit].n <= limit {
			n += line[fit].n
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
func breakAt(line []glyph, fit int) int {
	for at := fit; at > fit/2 && at > 0; at-- {
		if mayBreak(line[at-1], line[at]) {
			return at
		}
	}
	return fit
}

func mayBreak(before, after glyph) bool {
	switch {
	case after.r == ' ' || before.r == ' ':
		return true
	case strings.ContainsRune(notFirst, after.r) || strings.ContainsRune(notLast, before.r):
		return false
	case latin(before) && latin(after):
		return false
	}
	return true
}

// latin is a character of a word or a number that reads badly when broken.
func latin(g glyph) bool { return g.n == 1 && g.r > ' ' && g.r < 0x100 }

func trimEnd(line []glyph) []glyph {
	for len(line) > 0 && line[len(line)-1].r == ' ' {
		line = line[:len(line)-1]
	}
	return line
}

func trimStart(line []glyph) []glyph {
	for len(line) > 0 && line[0].r == ' ' {
		line = line[1:]
	}
	return line
}
