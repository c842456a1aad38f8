package photo_test

import (
	"bytes"
	"errors"
	"image"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/virtual/photo"
)

func TestTheSameSceneGivesTheSameBytes(t *testing.T) {
	for name, set := range sets() {
		for _, seed := range []uint64{2, 6}[:1+1/pace] {
			a, b := shoot(t, small(set(both(t), seed))), shoot(t, small(set(both(t), seed)))
			if !bytes.Equal(a.Picture.Pix, b.Picture.Pix) || a.Corners != b.Corners {
				t.Errorf("%s %d: two shots differ", name, seed)
			}
			other := small(set(both(t), seed))
			other.Frame++
			if c := shoot(t, other); bytes.Equal(a.Picture.Pix, c.Picture.Pix) || a.Corners != c.Corners {
				t.Errorf("%s %d: the next frame must have other noise and nothing else", name, seed)
			}
		}
	}
}

// From the reported corners alone every module is found where the matrix has
// it: however the phone is turned, corners and drawing agree.
func TestEveryModuleIsWhereTheCornersSay(t *testing.T) {
	shown := both(t)
	phones, looks := photo.Phones(), photo.Looks()
	rapid.Check(t, func(r *rapid.T) {
		s := photo.Plain(shown)
		s.Width, s.Height = 480, 270
		s.Phone = rapid.SampledFrom(phones[:6]).Draw(r, "phone") // all that are flat
		s.Look = rapid.SampledFrom(looks[:3]).Draw(r, "look")    // without a logo
		s.View.TiltDegrees = rapid.Float64Range(-40, 40).Draw(r, "tilt")
		s.View.YawDegrees = rapid.Float64Range(-40, 40).Draw(r, "yaw")
		s.View.RollDegrees = rapid.Float64Range(-180, 180).Draw(r, "roll")
		s.View.RightShare = rapid.Float64Range(-0.3, 0.3).Draw(r, "right")
		p := shoot(t, s)
		gray, at, n := p.Gray(), plane(p.Corners), shown.QR.Size
		for y := range n {
			for x := range n {
				q := at((float64(x)+0.5)/float64(n), (float64(y)+0.5)/float64(n))
				i, j := int(q.X), int(q.Y)
				if !(image.Point{i, j}.In(gray.Rect)) {
					continue
				}
				dark := shown.QR.Bits[y*((n+7)/8)+x/8]&(0x80>>(x%8)) != 0
				if v := gray.GrayAt(i, j).Y; dark != (v < 120) {
					r.Fatalf("module %d,%d at %d,%d has brightness %d, dark is %v\n%v", x, y, i, j, v, dark, s)
				}
			}
		}
	})
}

// On bent glass no straight map leads to the modules, but the corners of the
// three finder patterns are dark inside and light outside.
func TestCornersFollowTheBend(t *testing.T) {
	bent := photo.Plain(both(t))
	bent.Glass.BendRadiusMillimetres = 35
	bent.View.YawDegrees, bent.View.RollDegrees = 20, 30
	edges := photo.Plain(both(t))
	edges.Phone = photo.Phones()[6]
	edges.View.TiltDegrees = -25
	for _, s := range []photo.Scene{bent, edges} {
		p := shoot(t, s)
		gray := p.Gray()
		for _, k := range []int{0, 1, 3} {
			far := p.Corners[(k+2)%4]
			c := p.Corners[k]
			near := func(part float64) uint8 {
				return gray.GrayAt(int(c.X+(far.X-c.X)*part), int(c.Y+(far.Y-c.Y)*part)).Y
			}
			if in, out := near(0.012), near(-0.012); in > 80 || out < 150 {
				t.Errorf("corner %d: %d inside and %d outside\n%v", k, in, out, s)
			}
		}
	}
}

// What the normal set promises, measured on its pictures.
func TestTheNormalSetKeepsItsPromise(t *testing.T) {
	phones, looks := map[string]bool{}, map[string]bool{}
	for seed := range uint64(100 / pace) {
		s := photo.Normal(both(t), seed)
		v := s.View
		if math.Abs(v.TiltDegrees) > 25 || math.Abs(v.YawDegrees) > 25 || math.Abs(v.RollDegrees) > 30 {
			t.Errorf("turned too far: %v", s)
		}
		p := shoot(t, tiny(s))
		area := 0.0
		for i, a := range p.Corners {
			b := p.Corners[(i+1)%4]
			area += (a.X*b.Y - b.X*a.Y) / 2
			if a.X < 0 || a.Y < 0 || a.X > 160 || a.Y > 90 {
				t.Errorf("corner %d lies outside: %v", i, s)
			}
		}
		if side := math.Sqrt(area) / 90; side < 0.25 || side > 0.6 {
			t.Errorf("the code's side is %.2f of the height: %v", side, s)
		}
		phones[s.Phone.Name], looks[s.Look.Name] = true, true
	}
	if pace == 1 && (len(phones) < 7 || len(looks) < 5) {
		t.Errorf("%d phones and %d looks: the set must show many", len(phones), len(looks))
	}
}

// Without its reflections a normal picture shows the same code.
func TestNoReflectionLiesOnANormalCode(t *testing.T) {
	for seed := range uint64(40 / pace) {
		s := tiny(photo.Normal(both(t), seed))
		if s.Glass.Reflections == nil {
			continue
		}
		s.Lens, s.Sensor = photo.Lens{}, photo.Sensor{}
		with := shoot(t, s)
		s.Glass.Reflections = nil
		without := shoot(t, s)
		at := plane(with.Corners)
		for u := 0.02; u < 1; u += 0.04 {
			for v := 0.02; v < 1; v += 0.04 {
				q := at(u, v)
				if with.Picture.RGBAAt(int(q.X), int(q.Y)) != without.Picture.RGBAAt(int(q.X), int(q.Y)) {
					t.Fatalf("a reflection at %v: %v", q, photo.Normal(both(t), seed))
				}
			}
		}
	}
}

