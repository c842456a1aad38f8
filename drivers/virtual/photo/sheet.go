package photo

import "math"

// shade is red, green and blue light that is already weighed with the fourth,
// how much of what lies behind is covered.
type shade [4]float32

// over lays a shade over light.
func (s shade) over(c [3]float32) [3]float32 {
	if s[3] == 0 {
		return c
	}
	free := 1 - s[3]
	return [3]float32{s[0] + c[0]*free, s[1] + c[1]*free, s[2] + c[2]*free}
}

// sheet is a coarse picture of soft things, read between its cells.
type sheet struct {
	w, h  int
	x, y  float64 // of the first cell's corner
	cells float64 // to a unit
	pix   []shade
}

func newSheet(x, y, w, h, cells float64) *sheet {
	s := &sheet{w: int(math.Ceil(w*cells)) + 1, h: int(math.Ceil(h*cells)) + 1, x: x, y: y, cells: cells}
	s.pix = make([]shade, s.w*s.h)
	return s
}

// at is the shade at a place, clear outside, at no place (not a number) and in a
// sheet that is not there.
func (s *sheet) at(x, y float64) (c shade) {
	if s == nil {
		return c
	}
	fx, fy := (x-s.x)*s.cells-0.5, (y-s.y)*s.cells-0.5
	if !(fx >= -0.5 && fy >= -0.5 && fx < float64(s.w)-0.5 && fy < float64(s.h)-0.5) {
		return c
	}
	fx, fy = min(max(fx, 0), float64(s.w-2)), min(max(fy, 0), float64(s.h-2))
	x0, y0 := int(fx), int(fy)
	ax, ay := float32(fx-float64(x0)), float32(fy-float64(y0))
	a, b := s.pix[y0*s.w+x0:], s.pix[(y0+1)*s.w+x0:]
	for k := range c {
		c[k] = (a[0][k]*(1-ax)+a[1][k]*ax)*(1-ay) + (b[0][k]*(1-ax)+b[1][k]*ax)*ay
	}
	return c
}

// each calls a function for the middle of each cell in a box.
func (s *sheet) each(b box, do func(cell *shade, x, y float64)) {
	x0, x1 := max(0, int((b.x-s.x)*s.cells)), min(s.w, int((b.x+b.w-s.x)*s.cells)+2)
	y0, y1 := max(0, int((b.y-s.y)*s.cells)), min(s.h, int((b.y+b.h-s.y)*s.cells)+2)
	for j := y0; j < y1; j++ {
		for i := x0; i < x1; i++ {
			do(&s.pix[j*s.w+i], s.x+(float64(i)+0.5)/s.cells, s.y+(float64(j)+0.5)/s.cells)
		}
	}
}
