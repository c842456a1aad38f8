package photo

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// effect is one thing that makes a picture hard.
type effect struct {
	name  string
	apply func(drawing)
}

// effects are in the order in which they are applied: what changes the distance
// comes before what is measured in modules.
func effects() []effect {
	return []effect{
		{"far", drawing.far}, {"slanted", drawing.slanted}, {"turned", drawing.turned}, {"defocused", drawing.defocused},
		{"moved", drawing.moved}, {"dim", drawing.dim}, {"lamp", drawing.lampOnCode}, {"window", drawing.windowOnCode},
		{"moire", drawing.beating}, {"bands", drawing.banded}, {"bent", drawing.bent}, {"cracked", drawing.cracked},
		{"greasy", drawing.greasy}, {"squeezed", drawing.squeezed}, {"overexposed", drawing.overexposed},
		{"underexposed", drawing.underexposed}, {"inverted", drawing.inverted},
	}
}

// foes are effects of which a picture has at most one: together they leave no
// code, or the one undoes the other.
func foes() [][]string {
	return [][]string{
		{"defocused", "moved"}, {"overexposed", "underexposed", "dim", "bands"}, {"overexposed", "lamp"}, {"overexposed", "window"},
		{"lamp", "window"}, {"far", "squeezed"}, {"lamp", "cracked"}, {"far", "defocused"}, {"defocused", "bands"},
	}
}

// Hard is one of the set of hard scenes: a usual one with two or three strong
// effects, which still leave what a good reader needs. The effects are measured
// in modules of the code where that is what counts. The name says which they
// are.
func Hard(shown Shown, seed uint64) Scene {
	d := drawing{rand.New(rand.NewPCG(seed, 0x4a4d)), &Scene{Seed: seed}}
	d.usual(shown)
	all, n := effects(), 2+d.IntN(2)
	var chosen []int
	var names []string
	for _, k := range d.Perm(len(all)) {
		if len(chosen) < n && together(names, all[k].name) {
			chosen, names = append(chosen, k), append(names, all[k].name)
		}
	}
	slices.Sort(chosen)
	for i, k := range chosen {
		all[k].apply(d)
		names[i] = all[k].name
	}
	d.s.Name = fmt.Sprintf("hard %d (%s)", seed, strings.Join(names, ", "))
	return *d.s
}

// together says whether one more effect leaves the code readable.
func together(chosen []string, next string) bool {
	for _, group := range foes() {
		if slices.Contains(group, next) && slices.ContainsFunc(chosen, func(c string) bool { return slices.Contains(group, c) }) {
			return false
		}
	}
	return true
}

// far holds the phone so that a module has about three pixels, and no less.
func (d drawing) far() {
	modules := float64(max(d.s.Shown.QR.Size, 21))
	d.view(20, 30, max(0.17, d.between(2.7, 3.6)*modules/float64(d.s.Height)))
}

func (d drawing) slanted() {
	v := &d.s.View
	size, way := d.between(38, 52), d.between(0, 2*math.Pi)
	v.TiltDegrees, v.YawDegrees = size*math.Sin(way), size*math.Cos(way)
}

func (d drawing) turned() { d.s.View.RollDegrees = d.between(40, 320) }

func (d drawing) defocused() {
	d.s.Lens.DefocusPixels = d.between(0.8, 1.25) * d.s.pixelsPerModule()
}

func (d drawing) moved() {
	d.s.Lens.MotionPixels = d.between(0.8, 1.2) * d.s.pixelsPerModule()
	d.s.Lens.MotionDegrees = d.between(0, 180)
}

func (d drawing) dim() {
	s := d.s
	s.Light.ScreenNits, s.Light.RoomLux = d.between(20, 60), d.between(5, 40)
	s.Sensor.Gain, s.Sensor.ExposureStops = d.between(20, 48), d.between(-2.2, -1)
}

