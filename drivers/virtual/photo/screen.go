package photo

import "math"

// shine puts the dots and the flicker of the screen into the light. Both are
// sampled: each pixel of the camera takes the mean over its own area of the
// sub-pixels before it, and over its own time of the pulses. What beats between
// the two grids, or between rows and pulses, comes by itself.
func (l *lights) shine(s Scene, p pose) {
	rows := s.Sensor.rows(s.Light, l.h, s.Frame)
	var grids [3]grid
	fine := s.Sensor.FillShare > 0
	if !fine && s.Light.PWMHertz <= 0 {
		return
	}
	if fine {
		grids = s.Phone.SubPixels.grids()
	}
	see := s.aperture()
	pitch := 1 / s.Phone.pitch()
	for y := range l.h {
		for x := range l.w {
			i := y*l.w + x
			if l.x[i] != l.x[i] {
				continue
			}
			gain := [3]float32{rows[y], rows[y], rows[y]}
			if fine && x+1 < l.w && y+1 < l.h {
				right, below := i+1, i+l.w
				u, v := float64(l.x[i])*pitch, float64(l.y[i])*pitch
				ux, vx := float64(l.x[right])*pitch-u, float64(l.y[right])*pitch-v
				uy, vy := float64(l.x[below])*pitch-u, float64(l.y[below])*pitch-v
				if ux == ux && uy == uy {
					for k := range gain {
						if s.Sensor.Mosaic && k != colourAt(x, y) {
							continue // this pixel does not see it
						}
						gain[k] *= grids[k].at(see, u, v, ux, vx, uy, vy)
					}
				}
			}
			for k := range gain {
				lit := l.planes[k][i] - l.reflected[i]
				l.planes[k][i] = l.reflected[i] + lit*gain[k]
			}
		}
	}
}

// aperture is what one pixel of the camera sees of a fine pattern, in pixels.
type aperture struct {
	half   float64 // of its own area, across and down
	spot   float64 // variance of the spot that lens and defocus make of a point
	across float64 // that of the way of the phone, across
	down   float64
	both   float64
}

func (s Scene) aperture() aperture {
	l := s.Lens
	sin, cos := math.Sincos(l.MotionDegrees * math.Pi / 180)
	way := l.MotionPixels * l.MotionPixels / 12
	return aperture{
		half: s.Sensor.FillShare / 2, spot: l.BlurPixels*l.BlurPixels + l.DefocusPixels*l.DefocusPixels/16,
		across: way * cos * cos, down: way * sin * sin, both: 2 * way * sin * cos,
	}
}

// left is what lens and motion leave of a wave with so many periods to a pixel
// across and down: their transfer function, taken as a bell's.
func (a *aperture) left(across, down float64) float64 {
	power := a.spot*(across*across+down*down) + a.across*across*across + a.down*down*down + a.both*across*down
	if power > 0.35 { // less than a thousandth
		return 0
	}
	return math.Exp(-2 * math.Pi * math.Pi * power)
}

// grid is where the lights of one colour lie: where two sets of bars cross.
type grid [2]bars

// bars are parallel bars of light. phase = a*u + b*v counts them, u and v in
// pixels of the screen.
type bars struct {
	a, b, start float64
	sum         *[sumSteps + 1]float64
}

// grids are those of red, green and blue.
func (p SubPixels) grids() [3]grid {
	if p == Diamonds {
		// Red and blue stand on the two colours of a chessboard, whose diagonals
		// are two pixels apart.
		wide, small := pulses(0.5), pulses(0.46)
		return [3]grid{
			{{0.5, 0.5, 0, wide}, {0.5, -0.5, 0, wide}},
			{{1, 0, 0.5, small}, {0, 1, 0.5, small}},
			{{0.5, 0.5, 0.5, wide}, {0.5, -0.5, 0.5, wide}},
		}
	}
	thin, tall := pulses(0.26), pulses(0.82)
	var out [3]grid
	for k := range out {
		out[k] = grid{{1, 0, -(float64(k) + 0.5) / 3, thin}, {0, 1, 0.5, tall}}
	}
	return out
}

// at is the light that a pixel of the camera sees of a grid, 1 in the mean. It
// looks at u, v; one pixel to the right is (ux, vx) further, one below (uy, vy).
func (g *grid) at(see aperture, u, v, ux, vx, uy, vy float64) float32 {
	light := 1.0
	for i := range g {
		b := &g[i]
		across, down := b.a*ux+b.b*vx, b.a*uy+b.b*vy
		left := see.left(across, down)
		if left == 0 {
			continue
		}
		p, q := max(math.Abs(across)*see.half, 0.03), max(math.Abs(down)*see.half, 0.03)
		t := b.a*u + b.b*v + b.start
		light *= 1 + left*(b.twice(t+p+q)-b.twice(t+p-q)-b.twice(t-p+q)+b.twice(t-p-q))/(4*p*q)
	}
	return float32(max(light, 0))
}

const sumSteps = 512

// pulses is twice the sum (the second integral) over one period of a bar about
// 0 that is lit over a share of it, less its mean. With it the mean over any
// parallelogram is exact.
func pulses(share float64) *[sumSteps + 1]float64 {
	once := make([]float64, sumSteps+1)
	mean := 0.0
	for i := range sumSteps {
		t := (float64(i) + 0.5) / sumSteps
		v := -1.0
		if t < share/2 || t > 1-share/2 {
			v += 1 / share
		}
		once[i+1] = once[i] + v/sumSteps
		mean += once[i+1] / sumSteps
	}
	var twice [sumSteps + 1]float64
	for i := range sumSteps {
		twice[i+1] = twice[i] + ((once[i]+once[i+1])/2-mean)/sumSteps
	}
	drift := twice[sumSteps]
	for i := range twice { // what rounding left
		twice[i] -= drift * float64(i) / sumSteps
	}
	return &twice
}

func (b *bars) twice(t float64) float64 {
	t = (t - math.Floor(t)) * sumSteps
	i := int(t)
	if i >= sumSteps {
		i = sumSteps - 1
	}
	return b.sum[i] + (b.sum[i+1]-b.sum[i])*(t-float64(i))
}

// rows is how much of the screen's light each row of the sensor catches: rows
// open one after the other, and a dimmed screen is dark part of the time.
func (c Sensor) rows(light Light, n int, frame uint64) []float32 {
	out := make([]float32, n)
	for y := range out {
		out[y] = 1
	}
	if light.PWMHertz <= 0 || light.PWMShare <= 0 || light.PWMShare >= 1 || c.ExposureMilliseconds <= 0 {
		return out
	}
	period, open := 1/light.PWMHertz, c.ExposureMilliseconds/1000
	lit := func(t float64) float64 { // until t
		whole := math.Floor(t / period)
		return (whole*light.PWMShare + min(t/period-whole, light.PWMShare)) * period
	}
	start := float64(frame%1000) / 30
	for y := range out {
		t := start + float64(y)*c.RowMicroseconds/1e6
		out[y] = float32((lit(t+open) - lit(t)) / (open * light.PWMShare))
	}
	return out
}
