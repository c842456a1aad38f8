package bars_test

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/drivers/scanner/imager/bars"
	"github.com/posagent/posagent/drivers/scanner/imager/gray"
)

// The runs, in modules, of "AB" in Code 128 (start B, A, B, check, stop) and of
// the EAN-13 4006381333931 that ISO/IEC 15420 prints.
var (
	code128 = []int{2, 1, 1, 2, 1, 4, 1, 1, 1, 3, 2, 3, 1, 3, 1, 1, 2, 3, 1, 3, 1, 3, 2, 1, 2, 3, 3, 1, 1, 1, 2}
	ean13   = runsOf("10100011010100111010111101111010001001011001101010100001010000101000010111010010000101100110101")
)

// runsOf are the lengths in a row of modules, dark first.
func runsOf(modules string) (runs []int) {
	for i := range modules {
		if i == 0 || modules[i] != modules[i-1] {
			runs = append(runs, 0)
		}
		runs[len(runs)-1]++
	}
	return runs
}

// drawn is a bar code in the middle of a picture, turned by some degrees.
func drawn(runs []int, module, turn float64, w, h int, dark, light byte) gray.Plane {
	var ink []bool
	for i, n := range runs {
		for range n {
			ink = append(ink, i%2 == 0)
		}
	}
	sin, cos := math.Sincos(turn * math.Pi / 180)
	p := gray.New(w, h)
	for y := range h {
		for x := range w {
			sum := 0
			for i := range 16 {
				fx, fy := float64(x)+float64(i%4)/4+0.125-float64(w)/2, float64(y)+float64(i/4)/4+0.125-float64(h)/2
				u, v := (fx*cos+fy*sin)/module+float64(len(ink))/2, fy*cos-fx*sin
				if u >= 0 && int(u) < len(ink) && math.Abs(v) < 60 && ink[int(u)] {
					sum += int(dark)
				} else {
					sum += int(light)
				}
			}
			p.Pix[y*w+x] = byte(sum / 16)
		}
	}
	return p
}

// fits says whether runs in dots are these runs in modules.
func fits(r bars.Row, want []int) bool {
	if len(r.Runs) != len(want)+2 {
		return false
	}
	for i, n := range want {
		if math.Abs(float64(r.Runs[i+1]/r.Module)-float64(n)) > 0.45 {
			return false
		}
	}
	return true
}

var turns = []float64{0, 90, 45, 135, 22.5, 67.5, 112.5, 157.5}

func TestBarsAreReadAtAnyTurn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		kind := rapid.SampledFrom([]bars.Kind{bars.Code128, bars.EAN13}).Draw(t, "kind")
		turn := rapid.Float64Range(0, 360).Draw(t, "turn")
		module := rapid.Float64Range(1.8, 4).Draw(t, "module")
		runs := map[bars.Kind][]int{bars.Code128: code128, bars.EAN13: ean13}[kind]
		p := drawn(runs, module, turn, 500, 500, 30, byte(rapid.IntRange(90, 250).Draw(t, "light")))
		var s bars.Search
		if !s.Look(context.Background(), p, turns, 25, func(r bars.Row) bool { return r.Kind == kind && fits(r, runs) }) {
			t.Error("not read")
		}
	})
}

// A picture that is cut off where the bars end has no quiet zones.
func TestThePicturesEdgeIsQuiet(t *testing.T) {
	sum := 0
	for _, n := range code128 {
		sum += n
	}
	p := drawn(code128, 4, 0, 4*sum, 60, 20, 235)
	var s bars.Search
	if !s.Look(context.Background(), p, turns[:1], 3, func(r bars.Row) bool { return fits(r, code128) && r.Runs[0] > 9*r.Module }) {
		t.Error("not read")
	}
}

func TestMissEAN(t *testing.T) {
	var runs []float32
	runs = append(runs, 30)
	for _, n := range ean13 {
		runs = append(runs, float32(3*n))
	}
	runs = append(runs, 30)
	row := bars.Row{Kind: bars.EAN13, Runs: runs, Module: 3}
	if miss := bars.MissEAN(row, "4006381333931"); miss > 0.001 {
		t.Errorf("the right text misses by %v", miss)
	}
	// The check digit is right as well: 4 and 3 have changed places with each other's weight.
	if miss := bars.MissEAN(row, "4006381333641"); miss < 0.27 {
		t.Errorf("another text misses by %v only", miss)
	}
	fat := bars.Row{Kind: bars.EAN13, Runs: slices.Clone(runs), Module: 3}
	for i := 1; i < len(fat.Runs)-1; i++ {
		fat.Runs[i] += []float32{-0.9, 0.9}[i%2]
	}
	if miss := bars.MissEAN(fat, "4006381333931"); miss > 0.05 {
		t.Errorf("wide ink makes the right text miss by %v", miss)
	}
	for _, bad := range []string{"", "12", "400638133393x1"} {
		if miss := bars.MissEAN(row, bad); !math.IsInf(miss, 1) {
			t.Errorf("%q misses by %v", bad, miss)
		}
	}
}

func TestTheWorkIsBounded(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	noise, stripes := gray.New(1280, 720), gray.New(1280, 720)
	for i := range noise.Pix {
		noise.Pix[i] = byte(rng.UintN(256))
		stripes.Pix[i] = byte(255 * (i / 2 % 2))
	}
	for name, p := range map[string]gray.Plane{"noise": noise, "stripes": stripes} {
		asked := 0
		var s bars.Search
		if s.Look(context.Background(), p, turns, 41, func(bars.Row) bool { asked++; return false }) || asked > 2000 {
			t.Errorf("%s: asked %d times", name, asked)
		}
	}
}

// FuzzLook: no picture makes the search panic, and every row that it shows is
// whole.
func FuzzLook(f *testing.F) {
	p := drawn(code128, 2, 0, 140, 12, 20, 235)
	f.Add(p.Pix, uint16(p.W))
	f.Add(drawn(ean13, 1.5, 3, 160, 10, 20, 235).Pix, uint16(160))
	f.Add([]byte{1}, uint16(1))
	f.Fuzz(func(t *testing.T, pix []byte, w uint16) {
		width := int(w)%400 + 1
		h := len(pix) / width
		if h == 0 || len(pix) > 40_000 {
			return
		}
		var s bars.Search
		s.Look(context.Background(), gray.Plane{Pix: pix[:width*h], W: width, H: h}, turns, 9, func(r bars.Row) bool {
			if len(r.Runs) < 27 || len(r.Runs)%2 == 0 || !(r.Module > 0) {
				t.Fatalf("%d runs, a module of %v", len(r.Runs), r.Module)
			}
			for i, n := range r.Runs {
				if math.IsNaN(float64(n)) || n < -2 {
					t.Fatalf("run %d is %v long", i, n)
				}
			}
			return false
		})
	})
}