func TestSceneInOneLine(t *testing.T) {
	for name, set := range sets() {
		for seed := range uint64(100) {
			line := set(both(t), seed).String()
			if strings.ContainsAny(line, "\n%") || !strings.HasPrefix(line, name) {
				t.Errorf("%q", line)
			}
		}
	}
	const want = `plain: 1280 x 720, seed 0; phone "6.1 in, notch", look "light", QR 33, bars 20; 119 mm at 60 deg, tilt 12; ` +
		`screen 400 nits, dark of 0 lx, no hand; strip 4 x 90 mm at +3 -2 of 250 nits; 5 cracks from +10 +12 mm; motion 3.0 px to 45 deg; +1.5 stops; gain 8; mosaic`
	s := photo.Plain(both(t))
	s.View.TiltDegrees, s.Sensor.ExposureStops, s.Sensor.Gain, s.Sensor.Mosaic = 12, 1.5, 8, true
	s.Glass.Cracks, s.Glass.CrackRightMillimetres, s.Glass.CrackDownMillimetres = 5, 10, 12
	s.Glass.Reflections = []photo.Reflection{{Shape: photo.Strip, RightMillimetres: 3, DownMillimetres: -2, WidthMillimetres: 4, LengthMillimetres: 90, Nits: 250}}
	s.Lens.MotionPixels, s.Lens.MotionDegrees = 3, 45
	if got := s.String(); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestScenesThatCannotBeShot(t *testing.T) {
	for name, spoil := range map[string]func(*photo.Scene){
		"no size":      func(s *photo.Scene) { s.Width = 0 },
		"huge":         func(s *photo.Scene) { s.Height = 1 << 20 },
		"no phone":     func(s *photo.Scene) { s.Phone = photo.Phone{} },
		"no distance":  func(s *photo.Scene) { s.View.DistanceMillimetres = 0 },
		"screen off":   func(s *photo.Scene) { s.Light.ScreenNits = 0 },
		"short matrix": func(s *photo.Scene) { s.Shown.QR.Bits = s.Shown.QR.Bits[:9] },
		"kanji bars":   func(s *photo.Scene) { s.Shown.Bars = "会員" },
		"long bars":    func(s *photo.Scene) { s.Shown.Bars = strings.Repeat("1", 60) },
	} {
		s := photo.Plain(both(t))
		spoil(&s)
		if _, err := photo.Shoot(s); !errors.Is(err, photo.ErrScene) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// A wallet whose code has not come yet is a picture without a code.
func TestAWalletWithoutACode(t *testing.T) {
	p := shoot(t, photo.Plain(photo.Shown{}))
	if aim, text := read(t, p); text != "" || p.Corners != [4]photo.Point{} || p.Bars != [4]photo.Point{} {
		t.Errorf("read %s %q, corners %v", aim, text, p.Corners)
	}
}

// The sets work with any code, or none.
func TestSetsOfOtherCodes(t *testing.T) {
	qr := both(t)
	qr.Bars = ""
	for _, shown := range []photo.Shown{{}, {Bars: barText}, qr} {
		for _, set := range sets() {
			for seed := range uint64(16 / pace) {
				p := shoot(t, tiny(set(shown, seed)))
				if (p.Corners != [4]photo.Point{}) != (shown.QR.Size > 0) || (p.Bars != [4]photo.Point{}) != (shown.Bars != "") {
					t.Errorf("corners %v and bars %v in %v", p.Corners, p.Bars, set(shown, seed))
				}
			}
		}
	}
}

// With a font the screen's words are letters: whoever draws them is asked for
// each, and what he draws is on the screen.
func TestWordsComeFromTheFont(t *testing.T) {
	s := photo.Plain(both(t))
	strokes := shoot(t, s)
	asked := map[rune]bool{}
	s.Letters = func(r rune, columns, cell, w, h int) (printer.Bitmap, bool) {
		asked[r] = true
		width, height := columns*cell*w, 2*cell*h
		return printer.Bitmap{Width: width, Height: height, Bits: bytes.Repeat([]byte{0xFF}, (width+7)/8*height)}, true
	}
	blocks := shoot(t, s)
	for _, r := range "有効時間様残高" {
		if !asked[r] {
			t.Errorf("%q was not drawn", r)
		}
	}
	if bytes.Equal(strokes.Picture.Pix, blocks.Picture.Pix) || strokes.Corners != blocks.Corners {
		t.Error("letters must change the words, and no corner")
	}
}

// A hard picture has two or three effects, and among many each is met.
func TestTheHardSetHasEveryEffect(t *testing.T) {
	met := map[string]int{}
	for seed := range uint64(200) {
		name := photo.Hard(both(t), seed).Name
		_, list, _ := strings.Cut(strings.TrimSuffix(name, ")"), "(")
		effects := strings.Split(list, ", ")
		if len(effects) < 2 || len(effects) > 3 {
			t.Errorf("%s", name)
		}
		for _, e := range effects {
			met[e]++
		}
	}
	if len(met) != 17 {
		t.Errorf("%d effects: %v", len(met), met)
	}
	for e, n := range met {
		if n < 8 {
			t.Errorf("%s is met %d times in 200 pictures", e, n)
		}
	}
}
