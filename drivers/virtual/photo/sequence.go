package photo

import (
	"image"
	"iter"
	"math"
	"math/rand/v2"
)

// How a hand moves (physiological tremor is 8 to 12 Hz) and how fast a camera
// finds its exposure.
const (
	driftMillimetres  = 3.5
	tremorMillimetres = 0.12
	driftDegrees      = 2.5
	tremorDegrees     = 0.15
	firstStops        = 1.6  // that the first frame is too bright
	settleSeconds     = 0.25 // after which a third of it is left
)

// sway is one way in which a hand moves: a slow wave and a quick one.
type sway struct{ slow, quick, slowPhase, quickPhase float64 }

func newSway(chance *rand.Rand) sway {
	return sway{0.25 + 0.35*chance.Float64(), 8 + 4*chance.Float64(), 7 * chance.Float64(), 7 * chance.Float64()}
}

// at is where it is after some seconds, 0 at the start.
func (s sway) at(seconds, drift, tremor float64) float64 {
	wave := func(hertz, phase float64) float64 {
		return math.Sin(2*math.Pi*hertz*seconds+phase) - math.Sin(phase)
	}
	return drift*wave(s.slow, s.slowPhase) + tremor*wave(s.quick, s.quickPhase)
}

// Sequence is n successive scenes, framesPerSecond apart, of a hand that holds
// the phone of s: it drifts and trembles, which blurs as long as the shutter is
// open, and the camera's exposure settles. The first scene is s itself but for
// the exposure and the motion. All else stays.
func Sequence(s Scene, n int, framesPerSecond float64) []Scene {
	chance := rand.New(rand.NewPCG(s.Seed, 0x5eb0))
	right, down, far := newSway(chance), newSway(chance), newSway(chance)
	tilt, yaw, roll := newSway(chance), newSway(chance), newSway(chance)
	focal, open := s.View.focal(s.Width), s.Sensor.ExposureMilliseconds/1000
	if open <= 0 {
		open = 0.01
	}
	share := focal / s.View.DistanceMillimetres / float64(s.Height) // of a millimetre
	place := func(t float64) (x, y float64) {
		return share * right.at(t, driftMillimetres, tremorMillimetres), share * down.at(t, driftMillimetres, tremorMillimetres)
	}
	out := make([]Scene, n)
	for i := range out {
		t, f := float64(i)/framesPerSecond, s
		f.Frame += uint64(i)
		x, y := place(t)
		f.View.RightShare, f.View.DownShare = s.View.RightShare+x, s.View.DownShare+y
		f.View.DistanceMillimetres *= 1 + far.at(t, 0.02, 0)
		f.View.TiltDegrees += tilt.at(t, driftDegrees, tremorDegrees)
		f.View.YawDegrees += yaw.at(t, driftDegrees, tremorDegrees)
		f.View.RollDegrees += roll.at(t, driftDegrees, tremorDegrees)
		nextX, nextY := place(t + open)
		dx, dy := (nextX-x)*float64(s.Height), (nextY-y)*float64(s.Height)
		f.Lens.MotionPixels, f.Lens.MotionDegrees = math.Hypot(dx, dy), math.Atan2(dy, dx)*180/math.Pi
		f.Sensor.ExposureStops += firstStops * math.Exp(-t/settleSeconds)
		out[i] = f
	}
	return out
}

// Film shoots scenes one after the other, as they are asked for. It ends at the
// first that cannot be shot, with its error.
func Film(scenes []Scene) iter.Seq2[*image.RGBA, error] {
	return func(yield func(*image.RGBA, error) bool) {
		for _, s := range scenes {
			p, err := Shoot(s)
			if !yield(p.Picture, err) || err != nil {
				return
			}
		}
	}
}
