package photo_test

import (
	"image"
	"math"
	"testing"

	"github.com/posagent/posagent/drivers/virtual/photo"
)

// blankPhoto is a wallet without a code before a camera without faults: its
// middle is evenly white.
func blankPhoto(change func(*photo.Scene)) photo.Photo {
	s := small(photo.Plain(photo.Shown{}))
	s.View.DistanceMillimetres /= 2 // as large as in a whole picture
	change(&s)
	p, err := photo.Shoot(s)
	if err != nil {
		panic(err)
	}
	return p
}

func blank(change func(*photo.Scene)) *image.Gray { return blankPhoto(change).Gray() }

// light is the mean light in a box over all colours: a step of brightness is
// none of light.
func light(p photo.Photo, r image.Rectangle) float64 {
	sum := 0.0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			c := p.Picture.RGBAAt(x, y)
			for _, v := range []uint8{c.R, c.G, c.B} {
				sum += math.Pow((float64(v)/255+0.055)/1.055, 2.4)
			}
		}
	}
	return sum / float64(3*r.Dx()*r.Dy())
}

var middle = image.Rect(220, 80, 420, 280)

// A camera without lines left out sees an even screen evenly. One with small
// sensitive spots sees the beat of its grid with the screen's, which moves
// light about and makes none.
func TestMoireMovesLightAndMakesNone(t *testing.T) {
	dim := func(s *photo.Scene) { s.Sensor.ExposureStops = -2 } // no peak is cut off
	even := blankPhoto(dim)
	for _, phone := range photo.Phones()[:2] { // stripes and diamonds
		before := func(fill, blur float64) photo.Photo {
			return blankPhoto(func(s *photo.Scene) {
				dim(s)
				s.Phone, s.Sensor.FillShare, s.Lens.BlurPixels, s.View.RollDegrees = phone, fill, blur, 4
			})
		}
		beats, soft := before(0.35, 0.12), before(1, 1)
		if a, b, c := spread(even.Gray(), middle), spread(beats.Gray(), middle), spread(soft.Gray(), middle); a > 0.1 || b < 2 || c > b/10 {
			t.Errorf("%s: spread %.2f without, %.2f with, %.2f through a soft lens", phone.Name, a, b, c)
		}
		if a, b := light(even, middle), light(beats, middle); math.Abs(a-b) > 0.02*a {
			t.Errorf("%s: light %.4f without and %.4f with", phone.Name, a, b)
		}
	}
}

// Rows of 20 us before pulses of 250 Hz: the bands repeat every 200 rows.
func TestBandsHaveThePeriodOfThePulses(t *testing.T) {
	g := blank(func(s *photo.Scene) {
		s.Light.PWMHertz, s.Light.PWMShare = 250, 0.5
		s.Sensor.RowMicroseconds, s.Sensor.ExposureMilliseconds = 20, 2.6
	})
	row := func(y int) float64 { return mean(g, image.Rect(280, y, 360, y+1)) }
	low, high := 255.0, 0.0
	for y := 80; y < 280; y++ {
		low, high = min(low, row(y)), max(high, row(y))
	}
	if high-low < 40 || math.Abs(row(75)-row(275)) > 2 || math.Abs(row(75)-row(175)) < 10 {
		t.Errorf("from %.0f to %.0f; rows 75, 175, 275: %.0f %.0f %.0f", low, high, row(75), row(175), row(275))
	}
}

func TestEffectsChangeWhatTheySay(t *testing.T) {
	corner := image.Rect(0, 0, 30, 30)
	lit := func(s *photo.Scene) { s.View.DistanceMillimetres = 10 } // the screen fills the picture
	plain := blank(lit)
	with := func(change func(*photo.Scene)) *image.Gray {
		return blank(func(s *photo.Scene) { lit(s); change(s) })
	}
	bright := func(stops float64) float64 {
		return mean(with(func(s *photo.Scene) { s.Sensor.ExposureStops = stops }), middle)
	}
	noise := func(gain float64) float64 {
		return spread(with(func(s *photo.Scene) { s.Sensor.Gain = gain; s.Sensor.ExposureStops = -2 }), middle)
	}
	if d, m, b := bright(-2), bright(0), bright(2); !(d < m-60 && m < b) || b != 255 {
		t.Errorf("brightness %.0f, %.0f, %.0f", d, m, b)
	}
	if a, b := noise(2), noise(32); a < 0.5 || b < 3*a || b > 5*a { // four times, by counting electrons
		t.Errorf("noise %.2f at gain 2 and %.2f at 32", a, b)
	}
	dark := with(func(s *photo.Scene) { s.Lens.VignetteShare = 0.5 })
	if mean(dark, corner) > mean(plain, corner)-30 || mean(dark, middle) < mean(plain, middle)-8 {
		t.Errorf("vignette: corner %.0f of %.0f, middle %.0f of %.0f", mean(dark, corner), mean(plain, corner), mean(dark, middle), mean(plain, middle))
	}
	glare := with(func(s *photo.Scene) {
		s.Glass.Reflections = []photo.Reflection{{Shape: photo.Spot, WidthMillimetres: 3, LengthMillimetres: 3, Nits: 300}}
	})
	if mean(glare, image.Rect(315, 175, 325, 185)) != 255 || mean(glare, corner) != mean(plain, corner) {
		t.Error("a lamp in the middle of the glass is not there, or not only there")
	}
}

// Blur of any kind spreads light and keeps its sum: a white screen stays white,
// and the code's contrast falls.
func TestBlurKeepsLight(t *testing.T) {
	for name, lens := range map[string]photo.Lens{
		"lens": {BlurPixels: 3}, "defocus": {DefocusPixels: 12}, "motion": {MotionPixels: 12, MotionDegrees: 30},
	} {
		soft := blank(func(s *photo.Scene) { s.Lens = lens; s.View.DistanceMillimetres = 10 })
		hard := blank(func(s *photo.Scene) { s.View.DistanceMillimetres = 10 })
		for _, r := range []image.Rectangle{middle, image.Rect(150, 0, 160, 10)} {
			if a, b := mean(hard, r), mean(soft, r); math.Abs(a-b) > 1 {
				t.Errorf("%s: %.1f became %.1f at %v", name, a, b, r)
			}
		}
		s := small(photo.Plain(both(t)))
		sharp := shoot(t, s).Gray()
		s.Lens = lens
		if a, b := spread(sharp, middle), spread(shoot(t, s).Gray(), middle); b > 0.9*a {
			t.Errorf("%s: contrast %.0f became %.0f", name, a, b)
		}
	}
}
