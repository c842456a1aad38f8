package imager

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// The bounds of the search. gozxing compares every three candidates with each
// other: a picture tiled with corner patterns keeps it busy for half a minute in
// each attempt.
const (
	maxCandidates = 300 // the search stops here
	maxCompared   = 48  // of which the best confirmed ones are compared
	rowStep       = 2
)

// findCorners searches the three corner patterns of a code.
func findCorners(ctx context.Context, matrix *gozxing.BitMatrix) (*detector.FinderPatternInfo, error) {
	candidates, err := findCandidates(ctx, matrix)
	if err != nil {
		return nil, err
	}
	best, ok := fitting(candidates)
	if !ok {
		return nil, fmt.Errorf("%d candidates for corners, no three fit", len(candidates))
	}
	bottomLeft, topLeft, topRight := gozxing.ResultPoint_OrderBestPatterns(best[0], best[1], best[2])
	return detector.NewFinderPatternInfo(bottomLeft.(*detector.FinderPattern), topLeft.(*detector.FinderPattern), topRight.(*detector.FinderPattern)), nil
}

// findCandidates searches patterns that may be corners, at most maxCandidates
// and what the last row brings.
func findCandidates(ctx context.Context, matrix *gozxing.BitMatrix) ([]*detector.FinderPattern, error) {
	finder := detector.NewFinderPatternFinder(matrix, nil)
	for y := rowStep; y < matrix.GetHeight(); y += rowStep {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		searchRow(finder, y)
		if len(finder.GetPossibleCenters()) >= maxCandidates {
			break
		}
	}
	return finder.GetPossibleCenters(), nil
}

// searchRow looks along a row for dark and light runs of 1:1:3:1:1 (ISO/IEC
// 18004, 6.3.3.1) and lets gozxing check each across and aslant.
func searchRow(finder *detector.FinderPatternFinder, y int) {
	matrix := finder.GetImage()
	runs := make([]int, 5) // dark, light, dark, light, dark
	at := 0
	for x := 0; x <= matrix.GetWidth(); x++ {
		dark := x < matrix.GetWidth() && matrix.Get(x, y)
		if dark == (at%2 == 0) {
			runs[at]++
			continue
		}
		if at == 0 && runs[0] == 0 { // still light before the first dark run
			continue
		}
		if at < 4 {
			at++
			runs[at] = 1
			continue
		}
		// A dark run has just ended and five are there.
		if detector.FinderPatternFinder_foundPatternCross(runs) && finder.HandlePossibleCenter(runs, y, x) {
			clear(runs)
			at = 0
			continue
		}
		copy(runs, runs[2:])
		runs[3], runs[4] = 1, 0
		at = 3
	}
}

// fitting are the three candidates that fit best: corners of one code have
// modules of like size and stand at a right angle, with legs of like length.
func fitting(candidates []*detector.FinderPattern) (best [3]*detector.FinderPattern, ok bool) {
	confirmed := slices.Clone(candidates)
	slices.SortStableFunc(confirmed, func(a, b *detector.FinderPattern) int { return b.GetCount() - a.GetCount() })
	confirmed = confirmed[:min(len(confirmed), maxCompared)]
	least := math.Inf(1)
	for i, a := range confirmed {
		for j, b := range confirmed[i+1:] {
			for _, c := range confirmed[i+1+j+1:] {
				if m := misfit(a, b, c); m < least {
					least, best, ok = m, [3]*detector.FinderPattern{a, b, c}, true
				}
			}
		}
	}
	return best, ok
}

// misfit is gozxing's own measure of how far three patterns are from corners
// of one code, infinite when their sizes differ too much.
func misfit(a, b, c *detector.FinderPattern) float64 {
	sizes := [3]float64{a.GetEstimatedModuleSize(), b.GetEstimatedModuleSize(), c.GetEstimatedModuleSize()}
	if max(sizes[0], sizes[1], sizes[2]) > 1.4*min(sizes[0], sizes[1], sizes[2]) {
		return math.Inf(1)
	}
	sides := [3]float64{squared(a, b), squared(b, c), squared(a, c)}
	slices.Sort(sides[:])
	return math.Abs(sides[2]-2*sides[1]) + math.Abs(sides[2]-2*sides[0])
}

func squared(a, b *detector.FinderPattern) float64 {
	x, y := a.GetX()-b.GetX(), a.GetY()-b.GetY()
	return x*x + y*y
}
