package paycode

import (
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
)

// pattern is an anchored regular expression that knows how long a text can be
// to match, so that most texts are turned away before it runs. Go's engine is
// linear in the text: no expression can stall the register.
type pattern struct {
	re       *regexp.Regexp
	tree     *syntax.Regexp
	min, max int // in bytes; max is -1 when there is no end
	toEnd    bool
}

func (p *pattern) match(text string) bool {
	if len(text) < p.min || p.max >= 0 && len(text) > p.max {
		return false
	}
	return p.re.MatchString(text)
}

// compile wants ^ on every branch, and $ too when whole is set.
func compile(match string, whole bool) (*pattern, error) {
	re, err := regexp.Compile(match)
	if err != nil {
		return nil, fmt.Errorf("match %q: %w", match, err)
	}
	tree, err := syntax.Parse(match, syntax.Perl)
	if err != nil {
		return nil, fmt.Errorf("match %q: %w", match, err)
	}
	toEnd := ends(tree)
	switch {
	case !begins(tree):
		return nil, fmt.Errorf("match %q: every branch must begin with ^, or it would match in the middle of another wallet's code", match)
	case whole && !toEnd:
		return nil, fmt.Errorf("match %q: every branch must end with $, or it would match longer codes too", match)
	}
	p := &pattern{re: re, tree: tree, toEnd: toEnd}
	p.min, p.max = lengths(tree)
	if !toEnd {
		p.max = -1
	}
	if p.min > MaxLength {
		return nil, errors.New("match " + match + ": only texts longer than the longest code would match")
	}
	return p, nil
}

func begins(t *syntax.Regexp) bool {
	return anchored(t, syntax.OpBeginText, func(sub []*syntax.Regexp) *syntax.Regexp { return sub[0] })
}

func ends(t *syntax.Regexp) bool {
	return anchored(t, syntax.OpEndText, func(sub []*syntax.Regexp) *syntax.Regexp { return sub[len(sub)-1] })
}

func anchored(t *syntax.Regexp, op syntax.Op, edge func([]*syntax.Regexp) *syntax.Regexp) bool {
	switch t.Op {
	case op:
		return true
	case syntax.OpConcat, syntax.OpCapture:
		return len(t.Sub) > 0 && anchored(edge(t.Sub), op, edge)
	case syntax.OpAlternate:
		for _, branch := range t.Sub {
			if !anchored(branch, op, edge) {
				return false
			}
		}
		return len(t.Sub) > 0
	}
	return false
}

// lengths are the fewest and the most bytes that a tree can match; the most
// is -1 when there is no end, or when characters of several bytes are in it.
func lengths(t *syntax.Regexp) (least, most int) {
	switch t.Op {
	case syntax.OpLiteral:
		if t.Flags&syntax.FoldCase != 0 { // a letter may fold to one of another length
			return len(t.Rune), -1
		}
		n := len(string(t.Rune))
		return n, n
	case syntax.OpCharClass:
		if len(t.Rune) > 0 && t.Rune[len(t.Rune)-1] < 0x80 {
			return 1, 1
		}
		return 1, -1
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1, -1
	case syntax.OpRepeat, syntax.OpStar, syntax.OpPlus, syntax.OpQuest:
		return repeated(t)
	case syntax.OpConcat, syntax.OpCapture:
		for _, sub := range t.Sub {
			a, b := lengths(sub)
			least += a
			most = plus(most, b)
		}
		return least, most
	case syntax.OpAlternate:
		least, most = lengths(t.Sub[0])
		for _, sub := range t.Sub[1:] {
			a, b := lengths(sub)
			least = min(least, a)
			if most >= 0 && b >= 0 {
				most = max(most, b)
			} else {
				most = -1
			}
		}
		return least, most
	}
	return 0, 0 // anchors and the empty match
}

func plus(a, b int) int {
	if a < 0 || b < 0 {
		return -1
	}
	return a + b
}

func repeated(t *syntax.Regexp) (least, most int) {
	from, to := repeats(t)
	a, b := lengths(t.Sub[0])
	if to < 0 || b < 0 {
		return from * a, -1
	}
	return from * a, to * b
}

// repeats are the bounds of a repetition; to is -1 when there is none.
func repeats(t *syntax.Regexp) (from, to int) {
	switch t.Op {
	case syntax.OpStar:
		return 0, -1
	case syntax.OpPlus:
		return 1, -1
	case syntax.OpQuest:
		return 0, 1
	}
	return t.Min, t.Max
}
