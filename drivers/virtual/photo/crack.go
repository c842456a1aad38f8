package photo

import (
	"math"
	"math/rand/v2"
)

// crack is a piece of a broken line.
type crack struct {
	segment
	shiftX, shiftY float64 // by which the glass beside it moves the picture, millimetres
	width          float64
}

// cracks are broken lines from the point of impact, and short ones that link
// them.
func cracks(n int, x, y float64, chance *rand.Rand) (out []crack) {
	turn := chance.Float64() * 2 * math.Pi
	var before [][2]float64
	for i := range n {
		angle := turn + (float64(i)+0.6*chance.Float64())*2*math.Pi/float64(n)
		px, py := x, y
		var path [][2]float64
		for step := range 5 + chance.IntN(9) {
			angle += 0.5 * (chance.Float64() - 0.5)
			long := 3 + 5*chance.Float64()
			qx, qy := px+long*math.Cos(angle), py+long*math.Sin(angle)
			out = append(out, broken(px, py, qx, qy, 0.3/(1+0.1*float64(step)), chance))
			if step < len(before) && step < 3 && chance.IntN(3) > 0 {
				out = append(out, broken(qx, qy, before[step][0], before[step][1], 0.12, chance))
			}
			px, py = qx, qy
			path = append(path, [2]float64{px, py})
		}
		before = path
	}
	return out
}

func broken(x0, y0, x1, y1, width float64, chance *rand.Rand) crack {
	sin, cos := math.Sincos(2 * math.Pi * chance.Float64())
	shift := 0.3 + 0.4*chance.Float64()
	return crack{segment{x0, y0, x1, y1}, shift * cos, shift * sin, width}
}

// refract draws a crack: the picture beside it moves, its one side is dark and
// its other side catches light.
func (k crack) refract(c, old *canvas) {
	band := 0.6
	d := c.dots
	s := segment{k.x0 * d, k.y0 * d, k.x1 * d, k.y1 * d}
	dx, dy := int(math.Round(k.shiftX*d)), int(math.Round(k.shiftY*d))
	for y := max(0, int(min(s.y0, s.y1)-band*d)); y <= min(c.h-1, int(max(s.y0, s.y1)+band*d)); y++ {
		for x := max(0, int(min(s.x0, s.x1)-band*d)); x <= min(c.w-1, int(max(s.x0, s.x1)+band*d)); x++ {
			fx, fy := x+dx, y+dy
			if s.distance(float64(x)+0.5, float64(y)+0.5) > band*d || fx < 0 || fy < 0 || fx >= c.w || fy >= c.h {
				continue
			}
			copy(c.pix[3*(y*c.w+x):3*(y*c.w+x)+3], old.pix[3*(fy*c.w+fx):3*(fy*c.w+fx)+3])
		}
	}
	long := max(math.Hypot(k.x1-k.x0, k.y1-k.y0), 0.1)
	nx, ny := (k.y0-k.y1)/long*k.width*0.7, (k.x1-k.x0)/long*k.width*0.7
	c.line(k.x0, k.y0, k.x1, k.y1, k.width, rgb{20, 22, 24}, 0.75)
	c.line(k.x0+nx, k.y0+ny, k.x1+nx, k.y1+ny, k.width*0.8, rgb{225, 232, 235}, 0.7)
}

// scatter mixes the picture behind grease with its own mean over a millimetre.
func scatter(c *canvas, grease *sheet) {
	soft := &canvas{c.w, c.h, c.dots, append([]uint8(nil), c.pix...)}
	r := max(1, int(0.45*c.dots))
	line := make([]uint8, 3*max(c.w, c.h))
	for y := range c.h {
		mean(soft.pix[3*y*c.w:], 3, c.w, r, line)
	}
	for x := range c.w {
		mean(soft.pix[3*x:], 3*c.w, c.h, r, line)
	}
	for y := range c.h {
		for x := range c.w {
			thick := grease.at(float64(x)/c.dots, float64(y)/c.dots)[3]
			if thick < 0.01 {
				continue
			}
			i := 3 * (y*c.w + x)
			c.dot(x, y, rgb{soft.pix[i], soft.pix[i+1], soft.pix[i+2]}, float64(0.75*thick))
		}
	}
}

// mean replaces n colours, step bytes apart, by the mean of those within r.
func mean(pix []uint8, step, n, r int, line []uint8) {
	for k := range 3 {
		sum, count := 0, 0
		for i := 0; i < min(r, n); i++ {
			sum, count = sum+int(pix[i*step+k]), count+1
		}
		for i := range n {
			if i+r < n {
				sum, count = sum+int(pix[(i+r)*step+k]), count+1
			}
			if i-r-1 >= 0 {
				sum, count = sum-int(pix[(i-r-1)*step+k]), count-1
			}
			line[i] = uint8(sum / count)
		}
		for i := range n {
			pix[i*step+k] = line[i]
		}
	}
}
