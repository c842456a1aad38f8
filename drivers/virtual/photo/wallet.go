package photo

import (
	"fmt"
	"math/rand/v2"
)

// Look is how a made-up wallet draws its payment screen.
type Look struct {
	Name   string
	Page   rgb // behind all
	Card   rgb // behind the codes
	Ink    rgb // the codes
	Words  rgb // on the page
	Brand  rgb
	Header bool    // a bar of the brand's colour above
	Frame  Frame   // around the QR code
	Rings  bool    // the countdown is a ring, else digits
	Tabs   bool    // a bar of tabs below
	QRTop  bool    // the QR code above the Code 128, else below it
	Logo   float64 // in the middle of the QR code, share of its side; 0 without
	// QRShare is the side of the QR code in widths of the screen.
	QRShare float64
}

// Frame is what surrounds a QR code.
type Frame int

// The frames.
const (
	NoFrame Frame = iota
	BrandFrame
	CornerMarks
)

// Looks are made up: none is a wallet that exists.
func Looks() []Look {
	white, black, night := rgb{255, 255, 255}, rgb{0, 0, 0}, rgb{18, 18, 20}
	return []Look{
		{Name: "light", Page: rgb{240, 241, 244}, Card: white, Ink: black, Words: rgb{40, 42, 48}, Brand: rgb{226, 35, 50}, Header: true, Tabs: true, QRShare: 0.6},
		{Name: "dark", Page: night, Card: white, Ink: black, Words: rgb{232, 232, 236}, Brand: rgb{0, 160, 110}, Tabs: true, Rings: true, QRShare: 0.56},
		{Name: "frame", Page: rgb{255, 204, 0}, Card: white, Ink: black, Words: rgb{60, 40, 0}, Brand: rgb{230, 60, 0}, Frame: BrandFrame, QRTop: true, QRShare: 0.62},
		{Name: "plain", Page: white, Card: white, Ink: rgb{16, 24, 60}, Words: rgb{30, 34, 52}, Brand: rgb{28, 80, 200}, Frame: CornerMarks, Rings: true, Logo: 0.16, QRShare: 0.58},
		{Name: "blue", Page: rgb{20, 64, 160}, Card: white, Ink: black, Words: white, Brand: rgb{120, 200, 255}, Header: true, QRTop: true, Tabs: true, QRShare: 0.66},
		{Name: "night", Page: black, Card: black, Ink: rgb{240, 240, 240}, Words: rgb{200, 200, 205}, Brand: rgb{150, 90, 250}, Rings: true, QRShare: 0.62},
	}
}

// layout is where things lie on the screen, in millimetres.
type layout struct {
	screen   box
	card     box
	qr, bars box // the codes without quiet zones; w is 0 for none
	frame    box // around the QR code and its quiet zone
}

// In millimetres: how thick a frame is, and the widest module of a bar code,
// whose quiet zones must fit beside it.
const (
	frameWidth = 1.1
	maxModule  = 0.45
)

func (s Scene) layout() layout {
	l := layout{screen: box{0, 0, s.Phone.ScreenWidth, s.Phone.ScreenHeight}}
	w, top := s.Phone.ScreenWidth, s.Phone.ScreenHeight*0.16
	l.card = box{w * 0.04, top, w * 0.92, w*0.06 + 4}
	side, high := w*s.Look.QRShare, w*0.17
	if s.Shown.QR.Size == 0 && s.Shown.Bars != "" {
		high = w * 0.28
	}
	y := top + w*0.06
	qr := func() {
		if s.Shown.QR.Size > 0 {
			around := 4*side/float64(s.Shown.QR.Size) + 0.5 // the quiet zone
			l.qr = box{(w - side) / 2, y + around, side, side}
			if s.Look.Frame != NoFrame {
				l.frame = l.qr.inset(-around - frameWidth)
				l.qr.y, l.frame.y = l.qr.y+frameWidth, l.frame.y+frameWidth
				around += frameWidth + 0.5
			}
			y += side + 2*around
		}
	}
	if s.Look.QRTop {
		qr()
	}
	if s.Shown.Bars != "" {
		wide := min(w*0.76, maxModule*float64(code128Modules(s.Shown.Bars)))
		l.bars = box{(w - wide) / 2, y, wide, high}
		y += high + w*0.07 // the number stands under the bars
	}
	if !s.Look.QRTop {
		qr()
	}
	if l.qr.w == 0 && l.bars.w == 0 {
		y += w * 0.7
	}
	l.card.h = y + w*0.14 - top // the countdown stands inside
	return l
}

