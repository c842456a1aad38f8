package imager

import (
	"image"
	"image/color"
	"math"

	"github.com/posagent/posagent/drivers/scanner/imager/gray"
)

// The colours of an explanation.
var (
	inkMark   = color.RGBA{255, 200, 0, 255} // yellow: runs as in a corner pattern
	inkCorner = color.RGBA{0, 190, 255, 255} // blue: a corner pattern that was measured
	inkGrid   = color.RGBA{255, 60, 40, 255} // red: a grid that did not become a code
	inkCode   = color.RGBA{30, 220, 60, 255} // green: a code that was read
	inkBack   = color.RGBA{0, 0, 0, 255}     // around lines, so that they show on anything
)

// Explain draws the picture with what was seen in it: the best grid that was
// not read, unless a code was.
func (r Report) Explain() *image.RGBA {
	times := min(8, max(1, 600/max(1, r.Width, r.Height))) // small pictures are drawn larger
	c := canvas{image.NewRGBA(image.Rect(0, 0, r.Width*times, r.Height*times)), float64(times)}
	for y := range r.Height * times {
		for x := range r.Width * times {
			v := r.picture.Pix[y/times*r.Width+x/times]/2 + 96 // paler, for the lines
			c.img.SetRGBA(x, y, color.RGBA{v, v, v, 255})
		}
	}
	a, best := r.telling()
	for _, m := range a.Marks {
		c.cross(m, inkMark)
	}
	for _, q := range a.Corners {
		c.quad(q, inkCorner)
	}
	if best.Size > 0 && !best.Read {
		c.quad(best.Quad, inkGrid)
	}
	for _, code := range r.Codes {
		c.quad(code.Quad, inkCode)
		c.line(code.Quad[0], code.Quad[2], inkCode)
	}
	return c.img
}

// telling is the attempt that says most: the one that read, or the one with
// the grid that fitted best, or with most corners.
func (r Report) telling() (a Attempt, best Grid) {
	for _, t := range r.Attempts {
		for _, g := range t.Grids {
			if g.Read || (!best.Read && g.Fit > best.Fit) {
				a, best = t, g
			}
		}
		if best.Size == 0 && len(t.Corners) >= len(a.Corners) && len(t.Marks) > 0 {
			a = t
		}
	}
	return a, best
}

// canvas is drawn on in dots of the picture.
type canvas struct {
	img   *image.RGBA
	times float64
}

func (c canvas) quad(q [4]gray.Point, ink color.RGBA) {
	for i := range q {
		c.line(q[i], q[(i+1)%4], ink)
	}
}

func (c canvas) cross(p gray.Point, ink color.RGBA) {
	const arm = 4
	c.line(gray.Point{X: p.X - arm, Y: p.Y}, gray.Point{X: p.X + arm, Y: p.Y}, ink)
	c.line(gray.Point{X: p.X, Y: p.Y - arm}, gray.Point{X: p.X, Y: p.Y + arm}, ink)
}

// line draws a line with a dark edge.
func (c canvas) line(a, b gray.Point, ink color.RGBA) {
	c.stroke(a, b, inkBack, 2)
	c.stroke(a, b, ink, 1)
}

func (c canvas) stroke(a, b gray.Point, ink color.RGBA, thick int) {
	n := int(math.Hypot(b.X-a.X, b.Y-a.Y)*c.times) + 1
	if n > 20_000 {
		return // a grid that was thought to lie far outside
	}
	for i := range n + 1 {
		f := float64(i) / float64(n)
		x, y := int((a.X+f*(b.X-a.X))*c.times), int((a.Y+f*(b.Y-a.Y))*c.times)
		for dy := -thick; dy <= thick; dy++ {
			for dx := -thick; dx <= thick; dx++ {
				c.img.SetRGBA(x+dx, y+dy, ink)
			}
		}
	}
}
