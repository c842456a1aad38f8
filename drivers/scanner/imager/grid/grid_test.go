package grid_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/drivers/scanner/imager/gray"
	"github.com/posagent/posagent/drivers/scanner/imager/grid"
)

// symbol is a made-up code: what every code of its size has, and modules by
// chance between. What they mean is nobody's business here.
func symbol(size int, seed uint64) []bool {
	rng := rand.New(rand.NewPCG(seed, 1))
	m := make([]bool, size*size)
	for i := range m {
		m[i] = rng.IntN(2) == 0
	}
	set := func(u, v int, dark bool) {
		if u >= 0 && v >= 0 && u < size && v < size {
			m[v*size+u] = dark
		}
	}
	square := func(cu, cv, reach int, light ...int) {
		for dv := -reach; dv <= reach; dv++ {
			for du := -reach; du <= reach; du++ {
				set(cu+du, cv+dv, !slices.Contains(light, max(du, -du, dv, -dv)))
			}
		}
	}
	for i := 8; i < size-8; i++ {
		set(i, 6, i%2 == 0)
		set(6, i, i%2 == 0)
	}
	if size >= 25 && size < 45 { // larger ones have more than this one
		square(size-7, size-7, 2, 1)
	}
	square(3, 3, 4, 2, 4)
	square(size-4, 3, 4, 2, 4)
	square(3, size-4, 4, 2, 4)
	return m
}

// look says how a code is held: its middle and module in dots, how it is
// turned, how aslant, and how far it bends, in modules.
type look struct {
	module, turn, tilt, bend float64
	dark, light              float64
}

// seen draws a code as it is held, each dot the mean of sixteen places.
func seen(m []bool, size, w, h int, l look) gray.Plane {
	p := gray.New(w, h)
	sin, cos := math.Sincos(l.turn * math.Pi / 180)
	side := float64(size)
	value := func(x, y float64) float64 {
		x, y = x-float64(w)/2, y-float64(h)/2
		// Aslant: what is lower is nearer.
		near := 1 + l.tilt*y/float64(h)
		x, y = x/near, y/near
		u, v := (x*cos+y*sin)/l.module+side/2, (y*cos-x*sin)/l.module+side/2
		v += l.bend * math.Sin(u/side*math.Pi)
		if u < 0 || v < 0 || u >= side || v >= side || !m[int(v)*size+int(u)] {
			return l.light
		}
		return l.dark
	}
	for y := range h {
		for x := range w {
			sum := 0.0
			for i := range 16 {
				sum += value(float64(x)+float64(i%4)/4+0.125, float64(y)+float64(i/4)/4+0.125)
			}
			p.Pix[y*w+x] = byte(sum / 16)
		}
	}
	return p
}

// reads tells whether the search shows a decoder these very modules.
func reads(p gray.Plane, size int, m []bool) (quad [4]gray.Point, ok bool) {
	s := grid.Search{Budget: 80}
	got := s.Look(context.Background(), p, grid.Local, grid.Effort{Bend: true}, func(g grid.Modules) bool {
		return g.Size == size && slices.Equal(g.Dark, m)
	})
	if len(got) == 0 {
		return quad, false
	}
	return got[0].Quad, true
}

func TestEverySizeIsRead(t *testing.T) {
	for version := 1; version <= 6; version++ {
		size := 17 + 4*version
		m := symbol(size, uint64(version))
		for _, module := range []float64{2, 3, 7} {
			side := int(module*float64(size))*2 + 40
			if _, ok := reads(seen(m, size, side, side, look{module: module, dark: 30, light: 220}), size, m); !ok {
				t.Errorf("%d modules of %v dots are not read", size, module)
			}
		}
	}
}

// Whoever holds a phone holds it anyhow.
func TestHeldAnyhow(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := 17 + 4*rapid.IntRange(1, 5).Draw(t, "version")
		m := symbol(size, rapid.Uint64Range(1, 1000).Draw(t, "seed"))
		l := look{
			module: rapid.Float64Range(3.5, 6).Draw(t, "module"), turn: rapid.Float64Range(0, 360).Draw(t, "turn"),
			tilt: rapid.Float64Range(-0.35, 0.35).Draw(t, "tilt"), dark: 40, light: rapid.Float64Range(110, 250).Draw(t, "light"),
		}
		quad, ok := reads(seen(m, size, 520, 420, l), size, m)
		if !ok {
			t.Fatalf("not read: %+v", l)
		}
		// The upper left corner is where it was drawn.
		sin, cos := math.Sincos(l.turn * math.Pi / 180)
		half := -float64(size) / 2 * l.module
		x, y := half*cos-half*sin, half*sin+half*cos
		near := 1 / (1 - l.tilt*y/420)
		if d := math.Hypot(quad[0].X-260-x*near, quad[0].Y-210-y*near); d > 1.2*l.module {
			t.Errorf("the upper left corner is %.1f dots away from where it is: %+v", d, l)
		}
	})
}

