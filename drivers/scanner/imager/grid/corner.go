package grid

import (
	"math"

	"github.com/posagent/posagent/drivers/scanner/imager/gray"
)

// corner is a corner pattern whose edges were measured: its middle, and where
// one module to the right and one down lead, in dots. Which of its sides is
// the upper one is not known.
type corner struct {
	at     gray.Point
	ux, uy gray.Point // one module along its two axes
	off    float64    // how far its edges lie from where they should, in modules
	sure   float64    // the share of its edges that were met
}

// size is the side of a module, in dots.
func (c corner) size() float64 { return math.Sqrt(math.Abs(c.ux.X*c.uy.Y - c.ux.Y*c.uy.X)) }

// inside is a place in the corner's own modules, from its middle.
func (c corner) inside(p gray.Point) (x, y float64) {
	d := c.ux.X*c.uy.Y - c.ux.Y*c.uy.X
	dx, dy := p.X-c.at.X, p.Y-c.at.Y
	return (dx*c.uy.Y - dy*c.uy.X) / d, (dy*c.ux.X - dx*c.ux.Y) / d
}

// rays is how many directions the edges of a corner pattern are looked for in.
const rays = 36

// edge is a place where the brightness changes, on the square that is reach
// modules away from the middle.
type edge struct {
	at    gray.Point
	reach float64
}

// measure finds the edges of the rings of a corner pattern in all directions,
// and the oblique square that fits them best.
func (s *scanner) measure(k mark) (corner, bool) {
	var edges [3 * rays]edge
	n := 0
	for i := range rays {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / rays)
		n += s.ray(k, cos, sin, edges[n:n:n+3])
	}
	if n < rays {
		return corner{}, false
	}
	best, ok := corner{off: math.Inf(1)}, false
	for _, turn := range [3]float64{0, math.Pi / 6, math.Pi / 3} {
		if c, fits := settle(edges[:n], k, turn); fits && c.off < best.off {
			best, ok = c, true
		}
	}
	best.sure = float64(n) / (3 * rays)
	return best, ok && best.off < 0.45
}

// ray walks from the middle outwards over dark, light and dark again, and
// adds the edges that it meets.
func (s *scanner) ray(k mark, cos, sin float64, to []edge) (met int) {
	m := math.Hypot(k.mh*cos, k.mv*sin)
	step := max(0.5, m/5)
	dark := true
	last := 0.0 // how much lighter than the level the dot before was
	for r := 0.0; r < 7*m+3; r += step {
		x, y := k.x+r*cos, k.y+r*sin
		if !s.inside(int(x), int(y)) || x < 0 || y < 0 {
			return met
		}
		over := float64(s.p.Pix[int(y)*s.p.W+int(x)]) - float64(s.levels.of(int(x), int(y))) - 0.5
		if (over < 0) != dark {
			at := r - step*over/(over-last)
			to = append(to, edge{gray.Point{X: k.x + at*cos, Y: k.y + at*sin}, 1.5 + float64(met)})
			if met++; met == 3 {
				return met
			}
			dark = !dark
		}
		last = over
	}
	return met
}

// settle fits an oblique square to the edges, from a first guess that is
// turned by an angle: each edge is put on the side that it is nearest to, the
// two axes are solved for, and again.
func settle(edges []edge, k mark, turn float64) (corner, bool) {
	sin, cos := math.Sincos(turn)
	// Rows of the map from dots to modules.
	a := [3]float64{cos / k.mh, sin / k.mv, -(cos*k.x/k.mh + sin*k.y/k.mv)}
	b := [3]float64{-sin / k.mh, cos / k.mv, -(-sin*k.x/k.mh + cos*k.y/k.mv)}
	var off float64
	for round := range 6 {
		var sa, sb least
		limit := 3.0
		if round > 2 {
			limit = 0.8
		}
		off = 0
		n := 0.0
		for _, e := range edges {
			u, v := a[0]*e.at.X+a[1]*e.at.Y+a[2], b[0]*e.at.X+b[1]*e.at.Y+b[2]
			side, sum := u, &sa
			if math.Abs(v) > math.Abs(u) {
				side, sum = v, &sb
			}
			miss := math.Abs(side) - e.reach
			if math.Abs(miss) > limit {
				continue
			}
			off, n = off+miss*miss, n+1
			sum.add(e.at.X-k.x, e.at.Y-k.y, math.Copysign(e.reach, side))
		}
		if n < float64(len(edges))*0.6 {
			return corner{}, false
		}
		off = math.Sqrt(off / n)
		na, ok := sa.solve(k)
		nb, ok2 := sb.solve(k)
		if !ok || !ok2 {
			return corner{}, false
		}
		a, b = na, nb
	}
	d := a[0]*b[1] - a[1]*b[0]
	if math.Abs(d) < 1e-6 {
		return corner{}, false
	}
	c := corner{
		at: gray.Point{X: (-a[2]*b[1] + a[1]*b[2]) / d, Y: (-a[0]*b[2] + a[2]*b[0]) / d},
		ux: gray.Point{X: b[1] / d, Y: -b[0] / d}, uy: gray.Point{X: -a[1] / d, Y: a[0] / d}, off: off,
	}
	wide, high := math.Hypot(c.ux.X, c.ux.Y), math.Hypot(c.uy.X, c.uy.Y)
	skew := math.Abs(c.ux.X*c.uy.X+c.ux.Y*c.uy.Y) / (wide * high)
	return c, max(wide, high) < 3*min(wide, high) && skew < 0.75
}

// least gathers the sums of a fit by least squares: value = p*x + q*y + r.
type least struct{ xx, xy, yy, x, y, n, xv, yv, v float64 }

func (l *least) add(x, y, v float64) {
	l.xx, l.xy, l.yy = l.xx+x*x, l.xy+x*y, l.yy+y*y
	l.x, l.y, l.n = l.x+x, l.y+y, l.n+1
	l.xv, l.yv, l.v = l.xv+x*v, l.yv+y*v, l.v+v
}

// solve gives p, q and r for dots, not for distances from the mark.
func (l *least) solve(k mark) ([3]float64, bool) {
	if l.n < 6 {
		return [3]float64{}, false
	}
	xx, xy, yy := l.xx-l.x*l.x/l.n, l.xy-l.x*l.y/l.n, l.yy-l.y*l.y/l.n
	xv, yv := l.xv-l.x*l.v/l.n, l.yv-l.y*l.v/l.n
	d := xx*yy - xy*xy
	if math.Abs(d) < 1e-9 {
		return [3]float64{}, false
	}
	p, q := (xv*yy-yv*xy)/d, (yv*xx-xv*xy)/d
	r := (l.v - p*l.x - q*l.y) / l.n
	return [3]float64{p, q, r - p*k.x - q*k.y}, true
}
