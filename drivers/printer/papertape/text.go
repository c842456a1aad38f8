package papertape

import (
	"fmt"
	"strings"
	"unicode"
)

// maxLines is the longest text that is made of one receipt.
const maxLines = 20000

// Text is the receipt as it stands on the paper, one column of text for each
// column of paper, within a frame. What letters cannot show stands to the
// right of the frame: "2x1" is twice as wide, then bold, underline, reverse.
// Magnified characters are followed by the room that they take.
func (r Receipt) Text() string {
	var out strings.Builder
	edge := "+" + strings.Repeat("-", r.cols) + "+\n"
	out.WriteString(edge)
	lines := 1
	for i, it := range r.items {
		if lines > maxLines {
			fmt.Fprintf(&out, "(cut off here; %d more lines, feeds and pictures)\n", len(r.items)-i)
			return out.String()
		}
		lines += r.textOf(&out, it)
	}
	if r.Cut {
		edge = "+" + strings.Repeat("- ", r.cols/2) + strings.Repeat("-", r.cols%2) + "+ cut\n"
	}
	out.WriteString(edge)
	return out.String()
}

// textOf writes one item and returns how many lines that took.
func (r Receipt) textOf(out *strings.Builder, it item) int {
	switch {
	case it.pin != 0:
		fmt.Fprintf(out, "[drawer, pin %d]\n", it.pin)
	case it.isQR:
		size := ""
		if it.picture != nil {
			size = fmt.Sprintf(" %dx%d", it.picture.Width, it.picture.Height)
		}
		text := []rune(plain(it.qr))
		if len(text) > 200 {
			text = append(text[:200], '…')
		}
		r.row(out, it.align, fmt.Sprintf("[QR%s: %s]", size, string(text)), -1, "")
	case it.bars != "":
		r.row(out, it.align, fmt.Sprintf("[%s]", plain(it.bars)), -1, "")
	case it.picture != nil:
		r.row(out, it.align, fmt.Sprintf("[picture %dx%d]", it.picture.Width*it.scaleX, it.picture.Height*it.scaleY), -1, "")
	case it.line != nil:
		text, width, note := r.lineText(it.line)
		r.row(out, it.align, text, width, note)
	default:
		n := it.height / max(1, r.cell*5/2)
		for range n {
			r.row(out, 0, "", 0, "")
		}
		return n
	}
	return 1
}

// plain is a text of which no character leaves the line or does anything on a
// terminal.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '.'
		}
		return r
	}, text)
}

// row writes one line within the frame; a width of -1 is that of the text.
func (r Receipt) row(out *strings.Builder, align byte, text string, width int, note string) {
	if width < 0 {
		width = textColumns(text)
	}
	room := max(0, r.cols-width)
	left := [3]int{0, room / 2, room}[align]
	out.WriteString("|" + strings.Repeat(" ", left) + text + strings.Repeat(" ", room-left) + "|")
	if note != "" {
		out.WriteString(" " + note)
	}
	out.WriteByte('\n')
}

// lineText is the characters of a line, their columns and the note on their
// looks.
func (r Receipt) lineText(line []char) (text string, width int, note string) {
	var out strings.Builder
	var notes []string
	seen := map[string]bool{}
	for _, c := range line {
		if c.gap > 0 {
			n := (c.gap + r.cell/2) / r.cell
			out.WriteString(strings.Repeat(" ", n))
			width += n
			continue
		}
		out.WriteRune(c.r)
		width += int(c.cols) * int(c.face.w)
		out.WriteString(strings.Repeat(" ", int(c.cols)*int(c.face.w-1)))
		if n := c.face.note(); n != "" && !seen[n] {
			seen[n] = true
			notes = append(notes, n)
		}
	}
	return out.String(), width, strings.Join(notes, "; ")
}

func (f face) note() string {
	var parts []string
	if f.w != 1 || f.h != 1 {
		parts = append(parts, fmt.Sprintf("%dx%d", f.w, f.h))
	}
	if f.bold {
		parts = append(parts, "bold")
	}
	if f.underline {
		parts = append(parts, "underline")
	}
	if f.reverse {
		parts = append(parts, "reverse")
	}
	return strings.Join(parts, " ")
}

// textColumns is the columns of a text on a screen of fixed pitch. On paper
// every character beyond ASCII and half-width katakana takes two.
func textColumns(text string) int {
	n := 0
	for _, r := range text {
		switch {
		case r < 0x80 || r == 0xA5 || r >= 0xFF61 && r <= 0xFF9F || r == '…':
			n++
		default:
			n += 2
		}
	}
	return n
}
