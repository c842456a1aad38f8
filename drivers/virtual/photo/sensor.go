package photo

import (
	"bytes"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"math"
	"math/rand/v2"
)

// Sensor is the camera behind the lens.
type Sensor struct {
	ExposureStops float64 // 0 puts the screen's white at three quarters of the range; 1 is twice as bright
	// Gain is how much the camera amplifies: 1 in good light, 16 and more in
	// the dark, where few electrons make the picture. 0 is a camera without noise.
	Gain float64
	// FillShare is the part of a pixel, along each side, that sees: 1 is a
	// camera of full resolution, 0.3 one that leaves out lines. 0 does without
	// the dots of the screen, and so without moire.
	FillShare            float64
	Mosaic               bool    // one colour to a pixel (Bayer, RGGB), else three
	RowMicroseconds      float64 // from the opening of one row to that of the next
	ExposureMilliseconds float64 // that each row is open
	JPEGQuality          int     // 1 to 100; 0 leaves the picture as it is
}

// A pixel of a cheap sensor at gain 1.
const (
	fullElectrons = 9000
	readElectrons = 3
)

// expose turns light into a picture.
func (c Sensor) expose(l *lights, s Scene) (*image.RGBA, error) {
	c.vignette(l, s)
	chance := rand.New(rand.NewPCG(s.Seed, 0x5e4503+s.Frame))
	if c.Mosaic {
		raw := make([]float32, l.w*l.h)
		for i := range raw {
			raw[i] = l.planes[colourAt(i%l.w, i/l.w)][i]
		}
		c.noise(raw, chance)
		demosaic(l, raw)
	} else {
		for _, p := range l.planes {
			c.noise(p, chance)
		}
	}
	return c.compress(develop(l))
}

// vignette scales the light to the sensor's range and darkens the corners.
func (c Sensor) vignette(l *lights, s Scene) {
	scale := float32(0.75 * math.Exp2(c.ExposureStops) / s.Light.ScreenNits)
	cx, cy := float64(l.w)/2, float64(l.h)/2
	for y := range l.h {
		dy := (float64(y) + 0.5 - cy) * (float64(y) + 0.5 - cy)
		for x := range l.w {
			dx := float64(x) + 0.5 - cx
			f := scale * float32(1-s.Lens.VignetteShare*(dx*dx+dy)/(cx*cx+cy*cy))
			i := y*l.w + x
			l.planes[0][i] *= f
			l.planes[1][i] *= f
			l.planes[2][i] *= f
		}
	}
}

// noise is that of counting electrons and of reading them out.
func (c Sensor) noise(plane []float32, chance *rand.Rand) {
	if c.Gain <= 0 {
		return
	}
	full := float32(fullElectrons / c.Gain)
	read := float32(readElectrons * readElectrons)
	for i, v := range plane {
		v = min(v, 1)
		sigma := float32(math.Sqrt(float64(v*full+read))) / full
		plane[i] = v + sigma*float32(chance.NormFloat64())
	}
}

// colourAt is the colour that a pixel of the mosaic sees.
func colourAt(x, y int) int { return x&1 + y&1 }

// demosaic fills in the two colours that each pixel lacks, from its neighbours.
func demosaic(l *lights, raw []float32) {
	w, h := l.w, l.h
	for y := range h {
		up, down := y-1, y+1
		if up < 0 {
			up = 1
		}
		if down >= h {
			down = h - 2
		}
		a, b, c := raw[up*w:][:w], raw[y*w:][:w], raw[down*w:][:w]
		for x := range w {
			left, right := x-1, x+1
			if left < 0 {
				left = 1
			}
			if right >= w {
				right = w - 2
			}
			level, upright := (b[left]+b[right])/2, (a[x]+c[x])/2
			cross, corner := (level+upright)/2, (a[left]+a[right]+c[left]+c[right])/4
			i, own := y*w+x, b[x]
			switch {
			case x&1 == 0 && y&1 == 0:
				l.planes[0][i], l.planes[1][i], l.planes[2][i] = own, cross, corner
			case x&1 == 1 && y&1 == 1:
				l.planes[0][i], l.planes[1][i], l.planes[2][i] = corner, cross, own
			case y&1 == 0:
				l.planes[0][i], l.planes[1][i], l.planes[2][i] = level, own, upright
			default:
				l.planes[0][i], l.planes[1][i], l.planes[2][i] = upright, own, level
			}
		}
	}
}

// develop makes steps of brightness of light (IEC 61966-2-1).
func develop(l *lights) *image.RGBA {
	const steps = 4096
	var curve [steps + 1]uint8
	for i := range curve {
		v := float64(i) / steps
		if v <= 0.0031308 {
			v *= 12.92
		} else {
			v = 1.055*math.Pow(v, 1/2.4) - 0.055
		}
		curve[i] = uint8(255*v + 0.5)
	}
	out := image.NewRGBA(image.Rect(0, 0, l.w, l.h))
	for i := range l.w * l.h {
		p := out.Pix[4*i : 4*i+4 : 4*i+4]
		for k := range 3 {
			p[k] = curve[int(min(max(l.planes[k][i], 0), 1)*steps)]
		}
		p[3] = 255
	}
	return out
}

// compress sends a picture through JPEG.
func (c Sensor) compress(img *image.RGBA) (*image.RGBA, error) {
	if c.JPEGQuality <= 0 {
		return img, nil
	}
	var buf bytes.Buffer
	if err := jpeg.Encode(&buf, img, &jpeg.Options{Quality: c.JPEGQuality}); err != nil {
		return nil, fmt.Errorf("compress the picture: %w", err)
	}
	back, err := jpeg.Decode(&buf)
	if err != nil {
		return nil, fmt.Errorf("read the compressed picture: %w", err)
	}
	draw.Draw(img, img.Rect, back, image.Point{}, draw.Src)
	return img, nil
}
