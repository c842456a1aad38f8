package imager

import "math"

// plane is a gray picture, 0 black to 255 white, rows without gaps.
type plane struct {
	pix  []byte
	w, h int
}

func newPlane(w, h int) plane { return plane{make([]byte, w*h), w, h} }

func (p plane) row(y int) []byte { return p.pix[y*p.w : (y+1)*p.w] }

// inverted is the negative.
func (p plane) inverted() plane {
	out := newPlane(p.w, p.h)
	for i, v := range p.pix {
		out.pix[i] = 255 - v
	}
	return out
}

// turned is the plane turned by a quarter.
func (p plane) turned() plane {
	out := newPlane(p.h, p.w)
	for y := range p.h {
		row := p.row(y)
		for x, v := range row {
			out.pix[(p.w-1-x)*p.h+y] = v
		}
	}
	return out
}

// halved is the mean of every two by two dots. It is the plane itself when it
// is too small to be halved.
func (p plane) halved() plane {
	if p.w < 2 || p.h < 2 {
		return p
	}
	out := newPlane(p.w/2, p.h/2)
	for y := range out.h {
		a, b, to := p.row(2*y), p.row(2*y+1), out.row(y)
		for x := range to {
			to[x] = byte((int(a[2*x]) + int(a[2*x+1]) + int(b[2*x]) + int(b[2*x+1]) + 2) / 4)
		}
	}
	return out
}

// fit is the plane reduced to at most so many dots, by the mean over areas; it
// is never enlarged.
func (p plane) fit(dots int) plane {
	if p.w*p.h <= dots {
		return p
	}
	factor := math.Sqrt(float64(dots) / float64(p.w*p.h))
	return p.reduced(max(1, int(float64(p.w)*factor)), max(1, int(float64(p.h)*factor)))
}

// reduced takes the mean over the area that each new dot covers.
func (p plane) reduced(w, h int) plane {
	out := newPlane(w, h)
	across := spans(p.w, w)
	sums := make([]float32, w)
	for y, down := range spans(p.h, h) {
		clear(sums)
		for i := down.from; i < down.to; i++ {
			row, weight := p.row(i), down.weight(i)
			for x, a := range across {
				sum := float32(row[a.from]) * a.first
				for _, v := range row[a.from+1 : a.to] {
					sum += float32(v)
				}
				sum -= float32(row[a.to-1]) * (1 - a.last)
				sums[x] += sum * weight
			}
		}
		area := float32(p.w) / float32(w) * float32(p.h) / float32(h)
		for x, to := 0, out.row(y); x < w; x++ {
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