func TestBentGlassIsRead(t *testing.T) {
	for _, bend := range []float64{0.5, 1} {
		m := symbol(29, 7)
		if _, ok := reads(seen(m, 29, 300, 300, look{module: 5, turn: 8, bend: bend, dark: 30, light: 220}), 29, m); !ok {
			t.Errorf("bent by %v modules: not read", bend)
		}
	}
}

func TestSeveralCodesAreRead(t *testing.T) {
	p := gray.New(700, 340)
	codes := [][]bool{symbol(25, 1), symbol(29, 2)}
	for i, size := range []int{25, 29} {
		one := seen(codes[i], size, 350, 340, look{module: 6, turn: float64(20 * i), dark: 20, light: 230})
		for y := range one.H {
			copy(p.Row(y)[350*i:], one.Row(y))
		}
	}
	s := grid.Search{Budget: 20}
	var read [2]bool
	got := s.Look(context.Background(), p, grid.Local, grid.Effort{}, func(g grid.Modules) bool {
		for i := range codes {
			if slices.Equal(g.Dark, codes[i]) {
				read[i] = true
				return true
			}
		}
		return false
	})
	if len(got) != 2 || read != [2]bool{true, true} {
		t.Errorf("%d codes, %v", len(got), read)
	}
}

// A picture full of corner patterns has no end of threes that may be a code;
// a decoder is asked no more often for it than the bounds say.
func TestTheWorkIsBounded(t *testing.T) {
	tiled := gray.New(1280, 720)
	noise := gray.New(1280, 720)
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range noise.Pix {
		noise.Pix[i] = byte(rng.UintN(256))
	}
	for y := range 720 {
		for x := range 1280 {
			u, v := x%24/3, y%24/3
			if ring := min(u, v, 6-u, 6-v); ring < 0 || ring == 1 {
				tiled.Pix[y*1280+x] = 255
			}
		}
	}
	for name, p := range map[string]gray.Plane{"corner patterns": tiled, "noise": noise} {
		asked := 0
		s := grid.Search{Budget: 40}
		got := s.Look(context.Background(), p, grid.Local, grid.Effort{Bend: true}, func(grid.Modules) bool { asked++; return false })
		if len(got) > 0 || asked > 150 {
			t.Errorf("%s: %d codes, asked %d times", name, len(got), asked)
		}
	}
}

func TestLookStopsWithItsContext(t *testing.T) {
	m := symbol(25, 1)
	ctx, cancel := context.WithCancel(context.Background())
	asked := 0
	s := grid.Search{Budget: 20}
	s.Look(ctx, seen(m, 25, 300, 300, look{module: 5, dark: 20, light: 230}), grid.Local, grid.Effort{}, func(grid.Modules) bool { asked++; cancel(); return false })
	if asked > 20 {
		t.Errorf("asked %d times", asked)
	}
}

// FuzzLook: no picture makes the search panic or ask without end.
func FuzzLook(f *testing.F) {
	code := seen(symbol(21, 1), 21, 64, 64, look{module: 2.4, turn: 5, dark: 10, light: 240})
	f.Add(code.Pix, uint16(64), false)
	f.Add(code.Pix, uint16(41), true)
	f.Add([]byte{0, 255}, uint16(2), false)
	f.Fuzz(func(t *testing.T, pix []byte, w uint16, even bool) {
		width := int(w)%200 + 1
		h := len(pix) / width
		if h == 0 || len(pix) > 40_000 {
			return
		}
		light := grid.Local
		if even {
			light = grid.Even
		}
		asked := 0
		s := grid.Search{Budget: 40}
		for _, sym := range s.Look(context.Background(), gray.Plane{Pix: pix[:width*h], W: width, H: h}, light, grid.Effort{Bend: true}, func(g grid.Modules) bool {
			asked++
			if g.Size < 21 || g.Size > 177 || len(g.Dark) != g.Size*g.Size {
				t.Fatalf("modules of size %d", g.Size)
			}
			return asked%7 == 0
		}) {
			for _, c := range sym.Quad {
				if math.IsNaN(c.X) || math.IsInf(c.X, 0) || math.IsNaN(c.Y) || math.IsInf(c.Y, 0) {
					t.Fatalf("a corner at %v", c)
				}
			}
		}
		if asked > 250 {
			t.Errorf("asked %d times", asked)
		}
	})
}
