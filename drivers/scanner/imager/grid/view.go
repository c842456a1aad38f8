package grid

import (
	"math"

	"github.com/posagent/posagent/drivers/scanner/imager/gray"
)

// view maps places of a code, in modules from its upper left corner, to dots
// of a picture, as a camera sees a flat code: x = (h0 u + h1 v + h2) / (h6 u +
// h7 v + 1), y likewise.
type view [8]float64

func (h *view) at(u, v float64) (x, y float64) {
	w := 1 / (h[6]*u + h[7]*v + 1)
	return (h[0]*u + h[1]*v + h[2]) * w, (h[3]*u + h[4]*v + h[5]) * w
}

// pair says where a place of the code is seen.
type pair struct {
	u, v   float64
	at     gray.Point
	weight float64
}

// seen is the view that fits pairs best, by least squares; four are needed.
// Modules are counted from the middle of the code and dots from the mean of
// the places, which keeps the sums well apart from each other.
func seen(pairs []pair, size float64) (view, bool) {
	var mx, my, n float64
	for _, p := range pairs {
		mx, my, n = mx+p.at.X*p.weight, my+p.at.Y*p.weight, n+p.weight
	}
	mx, my = mx/n, my/n
	half := size / 2
	var m [8][9]float64
	for _, p := range pairs {
		u, v := p.u/half-1, p.v/half-1
		x, y := (p.at.X-mx)/100, (p.at.Y-my)/100
		grow(&m, [8]float64{u, v, 1, 0, 0, 0, -u * x, -v * x}, x, p.weight)
		grow(&m, [8]float64{0, 0, 0, u, v, 1, -u * y, -v * y}, y, p.weight)
	}
	h, ok := eliminate(&m)
	if !ok {
		return view{}, false
	}
	return restore(h, half, mx, my)
}

// grow adds one equation to the normal ones.
func grow(m *[8][9]float64, row [8]float64, value, weight float64) {
	for i, a := range row {
		if a == 0 {
			continue
		}
		for j, b := range row {
			m[i][j] += a * b * weight
		}
		m[i][8] += a * value * weight
	}
}

// eliminate solves eight equations after Gauss.
func eliminate(m *[8][9]float64) (h view, ok bool) {
	for i := range 8 {
		top := i
		for r := i + 1; r < 8; r++ {
			if math.Abs(m[r][i]) > math.Abs(m[top][i]) {
				top = r
			}
		}
		m[i], m[top] = m[top], m[i]
		if math.Abs(m[i][i]) < 1e-12 {
			return h, false
		}
		for r := i + 1; r < 8; r++ {
			f := m[r][i] / m[i][i]
			for c := i; c < 9; c++ {
				m[r][c] -= f * m[i][c]
			}
		}
	}
	for i := 7; i >= 0; i-- {
		sum := m[i][8]
		for c := i + 1; c < 8; c++ {
			sum -= m[i][c] * h[c]
		}
		h[i] = sum / m[i][i]
	}
	return h, true
}

// restore turns a view of the counted-off units into one of modules and dots.
func restore(h view, half, mx, my float64) (view, bool) {
	s := 1 / half
	// u = s*U - 1, v = s*V - 1, x = 100*X + mx.
	w := 1 - h[6] - h[7]
	if math.Abs(w) < 1e-6 {
		return view{}, false
	}
	g := [2]float64{h[6] * s, h[7] * s}
	row := func(a, b, c, mean float64) (p, q, r float64) {
		return 100*a*s + mean*g[0], 100*b*s + mean*g[1], 100*(c-a-b) + mean*w
	}
	var out view
	out[0], out[1], out[2] = row(h[0], h[1], h[2], mx)
	out[3], out[4], out[5] = row(h[3], h[4], h[5], my)
	out[6], out[7] = g[0], g[1]
	for i := range out {
		out[i] /= w
	}
	return out, true
}

// quad is where the four outer corners of a code of this size are seen: upper
// left, upper right, lower right, lower left.
func (h *view) quad(size int) (q [4]gray.Point) {
	s := float64(size)
	for i, c := range [4][2]float64{{0, 0}, {s, 0}, {s, s}, {0, s}} {
		q[i].X, q[i].Y = h.at(c[0], c[1])
	}
	return q
}

// upright says that a view shows the code's front, all of it, and not so
// aslant that nothing could be read.
func (h *view) upright(size int, p gray.Plane) bool {
	q := h.quad(size)
	s := float64(size)
	for _, c := range [4][2]float64{{0, 0}, {s, 0}, {s, s}, {0, s}} {
		if h[6]*c[0]+h[7]*c[1]+1 < 0.15 {
			return false
		}
	}
	room := 0.15 * float64(max(p.W, p.H))
	for i := range q {
		a, b, c := q[i], q[(i+1)%4], q[(i+2)%4]
		if (b.X-a.X)*(c.Y-b.Y)-(b.Y-a.Y)*(c.X-b.X) <= 0 {
			return false
		}
		if q[i].X < -room || q[i].Y < -room || q[i].X > float64(p.W)+room || q[i].Y > float64(p.H)+room {
			return false
		}
	}
	return true
}
