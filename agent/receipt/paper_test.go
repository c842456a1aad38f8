package receipt_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/printer"
)

// paper lays a document out as plain text, in the way that drivers/printer
// describes it, so that a reviewer can read the golden files. Wide characters
// are spread, and marks in brackets stand for what text cannot show.
func paper(t *testing.T, d printer.Document, columns int) string {
	t.Helper()
	var out strings.Builder
	line := func(s string) { fmt.Fprintln(&out, strings.TrimRight(s, " ")) }
	for _, b := range d.Blocks {
		switch b := b.(type) {
		case printer.Text:
			for _, s := range wrap(b.Text, across(columns, b.Style)) {
				line(place(spread(s, b.Style), b.Align, columns))
			}
		case printer.Pair:
			for _, s := range pair(b.Left, b.Right, across(columns, b.Style)) {
				line(spread(s, b.Style))
			}
		case printer.Rule:
			mark := "-"
			if b.Double {
				mark = "="
			}
			line(strings.Repeat(mark, columns))
		case printer.Space:
			for range b.Lines {
				line("")
			}
		case printer.QR:
			line(place("[QR "+b.Text+"]", b.Align, columns))
		case printer.Cut:
			line(strings.Repeat("- ", columns/2))
		default:
			t.Errorf("a block that a receipt does not use: %#v", b)
		}
	}
	return out.String()
}

func across(columns int, s printer.Style) int {
	if s.Wide {
		return columns / 2
	}
	return columns
}

// spread shows a wide style: a space after each half-width character, a
// full-width space after each full-width one.
func spread(s string, style printer.Style) string {
	if !style.Wide {
		return s
	}
	var out strings.Builder
	for _, r := range s {
		out.WriteRune(r)
		out.WriteString(strings.Repeat(" ", cells(r)))
	}
	return out.String()
}

func place(s string, a printer.Align, columns int) string {
	free := max(columns-width(s), 0)
	switch a {
	case printer.Centre:
		return strings.Repeat(" ", free/2) + s
	case printer.Right:
		return strings.Repeat(" ", free) + s
	}
	return s
}

func pair(left, right string, columns int) []string {
	if free := columns - width(left) - width(right); free >= 1 {
		return []string{left + strings.Repeat(" ", free) + right}
	}
	return append(wrap(left, columns), place(right, printer.Right, columns))
}

// wrap breaks at a space where one is near, and anywhere else otherwise:
// Japanese has none.
func wrap(s string, columns int) []string {
	var lines []string
	line, used, space := []rune{}, 0, -1
	for _, r := range s {
		if used+cells(r) > columns {
			cut := len(line)
			if r < 0x80 && space > 0 {
				cut = space
			}
			lines = append(lines, string(line[:cut]))
			line = []rune(strings.TrimLeft(string(line[cut:]), " "))
			used, space = width(string(line)), -1
		}
		if r == ' ' {
			space = len(line)
		}
		line, used = append(line, r), used+cells(r)
	}
	return append(lines, string(line))
}

func width(s string) int {
	n := 0
	for _, r := range s {
		n += cells(r)
	}
	return n
}

// cells: ASCII, the yen sign and half-width katakana take one column.
func cells(r rune) int {
	if r < 0x80 || r == '¥' || (r >= 0xFF61 && r <= 0xFF9F) {
		return 1
	}
	return 2
}
