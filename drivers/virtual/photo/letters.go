package photo

import (
	"math/rand/v2"

	"github.com/posagent/posagent/drivers/printer"
)

// writer writes words on a screen.
type writer struct {
	on      *canvas
	letters printer.Draw // may be nil
}

// width is how wide a text is, in millimetres, when it is so high.
func width(text string, height float64) float64 {
	w := 0.0
	for _, r := range text {
		w += height * advance(r)
	}
	return w
}

// advance is the width of a character for a height of 1.
func advance(r rune) float64 {
	if r < 0x80 {
		return 0.55
	}
	return 1
}

// write draws a text that is height high, its upper left corner at x, y.
func (w writer) write(x, y, height float64, text string, col rgb) {
	for _, r := range text {
		w.letter(box{x, y, height * advance(r), height}, r, col)
		x += height * advance(r)
	}
}

// centred draws a text about x.
func (w writer) centred(x, y, height float64, text string, col rgb) {
	w.write(x-width(text, height)/2, y, height, text, col)
}

// letter draws one character into its cell.
func (w writer) letter(cell box, r rune, col rgb) {
	if r == ' ' {
		return
	}
	if rows := digit(r); rows != nil {
		in := box{cell.x + cell.w*0.08, cell.y + cell.h*0.12, cell.w * 0.8, cell.h * 0.76}
		w.on.modules(in, 5, 7, func(x, y int) bool { return rows[y]&(16>>x) != 0 }, col)
		return
	}
	if w.letters != nil {
		columns := 1
		if r >= 0x80 {
			columns = 2
		}
		if b, ok := w.letters(r, columns, 32, 1, 1); ok {
			row := (b.Width + 7) / 8
			w.on.modules(cell, b.Width, b.Height, func(x, y int) bool { return b.Bits[y*row+x/8]&(0x80>>(x%8)) != 0 }, col)
			return
		}
	}
	w.strokes(cell.inset(cell.h*0.06), r, col)
}

// strokes is what a character looks like from afar: level, upright and slanting
// strokes, the same for the same character.
func (w writer) strokes(cell box, r rune, col rgb) {
	chance := rand.New(rand.NewPCG(uint64(r), 0x5712))
	n, pen := 3+chance.IntN(3), cell.h*0.09
	if r < 0x80 {
		n, pen = 2+chance.IntN(2), cell.h*0.1
	}
	at := func(i int, from, size float64) float64 { return from + size*float64(i)/4 }
	for range n {
		i, j := chance.IntN(5), chance.IntN(5)
		x0, y0 := at(i, cell.x, cell.w), at(j, cell.y, cell.h)
		switch chance.IntN(5) {
		case 0, 1: // level
			w.on.line(cell.x+cell.w*0.1, y0, cell.x+cell.w*0.9, y0, pen, col, 1)
		case 2, 3: // upright
			w.on.line(x0, at(chance.IntN(2), cell.y, cell.h), x0, cell.y+cell.h, pen, col, 1)
		default:
			w.on.line(x0, y0, at((i+2)%5, cell.x, cell.w), at(4, cell.y, cell.h), pen, col, 1)
		}
	}
}

// digit is a figure of 5 by 7 dots, nil for other characters. Sums of money are
// what people know by sight.
func digit(r rune) []uint8 {
	switch r {
	case '0':
		return []uint8{14, 17, 19, 21, 25, 17, 14}
	case '1':
		return []uint8{4, 12, 4, 4, 4, 4, 14}
	case '2':
		return []uint8{14, 17, 1, 6, 8, 16, 31}
	case '3':
		return []uint8{14, 17, 1, 6, 1, 17, 14}
	case '4':
		return []uint8{2, 6, 10, 18, 31, 2, 2}
	case '5':
		return []uint8{31, 16, 30, 1, 1, 17, 14}
	case '6':
		return []uint8{6, 8, 16, 30, 17, 17, 14}
	case '7':
		return []uint8{31, 1, 2, 4, 8, 8, 8}
	case '8':
		return []uint8{14, 17, 17, 14, 17, 17, 14}
	case '9':
		return []uint8{14, 17, 17, 15, 1, 2, 12}
	case ',':
		return []uint8{0, 0, 0, 0, 0, 4, 8}
	case ':':
		return []uint8{0, 4, 4, 0, 4, 4, 0}
	case '¥':
		return []uint8{17, 10, 31, 4, 31, 4, 4}
	}
	return nil
}
