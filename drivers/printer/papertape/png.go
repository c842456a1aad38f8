package papertape

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"io"

	xdraw "golang.org/x/image/draw"
)

// maxHeight is the longest paper that is drawn, in dots: 4 m at 8 dots/mm.
const maxHeight = 32000

// margin is white paper above and below.
const margin = 24

// PNG writes a picture of the paper, one dot of the printer for one dot of the
// picture.
func (r Receipt) PNG(w io.Writer) error {
	height := 2 * margin
	for _, it := range r.items {
		if height += it.height; height > maxHeight {
			return fmt.Errorf("the receipt is longer than %d dots; it is not drawn, its text can be had", maxHeight)
		}
	}
	f := r.look.Font
	if f == nil {
		f = FindFont()
	}
	page := image.NewGray(image.Rect(0, 0, r.dots, height))
	draw.Draw(page, page.Rect, image.White, image.Point{}, draw.Src)
	p := newPen(f, r.cell)
	y := margin
	for _, it := range r.items {
		switch {
		case it.picture != nil:
			r.drawPicture(page, it, y)
		case it.isQR:
			r.drawLabel(page, it, y, p)
		default:
			r.drawLine(page, it, y, p)
		}
		y += it.height
	}
	return png.Encode(w, page)
}

// left is where something of a width begins.
func (r Receipt) left(align byte, width int) int {
	room := max(0, r.dots-width)
	return [3]int{0, room / 2, room}[align]
}

func (r Receipt) drawLine(page *image.Gray, it item, y int, p *pen) {
	width, tall := 0, 0
	for _, c := range it.line {
		width += r.wide(c)
		tall = max(tall, 2*r.cell*int(c.face.h))
	}
	x := r.left(it.align, width)
	for _, c := range it.line {
		w, h := r.wide(c), 2*r.cell*int(c.face.h)
		if c.gap > 0 {
			x += w
			continue
		}
		r.drawChar(page, image.Rect(x, y+tall-h, x+w, y+tall), c, p)
		x += w
	}
}

// wide is the dots that a character takes on its line.
func (r Receipt) wide(c char) int {
	if c.gap > 0 {
		return c.gap
	}
	return r.cell * int(c.cols) * int(c.face.w)
}

// drawChar draws a character in its box: with ink on paper, or the other way
// round.
func (r Receipt) drawChar(page *image.Gray, box image.Rectangle, c char, p *pen) {
	ink := image.Image(image.Black)
	if c.face.reverse {
		draw.Draw(page, box, image.Black, image.Point{}, draw.Src)
		ink = image.White
	}
	m := int(max(c.face.w, c.face.h))
	glyph := p.glyph(c.r, int(c.cols), m)
	if glyph.Rect.Size() != box.Size() {
		fit := image.NewAlpha(image.Rectangle{Max: box.Size()})
		squeeze(fit, glyph)
		glyph = fit
	}
	draw.DrawMask(page, box, ink, image.Point{}, glyph, image.Point{}, draw.Over)
	if c.face.bold { // printers strike twice, a dot apart
		draw.DrawMask(page, box.Add(image.Pt(1, 0)).Intersect(box), ink, image.Point{}, glyph, image.Point{}, draw.Over)
	}
	if c.face.underline {
		draw.Draw(page, image.Rect(box.Min.X, box.Max.Y-2, box.Max.X, box.Max.Y), ink, image.Point{}, draw.Src)
	}
}

func (r Receipt) drawPicture(page *image.Gray, it item, y int) {
	b := it.picture
	row := (b.Width + 7) / 8
	left := r.left(it.align, b.Width*it.scaleX)
	for dy := range b.Height {
		for dx := range b.Width {
			if b.Bits[dy*row+dx/8]&(0x80>>(dx%8)) == 0 {
				continue
			}
			for sy := range it.scaleY {
				for sx := range it.scaleX {
					page.SetGray(left+dx*it.scaleX+sx, y+dy*it.scaleY+sy, color.Gray{})
				}
			}
		}
	}
}

// drawLabel is a box in the place of a QR code that nobody could draw.
func (r Receipt) drawLabel(page *image.Gray, it item, y int, p *pen) {
	left := r.left(it.align, it.height)
	box := image.Rect(left, y, left+it.height, y+it.height)
	draw.Draw(page, box, image.Black, image.Point{}, draw.Src)
	draw.Draw(page, box.Inset(2), image.White, image.Point{}, draw.Src)
	middle := image.Pt((box.Min.X+box.Max.X)/2-r.cell, (box.Min.Y+box.Max.Y)/2-r.cell)
	for i, c := range "QR" {
		cell := image.Rect(0, 0, r.cell, 2*r.cell).Add(middle).Add(image.Pt(i*r.cell, 0))
		r.drawChar(page, cell, char{r: c, cols: 1, face: face{w: 1, h: 1}}, p)
	}
}

// squeeze draws a shape into another size.
func squeeze(to, from *image.Alpha) {
	xdraw.ApproxBiLinear.Scale(to, to.Rect, from, from.Rect, xdraw.Src, nil)
}
