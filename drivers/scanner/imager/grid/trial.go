package grid

import (
	"math"

	"github.com/posagent/posagent/drivers/scanner/imager/gray"
)

// trial is a guess of where a code lies: its size, how it is seen, and what is
// known of its modules.
type trial struct {
	p      gray.Plane
	levels *levels
	size   int
	view   view
	mesh   mesh
	knowns []known
	fixed  []int8 // for each module -1 dark, 1 light, 0 free
	fit    float64
}

// begin takes three corner patterns for those of a code of a size.
func (t *trial) begin(corners []corner, of triple, size int) bool {
	a, b, c := corners[of.a], corners[of.b], corners[of.c]
	right := gray.Point{X: b.at.X - a.at.X, Y: b.at.Y - a.at.Y}
	down := gray.Point{X: c.at.X - a.at.X, Y: c.at.Y - a.at.Y}
	s := float64(size)
	var pairs [12]pair
	n := 0
	for _, e := range [3]struct {
		c    corner
		u, v float64
	}{{a, 3.5, 3.5}, {b, s - 3.5, 3.5}, {c, 3.5, s - 3.5}} {
		x, y := e.c.along(right, down)
		for _, q := range [4][2]float64{{-3.5, -3.5}, {3.5, -3.5}, {3.5, 3.5}, {-3.5, 3.5}} {
			pairs[n] = pair{e.u + q[0], e.v + q[1], gray.Point{X: e.c.at.X + q[0]*x.X + q[1]*y.X, Y: e.c.at.Y + q[0]*x.Y + q[1]*y.Y}, 1}
			n++
		}
	}
	h, ok := seen(pairs[:], s)
	if !ok {
		return false
	}
	t.size, t.view, t.mesh.n = size, h, 0
	if !h.upright(size, t.p) {
		return false
	}
	t.knowns = knowns(size, t.knowns)
	t.fit = t.agree(&t.view)
	return true
}

// along turns a corner's axes so that they follow the sides of the code.
func (c corner) along(right, down gray.Point) (x, y gray.Point) {
	turn := func(of gray.Point) gray.Point {
		best, most := gray.Point{}, math.Inf(-1)
		for _, a := range [4]gray.Point{c.ux, {X: -c.ux.X, Y: -c.ux.Y}, c.uy, {X: -c.uy.X, Y: -c.uy.Y}} {
			if dot := (a.X*of.X + a.Y*of.Y) / math.Hypot(a.X, a.Y); dot > most {
				best, most = a, dot
			}
		}
		return best
	}
	return turn(right), turn(down)
}

// lighter is how much lighter than its level the picture is at a place, from
// -1 to 1. Outside of the picture nothing is known.
func (t *trial) lighter(x, y float64) float64 {
	if !(x >= 0 && y >= 0 && x < float64(t.p.W) && y < float64(t.p.H)) {
		return 0
	}
	ix, iy := int(x), int(y)
	d := float64(int(t.p.Pix[iy*t.p.W+ix])-int(t.levels.of(ix, iy))) / 32
	return min(1, max(-1, d))
}

// agree says how well the modules that are known stand where a view puts
// them: 1 for all of them, about 0 for a picture of something else.
func (t *trial) agree(h *view) float64 { return t.some(h, 700) }

// some is agree by at most so many modules.
func (t *trial) some(h *view, most int) float64 {
	sum := 0.0
	step := 1 + len(t.knowns)/most
	n := 0
	for i := 0; i < len(t.knowns); i += step {
		k := t.knowns[i]
		d := t.lighter(h.at(float64(k.u)+0.5, float64(k.v)+0.5))
		if k.dark {
			d = -d
		}
		sum, n = sum+d, n+1
	}
	return sum / float64(n)
}

// crisp says how far from gray the modules between are: a grid that lies half
// a module aside meets edges.
func (t *trial) crisp(h *view) float64 {
	sum, n := 0.0, 0
	step := max(1, t.size/16)
	for v := 0; v < t.size; v += step {
		for u := (v / step) % step; u < t.size; u += step {
			sum, n = sum+math.Abs(t.whole(h, float64(u)+0.5, float64(v)+0.5, n%2 == 0)), n+1
		}
	}
	return sum / float64(n)
}

