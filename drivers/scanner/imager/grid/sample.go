package grid

import "math"

// Modules are what a grid reads as: Size by Size modules, row by row. Dark is
// valid only while they are looked at.
type Modules struct {
	Size int
	Dark []bool
}

func (s *Search) room(size int) {
	n := size * size
	if cap(s.modules.Dark) < n {
		s.modules.Dark = make([]bool, n)
		s.shades, s.mean = make([]float32, n), make([]float32, n)
	}
	s.modules.Size, s.modules.Dark = size, s.modules.Dark[:n]
	s.shades, s.mean = s.shades[:n], s.mean[:n]
}

// plain takes each module's colour from the dot in its middle.
func (s *Search) plain() {
	t := &s.trial
	s.room(t.size)
	for v := range t.size {
		for u := range t.size {
			s.modules.Dark[v*t.size+u] = t.lighter(t.place(float64(u)+0.5, float64(v)+0.5)) <= 0
		}
	}
}

// shade measures each module's brightness as the mean around its middle.
func (s *Search) shade() {
	t := &s.trial
	s.room(t.size)
	const aside = 0.22
	for v := range t.size {
		for u := range t.size {
			x, y := float64(u)+0.5, float64(v)+0.5
			sum := 2 * s.bright(t.place(x, y))
			for _, d := range [4][2]float64{{-aside, -aside}, {aside, -aside}, {-aside, aside}, {aside, aside}} {
				sum += s.bright(t.place(x+d[0], y+d[1]))
			}
			s.shades[v*t.size+u] = sum / 6
		}
	}
}

// bright is the picture's brightness between four dots.
func (s *Search) bright(x, y float64) float32 {
	p := s.trial.p
	x, y = min(float64(p.W-1), max(0, x-0.5)), min(float64(p.H-1), max(0, y-0.5))
	ix, iy := min(p.W-2, int(x)), min(p.H-2, int(y))
	fx, fy := float32(x-float64(ix)), float32(y-float64(iy))
	i := iy*p.W + ix
	a, b := float32(p.Pix[i]), float32(p.Pix[i+1])
	c, d := float32(p.Pix[i+p.W]), float32(p.Pix[i+p.W+1])
	return (a+(b-a)*fx)*(1-fy) + (c+(d-c)*fx)*fy
}

// part turns shades into modules: one that is darker than the modules around
// it is dark. sharpen undoes blur first, which gives a module a part of its
// neighbours' light: that part is taken off again. half is how many modules to
// each side are around one: fewer follow a reflection's edge, more tell noise
// from it.
func (s *Search) part(sharpen float32, half int) {
	n := s.modules.Size
	get := func(u, v int) float32 { return s.shades[min(n-1, max(0, v))*n+min(n-1, max(0, u))] }
	for v := range n {
		for u := range n {
			u0, u1, v0, v1 := max(0, u-half), min(n-1, u+half), max(0, v-half), min(n-1, v+half)
			low, high, sum := float32(math.MaxFloat32), float32(0), float32(0)
			for y := v0; y <= v1; y++ {
				for _, g := range s.shades[y*n+u0 : y*n+u1+1] {
					low, high, sum = min(low, g), max(high, g), sum+g
				}
			}
			mean := sum / float32((u1-u0+1)*(v1-v0+1))
			s.mean[v*n+u] = (mean + (low+high)/2) / 2
		}
	}
	for v := range n {
		for u := range n {
			g := get(u, v)
			if sharpen > 0 {
				g += sharpen * (4*g - get(u-1, v) - get(u+1, v) - get(u, v-1) - get(u, v+1))
			}
			s.modules.Dark[v*n+u] = g <= s.mean[v*n+u]
		}
	}
}
