package configs

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// Problem is one thing that is wrong with a configuration.
type Problem struct {
	File   string `json:"file"`
	Line   int    `json:"line"`             // from 1; 0 when it is about no line
	Column int    `json:"column"`           // in characters, from 1
	Key    string `json:"key,omitempty"`    // "store.id", "device.scanner0.address"
	Text   string `json:"text"`             // what is wrong; what is wanted
	Hint   string `json:"hint,omitempty"`   // "did you mean \"baud\"?"
	Source string `json:"source,omitempty"` // the line, secrets blotted out
}

// Problems are all that is wrong, in the order of files and lines.
type Problems []Problem

// maxSource is how much of a line is shown, in characters.
const maxSource = 120

func newProblem(at place, key, text, hint string) Problem {
	p := Problem{Key: key, Text: text, Hint: hint}
	if at.file == nil {
		return p
	}
	p.File = at.file.name
	p.Line, p.Column = at.position()
	p.Source = blot(at.file.line(p.Line))
	return p
}

// secret finds values that no complaint may repeat, even when they stand under
// a name that is not quite right: a complaint ends in logs and chats.
var secret = regexp.MustCompile(`(?i)\b(p\w?n|pin\w*|\w*pass\w*|\w*sha256\w*|\w*token|\w*secret\w*)("?\s*=\s*).*$`)

// hide blots out all that the line gives its key.
func (p *Problem) hide() {
	if name, _, found := strings.Cut(p.Source, "="); found {
		p.Source = name + "= …"
	}
}

func blot(line string) string {
	line = secret.ReplaceAllString(line, "$1$2…")
	return strings.Map(func(r rune) rune {
		if r != '\t' && !unicode.IsPrint(r) && r != '\u3000' {
			return '\uFFFD'
		}
		return r
	}, line)
}

// Error is all problems as text: for each "file:line:column: key: what is
// wrong; what is wanted", the line, and a caret under the spot.
func (ps Problems) Error() string {
	texts := make([]string, len(ps))
	for i, p := range ps {
		texts[i] = p.String()
	}
	return strings.Join(texts, "\n")
}

// String is the problem as text, without a line end at its end.
func (p Problem) String() string {
	var b strings.Builder
	b.WriteString(p.File)
	if p.Line > 0 {
		fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
	}
	b.WriteString(": ")
	if p.Key != "" {
		b.WriteString(p.Key + ": ")
	}
	b.WriteString(p.Text)
	if p.Hint != "" {
		b.WriteString(" (" + p.Hint + ")")
	}
	line := []rune(p.Source)
	if p.Line < 1 || p.Column < 1 || p.Column > maxSource || strings.TrimSpace(p.Source) == "" {
		return b.String()
	}
	end := ""
	if len(line) > maxSource {
		line, end = line[:maxSource], "…"
	}
	fmt.Fprintf(&b, "\n    %s%s\n    %s^", string(line), end, indent(line[:min(p.Column-1, len(line))]))
	return b.String()
}

// indent is white space that takes as much room as the text, so that the caret
// stands under its character on a terminal with Japanese letters too.
func indent(text []rune) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			return '\u3000'
		}
		return ' '
	}, string(text))
}

// inOrder sorts by file as they were read, then by line and column.
func (ps Problems) inOrder(files []string) {
	rank := func(p Problem) int { return slices.Index(files, p.File) }
	slices.SortStableFunc(ps, func(a, b Problem) int {
		if d := rank(a) - rank(b); d != 0 {
			return d
		}
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}
