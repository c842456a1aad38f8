// Package bars finds bar codes (Code 128 of ISO/IEC 15417, EAN-13 of ISO/IEC
// 15420) in a picture: it cuts through the picture along many lines and looks
// for a quiet zone and what each kind begins with. It does not know what the
// bars mean: a decoder says so.
//
// Invariant: the work on a picture is bounded by its size, whatever is on it.
package bars

import (
	"context"
	"math"

	"github.com/posagent/posagent/drivers/scanner/imager/gray"
)

// Kind is what a row of bars begins like.
type Kind int

const (
	Code128 Kind = iota
	EAN13
)

// Row is a cut through what may be a bar code, in the direction in which it
// is to be read. Runs begins and ends with a light one, the quiet zones. They
// are valid only while they are looked at.
type Row struct {
	Kind     Kind
	Runs     []float32 // lengths, light and dark by turns, in dots
	Module   float32   // the width of the thinnest bar, in dots
	From, To gray.Point
}

// Decode says whether a row is a code that it was looking for; the search ends
// then.
type Decode func(Row) bool

// Search looks for bars in one picture after another and keeps its memory
// between them. It is for one goroutine.
type Search struct {
	raw    []float32
	shades []float32
	runs   []float32
	back   []float32
	row    []float32
}

// Look cuts the picture along lines of these angles, in degrees from its rows,
// and shows each that may be a code.
func (s *Search) Look(ctx context.Context, p gray.Plane, angles []float64, lines int, decode Decode) bool {
	if p.W < 32 || p.H < 8 {
		return false
	}
	for _, angle := range angles {
		sin, cos := math.Sincos(angle * math.Pi / 180)
		// The lines lie across the picture, beside each other from its middle outwards.
		wide := math.Abs(float64(p.W)*sin) + math.Abs(float64(p.H)*cos)
		for i := range lines {
			if ctx.Err() != nil {
				return false
			}
			off := float64((i+1)/2) * wide / float64(lines+1)
			if i%2 == 1 {
				off = -off
			}
			from, to, ok := across(p, cos, sin, off)
			if ok && s.line(p, from, to, decode) {
				return true
			}
		}
	}
	return false
}

// across is the part inside the picture of the line in a direction that
// passes its middle at a distance.
func across(p gray.Plane, cos, sin, off float64) (from, to gray.Point, ok bool) {
	mx, my := float64(p.W)/2-off*sin, float64(p.H)/2+off*cos
	low, high := math.Inf(-1), math.Inf(1)
	clip := func(at, along, limit float64) {
		if math.Abs(along) < 1e-9 {
			if at < 0.5 || at > limit-0.5 {
				low, high = 1, 0
			}
			return
		}
		a, b := (0.5-at)/along, (limit-0.5-at)/along
		low, high = max(low, min(a, b)), min(high, max(a, b))
	}
	clip(mx, cos, float64(p.W))
	clip(my, sin, float64(p.H))
	return gray.Point{X: mx + low*cos, Y: my + low*sin}, gray.Point{X: mx + high*cos, Y: my + high*sin}, high-low >= 32
}

// line looks along one line, in both directions.
func (s *Search) line(p gray.Plane, from, to gray.Point, decode Decode) bool {
	s.measure(p, from, to)
	for _, way := range ways {
		s.sharpen(way.reach, way.gain)
		if way.noise > 0 {
			s.cut(way.noise)
		} else {
			s.part()
		}
		if len(s.runs) < least128+2 {
			continue
		}
		if s.find(s.runs, from, to, decode) {
			return true
		}
		s.back = s.back[:0]
		for i := len(s.runs) - 1; i >= 0; i-- {
			s.back = append(s.back, s.runs[i])
		}
		if s.find(s.back, to, from, decode) {
			return true
		}
	}
	return false
}

// measure takes the brightness along a line, a dot apart, of three dots
// across: bars are long, and noise is not.
func (s *Search) measure(p gray.Plane, from, to gray.Point) {
	length := math.Hypot(to.X-from.X, to.Y-from.Y)
	dx, dy := (to.X-from.X)/length, (to.Y-from.Y)/length
	s.raw = s.raw[:0]
	x, y := from.X, from.Y
	for range int(length + 1.001) {
		sum := bright(p, x, y)
		sum += bright(p, x-dy, y+dx) + bright(p, x+dy, y-dx)
		s.raw = append(s.raw, sum/3)
		x, y = x+dx, y+dy
	}
}

func bright(p gray.Plane, x, y float64) float32 {
	x, y = min(float64(p.W-1), max(0, x-0.5)), min(float64(p.H-1), max(0, y-0.5))
	ix, iy := min(p.W-2, int(x)), min(p.H-2, int(y))
	fx, fy := float32(x-float64(ix)), float32(y-float64(iy))
	i := iy*p.W + ix
	a, b := float32(p.Pix[i]), float32(p.Pix[i+1])
	c, d := float32(p.Pix[i+p.W]), float32(p.Pix[i+p.W+1])
	return (a+(b-a)*fx)*(1-fy) + (c+(d-c)*fx)*fy
}
