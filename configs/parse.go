package configs

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// maxFile is the longest file that is read. A full configuration has 10 kB.
const maxFile = 1 << 20

// maxSyntax is how many spots of broken syntax are told per file. What comes
// after so many is an echo.
const maxSyntax = 20

// parser builds the tree of one file and collects what is wrong with it.
type parser struct {
	file     *file
	base     int // offset in the file of what toml was given last
	toml     unstable.Parser
	root     *node
	table    *node // where keys go now; nil after a broken header
	path     string
	problems Problems
}

// parse reads TOML into a tree. It goes on after a broken line at the next
// line, so that one look shows all of them; broken tells that it had to.
func parse(f *file) (root *node, problems Problems, broken bool) {
	p := &parser{file: f, root: newTable(place{f, 0})}
	p.table = p.root
	if len(f.text) > maxFile {
		p.complain(place{f, 0}, "", "the file is larger than 1 MB; a configuration is text of a few kilobytes", "")
		return p.root, p.problems, true
	}
	if at := firstInvalid(f.text); at >= 0 {
		p.complain(place{f, at}, "", "the file is not UTF-8 from here on; save it as UTF-8 (not as Shift_JIS)", "")
		return p.root, p.problems, true
	}
	for next := 0; next < len(f.text) && len(p.problems) < maxSyntax; {
		next = p.run(next)
	}
	return p.root, p.problems, len(p.problems) > 0
}

func firstInvalid(text []byte) int {
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && size == 1 {
			return i
		}
		i += size
	}
	return -1
}

// run reads expressions from an offset on. It returns the length of the file,
// or after broken syntax the offset of the next line.
func (p *parser) run(from int) int {
	p.base = from
	p.toml.Reset(p.file.text[from:])
	for p.toml.NextExpression() {
		switch e := p.toml.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			p.header(e)
		case unstable.KeyValue:
			if p.table != nil {
				p.keyValue(p.table, p.path, e)
			}
		}
	}
	err := p.toml.Error()
	if err == nil {
		return len(p.file.text)
	}
	at := place{p.file, from}
	var spot *unstable.ParserError
	if errors.As(err, &spot) {
		at.offset = p.spot(spot.Highlight)
	}
	hint := ""
	if strings.Contains(err.Error(), "at start of value") {
		hint = `text stands in quotes: "…"`
	}
	p.complain(at, "", "not valid TOML: "+err.Error(), hint)
	line, _ := at.position()
	if broken := p.file.line(line); len(broken) > 0 && broken[0] == '[' {
		p.table = nil // the keys below belong to a table that nobody knows
	}
	if line < len(p.file.lines) {
		return p.file.lines[line]
	}
	return len(p.file.text)
}

// spot is the offset in the file of a slice of the text that toml was given.
func (p *parser) spot(part []byte) int {
	given := p.toml.Data()
	at := cap(given) - cap(part)
	if at < 0 || at > len(given) {
		at = len(given)
	}
	return p.file.whole(p.base + at)
}

func (p *parser) complain(at place, key, text, hint string) {
	p.problems = append(p.problems, newProblem(at, key, text, hint))
}

// secondOpinion asks the library's own decoder about a file in which nothing
// else is wrong: it knows rules of TOML that the tree does not need.
func secondOpinion(f *file) Problems {
	var sink map[string]any
	err := toml.Unmarshal(f.text, &sink)
	if err == nil {
		return nil
	}
	at := place{f, 0}
	var spot *toml.DecodeError
	if errors.As(err, &spot) {
		line, column := spot.Position()
		at.offset = f.whole(min(f.lines[line-1]+column-1, len(f.text)))
	}
	return Problems{newProblem(at, "", "not valid TOML: "+err.Error(), "")}
}
