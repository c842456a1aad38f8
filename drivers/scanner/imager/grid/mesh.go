package grid

import "math"

// mesh says how far the paper or the glass bends away from a flat code: a
// shift in modules at each of n by n places, and between them the mean of the
// four around.
type mesh struct {
	n      int
	at     [maxNodes]float64 // where the lines of the mesh stand, in modules
	du, dv [maxNodes * maxNodes]float64
}

const maxNodes = 24

// nodes is how many lines the mesh of a code has each way.
func nodes(size int) int { return max(4, min(maxNodes, (size+2)/3)) }

// lay puts the lines of the mesh some three modules apart, in large codes
// more, without a bend.
func (m *mesh) lay(size int) {
	m.n = nodes(size)
	for i := range m.n {
		m.at[i] = 0.5 + float64(i)*float64(size-1)/float64(m.n-1)
	}
	clear(m.du[:])
	clear(m.dv[:])
}

// shift is how far a place is moved.
func (m *mesh) shift(u, v float64) (du, dv float64) {
	if m.n == 0 {
		return 0, 0
	}
	step := m.at[1] - m.at[0]
	i, fu := m.between(u, step)
	j, fv := m.between(v, step)
	k := j*m.n + i
	mix := func(d *[maxNodes * maxNodes]float64) float64 {
		return (d[k]*(1-fu)+d[k+1]*fu)*(1-fv) + (d[k+m.n]*(1-fu)+d[k+m.n+1]*fu)*fv
	}
	return mix(&m.du), mix(&m.dv)
}

func (m *mesh) between(u, step float64) (i int, share float64) {
	f := (u - m.at[0]) / step
	i = max(0, min(m.n-2, int(f)))
	return i, f - float64(i)
}

// place is where a place of the code is seen, the mesh included.
func (t *trial) place(u, v float64) (x, y float64) {
	du, dv := t.mesh.shift(u, v)
	return t.view.at(u+du, v+dv)
}

// way is how a mesh is fitted: how many modules to each side of a place are
// looked at, and how far a bend goes on as it began. The first is sure of foot
// where parts are hidden, the second follows a stronger bend.
type way struct {
	half int
	on   float64
}

// bend fits the mesh to the grid where it is and, where the known modules then
// do not all stand right, to another as well, such as the one that only
// the corner patterns gave; the better of the two stays.
func (t *trial) bend(other view, w way) {
	t.follow(w)
	right := t.stands()
	if right > 0.97 {
		return
	}
	mesh, first := t.mesh, t.view
	t.view = other
	if t.follow(w); t.stands() < right {
		t.view, t.mesh = first, mesh
	}
}

// stands is the share of the known modules that are right with the mesh.
func (t *trial) stands() float64 {
	right := 0
	for _, k := range t.knowns {
		if d := t.lighter(t.place(float64(k.u)+0.5, float64(k.v)+0.5)); (d <= 0) == k.dark {
			right++
		}
	}
	return float64(right) / float64(len(t.knowns))
}

// follow finds the shifts of the mesh. Each place takes the shift at which the
// modules around it are least gray and those that are known are right, near
// to where its neighbours lead: from the upper left corner, whose place is
// sure, outwards, and once more over all. A place that is a whole module off
// looks right as well, so that steps must be small.
func (t *trial) follow(w way) {
	t.mesh.lay(t.size)
	t.fix()
	m := &t.mesh
	for sum := 0; sum <= 2*(m.n-1); sum++ {
		for i := max(0, sum-m.n+1); i <= min(sum, m.n-1); i++ {
			j := sum - i
			k := j*m.n + i
			u, v := m.lead(i, j, w.on)
			m.du[k], m.dv[k] = t.pull(m.at[i], m.at[j], u, v, 0.6, w.half)
		}
	}
	for j := range m.n {
		for i := range m.n {
			k := j*m.n + i
			u, v := m.around(i, j)
			m.du[k], m.dv[k] = t.pull(m.at[i], m.at[j], u, v, 0.3, w.half)
		}
	}
}

// lead is the shift that the places before one lead to. Surfaces go on to bend
// as they do, more or less: by on.
func (m *mesh) lead(i, j int, on float64) (du, dv float64) {
	n := 0.0
	add := func(k, before int, has bool) {
		u, v := m.du[k], m.dv[k]
		if has {
			u, v = u+on*(u-m.du[before]), v+on*(v-m.dv[before])
		}
		du, dv, n = du+u, dv+v, n+1
	}
	k := j*m.n + i
	if i > 0 {
		add(k-1, k-2, i > 1)
	}
	if j > 0 {
		add(k-m.n, k-2*m.n, j > 1)
	}
	if n == 0 {
		return 0, 0
	}
	return du / n, dv / n
}

// around is the mean shift of a place and those beside it.
func (m *mesh) around(i, j int) (du, dv float64) {
	n := 0.0
	for _, d := range [5][2]int{{0, 0}, {-1, 0}, {1, 0}, {0, -1}, {0, 1}} {
		if x, y := i+d[0], j+d[1]; x >= 0 && y >= 0 && x < m.n && y < m.n {
			k := y*m.n + x
			du, dv, n = du+m.du[k], dv+m.dv[k], n+1
		}
	}
	return du / n, dv / n
}

// pull looks for the best shift of the modules around a place, no farther than
// reach from where it is thought to be.
func (t *trial) pull(u, v, du, dv, reach float64, half int) (bestU, bestV float64) {
	u0, u1 := max(0, int(u)-half), min(t.size-1, int(u)+half)
	v0, v1 := max(0, int(v)-half), min(t.size-1, int(v)+half)
	most := math.Inf(-1)
	look := func(a, b float64) {
		sum := 0.0
		for y := v0; y <= v1; y++ {
			for x := u0; x <= u1; x++ {
				d := t.whole(&t.view, float64(x)+0.5+a, float64(y)+0.5+b, (x+y)%2 == 0)
				if f := t.fixed[y*t.size+x]; f != 0 {
					sum += 2 * d * float64(f)
				} else {
					sum += math.Abs(d)
				}
			}
		}
		sum /= float64((u1 - u0 + 1) * (v1 - v0 + 1))
		if sum -= 0.15 * math.Hypot(a-du, b-dv); sum > most {
			most, bestU, bestV = sum, a, b
		}
	}
	for _, step := range [2]float64{reach / 2, reach / 5} {
		a, b := du, dv
		if step < reach/2 {
			a, b = bestU, bestV
		}
		for i := -2.0; i <= 2; i++ {
			for j := -2.0; j <= 2; j++ {
				look(a+i*step, b+j*step)
			}
		}
	}
	return bestU, bestV
}

// fix spreads the known modules over the code.
func (t *trial) fix() {
	n := t.size * t.size
	if cap(t.fixed) < n {
		t.fixed = make([]int8, n)
	}
	t.fixed = t.fixed[:n]
	clear(t.fixed)
	for _, k := range t.knowns {
		f := int8(1)
		if k.dark {
			f = -1
		}
		t.fixed[int(k.v)*t.size+int(k.u)] = f
	}
}
