package photo

import "math"

// Light is how bright things are.
type Light struct {
	ScreenNits float64 // of the screen's white, cd/m2: 50 dimmed, 500 usual, 1000 in the sun
	RoomLux    float64 // on the counter: 50 a bar, 500 a shop, 2000 at the window
	Room       Room
	Hand       Hand
	// PWMHertz and PWMShare are how a dimmed screen flickers and which share of
	// each period it is lit; 0 is a screen that shines steadily.
	PWMHertz, PWMShare float64
}

// lights is the light that comes through the lens, in cd/m2 for each pixel.
type lights struct {
	w, h      int
	planes    [3][]float32 // red, green, blue
	reflected []float32    // the part of it that the glass mirrors, the same in all colours
	x, y      []float32    // the place on the screen that is seen, not a number beside it
}

func newLights(w, h int) *lights {
	l := &lights{w: w, h: h}
	for i := range l.planes {
		l.planes[i] = make([]float32, w*h)
	}
	l.reflected, l.x, l.y = make([]float32, w*h), make([]float32, w*h), make([]float32, w*h)
	return l
}

// linear is the light of each of the 256 steps of a screen (IEC 61966-2-1).
func linear() *[256]float32 {
	var t [256]float32
	for i := range t {
		v := float64(i) / 255
		if v <= 0.04045 {
			t[i] = float32(v / 12.92)
		} else {
			t[i] = float32(math.Pow((v+0.055)/1.055, 2.4))
		}
	}
	return &t
}

// gatherer holds what each pixel may see.
type gatherer struct {
	scene  Scene
	pose   pose
	screen *canvas
	step   *[256]float32
	room   *sheet
	behind *sheet // the hand behind the phone
	before *sheet // the thumb and the finger tips
	smear  *sheet
	out    *lights
}

// gather follows the ray of each pixel to what it sees.
func (s Scene) gather(p pose, screen *canvas, l layout) *lights {
	g := gatherer{scene: s, pose: p, screen: screen, step: linear(), out: newLights(s.Width, s.Height)}
	g.room = s.drawRoom(g.step)
	g.behind, g.before = s.drawHand(g.step)
	g.smear = s.Glass.smear(l, s.Seed)
	for y := range s.Height {
		for x := range s.Width {
			g.pixel(x, y)
		}
	}
	return g.out
}

// pixel gathers the light of one.
func (g *gatherer) pixel(x, y int) {
	i := y*g.out.w + x
	p := &g.pose
	d := p.back(vec{(float64(x) + 0.5 - p.cx) / p.focal, (float64(y) + 0.5 - p.cy) / p.focal, 1})
	sx, sy, px, py := p.hit(d)
	phone := g.scene.Phone
	edge := 1.0
	if sx == sx {
		edge = away(sx-phone.ScreenWidth/2, sy-phone.ScreenHeight/2, phone.BodyWidth/2, phone.BodyHeight/2, phone.BodyRadius)
	}
	g.out.x[i], g.out.y[i] = float32(math.NaN()), 0
	var c [3]float32
	if edge >= 0 {
		hand := g.behind.at(px, py)
		if hand[3] < 1 {
			back := g.room.at(float64(x), float64(y))
			c = [3]float32{back[0], back[1], back[2]}
		}
		c = hand.over(c)
	} else {
		c = g.front(i, sx, sy, edge)
	}
	if finger := g.before.at(px, py); finger[3] > 0 {
		c = finger.over(c)
		if finger[3] > 0.5 {
			g.out.x[i], g.out.reflected[i] = float32(math.NaN()), 0
		}
	}
	g.out.planes[0][i], g.out.planes[1][i], g.out.planes[2][i] = c[0], c[1], c[2]
}

// front is the light of the phone's front: screen, rim or frame.
func (g *gatherer) front(i int, sx, sy, edge float64) (c [3]float32) {
	phone, lux := g.scene.Phone, g.scene.Light.RoomLux
	if edge > -1 { // the frame around the glass
		v := float32(lux / math.Pi * (0.12 + 0.25*(1+edge)))
		return [3]float32{v, v, v}
	}
	shine := float32(g.scene.Glass.reflected(lux, sx-g.pose.pivotX, sy-g.pose.pivotY))
	shine += g.smear.at(sx, sy)[3] * float32(lux/math.Pi*0.12)
	g.out.reflected[i] = shine
	c = [3]float32{shine, shine, shine}
	if away(sx-phone.ScreenWidth/2, sy-phone.ScreenHeight/2, phone.ScreenWidth/2, phone.ScreenHeight/2, phone.ScreenRadius) < 0 {
		g.out.x[i], g.out.y[i] = float32(sx), float32(sy)
		lit := g.glow(sx, sy)
		for k := range c {
			c[k] += lit[k] * float32(g.scene.Light.ScreenNits)
		}
		return c
	}
	if phone.HomeButton {
		r := math.Hypot(sx-phone.ScreenWidth/2, sy-phone.ScreenHeight-(phone.BodyHeight-phone.ScreenHeight)/4)
		if r < 5.5 && r > 5 {
			for k := range c {
				c[k] += float32(lux / math.Pi * 0.2)
			}
		}
	}
	return c
}

// glow is what the screen shows at a place, 1 for white, between its dots.
func (g *gatherer) glow(x, y float64) (c [3]float32) {
	s := g.screen
	fx, fy := min(max(x*s.dots-0.5, 0), float64(s.w-2)), min(max(y*s.dots-0.5, 0), float64(s.h-2))
	x0, y0 := int(fx), int(fy)
	ax, ay := float32(fx-float64(x0)), float32(fy-float64(y0))
	a := s.pix[3*(y0*s.w+x0):]
	b := s.pix[3*((y0+1)*s.w+x0):]
	for k := range c {
		up := g.step[a[k]]*(1-ax) + g.step[a[k+3]]*ax
		down := g.step[b[k]]*(1-ax) + g.step[b[k+3]]*ax
		c[k] = up*(1-ay) + down*ay
	}
	return c
}

// away is the distance to a rectangle with round corners about the origin,
// below 0 inside.
func away(x, y, halfW, halfH, radius float64) float64 {
	dx, dy := math.Abs(x)-halfW+radius, math.Abs(y)-halfH+radius
	if dx > 0 && dy > 0 {
		return math.Sqrt(dx*dx+dy*dy) - radius
	}
	return max(dx, dy) - radius
}
