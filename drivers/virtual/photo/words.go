package photo

import (
	"fmt"
	"strings"
)

// String is the scene in one line, without what is not there.
func (s Scene) String() string {
	var out strings.Builder
	say := func(there bool, format string, a ...any) {
		if there {
			fmt.Fprintf(&out, format, a...)
		}
	}
	v, l, g, n, c := s.View, s.Light, s.Glass, s.Lens, s.Sensor
	say(true, "%s: %d x %d, seed %d", s.Name, s.Width, s.Height, s.Seed)
	say(s.Frame > 0, ", frame %d", s.Frame)
	say(true, "; phone %q, look %q", s.Phone.Name, s.Look.Name)
	say(s.Shown.QR.Size > 0, ", QR %d", s.Shown.QR.Size)
	say(s.Shown.Bars != "", ", bars %d", len(s.Shown.Bars))
	say(true, "; %.0f mm at %.0f deg", v.DistanceMillimetres, v.FieldOfViewDegrees)
	say(v.TiltDegrees != 0, ", tilt %.0f", v.TiltDegrees)
	say(v.YawDegrees != 0, ", yaw %.0f", v.YawDegrees)
	say(v.RollDegrees != 0, ", roll %.0f", v.RollDegrees)
	say(v.RightShare != 0 || v.DownShare != 0, ", off %+.2f %+.2f", v.RightShare, v.DownShare)
	say(true, "; screen %.0f nits, %s of %.0f lx, %s", l.ScreenNits, l.Room, l.RoomLux, l.Hand)
	say(l.PWMHertz > 0, ", flicker %.0f Hz lit %.2f", l.PWMHertz, l.PWMShare)
	for _, r := range g.Reflections {
		say(true, "; %s %.0f x %.0f mm at %+.0f %+.0f of %.0f nits", r.Shape, r.WidthMillimetres, r.LengthMillimetres, r.RightMillimetres, r.DownMillimetres, r.Nits)
	}
	say(g.Cracks > 0, "; %d cracks from %+.0f %+.0f mm", g.Cracks, g.CrackRightMillimetres, g.CrackDownMillimetres)
	say(g.SmearShare > 0, "; smear %.2f", g.SmearShare)
	say(g.BendRadiusMillimetres > 0, "; bent to %.0f mm", g.BendRadiusMillimetres)
	say(n.BlurPixels > 0, "; blur %.1f px", n.BlurPixels)
	say(n.DefocusPixels > 0, "; defocus %.1f px", n.DefocusPixels)
	say(n.MotionPixels > 0, "; motion %.1f px to %.0f deg", n.MotionPixels, n.MotionDegrees)
	say(n.VignetteShare > 0, "; vignette %.2f", n.VignetteShare)
	say(c.ExposureStops != 0, "; %+.1f stops", c.ExposureStops)
	say(c.Gain > 0, "; gain %.0f", c.Gain)
	say(c.FillShare > 0, "; fill %.2f", c.FillShare)
	say(c.Mosaic, "; mosaic")
	say(c.JPEGQuality > 0, "; jpeg %d", c.JPEGQuality)
	return out.String()
}

func (r Room) String() string {
	return word(int(r), "dark", "counter", "ceiling", "shop")
}

func (h Hand) String() string { return word(int(h), "no hand", "right hand", "left hand") }

func (s Shape) String() string { return word(int(s), "spot", "strip", "window") }

func word(i int, words ...string) string {
	if i < 0 || i >= len(words) {
		return fmt.Sprintf("unknown (%d)", i)
	}
	return words[i]
}
