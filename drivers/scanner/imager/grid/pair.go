package grid

import (
	"cmp"
	"math"
	"slices"

	"github.com/posagent/posagent/drivers/scanner/imager/gray"
)

// maxPairs bounds how many pairs of corners a third one is looked for to.
const maxPairs = 6

// complete looks for the third corner of codes of which two were measured: a
// lamp's reflection, a crack or a finger hides one more often than two. The
// axes of the two say where the third must be, near enough to recognise it by
// less than a search would need.
func (s *Search) complete(e Effort) []triple {
	type pair struct {
		a, b   int
		slant  float64
		across bool // the two lie opposite each other
	}
	var pairs []pair
	for a := range s.corners {
		for b := range s.corners {
			if a == b {
				continue
			}
			if _, slant, ok := leg(s.corners[a], s.corners[b]); ok && slant < 0.5 {
				pairs = append(pairs, pair{a, b, slant, false})
			}
			if slant, ok := opposite(s.corners[a], s.corners[b]); ok && a < b {
				pairs = append(pairs, pair{a, b, slant, true})
			}
		}
	}
	slices.SortStableFunc(pairs, func(x, y pair) int { return cmp.Compare(x.slant, y.slant) })
	s.triples = s.triples[:0]
	measured := len(s.corners)
	for _, p := range pairs[:min(len(pairs), cmp.Or(e.Triples, maxPairs))] {
		a, b := s.corners[p.a], s.corners[p.b]
		right := gray.Point{X: b.at.X - a.at.X, Y: b.at.Y - a.at.Y}
		var guesses [2]gray.Point
		if p.across { // the corner that is missing is left or right of the way between them
			x, y := a.along(gray.Point{X: right.X - right.Y, Y: right.Y + right.X}, gray.Point{X: right.X + right.Y, Y: right.Y - right.X})
			u, v := math.Abs(dot(right, x)), math.Abs(dot(right, y))
			guesses[0] = gray.Point{X: a.at.X + x.X*u, Y: a.at.Y + x.Y*u}
			guesses[1] = gray.Point{X: a.at.X + y.X*v, Y: a.at.Y + y.Y*v}
		} else {
			reach, _, _ := leg(a, b)
			down := gray.Point{X: -right.Y, Y: right.X}
			_, y := a.along(right, down)
			guesses[0] = gray.Point{X: a.at.X + y.X*reach, Y: a.at.Y + y.Y*reach} // b is upper right
			_, y = b.along(right, down)
			guesses[1] = gray.Point{X: b.at.X + y.X*reach, Y: b.at.Y + y.Y*reach} // a is upper right's left… of a code that stands on its side
		}
		for _, g := range guesses {
			c, ok := s.recognise(g, a, b)
			if !ok || s.near(c) {
				continue
			}
			s.corners = append(s.corners, c)
		}
		if len(s.corners) > measured+6 {
			break
		}
	}
	if len(s.corners) == measured {
		return nil
	}
	s.triples = triples(s.corners, s.triples)
	return slices.DeleteFunc(s.triples, func(t triple) bool { return max(t.a, t.b, t.c) < measured })
}

// dot is how many modules of an axis a way is long, along it.
func dot(way, axis gray.Point) float64 {
	return (way.X*axis.X + way.Y*axis.Y) / (axis.X*axis.X + axis.Y*axis.Y)
}

// opposite says whether two corners lie at the ends of a code's diagonal.
func opposite(a, b corner) (slant float64, ok bool) {
	x, y := a.inside(b.at)
	x2, y2 := b.inside(a.at)
	x, y, x2, y2 = math.Abs(x), math.Abs(y), math.Abs(x2), math.Abs(y2)
	uneven := max(x, y)/min(x, y) + max(x2, y2)/min(x2, y2) - 2
	ratio := (x+y)/(x2+y2) + (x2+y2)/(x+y) - 2
	return 0.5*uneven + ratio, min(x, y, x2, y2) > 9 && max(x, y) < 170 && uneven < 0.8 && ratio < 0.6
}

// recognise looks for a corner pattern around a place, with the axes that two
// others have, and says whether what is there looks like one.
func (s *Search) recognise(at gray.Point, a, b corner) (corner, bool) {
	right, down := a.ux, a.uy
	x, y := b.along(right, down)
	c := corner{at: at, ux: gray.Point{X: (a.ux.X + x.X) / 2, Y: (a.ux.Y + x.Y) / 2}, uy: gray.Point{X: (a.uy.X + y.X) / 2, Y: (a.uy.Y + y.Y) / 2}}
	best := math.Inf(-1)
	du, dv := 0.0, 0.0
	look := func(u, v float64) {
		if score := s.like(c, u, v) - 0.01*math.Hypot(u, v); score > best {
			best, du, dv = score, u, v
		}
	}
	const reach = 5.0
	for u := -reach; u <= reach; u += 0.5 {
		for v := -reach; v <= reach; v += 0.5 {
			look(u, v)
		}
	}
	for _, step := range [2]float64{0.25, 0.12} {
		u, v := du, dv
		for i := -1.0; i <= 1; i++ {
			for j := -1.0; j <= 1; j++ {
				look(u+i*step, v+j*step)
			}
		}
	}
	c.at = gray.Point{X: at.X + du*c.ux.X + dv*c.uy.X, Y: at.Y + du*c.ux.Y + dv*c.uy.Y}
	c.off, c.sure = 0.3*(1-best), max(0, best)
	return c, best > 0.35
}

// like says how much a place looks like a corner pattern with its light
// border, by the order of brightness alone: 1 when every dark module is darker
// than every light one. A reflection lifts dark and light.
func (s *Search) like(c corner, du, dv float64) float64 {
	var dark, light, n, m float64
	low, high := 255.0, 0.0
	p := s.scanner.p
	for v := -4; v <= 4; v++ {
		for u := -4; u <= 4; u++ {
			x := c.at.X + (du+float64(u))*c.ux.X + (dv+float64(v))*c.uy.X
			y := c.at.Y + (du+float64(u))*c.ux.Y + (dv+float64(v))*c.uy.Y
			if !(x >= 0 && y >= 0 && x < float64(p.W) && y < float64(p.H)) {
				continue
			}
			g := float64(p.Pix[int(y)*p.W+int(x)])
			low, high = min(low, g), max(high, g)
			if r := max(u, -u, v, -v); r == 2 || r == 4 {
				light, m = light+g, m+1
			} else {
				dark, n = dark+g, n+1
			}
		}
	}
	if n < 20 || m < 20 || high-low < flat {
		return -1
	}
	return (light/m - dark/n) / (high - low)
}