// whole is how much lighter than its level a module is, by two of its inner
// corners: one that lies half on its neighbour is gray.
func (t *trial) whole(h *view, u, v float64, falling bool) float64 {
	const aside = 0.27
	down := aside
	if falling {
		down = -aside
	}
	a, b := t.lighter(h.at(u-aside, v-down)), t.lighter(h.at(u+aside, v+down))
	return (a + b) / 2
}

func (t *trial) worth(h *view) float64 { return t.some(h, 300) + 0.7*t.crisp(h) }

// climb moves the corners of the grid while that makes it fit better: the
// lower right one first, which no pattern marks, then all.
func (t *trial) climb() {
	q := t.view.quad(t.size)
	s := float64(t.size)
	best := t.worth(&t.view)
	module := math.Hypot(q[1].X-q[0].X, q[1].Y-q[0].Y) / s
	try := func(i int, dx, dy float64) bool {
		moved := q
		moved[i].X += dx
		moved[i].Y += dy
		h, ok := seen([]pair{{0, 0, moved[0], 1}, {s, 0, moved[1], 1}, {s, s, moved[2], 1}, {0, s, moved[3], 1}}, s)
		if !ok || !h.upright(t.size, t.p) {
			return false
		}
		if w := t.worth(&h); w > best+1e-4 {
			best, q, t.view = w, moved, h
			return true
		}
		return false
	}
	for _, step := range [5]float64{1.6, 0.8, 0.4, 0.2, 0.1} {
		d := step * module
		for i := range 4 {
			i = (i + 2) % 4
			if step > 0.5 && i != 2 {
				continue
			}
			for range 4 {
				moved := false
				for _, w := range [8][2]float64{{d, 0}, {-d, 0}, {0, d}, {0, -d}, {d, d}, {-d, -d}, {d, -d}, {-d, d}} {
					moved = try(i, w[0], w[1]) || moved
				}
				if !moved {
					break
				}
			}
		}
	}
	t.fit = t.agree(&t.view)
}

// anchor looks for the last alignment pattern near where it should be, and
// takes it as a fourth place that is known.
func (t *trial) anchor() bool {
	if t.size < 25 {
		return false
	}
	want := float64(t.size) - 6.5
	reach := min(8, 2.5+float64(t.size)/20)
	du, dv, score := t.search(want, want, reach)
	if score < 0.55 {
		return false
	}
	q := t.view.quad(t.size)
	s := float64(t.size)
	x, y := t.view.at(want+du, want+dv)
	at := func(u, v float64) gray.Point { x, y := t.view.at(u, v); return gray.Point{X: x, Y: y} }
	h, ok := seen([]pair{{0, 0, q[0], 1}, {s, 0, q[1], 1}, {0, s, q[3], 1}, {3.5, 3.5, at(3.5, 3.5), 1},
		{s - 3.5, 3.5, at(s-3.5, 3.5), 2}, {3.5, s - 3.5, at(3.5, s-3.5), 2}, {want, want, gray.Point{X: x, Y: y}, 4}}, s)
	if !ok || !h.upright(t.size, t.p) {
		return false
	}
	fit := t.agree(&h)
	if fit < t.fit-0.05 {
		return false
	}
	t.view, t.fit = h, fit
	return true
}

// search finds an alignment pattern around a place: how far from it, and how
// much it looks like one, at most 1.
func (t *trial) search(u, v, reach float64) (du, dv, score float64) {
	score = math.Inf(-1)
	look := func(a, b float64) {
		s := -0.01 * math.Hypot(a, b)
		for y := -2; y <= 2; y++ {
			for x := -2; x <= 2; x++ {
				d := t.lighter(t.view.at(u+a+float64(x), v+b+float64(y)))
				switch {
				case x == 0 && y == 0:
					s -= d / 6
				case max(x, -x, y, -y) == 1:
					s += d / 16
				default:
					s -= d / 48
				}
			}
		}
		if s > score {
			du, dv, score = a, b, s
		}
	}
	for a := -reach; a <= reach; a += 0.5 {
		for b := -reach; b <= reach; b += 0.5 {
			look(a, b)
		}
	}
	for _, step := range [2]float64{0.25, 0.12} {
		a, b := du, dv
		for i := -1.0; i <= 1; i++ {
			for j := -1.0; j <= 1; j++ {
				look(a+i*step, b+j*step)
			}
		}
	}
	return du, dv, score
}
