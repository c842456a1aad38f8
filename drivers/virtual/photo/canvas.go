package photo

import "math"

// rgb is a colour as screens mix it (sRGB).
type rgb struct{ r, g, b uint8 }

// mix is a colour on the way from c to d.
func (c rgb) mix(d rgb, share float64) rgb {
	part := func(a, b uint8) uint8 { return uint8(float64(a) + (float64(b)-float64(a))*share + 0.5) }
	return rgb{part(c.r, d.r), part(c.g, d.g), part(c.b, d.b)}
}

// box is a rectangle in millimetres.
type box struct{ x, y, w, h float64 }

func (b box) inset(d float64) box { return box{b.x + d, b.y + d, b.w - 2*d, b.h - 2*d} }

// canvas is a screen while it is drawn: rows of red, green and blue.
type canvas struct {
	w, h int
	dots float64 // to a millimetre
	pix  []uint8
}

func newCanvas(width, height, dots float64) *canvas {
	w, h := int(math.Ceil(width*dots)), int(math.Ceil(height*dots))
	return &canvas{w: w, h: h, dots: dots, pix: make([]uint8, 3*w*h)}
}

// dot blends a colour over one dot.
func (c *canvas) dot(x, y int, col rgb, share float64) {
	if x < 0 || y < 0 || x >= c.w || y >= c.h || share <= 0 {
		return
	}
	p := c.pix[3*(y*c.w+x) : 3*(y*c.w+x)+3]
	if share >= 1 {
		p[0], p[1], p[2] = col.r, col.g, col.b
		return
	}
	q := rgb{p[0], p[1], p[2]}.mix(col, share)
	p[0], p[1], p[2] = q.r, q.g, q.b
}

// span fills part of a row, from and to in dots, with smooth ends.
func (c *canvas) span(y int, from, to float64, col rgb, share float64) {
	if y < 0 || y >= c.h || to <= from || share <= 0 {
		return
	}
	from, to = max(from, 0), min(to, float64(c.w))
	first, last := int(from), int(math.Ceil(to))-1
	for x := first; x <= last; x++ {
		part := share
		if x == first || x == last {
			part *= min(to, float64(x+1)) - max(from, float64(x))
		}
		c.dot(x, y, col, part)
	}
}

// fill draws a rectangle with round corners.
func (c *canvas) fill(b box, radius float64, col rgb) { c.wash(b, radius, col, 1) }

// wash draws a rectangle that lets through what is under it.
func (c *canvas) wash(b box, radius float64, col rgb, share float64) {
	x0, x1 := b.x*c.dots, (b.x+b.w)*c.dots
	y0, y1, r := b.y*c.dots, (b.y+b.h)*c.dots, min(radius, b.w/2, b.h/2)*c.dots
	for y := max(0, int(y0)); y < min(c.h, int(math.Ceil(y1))); y++ {
		part := min(y1, float64(y+1)) - max(y0, float64(y))
		middle := float64(y) + 0.5
		off := max(y0+r-middle, middle-(y1-r), 0)
		in := 0.0
		if off > 0 {
			in = r - math.Sqrt(max(0, r*r-off*off))
		}
		c.span(y, x0+in, x1-in, col, share*part)
	}
}

// ring draws the outline of a rectangle, width wide, inwards. It fills: what
// was inside is gone.
func (c *canvas) ring(b box, radius, width float64, col, inside rgb) {
	c.fill(b, radius, col)
	c.fill(b.inset(width), max(0, radius-width), inside)
}

// line draws a straight stroke with round ends.
func (c *canvas) line(x0, y0, x1, y1, width float64, col rgb, share float64) {
	s := segment{x0 * c.dots, y0 * c.dots, x1 * c.dots, y1 * c.dots}
	half := max(width*c.dots/2, 0.3)
	for y := int(min(s.y0, s.y1) - half - 1); y <= int(max(s.y0, s.y1)+half+1); y++ {
		for x := int(min(s.x0, s.x1) - half - 1); x <= int(max(s.x0, s.x1)+half+1); x++ {
			d := s.distance(float64(x)+0.5, float64(y)+0.5)
			c.dot(x, y, col, share*min(1, half+0.5-d))
		}
	}
}

// slip draws a turned rectangle: x, y is the middle of its one end.
func (c *canvas) slip(x, y, long, wide, turn float64, col rgb, share float64) {
	sin, cos := math.Sincos(turn)
	reach := math.Hypot(long, wide)
	for j := int((y - reach) * c.dots); j < int((y+reach)*c.dots); j++ {
		for i := int((x - reach) * c.dots); i < int((x+reach)*c.dots); i++ {
			dx, dy := (float64(i)+0.5)/c.dots-x, (float64(j)+0.5)/c.dots-y
			off := away(cos*dx+sin*dy-long/2, cos*dy-sin*dx, long/2, wide/2, 0)
			c.dot(i, j, col, share*min(1, 0.5-off*c.dots))
		}
	}
}

// segment is a piece of a straight line.
type segment struct{ x0, y0, x1, y1 float64 }

func (s segment) distance(x, y float64) float64 {
	dx, dy := s.x1-s.x0, s.y1-s.y0
	t := 0.0
	if long := dx*dx + dy*dy; long > 0 {
		t = min(1, max(0, ((x-s.x0)*dx+(y-s.y0)*dy)/long))
	}
	return math.Hypot(x-s.x0-t*dx, y-s.y0-t*dy)
}

// modules draws a grid of dark modules. Each dot gets the mean over its area,
// so that no seams show between neighbours.
func (c *canvas) modules(b box, columns, rows int, dark func(x, y int) bool, col rgb) {
	wide, high := b.w*c.dots/float64(columns), b.h*c.dots/float64(rows)
	x0, y0 := b.x*c.dots, b.y*c.dots
	for y := max(0, int(y0)); y < min(c.h, int(math.Ceil(y0+b.h*c.dots))); y++ {
		ys := cover(float64(y)-y0, high, rows)
		for x := max(0, int(x0)); x < min(c.w, int(math.Ceil(x0+b.w*c.dots))); x++ {
			xs := cover(float64(x)-x0, wide, columns)
			share := 0.0
			for j := ys.first; j <= ys.last; j++ {
				for i := xs.first; i <= xs.last; i++ {
					if dark(i, j) {
						share += xs.part(i) * ys.part(j)
					}
				}
			}
			c.dot(x, y, col, share)
		}
	}
}

// covered are the modules that one dot touches.
type covered struct {
	at, size    float64
	first, last int
}

func cover(at, size float64, n int) covered {
	return covered{at, size, max(0, int(math.Floor(at/size))), min(n-1, int(math.Ceil((at+1)/size))-1)}
}

func (c covered) part(i int) float64 {
	return max(0, min(c.at+1, float64(i+1)*c.size)-max(c.at, float64(i)*c.size))
}
