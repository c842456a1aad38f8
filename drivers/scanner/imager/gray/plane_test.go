package gray_test

import (
	"testing"

	"github.com/posagent/posagent/drivers/scanner/imager/gray"
)

func TestReducedIsTheMeanOverAreas(t *testing.T) {
	p := gray.New(6, 3)
	for i := range p.Pix {
		p.Pix[i] = byte(10 * (i % 6)) // 0 10 20 30 40 50 in each row
	}
	for _, c := range []struct {
		w, h int
		want []byte
	}{
		{3, 1, []byte{5, 25, 45}},
		{4, 1, []byte{3, 18, 32, 47}}, // 0,10/2 -> 3.3; 10/2,20 -> 16.7 of 1.5 dots each
		{1, 1, []byte{25}},
	} {
		got := p.Reduced(c.w, c.h)
		for i, want := range c.want {
			if diff := int(got.Pix[i]) - int(want); diff < -2 || diff > 2 {
				t.Errorf("%d x %d: %v, want about %v", c.w, c.h, got.Pix, c.want)
				break
			}
		}
	}
	white := gray.New(1281, 721)
	for i := range white.Pix {
		white.Pix[i] = 255
	}
	for i, v := range white.Reduced(640, 360).Pix {
		if v != 255 {
			t.Fatalf("white became %d at %d", v, i)
		}
	}
}
