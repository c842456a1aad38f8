package photo

import (
	"fmt"
	"math"
	"math/rand/v2"
)

// names are people who do not exist.
func names() []string {
	return []string{"山田 花子", "佐藤 健", "田中 さくら", "鈴木 一郎", "高橋 美咲", "Kim Min"}
}

// top draws the status line, the header and who the customer is.
func (w writer) top(l layout, look Look, chance *rand.Rand) {
	sw, sh := l.screen.w, l.screen.h
	words := look.Words
	if look.Header {
		w.on.fill(box{0, 0, sw, sh * 0.088}, 0, look.Brand)
		words = rgb{255, 255, 255}
	}
	w.write(sw*0.08, sh*0.014, 2.6, fmt.Sprintf("%d:%02d", 8+chance.IntN(13), chance.IntN(60)), words)
	w.on.fill(box{sw * 0.84, sh * 0.017, 4.4, 1.8}, 0.5, words) // battery
	for i := range 4 {
		h := 0.5 + 0.45*float64(i)
		w.on.fill(box{sw*0.74 + 1.0*float64(i), sh*0.017 + 1.9 - h, 0.7, h}, 0, words)
	}
	w.centred(sw/2, sh*0.052, 3.6, "お支払い", words)
	w.write(sw*0.05, sh*0.052, 3.2, "<", words)
	// The bar with the user's name.
	y := sh * 0.1
	w.on.fill(box{sw * 0.06, y, 5.4, 5.4}, 2.7, look.Brand.mix(rgb{255, 255, 255}, 0.3))
	w.on.fill(box{sw*0.06 + 1.8, y + 1, 1.8, 1.8}, 0.9, look.Page)
	w.on.fill(box{sw*0.06 + 1.2, y + 3.1, 3, 1.8}, 0.9, look.Page)
	all := names()
	w.write(sw*0.06+7, y+1.1, 3, all[chance.IntN(len(all))]+" 様", look.Words)
	w.on.fill(box{sw * 0.74, y + 0.8, sw * 0.2, 4}, 2, look.Page.mix(look.Words, 0.15))
	w.centred(sw*0.84, y+1.7, 2.2, "会員証", look.Words)
}

// countdown draws how long the code is good, at the foot of the card.
func (w writer) countdown(l layout, look Look, chance *rand.Rand) {
	left := 1 + chance.IntN(299)
	x, y := l.screen.w/2, l.card.y+l.card.h-l.screen.w*0.1
	words := look.Words
	if look.Card != look.Page {
		words = look.Ink.mix(look.Card, 0.25)
	}
	text := fmt.Sprintf("%d:%02d", left/60, left%60)
	if !look.Rings {
		w.centred(x-4, y, 3, "有効時間", words)
		w.write(x+5, y, 3, text, look.Brand)
		return
	}
	r := 2.6
	w.on.ring(box{x - r - 7, y - 0.8, 2 * r, 2 * r}, r, 0.8, look.Card.mix(words, 0.2), look.Card)
	for a := 0.0; a < float64(left)/300*2*math.Pi; a += 0.1 {
		sin, cos := math.Sincos(a)
		px, py := x-7+(r-0.4)*sin, y-0.8+r-(r-0.4)*cos
		w.on.line(px, py, px, py, 0.8, look.Brand, 1)
	}
	w.write(x-3, y+0.2, 3, text, words)
}

// bottom draws the balance, a button and the tabs.
func (w writer) bottom(l layout, look Look, chance *rand.Rand) {
	sw, sh := l.screen.w, l.screen.h
	y := l.card.y + l.card.h + 2.5
	row := box{sw * 0.04, y, sw * 0.92, 9}
	paper := look.Page.mix(look.Words, 0.07)
	if y+9 < sh*0.9 {
		w.on.fill(row, 2, paper)
		w.on.fill(box{row.x + 2, y + 2, 5, 5}, 2.5, look.Brand)
		w.write(row.x+9, y+3, 3, "残高", look.Words)
		sum := money(100 + chance.IntN(60000))
		w.write(row.x+row.w-3-width(sum, 4), y+2.5, 4, sum, look.Words)
	}
	if y+24 < sh*0.9 {
		w.on.fill(box{sw * 0.12, y + 12.5, sw * 0.76, 8.5}, 4.2, look.Brand)
		w.centred(sw/2, y+15.2, 3.2, "チャージする", rgb{255, 255, 255})
	}
	if y+38 < sh*0.9 {
		w.on.fill(box{row.x, y + 24.5, row.w, 12}, 2, paper)
		w.write(row.x+3, y+26.5, 2.6, "本日のクーポン", look.Brand)
		w.write(row.x+3, y+31, 2.2, "次回のお買物で使えます", look.Words)
	}
	if !look.Tabs {
		w.on.fill(box{sw * 0.32, sh - 2.2, sw * 0.36, 0.8}, 0.4, look.Words) // the home mark
		return
	}
	high := sh * 0.085
	w.on.fill(box{0, sh - high, sw, high}, 0, look.Page.mix(look.Words, 0.03))
	w.on.fill(box{0, sh - high, sw, 0.15}, 0, look.Page.mix(look.Words, 0.3))
	for i, name := range []string{"ホーム", "さがす", "支払う", "履歴", "設定"} {
		x := sw * (0.1 + 0.2*float64(i))
		col := look.Page.mix(look.Words, 0.5)
		if i == 2 {
			col = look.Brand
		}
		w.on.ring(box{x - 2, sh - high + 1.5, 4, 4}, 1.2, 0.7, col, look.Page)
		w.centred(x, sh-high+6.6, 1.8, name, col)
	}
}

// cut takes away what the phone's camera takes.
func (p Phone) cut(c *canvas) {
	w := p.ScreenWidth
	switch p.Cutout {
	case Notch:
		c.fill(box{w*0.5 - 13, -4, 26, 8.6}, 3, rgb{})
	case Pill:
		c.fill(box{w*0.5 - 9.5, 2, 19, 5.6}, 2.8, rgb{})
	case Hole:
		c.fill(box{w*0.5 - 2, 1.8, 4, 4}, 2, rgb{})
	}
}
