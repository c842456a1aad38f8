package photo

import "math"

// Lens is what the optics and the hand do to a sharp picture. Lengths are in
// pixels of the picture.
type Lens struct {
	BlurPixels    float64 // standard deviation of the spot that a point becomes
	DefocusPixels float64 // diameter of the disc of a lens that looks elsewhere
	MotionPixels  float64 // way of the phone while the shutter is open
	MotionDegrees float64 // its direction, clockwise from the right
	VignetteShare float64 // of the light that the corners lose
}

// blur spreads the light of each plane.
func (l *lights) blur(lens Lens) {
	spare := make([]float32, l.w*l.h)
	for i := range l.planes {
		if lens.DefocusPixels > 1 {
			disc(spare, l.planes[i], l.w, l.h, lens.DefocusPixels/2)
			l.planes[i], spare = spare, l.planes[i]
		}
		if lens.MotionPixels > 0.5 {
			smearAlong(spare, l.planes[i], l.w, l.h, lens.MotionPixels, lens.MotionDegrees)
			l.planes[i], spare = spare, l.planes[i]
		}
		if lens.BlurPixels > 0.2 {
			kernel := gauss(lens.BlurPixels)
			across(spare, l.planes[i], l.w, l.h, kernel)
			down(l.planes[i], spare, l.w, l.h, kernel)
		}
	}
}

// gauss is half a bell, the middle first, of sum 1 with its other half.
func gauss(sigma float64) []float32 {
	k := make([]float64, int(math.Ceil(2.6*sigma))+1)
	sum := 0.0
	for i := range k {
		k[i] = math.Exp(-float64(i*i) / (2 * sigma * sigma))
		sum += k[i]
		if i > 0 {
			sum += k[i]
		}
	}
	out := make([]float32, len(k))
	for i := range k {
		out[i] = float32(k[i] / sum)
	}
	return out
}

func across(to, from []float32, w, h int, k []float32) {
	for y := range h {
		row, out := from[y*w:y*w+w], to[y*w:y*w+w]
		for x := range row {
			out[x] = row[x] * k[0]
		}
		for i := 1; i < len(k); i++ {
			f := k[i]
			for x := i; x < w-i; x++ {
				out[x] += f * (row[x-i] + row[x+i])
			}
			for x := range min(i, w) { // the edges repeat
				out[x] += f * (row[0] + row[min(w-1, x+i)])
				out[w-1-x] += f * (row[w-1] + row[max(0, w-1-x-i)])
			}
		}
	}
}

func down(to, from []float32, w, h int, k []float32) {
	for y := range h {
		out := to[y*w : y*w+w]
		for x, v := range from[y*w : y*w+w] {
			out[x] = v * k[0]
		}
		for i := 1; i < len(k); i++ {
			f := k[i]
			a := from[max(0, y-i)*w:][:w]
			b := from[min(h-1, y+i)*w:][:w]
			for x := range out {
				out[x] += f * (a[x] + b[x])
			}
		}
	}
}

// disc is the mean over a disc, from running sums along rows.
func disc(to, from []float32, w, h int, radius float64) {
	r := int(radius)
	half, area := make([]int, 2*r+1), 0
	for j := -r; j <= r; j++ {
		half[j+r] = int(math.Sqrt(radius*radius-float64(j*j)) + 0.3)
		area += 2*half[j+r] + 1
	}
	sums := make([]float64, (w+1)*h)
	for y := range h {
		s := sums[y*(w+1) : (y+1)*(w+1)]
		for x, v := range from[y*w : y*w+w] {
			s[x+1] = s[x] + float64(v)
		}
	}
	share := 1 / float64(area)
	line := make([]float64, w)
	for y := range h {
		clear(line)
		for j := -r; j <= r; j++ {
			s := sums[min(max(y+j, 0), h-1)*(w+1):][:w+1]
			n := half[j+r]
			for x := n; x < w-n; x++ {
				line[x] += s[x+n+1] - s[x-n]
			}
			for x := range min(n, w) {
				edge := func(x int) float64 {
					a, b := max(0, x-n), min(w, x+n+1)
					return (s[b] - s[a]) * float64(2*n+1) / float64(b-a)
				}
				line[x] += edge(x)
				line[w-1-x] += edge(w - 1 - x)
			}
		}
		for x, v := range line {
			to[y*w+x] = float32(v * share)
		}
	}
}

// smearAlong is the mean along a line, one sample for each pixel of its way.
func smearAlong(to, from []float32, w, h int, long, degrees float64) {
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	n := int(math.Ceil(long)) + 1
	share := 1 / float32(n)
	clear(to)
	for i := range n {
		off := long * (float64(i)/float64(n-1) - 0.5)
		dx, dy := off*cos, off*sin
		x0, y0 := int(math.Floor(dx)), int(math.Floor(dy))
		ax, ay := float32(dx-float64(x0)), float32(dy-float64(y0))
		for y := range h {
			a := from[min(max(y+y0, 0), h-1)*w:][:w]
			b := from[min(max(y+y0+1, 0), h-1)*w:][:w]
			out := to[y*w : y*w+w]
			p, q, r, s := share*(1-ax)*(1-ay), share*ax*(1-ay), share*(1-ax)*ay, share*ax*ay
			first, last := min(max(0, -x0), w), max(0, min(w, w-1-x0))
			for x := first; x < last; x++ {
				i := x + x0
				out[x] += p*a[i] + q*a[i+1] + r*b[i] + s*b[i+1]
			}
			for x := range first { // the edges repeat
				out[x] += share * (a[0]*(1-ay) + b[0]*ay)
			}
			for x := last; x < w; x++ {
				out[x] += share * (a[w-1]*(1-ay) + b[w-1]*ay)
			}
		}
	}
}
