package typeset

import "github.com/posagent/posagent/drivers/printer"

// blank is an empty bitmap.
func blank(width, height int) printer.Bitmap {
	return printer.Bitmap{Width: width, Height: height, Bits: make([]byte, (width+7)/8*height)}
}

func dot(b printer.Bitmap, x, y int) bool {
	return b.Bits[y*((b.Width+7)/8)+x/8]&(0x80>>(x%8)) != 0
}

func ink(b printer.Bitmap, x, y int) {
	b.Bits[y*((b.Width+7)/8)+x/8] |= 0x80 >> (x % 8)
}

// drawn is a line of characters as a picture, in the looks that the printer
// would have given it.
func (s *sheet) drawn(glyphs []Glyph, style printer.Style) printer.Bitmap {
	cell, w, h := s.cell(), 1, 1
	if style.Wide {
		w = 2
	}
	if style.Tall {
		h = 2
	}
	out := blank(Columns(glyphs)*cell*w, 2*cell*h)
	left := 0
	for _, g := range glyphs {
		shape, ok := s.draw(g.R, g.W, cell, w, h)
		if !ok && g.R != ' ' && g.R != 0x3000 {
			shape = bars(g.W*cell*w, 2*cell*h)
		}
		s.put(out, shape, left, g.W*cell*w, style)
		left += g.W * cell * w
	}
	return out
}

// put draws one character into its box.
func (s *sheet) put(out, shape printer.Bitmap, left, width int, style printer.Style) {
	for y := range out.Height {
		for x := range width {
			black := x < shape.Width && y < shape.Height && dot(shape, x, y)
			if style.Bold && !black && x > 0 {
				black = x-1 < shape.Width && y < shape.Height && dot(shape, x-1, y)
			}
			if style.Underline && y >= out.Height-2 {
				black = true
			}
			if black != style.Reverse {
				ink(out, left+x, y)
			}
		}
	}
}

// bars is the sign for a character that no font has, as geta is in type.
func bars(width, height int) printer.Bitmap {
	out := blank(width, height)
	for x := width / 8; x < width-width/8; x++ {
		for y := range max(1, height/8) {
			ink(out, x, height/3+y)
			ink(out, x, height*2/3+y)
		}
	}
	return out
}
