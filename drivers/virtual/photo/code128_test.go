package photo_test

import (
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/virtual/photo"
)

// What the bars say is what another's reader reads off the picture.
func TestBarsReadBack(t *testing.T) {
	texts := []string{
		"1", "12", "123", "1234", "12345", "97012345678901234567", "280012345678901", "A", "AB12", "AB1234", "AB123456",
		"AB1234567CD", "1234AB", "12345AB6789", "a b~!{}", "99", "0000", "x000000y", "POS-0042/7",
	}
	chance := rand.New(rand.NewPCG(4, 2))
	for range 10 / pace {
		text := make([]byte, 1+chance.IntN(14))
		for i := range text {
			text[i] = byte('0' + chance.IntN(10))
			if chance.IntN(4) == 0 {
				text[i] = byte('!' + chance.IntN('~'-'!'+1))
			}
		}
		texts = append(texts, string(text))
	}
	for i, text := range texts {
		if i%pace != 0 {
			continue
		}
		s := photo.Plain(photo.Shown{Bars: text})
		s.Width, s.Height = 800, 450
		if aim, got := read(t, shoot(t, s)); got != text || !strings.HasPrefix(aim, "]C") {
			t.Errorf("%q was read as %s %q", text, aim, got)
		}
	}
}

// The bars of two digits to a symbol: 20 digits are a start, ten symbols, a
// check, and a stop of 13 modules.
func TestBarsAreNoWiderThanNeeded(t *testing.T) {
	p := shoot(t, photo.Plain(photo.Shown{Bars: "97012345678901234567"}))
	row := int((p.Bars[0].Y + p.Bars[2].Y) / 2)
	left, right := p.Bars[0].X, p.Bars[1].X
	const modules = 11*12 + 13
	gray, edges := p.Gray(), 0
	was := false
	for x := int(left) - 3; x < int(right)+3; x++ {
		dark := gray.GrayAt(x, row).Y < 120
		if dark != was {
			edges++
		}
		was = dark
	}
	if want := 12*6 + 8; edges != want { // three bars to a symbol, four to the stop
		t.Errorf("%d edges along the bars, want %d", edges, want)
	}
	if module := (right - left) / modules; module < 3 {
		t.Errorf("a module has %.1f pixels", module)
	}
}
