package imager

import (
	"context"
	"errors"
	"strings"
	"testing"
)

// tiled is a picture full of corner patterns of slightly different sizes, so
// that no three of them look like a code that is done.
func tiled(w, h int) plane {
	p := newPlane(w, h)
	for i := range p.pix {
		p.pix[i] = 255
	}
	for top, n := 2, 0; top+28 < h; top += 24 {
		for left := 2; left+28 < w; left, n = left+24, n+1 {
			module := 2 + n%2
			for y := range 7 * module {
				for x := range 7 * module {
					mx, my := x/module, y/module
					ring := min(mx, my, 6-mx, 6-my)
					if ring != 1 {
						p.row(top + y)[left+x] = 0
					}
				}
			}
		}
	}
	return p
}

// gozxing alone compares every three of the 1500 patterns of such a picture
// with each other: over half a billion comparisons for each attempt.
func TestTilesOfCornersStayBounded(t *testing.T) {
	p := tiled(1280, 720)
	matrix, err := hybrid(p).GetBlackMatrix()
	if err != nil {
		t.Fatal(err)
	}
	candidates, err := findCandidates(context.Background(), matrix)
	if err != nil {
		t.Fatal(err)
	}
	if row := p.w / 24; len(candidates) < maxCandidates || len(candidates) > maxCandidates+row {
		t.Errorf("%d candidates: the picture does not test the bound of %d", len(candidates), maxCandidates)
	}
	if _, err := climb(context.Background(), ladder(), &views{fine: p}); !errors.Is(err, ErrNoCode) {
		t.Errorf("error %v", err)
	}
}

func TestABrokenAttemptDoesNotEndTheClimb(t *testing.T) {
	broken := attempt{"broken", func(context.Context, *views) (found, error) { panic("as a foreign reader may") }}
	good := attempt{"good", func(context.Context, *views) (found, error) { return found{text: "1", aim: "]Q1"}, nil }}
	code, err := climb(context.Background(), []attempt{broken, good}, &views{})
	if err != nil || code.text != "1" {
		t.Errorf("code %v, error %v", code, err)
	}
	_, err = climb(context.Background(), []attempt{broken}, &views{})
	if !errors.Is(err, ErrNoCode) || !errors.Is(err, errBroke) || !strings.Contains(err.Error(), `"broken"`) {
		t.Errorf("error %v", err)
	}
}

func TestClimbStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	calls := 0
	step := attempt{"counts", func(context.Context, *views) (found, error) { calls++; cancel(); return found{}, errSame }}
	_, err := climb(ctx, []attempt{step, step, step}, &views{})
	if !errors.Is(err, context.Canceled) || calls != 1 {
		t.Errorf("%d attempts, error %v", calls, err)
	}
}

func TestReducedIsTheMeanOverAreas(t *testing.T) {
	p := newPlane(6, 3)
	for i := range p.pix {
		p.pix[i] = byte(10 * (i % 6)) // 0 10 20 30 40 50 in each row
	}
	for _, c := range []struct {
		w, h int
		want []byte
	}{
		{3, 1, []byte{5, 25, 45}},
		{4, 1, []byte{3, 18, 32, 47}}, // 0,10/2 -> 3.3; 10/2,20 -> 16.7 of 1.5 dots each
		{1, 1, []byte{25}},
	} {
		got := p.reduced(c.w, c.h)
		for i, want := range c.want {
			if diff := int(got.pix[i]) - int(want); diff < -2 || diff > 2 {
				t.Errorf("%d x %d: %v, want about %v", c.w, c.h, got.pix, c.want)
				break
			}
		}
	}
	white := newPlane(1281, 721)
	for i := range white.pix {
		white.pix[i] = 255
	}
	for i, v := range white.reduced(640, 360).pix {
		if v != 255 {
			t.Fatalf("white became %d at %d", v, i)
		}
	}
}
