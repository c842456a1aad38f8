package photo

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// drawing is a scene while its numbers are drawn.
type drawing struct {
	*rand.Rand
	s *Scene
}

// between is a number of an even distribution.
func (d drawing) between(low, high float64) float64 { return low + (high-low)*d.Float64() }

// either is a number with a random sign.
func (d drawing) either(low, high float64) float64 {
	v := d.between(low, high)
	if d.IntN(2) == 0 {
		return -v
	}
	return v
}

// Plain is a scene without any effect: a phone straight before the camera, its
// QR code half as high as the picture of 1280 x 720.
func Plain(shown Shown) Scene {
	s := Scene{Name: "plain", Width: 1280, Height: 720, Shown: shown, Phone: Phones()[1], Look: Looks()[0]}
	s.View.FieldOfViewDegrees = 60
	s.Light = Light{ScreenNits: 400}
	s.show(0.5)
	return s
}

// Normal is one of the set of usual scenes: a phone held before a counter's
// camera as people do. The QR code's side is a quarter to six tenths of the
// picture's height, tilt and yaw are within 25 degrees, roll within 30, blur and
// noise are mild, and no reflection lies on the code.
func Normal(shown Shown, seed uint64) Scene {
	d := drawing{rand.New(rand.NewPCG(seed, 0x9041a1)), &Scene{Name: fmt.Sprintf("normal %d", seed), Seed: seed}}
	d.usual(shown)
	return *d.s
}

// usual draws all numbers of a usual scene.
func (d drawing) usual(shown Shown) {
	s := d.s
	s.Width, s.Height, s.Shown = 1280, 720, shown
	phones, looks := Phones(), Looks()
	s.Phone = phones[d.IntN(len(phones))]
	s.Look = looks[d.IntN(len(looks)-1)] // the last is light on dark, which is no usual code
	if d.IntN(3) == 0 && shown.QR.Size > 0 {
		s.Shown.Bars = ""
	}
	d.view(25, 30, d.between(0.28, 0.58))
	d.light()
	d.camera()
	s.Glass.MirrorShare = d.between(0.02, 0.05)
	if d.IntN(2) == 0 {
		d.glareBeside()
	}
	if d.IntN(4) == 0 {
		s.Glass.SmearShare = d.between(0.1, 0.35)
	}
}

// view draws where the phone is held; share is the code's in the picture's
// height.
func (d drawing) view(tilt, roll, share float64) {
	v := &d.s.View
	v.FieldOfViewDegrees = d.between(50, 70)
	size, way := tilt*math.Sqrt(d.Float64()), d.between(0, 2*math.Pi)
	v.TiltDegrees, v.YawDegrees = size*math.Sin(way), size*math.Cos(way)
	v.RollDegrees = d.between(-roll, roll)
	free := max(0, 0.42-share*0.62) // keeps the code and its quiet zone inside
	v.RightShare, v.DownShare = d.between(-0.3, 0.3), d.between(-free, free)
	d.s.show(share)
}

// show sets the distance at which the code's side is so much of the picture's
// height when it is seen straight.
func (s *Scene) show(share float64) {
	code := s.layout().code()
	side := code.w // of a code of bars only the width counts, and it fills twice the share
	if s.layout().qr.w == 0 {
		side /= 2
	}
	s.View.DistanceMillimetres = s.View.focal(s.Width) * side / (share * float64(s.Height))
}

// pixelsPerModule is how large a module is in the middle of the picture.
func (s *Scene) pixelsPerModule() float64 {
	l := s.layout()
	seen := s.View.focal(s.Width) / s.View.DistanceMillimetres
	switch {
	case l.qr.w > 0:
		return l.qr.w / float64(s.Shown.QR.Size) * seen
	case l.bars.w > 0:
		return l.bars.w / float64(code128Modules(s.Shown.Bars)) * seen
	}
	return 4
}

func (d drawing) light() {
	l := &d.s.Light
	l.Room = Room(1 + d.IntN(3))
	l.Hand = Hand(1 + d.IntN(2))
	l.RoomLux = d.between(200, 900)
	l.ScreenNits = d.between(250, 700)
	if l.Room == Ceiling {
		l.RoomLux *= 0.5 // what a camera that looks up sees of a shop
	}
}

// camera draws a fair lens and a fair sensor.
func (d drawing) camera() {
	lens, c := &d.s.Lens, &d.s.Sensor
	lens.BlurPixels = d.between(0.5, 1.0)
	if d.IntN(3) == 0 {
		lens.MotionPixels, lens.MotionDegrees = d.between(1, 2.5), d.between(0, 180)
	}
	lens.VignetteShare = d.between(0.05, 0.3)
	c.ExposureStops = d.between(-0.8, 0.35)
	c.Gain = d.between(1, 5)
	c.FillShare = d.between(0.7, 1)
	c.Mosaic = d.IntN(2) == 0
	c.RowMicroseconds, c.ExposureMilliseconds = d.between(15, 30), d.between(8, 25)
	c.JPEGQuality = 75 + d.IntN(20)
}

// glareBeside puts a lamp into the glass where no code is.
func (d drawing) glareBeside() {
	code := d.s.layout().code()
	r := Reflection{Shape: Spot, WidthMillimetres: d.between(5, 14), SoftMillimetres: d.between(1, 5), Nits: d.between(60, 400)}
	r.LengthMillimetres = r.WidthMillimetres * d.between(0.7, 1.4)
	away := code.h/2 + r.LengthMillimetres/2 + r.SoftMillimetres + 3
	if l := d.s.layout(); l.bars.w > 0 && l.qr.w > 0 && !d.s.Look.QRTop {
		r.DownMillimetres = away + d.between(0, 20) // above lie the bars
	} else {
		r.DownMillimetres = -away - d.between(0, 10)
	}
	r.RightMillimetres = d.between(-25, 25)
	d.s.Glass.Reflections = append(d.s.Glass.Reflections, r)
}
