package photo

import (
	"math"
	"math/rand/v2"
)

// Glass is what lies on the screen and what it mirrors.
type Glass struct {
	// MirrorShare is the share of the room's light that the glass throws back
	// evenly; bare glass has 0.04, a film against prying eyes more.
	MirrorShare float64
	Reflections []Reflection
	// Cracks go out from a point of impact, which lies off the middle of the
	// code.
	Cracks                int
	CrackRightMillimetres float64
	CrackDownMillimetres  float64
	SmearShare            float64 // of the glass that grease covers, 0 to 1
	BendRadiusMillimetres float64 // of a screen that is a cylinder; 0 is flat
}

// Reflection is a lamp or a window in the glass. Its place is that of its
// middle, off the middle of the code.
type Reflection struct {
	Shape                             Shape
	RightMillimetres, DownMillimetres float64
	WidthMillimetres                  float64
	LengthMillimetres                 float64
	TurnDegrees                       float64
	SoftMillimetres                   float64 // over which its edge fades
	Nits                              float64 // as the glass shows it: a lamp of 5000 in bare glass is 200
}

// Shape is what a reflection looks like.
type Shape int

// The shapes: a round lamp, a tube or a gap between curtains, a window of four
// panes.
const (
	Spot Shape = iota
	Strip
	Window
)

// reflected is what the glass mirrors at a place off the middle of the code, in
// cd/m2. The room throws half of its light into the glass.
func (g *Glass) reflected(roomLux, right, down float64) float64 {
	nits := roomLux / math.Pi * 0.5 * g.MirrorShare
	for i := range g.Reflections {
		nits += g.Reflections[i].at(right, down)
	}
	return nits
}

func (r *Reflection) at(right, down float64) float64 {
	sin, cos := math.Sincos(r.TurnDegrees * math.Pi / 180)
	dx, dy := right-r.RightMillimetres, down-r.DownMillimetres
	x, y := math.Abs(cos*dx+sin*dy), math.Abs(cos*dy-sin*dx)
	soft := max(r.SoftMillimetres, 0.05)
	var d float64 // outside
	if r.Shape == Spot {
		a, b := r.WidthMillimetres/2, r.LengthMillimetres/2
		d = (math.Hypot(x/a, y/b) - 1) * min(a, b)
	} else {
		d = max(x-r.WidthMillimetres/2, y-r.LengthMillimetres/2)
	}
	if d > soft {
		return 0
	}
	if r.Shape == Window {
		bar := min(r.WidthMillimetres, r.LengthMillimetres) * 0.035
		d = max(d, bar-x, bar-y)
	}
	return r.Nits * fade(d/soft)
}

// fade goes from 1 at -1 to 0 at 1, smoothly.
func fade(d float64) float64 {
	t := min(1, max(0, (1-d)/2))
	return t * t * (3 - 2*t)
}

// smear is grease on the glass: prints of fingers with their ridges, and
// swipes. The fourth value of a cell is how thick it lies.
func (g Glass) smear(l layout, seed uint64) *sheet {
	if g.SmearShare <= 0 {
		return nil
	}
	chance := rand.New(rand.NewPCG(seed, 0x6e45e))
	s := newSheet(0, 0, l.screen.w, l.screen.h, 4)
	for range 6 + int(22*g.SmearShare) {
		print := box{chance.Float64() * l.screen.w, chance.Float64() * l.screen.h, 5 + 3*chance.Float64(), 7 + 5*chance.Float64()}
		swipe := 0.0
		if chance.IntN(3) == 0 {
			swipe = 20 + 30*chance.Float64()
		}
		stamp(s, print, swipe, 2*math.Pi*chance.Float64(), g.SmearShare*(0.4+0.6*chance.Float64()))
	}
	return s
}

// stamp leaves one print about its middle, drawn out to a swipe.
func stamp(s *sheet, p box, swipe, turn, thick float64) {
	sin, cos := math.Sincos(turn)
	reach := p.h + swipe
	s.each(box{p.x - reach, p.y - reach, 2 * reach, 2 * reach}, func(cell *shade, x, y float64) {
		dx, dy := x-p.x, y-p.y
		u, v := cos*dx+sin*dy, cos*dy-sin*dx
		along := max(0, math.Abs(v)-swipe/2)
		d := math.Hypot(u/p.w, along/p.h) * 2
		if d >= 1 {
			return
		}
		ridges := 0.6 + 0.4*math.Sin(2*math.Pi/0.5*math.Hypot(u, v+p.h*0.3))
		if swipe > 0 {
			ridges = 0.6 + 0.4*math.Sin(9*u+2*math.Sin(v/5))
		}
		cell[3] = min(1, cell[3]+float32(thick*fade(2*d-1)*ridges))
	})
}

// damage draws what the glass does to the picture behind it: grease scatters,
// cracks break.
func (g Glass) damage(c *canvas, l layout, seed uint64) {
	if s := g.smear(l, seed); s != nil {
		scatter(c, s)
	}
	if g.Cracks <= 0 {
		return
	}
	at := l.code()
	x, y := at.x+at.w/2+g.CrackRightMillimetres, at.y+at.h/2+g.CrackDownMillimetres
	old := &canvas{c.w, c.h, c.dots, append([]uint8(nil), c.pix...)}
	for _, k := range cracks(g.Cracks, x, y, rand.New(rand.NewPCG(seed, 0xc4ac))) {
		k.refract(c, old)
	}
}
