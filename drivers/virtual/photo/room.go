package photo

import (
	"math"
	"math/rand/v2"
)

// Room is what lies behind the phone.
type Room int

// The rooms: nothing, a counter that the camera looks down on, a ceiling with
// lamps above a camera that looks up, and a shop with a customer before a
// tablet.
const (
	Dark Room = iota
	Counter
	Ceiling
	Shop
)

// roomCells is how many pixels of the picture one cell of the room is wide: it
// is out of focus anyway.
const roomCells = 4

// drawRoom draws the background, in pixels of the picture.
func (s Scene) drawRoom(step *[256]float32) *sheet {
	w, h := float64(s.Width), float64(s.Height)
	c := newCanvas(w+8, h+8, 1.0/roomCells)
	chance := rand.New(rand.NewPCG(s.Seed, 0x400f))
	var lamps []box
	switch s.Light.Room {
	case Counter:
		counter(c, w, h, chance)
	case Ceiling:
		lamps = ceiling(c, w, h, chance)
	case Shop:
		shop(c, w, h, chance)
	}
	line := make([]uint8, 3*max(c.w, c.h))
	for y := range c.h {
		mean(c.pix[3*y*c.w:], 3, c.w, 1, line)
	}
	for x := range c.w {
		mean(c.pix[3*x:], 3*c.w, c.h, 1, line)
	}
	out := newSheet(0, 0, w, h, 1.0/roomCells)
	light := float32(s.Light.RoomLux / math.Pi)
	for y := range out.h {
		for x := range out.w {
			i := 3 * (min(y, c.h-1)*c.w + min(x, c.w-1))
			out.pix[y*out.w+x] = shade{step[c.pix[i]] * light, step[c.pix[i+1]] * light, step[c.pix[i+2]] * light, 1}
		}
	}
	for _, b := range lamps {
		soft := h * 0.018
		out.each(b.inset(-2*soft), func(cell *shade, x, y float64) {
			glow := float32(fade(away(x-b.x-b.w/2, y-b.y-b.h/2, b.w/2, b.h/2, 0)/soft)) * light * 12
			cell[0], cell[1], cell[2] = cell[0]+glow, cell[1]+glow, cell[2]+glow*0.95
		})
	}
	return out
}

// counter draws a desk with what lies on one.
func counter(c *canvas, w, h float64, chance *rand.Rand) {
	tops := []rgb{{176, 132, 92}, {214, 212, 206}, {96, 98, 104}, {120, 80, 54}, {58, 60, 64}}
	top := tops[chance.IntN(len(tops))]
	grain := chance.IntN(2) == 0
	lean := 0.2 * (chance.Float64() - 0.5)
	for y := range c.h {
		for x := range c.w {
			v := 0.06 * chance.Float64()
			if grain {
				at := float64(y) + lean*float64(x)
				v += 0.09 + 0.09*math.Sin(at*0.55+3*math.Sin(at*0.07)+0.02*float64(x))
			}
			c.dot(x, y, top.mix(rgb{20, 14, 8}, v), 1)
		}
	}
	if chance.IntN(3) > 0 { // the tray for coins
		c.fill(box{w * (0.7*chance.Float64() - 0.1), h * (0.5 + 0.3*chance.Float64()), w * 0.36, h * 0.34}, h*0.04, rgb{40, 44, 52})
	}
	for range 2 + chance.IntN(3) { // receipts
		receipt(c, w*chance.Float64(), h*chance.Float64(), h*(0.2+0.15*chance.Float64()), math.Pi*chance.Float64(), chance)
	}
	for range chance.IntN(8) { // coins
		r := h * (0.025 + 0.015*chance.Float64())
		x, y := w*chance.Float64(), h*chance.Float64()
		metal := []rgb{{196, 196, 200}, {184, 130, 80}, {212, 184, 110}}[chance.IntN(3)]
		c.fill(box{x + 3, y + 4, 2 * r, 2 * r}, r, top.mix(rgb{}, 0.5))
		c.ring(box{x, y, 2 * r, 2 * r}, r, r*0.16, metal.mix(rgb{255, 255, 255}, 0.3), metal)
	}
	if chance.IntN(2) == 0 { // a pen or a cable
		x, y, a := w*chance.Float64(), h*chance.Float64(), math.Pi*chance.Float64()
		c.line(x, y, x+h*0.5*math.Cos(a), y+h*0.5*math.Sin(a), h*0.02, rgb{24, 26, 36}, 1)
	}
}

