package grid

import (
	"cmp"
	"math"
	"slices"
)

// maxCorners bounds how many corner patterns are put together by threes, and
// maxTriples how many of those threes are tried.
const (
	maxCorners = 24
	maxTriples = 6
)

// triple is three corner patterns that may belong to one code: upper left,
// upper right, lower left.
type triple struct {
	a, b, c int     // in the list of corners
	apart   float64 // from a to b and to c, in modules
	misfit  float64
}

// triples are the threes that may be a code, the likeliest first.
func triples(corners []corner, to []triple) []triple {
	to = to[:0]
	for a := range corners {
		for b := range corners {
			if b == a {
				continue
			}
			reach, side, ok := leg(corners[a], corners[b])
			if !ok {
				continue
			}
			for c := range corners {
				if c == a || c == b {
					continue
				}
				if t, ok := match(corners, triple{a: a, b: b, c: c}, reach, side); ok {
					to = append(to, t)
				}
			}
		}
	}
	slices.SortFunc(to, func(x, y triple) int {
		return cmp.Or(cmp.Compare(x.misfit, y.misfit), cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b), cmp.Compare(x.c, y.c))
	})
	return to[:min(len(to), 4*maxTriples)]
}

// leg measures the way from one corner pattern to another: how many modules,
// and how far it leaves the axis that it follows.
func leg(from, to corner) (modules, aslant float64, ok bool) {
	x1, y1 := from.inside(to.at)
	x2, y2 := to.inside(from.at)
	x1, y1, x2, y2 = math.Abs(x1), math.Abs(y1), math.Abs(x2), math.Abs(y2)
	long1, long2 := max(x1, y1), max(x2, y2)
	aslant = min(x1, y1)/long1 + min(x2, y2)/long2
	// Nearer modules look larger: the way is between what its two ends say.
	modules = 2 * long1 * long2 / (long1 + long2)
	ratio := max(long1, long2) / min(long1, long2)
	return modules, aslant + 0.3*(ratio-1), long1 > 9 && long2 > 9 && modules < 200 && aslant < 0.9 && ratio < 2.6
}

func match(corners []corner, t triple, reach, slant float64) (triple, bool) {
	a, b, c := corners[t.a], corners[t.b], corners[t.c]
	down, slant2, ok := leg(a, c)
	if !ok {
		return t, false
	}
	// Clockwise from a to b to c, as the picture has its y axis downwards.
	bx, by, cx, cy := b.at.X-a.at.X, b.at.Y-a.at.Y, c.at.X-a.at.X, c.at.Y-a.at.Y
	cross := bx*cy - by*cx
	if cross <= 0 {
		return t, false
	}
	square := cross / math.Sqrt((bx*bx+by*by)*(cx*cx+cy*cy)) // the sine of the angle
	uneven := max(reach, down)/min(reach, down) - 1
	if square < 0.45 || uneven > 0.45 {
		return t, false
	}
	sizes := [3]float64{a.size(), b.size(), c.size()}
	grow := slices.Max(sizes[:])/slices.Min(sizes[:]) - 1
	if grow > 1.6 {
		return t, false
	}
	t.apart = (reach + down) / 2
	whole := math.Abs(t.apart-10-4*math.Round((t.apart-10)/4)) / t.apart
	t.misfit = slant + slant2 + 2.5*uneven + 0.4*grow + (a.off + b.off + c.off) + 0.8*(3-a.sure-b.sure-c.sure) + 0.6*(1-square) + whole
	return t, t.misfit < 3.5
}