// middle is the height of the code that the picture is about.
func (l layout) middle() float64 {
	switch {
	case l.qr.w > 0:
		return l.qr.y + l.qr.h/2
	case l.bars.w > 0:
		return l.bars.y + l.bars.h/2
	}
	return l.card.y + l.card.h/2
}

// code is the box that the customer must keep free.
func (l layout) code() box {
	if l.qr.w > 0 {
		return l.qr
	}
	if l.bars.w > 0 {
		return l.bars
	}
	return l.card
}

// drawScreen draws what the phone shows.
func (s Scene) drawScreen(l layout, bars []int, dots float64) *canvas {
	c := newCanvas(l.screen.w, l.screen.h, dots)
	w := writer{c, s.Letters}
	look, chance := s.Look, rand.New(rand.NewPCG(s.Seed, 0x3a11e7))
	c.fill(l.screen, 0, look.Page)
	w.top(l, look, chance)
	c.fill(l.card, l.screen.w*0.04, look.Card)
	w.frame(l, look)
	if l.qr.w > 0 {
		c.modules(l.qr, s.Shown.QR.Size, s.Shown.QR.Size, s.Shown.QR.dark, look.Ink)
	}
	if l.qr.w > 0 && look.Logo > 0 {
		side := l.qr.w * look.Logo
		at := box{l.qr.x + (l.qr.w-side)/2, l.qr.y + (l.qr.h-side)/2, side, side}
		c.fill(at, side*0.2, look.Card)
		c.fill(at.inset(side*0.1), side*0.2, look.Brand)
	}
	if l.bars.w > 0 {
		w.bars(l.bars, bars, s.Shown.Bars, look)
	}
	w.countdown(l, look, chance)
	w.bottom(l, look, chance)
	s.Phone.cut(c)
	return c
}

// bars draws the Code 128 with its text in groups of four.
func (w writer) bars(at box, widths []int, text string, look Look) {
	var dark []bool
	for i, n := range widths {
		for range n {
			dark = append(dark, i%2 == 0)
		}
	}
	w.on.modules(at, len(dark), 1, func(x, _ int) bool { return dark[x] }, look.Ink)
	groups := ""
	for i, r := range text {
		if i > 0 && i%4 == 0 {
			groups += " "
		}
		groups += string(r)
	}
	w.centred(at.x+at.w/2, at.y+at.h+1, min(2.6, at.w/width(groups, 1)), groups, look.Words.mix(look.Ink, 0.9))
}

// frame draws what surrounds the QR code, outside its quiet zone.
func (w writer) frame(l layout, look Look) {
	out := l.frame
	if out.w == 0 {
		return
	}
	switch look.Frame {
	case BrandFrame:
		w.on.ring(out, 3, frameWidth, look.Brand, look.Card)
	case CornerMarks:
		long, thick := out.w*0.14, 0.8
		for _, x := range []float64{out.x, out.x + out.w - long} {
			for _, y := range []float64{out.y, out.y + out.h - thick} {
				w.on.fill(box{x, y, long, thick}, 0.3, look.Brand)
			}
		}
		for _, x := range []float64{out.x, out.x + out.w - thick} {
			for _, y := range []float64{out.y, out.y + out.h - long} {
				w.on.fill(box{x, y, thick, long}, 0.3, look.Brand)
			}
		}
	}
}

// money is a sum as the screen shows it.
func money(yen int) string {
	if yen >= 1000 {
		return fmt.Sprintf("¥%d,%03d", yen/1000, yen%1000)
	}
	return fmt.Sprintf("¥%d", yen)
}
