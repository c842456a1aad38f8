package imager

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"

	"github.com/posagent/posagent/drivers/scanner/imager/gray"
)

// tiled is a picture full of corner patterns of slightly different sizes, so
// that no three of them look like a code that is done.
func tiled(w, h int) gray.Plane {
	p := gray.New(w, h)
	for i := range p.Pix {
		p.Pix[i] = 255
	}
	for top, n := 2, 0; top+28 < h; top += 24 {
		for left := 2; left+28 < w; left, n = left+24, n+1 {
			module := 2 + n%2
			for y := range 7 * module {
				for x := range 7 * module {
					mx, my := x/module, y/module
					ring := min(mx, my, 6-mx, 6-my)
					if ring != 1 {
						p.Row(top + y)[left+x] = 0
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
	matrix, err := gozxing.NewHybridBinarizer(source{p}).GetBlackMatrix()
	if err != nil {
		t.Fatal(err)
	}
	candidates, err := findCandidates(context.Background(), matrix)
	if err != nil {
		t.Fatal(err)
	}
	if row := p.W / 24; len(candidates) < maxCandidates || len(candidates) > maxCandidates+row {
		t.Errorf("%d candidates: the picture does not test the bound of %d", len(candidates), maxCandidates)
	}
	if _, err := climb(context.Background(), ladder(), opened(p)); !errors.Is(err, ErrNoCode) {
		t.Errorf("error %v", err)
	}
}

func opened(p gray.Plane) *eye {
	e := newEye()
	e.open(p)
	return e
}

func TestABrokenAttemptDoesNotEndTheClimb(t *testing.T) {
	broken := attempt{"broken", func(context.Context, *eye) { panic("as a foreign reader may") }}
	good := attempt{"good", func(_ context.Context, e *eye) { e.found = append(e.found, found{text: "1", aim: "]Q1"}) }}
	codes, err := climb(context.Background(), []attempt{broken, good}, newEye())
	if err != nil || len(codes) != 1 || codes[0].text != "1" {
		t.Errorf("codes %v, error %v", codes, err)
	}
	_, err = climb(context.Background(), []attempt{broken}, newEye())
	if !errors.Is(err, ErrNoCode) || !errors.Is(err, errBroke) || !strings.Contains(err.Error(), `"broken"`) {
		t.Errorf("error %v", err)
	}
}

func TestClimbStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	calls := 0
	step := attempt{"counts", func(context.Context, *eye) { calls++; cancel() }}
	_, err := climb(ctx, []attempt{step, step, step}, newEye())
	if !errors.Is(err, context.Canceled) || calls != 1 {
		t.Errorf("%d attempts, error %v", calls, err)
	}
}