// lampOnCode lays a lamp over a part of the code: small enough for the error
// correction, or weak enough to see through.
func (d drawing) lampOnCode() {
	code := d.s.layout().code()
	r := Reflection{Shape: Spot, RightMillimetres: d.between(-0.3, 0.3) * code.w, DownMillimetres: d.between(-0.3, 0.3) * code.h}
	strong := d.IntN(2) == 0
	r.WidthMillimetres, r.Nits = d.between(0.5, 0.9)*code.w, d.between(0.4, 0.9)*d.s.Light.ScreenNits
	if strong {
		r.WidthMillimetres, r.Nits = d.between(0.1, 0.16)*code.w, d.between(2, 5)*d.s.Light.ScreenNits
	}
	r.LengthMillimetres, r.SoftMillimetres = r.WidthMillimetres*d.between(0.8, 1.2), r.WidthMillimetres*d.between(0.2, 0.4)
	d.s.Glass.Reflections = append(d.s.Glass.Reflections, r)
}

func (d drawing) windowOnCode() {
	code := d.s.layout().code()
	r := Reflection{Shape: Window, RightMillimetres: d.between(-0.4, 0.4) * code.w, DownMillimetres: d.between(-0.4, 0.4) * code.w,
		WidthMillimetres: d.between(0.5, 1) * code.w, LengthMillimetres: d.between(0.7, 1.3) * code.w,
		TurnDegrees: d.between(-30, 30), SoftMillimetres: 0.6, Nits: d.between(0.3, 0.7) * d.s.Light.ScreenNits}
	if d.IntN(2) == 0 {
		r.Shape, r.WidthMillimetres, r.LengthMillimetres = Strip, d.between(3, 8), 200
		r.TurnDegrees, r.Nits = d.between(-80, 80), d.between(0.4, 1)*d.s.Light.ScreenNits
	}
	d.s.Glass.Reflections = append(d.s.Glass.Reflections, r)
}

// beating gives a camera that leaves out lines, so that its lens is much too
// sharp for its pixels: moire.
func (d drawing) beating() {
	s := d.s
	s.Lens = Lens{BlurPixels: d.between(0.08, 0.18), VignetteShare: s.Lens.VignetteShare, DefocusPixels: s.Lens.DefocusPixels, MotionPixels: s.Lens.MotionPixels, MotionDegrees: s.Lens.MotionDegrees}
	s.Sensor.FillShare, s.Sensor.Mosaic = d.between(0.3, 0.42), d.IntN(3) > 0
}

// banded lets a dimmed screen flicker before a quick shutter.
func (d drawing) banded() {
	s := d.s
	s.Light.ScreenNits = d.between(60, 140)
	s.Light.PWMHertz, s.Light.PWMShare = []float64{240, 250, 480}[d.IntN(3)], d.between(0.4, 0.7)
	// Open for longer than the screen is dark: no row is without light.
	open := 1 - s.Light.PWMShare + d.between(0.15, 0.4)*s.Light.PWMShare
	s.Sensor.ExposureMilliseconds = open * 1000 / s.Light.PWMHertz
	s.Sensor.RowMicroseconds, s.Sensor.ExposureStops = d.between(18, 30), d.between(-1, -0.4)
}

func (d drawing) bent() {
	d.s.Glass.BendRadiusMillimetres = d.between(50, 100)
}

func (d drawing) cracked() {
	code := d.s.layout().code()
	g := &d.s.Glass
	g.Cracks = 4 + d.IntN(4)
	g.CrackRightMillimetres, g.CrackDownMillimetres = d.either(0.4, 0.75)*code.w, d.either(0.4, 0.75)*code.h
}

func (d drawing) greasy() { d.s.Glass.SmearShare = d.between(0.6, 0.95) }

func (d drawing) squeezed() { d.s.Sensor.JPEGQuality = 8 + d.IntN(12) }

func (d drawing) overexposed() { d.s.Sensor.ExposureStops = d.between(1.8, 3) }

func (d drawing) underexposed() { d.s.Sensor.ExposureStops = d.between(-4.5, -3.2) }

func (d drawing) inverted() {
	looks := Looks()
	d.s.Look = looks[len(looks)-1]
}
