package configs

import (
	"bytes"
	"sort"
	"strings"
	"unicode/utf8"
)

// file is one text that was read, kept so that a complaint can show its line.
type file struct {
	name  string
	text  []byte
	lines []int // offset of the first byte of each line
}

func newFile(name string, text []byte) *file {
	text = []byte(strings.TrimPrefix(string(text), "\ufeff")) // Windows editors write a byte order mark
	f := &file{name: name, text: text[:len(text):len(text)], lines: []int{0}}
	for i, b := range text {
		if b == '\n' {
			f.lines = append(f.lines, i+1)
		}
	}
	return f
}

// place is where something stands. The zero place is nowhere: a default.
type place struct {
	file   *file
	offset int
}

// position is the line and the column of a place, both from 1. Columns count
// characters, as editors do.
func (p place) position() (line, column int) {
	if p.file == nil {
		return 0, 0
	}
	line = sort.Search(len(p.file.lines), func(i int) bool { return p.file.lines[i] > p.offset })
	start := p.file.lines[line-1]
	return line, utf8.RuneCount(p.file.text[start:p.offset]) + 1
}

// whole is the offset of the character that an offset lies in.
func (f *file) whole(offset int) int {
	for offset > 0 && offset < len(f.text) && !utf8.RuneStart(f.text[offset]) {
		offset--
	}
	return offset
}

// line is the source text of line n without its end.
func (f *file) line(n int) string {
	if n < 1 || n > len(f.lines) {
		return ""
	}
	line, _, _ := bytes.Cut(f.text[f.lines[n-1]:], []byte("\n"))
	return strings.TrimSuffix(string(line), "\r")
}

// kind is what a node holds. The words stand in complaints.
type kind string

const (
	textKind  kind = "text"
	wholeKind kind = "a whole number"
	realKind  kind = "a number with a point"
	flagKind  kind = "true or false"
	dateKind  kind = "a date or time"
	listKind  kind = "a list"
	tableKind kind = "a table"
)

// node is one value of a file, with its place. text is the decoded text of a
// textKind and the written one of numbers, flags and dates.
type node struct {
	kind  kind
	text  string
	items []*node          // of a list
	keys  map[string]*node // of a table
	name  place            // where its key stands; of a table the header
	value place            // where the value itself begins
	// Of a table: whether its own header, braces or only longer keys made it.
	// TOML allows the last kind to be extended, the first two not.
	closed bool
	header bool
	dotted bool
}

func newTable(at place) *node {
	return &node{kind: tableKind, keys: map[string]*node{}, name: at, value: at}
}

// sorted are the keys of a table in the order in which they are written.
func (n *node) sorted() []string {
	names := make([]string, 0, len(n.keys))
	for name := range n.keys {
		names = append(names, name)
	}
	sort.Slice(names, func(i, j int) bool {
		a, b := n.keys[names[i]], n.keys[names[j]]
		if a.name.file == b.name.file && a.name.offset != b.name.offset {
			return a.name.offset < b.name.offset
		}
		return names[i] < names[j]
	})
	return names
}

// rows tells whether a node is a list of tables, such as [[wallet]].
func (n *node) rows() bool {
	if n.kind != listKind || len(n.items) == 0 {
		return false
	}
	for _, item := range n.items {
		if item.kind != tableKind {
			return false
		}
	}
	return true
}
