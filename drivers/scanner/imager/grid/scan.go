package grid

import (
	"cmp"
	"math"
	"slices"

	"github.com/posagent/posagent/drivers/scanner/imager/gray"
)

// The bounds of the search for corner patterns: a picture tiled with them, or
// noise, costs no more than these.
const (
	maxMarks  = 256  // marks that are kept
	maxChecks = 6000 // marks that are looked at crosswise
)

// mark is a place that may be the middle of a corner pattern (the finder
// pattern of ISO/IEC 18004, 6.3.3).
type mark struct {
	x, y   float64
	mh, mv float64 // the size of a module along and across the rows, in dots
	rows   int     // how many rows it was met in
}

// scanner finds marks.
type scanner struct {
	p      gray.Plane
	levels *levels
	edges  []int32
	marks  []mark
	checks int
}

// rows looks at every step-th row, a few of them all over the picture first:
// where the bounds end the search, no part of the picture was left out.
func (s *scanner) rows(step int) {
	s.marks, s.checks = s.marks[:0], 0
	const passes = 4
	for pass := range passes {
		for y := step/2 + pass*step; y < s.p.H; y += passes * step {
			s.row(y)
			if s.checks >= maxChecks || len(s.marks) >= maxMarks {
				return
			}
		}
	}
}

// row looks for five runs, dark first, that stand to each other as 1:1:3:1:1.
func (s *scanner) row(y int) {
	dark := s.cut(y)
	e := s.edges
	first := 0
	if !dark {
		first = 1
	}
	for i := first; i+5 < len(e); i += 2 {
		r := [5]int32{e[i+1] - e[i], e[i+2] - e[i+1], e[i+3] - e[i+2], e[i+4] - e[i+3], e[i+5] - e[i+4]}
		if r[2] < r[0] || r[2] < r[4] || r[2] < r[1] || r[2] < r[3] { // most are not; this is quick
			continue
		}
		runs := [5]float64{float64(r[0]), float64(r[1]), float64(r[2]), float64(r[3]), float64(r[4])}
		if m, ok := ring(runs); ok {
			s.meet(float64(e[i+2])+runs[2]/2, y, m)
			if s.checks >= maxChecks || len(s.marks) >= maxMarks {
				return
			}
		}
	}
}

// cut finds where a row changes between dark and light, its two ends
// included, and says whether it begins dark.
func (s *scanner) cut(y int) (dark bool) {
	row := s.p.Row(y)
	levels := s.levels.at[(y/tile)*s.levels.w:]
	dark = row[0] <= levels[0]
	now := dark
	edges := append(s.edges[:0], 0)
	for x0 := 0; x0 < len(row); x0 += tile {
		level := levels[x0/tile]
		for x, v := range row[x0:min(x0+tile, len(row))] {
			if (v <= level) != now {
				now = !now
				edges = append(edges, int32(x0+x))
			}
		}
	}
	s.edges = append(edges, int32(len(row)))
	return dark
}

// ring says whether five runs are a cut through a corner pattern, and how
// large a module is. Blur makes dark runs wider and light ones narrower, or the
// other way round, by the same amount: a run and its neighbour together stay
// as they were.
func ring(r [5]float64) (module float64, ok bool) {
	total := r[0] + r[1] + r[2] + r[3] + r[4]
	m := total / 7
	near := 0.62*m + 0.6
	ok = m >= 1 &&
		math.Abs(r[0]+r[1]-2*m) <= near && math.Abs(r[3]+r[4]-2*m) <= near &&
		math.Abs(r[1]+r[2]-4*m) <= 1.5*near && math.Abs(r[2]+r[3]-4*m) <= 1.5*near &&
		r[2] >= 1.6*m && min(r[0], r[1], r[3], r[4]) >= 0.3*m
	return m, ok
}

// meet looks crosswise at a place that a row suggests.
func (s *scanner) meet(x float64, y int, m float64) {
	fy := float64(y) + 0.5
	for i := range s.marks {
		k := &s.marks[i]
		if math.Abs(k.x-x) < 1.5*k.mh && math.Abs(k.y-fy) < 2*k.mv && m < 2*k.mh && k.mh < 2*m {
			k.rows++
			return
		}
	}
	s.checks++
	cy, mv, ok := s.across(x, fy, 0, 1, m)
	if !ok || mv > 3*m || m > 3*mv {
		return
	}
	cx, mh, ok := s.across(x, cy, 1, 0, m)
	if !ok || !s.stands(cx, cy, mh) {
		return
	}
	for i := range s.marks {
		k := &s.marks[i]
		if math.Abs(k.x-cx) < 1.5*k.mh && math.Abs(k.y-cy) < 1.5*k.mv {
			k.rows++
			return
		}
	}
	s.marks = append(s.marks, mark{x: cx, y: cy, mh: mh, mv: mv, rows: 1})
}

// stands says whether the light ring is much lighter than the middle, as the
// rest of the picture goes: noise makes rings as well.
func (s *scanner) stands(x, y, m float64) bool {
	middle := s.p.Pix[int(y)*s.p.W+int(x)]
	var light byte
	for _, d := range [2]float64{-2, 2} {
		if ix := int(x + d*m); ix >= 0 && ix < s.p.W {
			light = max(light, s.p.Pix[int(y)*s.p.W+ix])
		}
	}
	return light > middle && light-middle > s.levels.most/7
}

// across cuts through a place along a direction, and gives the middle of the
// dark run there (as x or y) and the size of a module.
func (s *scanner) across(x, y, dx, dy, m float64) (middle, module float64, ok bool) {
	ix, iy := int(x), int(y)
	if !s.dark(ix, iy) {
		return 0, 0, false
	}
	limit := int(9 * m)
	ahead, in := s.legs(ix, iy, int(dx), int(dy), limit)
	back, in2 := s.legs(ix, iy, -int(dx), -int(dy), limit)
	if !in || !in2 {
		return 0, 0, false
	}
	runs := [5]float64{float64(back[2]), float64(back[1]), float64(back[0] + ahead[0] - 1), float64(ahead[1]), float64(ahead[2])}
	module, ok = ring(runs)
	at := float64(ix)
	if dy != 0 {
		at = float64(iy)
	}
	return at + 0.5 + float64(ahead[0]-back[0])/2, module, ok
}

// legs are the lengths of a dark, a light and a dark run from a dot on.
func (s *scanner) legs(x, y, dx, dy, limit int) (n [3]int, ok bool) {
	for k := range n {
		want := k != 1
		for s.inside(x, y) && s.dark(x, y) == want {
			n[k]++
			if n[k] > limit {
				return n, false
			}
			x, y = x+dx, y+dy
		}
		if n[k] == 0 || (!s.inside(x, y) && k < 2) {
			return n, false
		}
	}
	return n, true
}

func (s *scanner) inside(x, y int) bool { return x >= 0 && y >= 0 && x < s.p.W && y < s.p.H }
func (s *scanner) dark(x, y int) bool   { return s.p.Pix[y*s.p.W+x] <= s.levels.of(x, y) }

// likely puts the marks first that were met in as many rows as a corner
// pattern of their size has, of those the larger ones.
func (s *scanner) likely(step int) []mark {
	share := func(k mark) int { return int(min(3, 3*float64(k.rows*step)/(2.2*k.mv))) }
	slices.SortStableFunc(s.marks, func(a, b mark) int {
		return cmp.Or(cmp.Compare(share(b), share(a)), cmp.Compare(b.mv, a.mv))
	})
	return s.marks
}
