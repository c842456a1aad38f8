package photo

import (
	"math"
	"math/rand/v2"
)

// Hand is who holds the phone.
type Hand int

// The hands. NoHand lays the phone down.
const (
	NoHand Hand = iota
	RightHand
	LeftHand
)

// limb is a finger, a palm or an arm: a stroke with round ends.
type limb struct {
	segment
	radius float64 // millimetres
	skin   rgb
	nail   bool // at the second end
}

// drawHand gives what of a hand is behind the phone and before it, in the
// plane of the glass, in millimetres of the screen.
func (s Scene) drawHand(step *[256]float32) (behind, before *sheet) {
	if s.Light.Hand == NoHand {
		return nil, nil
	}
	back, front := s.limbs()
	p := s.Phone
	light := float32(s.Light.RoomLux / math.Pi)
	behind = newSheet(-90, p.ScreenHeight*0.3, p.ScreenWidth+180, p.ScreenHeight*1.6, 1.5)
	before = newSheet(-30, p.ScreenHeight*0.3, p.ScreenWidth+60, p.ScreenHeight, 3)
	for _, l := range back {
		l.draw(behind, step, light)
	}
	for _, l := range front {
		l.draw(before, step, light)
	}
	return behind, before
}

// limbs are those of a hand that holds the lower half of a phone, from the
// middle of the screen's width.
func (s Scene) limbs() (back, front []limb) {
	chance := rand.New(rand.NewPCG(s.Seed, 0x4a2d))
	skins := []rgb{{236, 188, 160}, {222, 170, 138}, {244, 204, 178}, {190, 132, 98}}
	skin := skins[chance.IntN(len(skins))]
	sleeves := []rgb{{40, 44, 60}, {120, 30, 40}, {200, 200, 205}, {60, 80, 60}}
	sleeve := sleeves[chance.IntN(len(sleeves))]
	p, side := s.Phone, 1.0
	if s.Light.Hand == LeftHand {
		side = -1
	}
	middle, half, low := p.ScreenWidth/2, p.BodyWidth/2, p.ScreenHeight
	at := func(x0, y0, x1, y1, r float64, c rgb, nail bool) limb {
		return limb{segment{middle + side*x0, y0, middle + side*x1, y1}, r, c, nail}
	}
	y := low * (0.66 + 0.08*chance.Float64())
	back = []limb{
		at(half+42, low*1.75, half+30, low*1.35, 33, sleeve, false),
		at(half+24, low*1.3, half-4, low*1.02, 27, skin, false),
		at(half-2, low*1.02, half+6, y+14, 17, skin, false),
	}
	front = []limb{at(half+9, y+24, half-3-2*chance.Float64(), y, 8.6, skin, true)}
	for i := range 3 + chance.IntN(2) {
		fy := y - 6 + 17*float64(i)
		back = append(back, at(-half-3, fy+2, -half+20, fy+8, 8, skin, false))
		front = append(front, at(-half-4, fy+2, -half-1.5+chance.Float64(), fy-1, 6.6-0.4*float64(i), skin, false))
	}
	return back, front
}

// draw paints a limb, rounder towards the light above.
func (l limb) draw(on *sheet, step *[256]float32, light float32) {
	r := l.radius
	area := box{min(l.x0, l.x1) - r - 1, min(l.y0, l.y1) - r - 1, math.Abs(l.x1-l.x0) + 2*r + 2, math.Abs(l.y1-l.y0) + 2*r + 2}
	on.each(area, func(cell *shade, x, y float64) {
		d := l.distance(x, y)
		share := float32(min(1, max(0, (r-d)*on.cells+0.5)))
		if share == 0 {
			return
		}
		up := math.Sqrt(max(0, 1-d*d/(r*r)))
		col := l.skin.mix(rgb{90, 30, 20}, 0.55*(1-up))
		if l.nail && math.Hypot((x-l.x1)/5.2, (y-l.y1)/4.4) < 0.9 {
			col = col.mix(rgb{250, 214, 204}, 0.6)
		}
		bright := light * float32(0.75+0.35*up)
		c := [3]float32{step[col.r] * bright, step[col.g] * bright, step[col.b] * bright}
		for k := range c {
			cell[k] = cell[k]*(1-share) + c[k]*share
		}
		cell[3] = cell[3]*(1-share) + share
	})
}
