// Package gray holds pictures as the readers of codes want them: brightness
// alone, and the few changes of size and side that a search needs. It opens no
// files and finds no codes.
//
// Invariant: every row of a Plane is W bytes of Pix, without gaps.
package gray

import "math"

// Plane is a gray picture, 0 black to 255 white. Pix[y*W+x] covers the area
// from (x, y) to (x+1, y+1): that is what places in a picture count in here.
type Plane struct {
	Pix  []byte
	W, H int
}

// Point is a place in a picture, in dots from its upper left corner.
type Point struct{ X, Y float64 }

// New is a black picture.
func New(w, h int) Plane { return Plane{make([]byte, w*h), w, h} }

// In is a picture of this size over the memory of a former one when that is
// large enough; its dots are whatever they were. A reader of live pictures
// keeps one Plane for each view.
func In(old Plane, w, h int) Plane {
	if cap(old.Pix) < w*h {
		return New(w, h)
	}
	return Plane{old.Pix[:w*h], w, h}
}

// Row is one line of the picture, shared with it.
func (p Plane) Row(y int) []byte { return p.Pix[y*p.W : (y+1)*p.W] }

// Inverted is the negative, made in the memory of old (see In).
func (p Plane) Inverted(old Plane) Plane {
	out := In(old, p.W, p.H)
	for i, v := range p.Pix {
		out.Pix[i] = 255 - v
	}
	return out
}

// Turned is the plane turned by a quarter, made in the memory of old.
func (p Plane) Turned(old Plane) Plane {
	out := In(old, p.H, p.W)
	for y := range p.H {
		row := p.Row(y)
		for x, v := range row {
			out.Pix[(p.W-1-x)*p.H+y] = v
		}
	}
	return out
}

// Halved is the mean of every two by two dots, made in the memory of old. It
// is the plane itself when it is too small to be halved.
func (p Plane) Halved(old Plane) Plane {
	if p.W < 2 || p.H < 2 {
		return p
	}
	out := In(old, p.W/2, p.H/2)
	for y := range out.H {
		a, b, to := p.Row(2*y), p.Row(2*y+1), out.Row(y)
		for x := range to {
			to[x] = byte((int(a[2*x]) + int(a[2*x+1]) + int(b[2*x]) + int(b[2*x+1]) + 2) / 4)
		}
	}
	return out
}

// Fit is the plane reduced to at most so many dots, by the mean over areas; it
// is never enlarged.
func (p Plane) Fit(dots int) Plane {
	if p.W*p.H <= dots {
		return p
	}
	factor := math.Sqrt(float64(dots) / float64(p.W*p.H))
	return p.Reduced(max(1, int(float64(p.W)*factor)), max(1, int(float64(p.H)*factor)))
}

// Reduced takes the mean over the area that each new dot covers.
func (p Plane) Reduced(w, h int) Plane {
	out := New(w, h)
	across := spans(p.W, w)
	sums := make([]float32, w)
	for y, down := range spans(p.H, h) {
		clear(sums)
		for i := down.from; i < down.to; i++ {
			row, weight := p.Row(i), down.weight(i)
			for x, a := range across {
				sum := float32(row[a.from]) * a.first
				for _, v := range row[a.from+1 : a.to] {
					sum += float32(v)
				}
				sum -= float32(row[a.to-1]) * (1 - a.last)
				sums[x] += sum * weight
			}
		}
		area := float32(p.W) / float32(w) * float32(p.H) / float32(h)
		for x, to := 0, out.Row(y); x < w; x++ {
			to[x] = byte(min(255, max(0, sums[x]/area+0.5)))
		}
	}
	return out
}

// span is which old dots a new one covers: all of those from..to-1, but only
// the share first of the first one and last of the last one.
type span struct {
	from, to    int
	first, last float32
}

func (s span) weight(i int) float32 {
	weight := float32(1)
	if i == s.from {
		weight = s.first
	}
	if i == s.to-1 {
		weight -= 1 - s.last
	}
	return weight
}

func spans(old, now int) []span {
	out := make([]span, now)
	for i := range out {
		// In units of 1/now of an old dot everything is whole.
		start, end := i*old, (i+1)*old
		s := span{from: start / now, to: (end + now - 1) / now}
		s.first = 1 - float32(start-s.from*now)/float32(now)
		s.last = 1 - float32(s.to*now-end)/float32(now)
		out[i] = s
	}
	return out
}

// Enlarged has each dot so many times, smoothly, made in the memory of old:
// the modules of a small picture then are several dots.
func (p Plane) Enlarged(old Plane, times int) Plane {
	out := In(old, p.W*times, p.H*times)
	for y := range out.H {
		sy := max(0, (2*y+1)*p.H*128/out.H-128) // in 1/256 of a dot
		a, b, fy := p.Row(min(p.H-1, sy>>8)), p.Row(min(p.H-1, sy>>8+1)), sy&255
		to := out.Row(y)
		for x := range to {
			sx := max(0, (2*x+1)*p.W*128/out.W-128)
			i, j, fx := min(p.W-1, sx>>8), min(p.W-1, sx>>8+1), sx&255
			up := int(a[i])*(256-fx) + int(a[j])*fx
			down := int(b[i])*(256-fx) + int(b[j])*fx
			to[x] = byte((up*(256-fy) + down*fy) >> 16)
		}
	}
	return out
}

// Stretched has its brightness between low and high spread from black to
// white, made in the memory of old.
func (p Plane) Stretched(old Plane, low, high int) Plane {
	out := In(old, p.W, p.H)
	var to [256]byte
	for v := range to {
		to[v] = byte(min(255, max(0, (v-low)*255/max(1, high-low))))
	}
	for i, v := range p.Pix {
		out.Pix[i] = to[v]
	}
	return out
}
