package paycode

import (
	"math/rand/v2"
	"regexp/syntax"
)

// samplesEach is how many codes the lint draws from a pattern by chance.
const samplesEach = 96

// samples are texts that a pattern matches: the shortest with the lowest
// characters, the longest with the highest, and some drawn by chance, the same
// ones every time.
func samples(p *pattern) []string {
	low := func(int) int { return 0 }
	high := func(n int) int { return n - 1 }
	chance := rand.New(rand.NewPCG(1, 2)) // fixed seeds: a lint must say the same twice
	draws := []func(int) int{low, high}
	for range samplesEach {
		draws = append(draws, chance.IntN)
	}
	var out []string
	for _, draw := range draws {
		text := string(sample(nil, p.tree, draw))
		if !p.toEnd { // whatever may follow
			for range draw(24) {
				text += string('0' + rune(draw(10)))
			}
		}
		if len(text) <= MaxLength {
			out = append(out, text)
		}
	}
	return out
}

// sample appends one text of a tree; draw(n) picks from 0 to n-1.
func sample(to []rune, t *syntax.Regexp, draw func(int) int) []rune {
	switch t.Op {
	case syntax.OpLiteral:
		return append(to, t.Rune...)
	case syntax.OpCharClass:
		return append(to, fromClass(t.Rune, draw))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return append(to, '0'+rune(draw(10)))
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range t.Sub {
			to = sample(to, sub, draw)
		}
	case syntax.OpAlternate:
		return sample(to, t.Sub[draw(len(t.Sub))], draw)
	case syntax.OpStar, syntax.OpPlus, syntax.OpQuest, syntax.OpRepeat:
		from, limit := repeats(t)
		if limit < 0 {
			limit = from + 8
		}
		for range from + draw(limit-from+1) {
			to = sample(to, t.Sub[0], draw)
		}
	}
	return to
}

// fromClass picks a rune of a class, given as pairs of bounds.
func fromClass(pairs []rune, draw func(int) int) rune {
	total := 0
	for i := 0; i+1 < len(pairs); i += 2 {
		total += int(pairs[i+1]-pairs[i]) + 1
	}
	if total == 0 {
		return '0' // a class of nothing: the text will not match and is not used
	}
	pick := rune(draw(total))
	for i := 0; i+1 < len(pairs); i += 2 {
		size := pairs[i+1] - pairs[i] + 1
		if pick < size {
			return pairs[i] + pick
		}
		pick -= size
	}
	return pairs[len(pairs)-1]
}