// receipt draws a slip of paper with lines of print, turned.
func receipt(c *canvas, x, y, wide, turn float64, chance *rand.Rand) {
	sin, cos := math.Sincos(turn)
	long := wide * (1.2 + chance.Float64())
	c.slip(x+4, y+7, long, wide, turn, rgb{20, 16, 12}, 0.3)
	c.slip(x, y, long, wide, turn, rgb{244, 243, 238}, 1)
	for at := 0.1; at < 0.9; at += 0.07 {
		off := wide * (0.2 + 0.2*chance.Float64())
		bx, by := x+long*at*cos, y+long*at*sin
		c.line(bx+off*sin, by-off*cos, bx-wide*0.4*sin, by+wide*0.4*cos, wide*0.02, rgb{90, 90, 96}, 0.7)
	}
}

// ceiling draws panels and gives the lamps between them.
func ceiling(c *canvas, w, h float64, chance *rand.Rand) (lamps []box) {
	grey := uint8(60 + chance.IntN(70))
	base := rgb{grey, grey, uint8(min(255, int(grey)+4))}
	c.fill(box{0, 0, w + 8, h + 8}, 0, base)
	pitch := h * (0.3 + 0.25*chance.Float64())
	lean := 0.3 * (chance.Float64() - 0.5)
	for i := -3; i < 10; i++ {
		at := pitch * float64(i)
		c.line(at, 0, at+lean*h, h, h*0.006, base.mix(rgb{}, 0.35), 1)
		c.line(0, at, w, at-lean*w, h*0.006, base.mix(rgb{}, 0.35), 1)
	}
	for range 3 + chance.IntN(4) {
		x, y := w*chance.Float64(), h*chance.Float64()
		if chance.IntN(2) == 0 {
			lamps = append(lamps, box{x, y, h * 0.5, h * 0.06})
		} else {
			lamps = append(lamps, box{x, y, h * 0.09, h * 0.09})
		}
	}
	return lamps
}

// shop draws shelves with goods and a customer.
func shop(c *canvas, w, h float64, chance *rand.Rand) {
	c.fill(box{0, 0, w + 8, h + 8}, 0, rgb{118, 112, 104})
	for y := 0.05 * h; y < h; y += 0.26 * h {
		for x := 0.0; x < w; {
			wide := h * (0.03 + 0.07*chance.Float64())
			high := h * (0.08 + 0.12*chance.Float64())
			col := rgb{uint8(60 + chance.IntN(180)), uint8(60 + chance.IntN(160)), uint8(50 + chance.IntN(170))}
			c.fill(box{x, y + 0.22*h - high, wide, high}, 3, col)
			x += wide + h*0.004
		}
		c.fill(box{0, y + 0.22*h, w, 0.02 * h}, 0, rgb{210, 206, 198})
	}
	coats := []rgb{{38, 44, 66}, {150, 150, 156}, {110, 36, 44}, {70, 84, 64}, {225, 222, 214}}
	coat := coats[chance.IntN(len(coats))]
	x := w * (0.3 + 0.4*chance.Float64())
	skin := rgb{216, 168, 140}
	c.fill(box{x - 0.1*h, -0.1 * h, 0.2 * h, 0.36 * h}, 0.1*h, skin.mix(rgb{60, 20, 10}, 0.3))
	c.fill(box{x - 0.17*h, -0.45 * h, 0.34 * h, 0.56 * h}, 0.16*h, skin)
	c.fill(box{x - 0.52*h, 0.17 * h, 1.04 * h, 1.2 * h}, 0.25*h, coat)
	c.line(x, 0.22*h, x, h, h*0.008, coat.mix(rgb{}, 0.5), 1)
	c.line(x-0.36*h, 0.45*h, x-0.38*h, h, h*0.01, coat.mix(rgb{}, 0.4), 0.8)
	c.line(x+0.36*h, 0.45*h, x+0.38*h, h, h*0.01, coat.mix(rgb{}, 0.4), 0.8)
}
