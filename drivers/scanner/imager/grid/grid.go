// Package grid finds QR codes (ISO/IEC 18004, model 2) in a picture and reads
// their modules: corner patterns, size, how the code lies, how it bends. It
// does not know what the modules mean: they are handed to a decoder, which
// says whether they are a code.
//
// Invariant: the work on a picture is bounded by its size, whatever is on it.
package grid

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/posagent/posagent/drivers/scanner/imager/gray"
)

// Light is how dark and light are told apart.
type Light int

const (
	Local Light = iota // by the neighbourhood: shadows, glare
	Even               // one level for all: moiré, dirty surfaces
	Faint              // what is not quite white is dark: too much light
)

// Decode says whether modules are a code. It is called several times for one
// code, each time with another way to read it.
type Decode func(Modules) bool

// Symbol is a code that was decoded: where its outer corners are seen, upper
// left first, clockwise as the code itself stands.
type Symbol struct {
	Quad [4]gray.Point
	Size int
}

// Search looks for codes in one picture after another and keeps its memory
// between them. It is for one goroutine.
type Search struct {
	levels  levels
	scanner scanner
	corners []corner
	triples []triple
	trial   trial
	modules Modules
	shades  []float32
	mean    []float32
	symbols []Symbol
	best    Seen

	// Budget bounds how many grids are read, and the dear ways above all: to read
	// one where it was found takes one off, to move it until it fits three, to
	// bend it six or more.
	Budget int

	// Trace, when it is set, is told of what is seen, for pictures of it.
	Trace func(Seen)
}

// Effort bounds a search.
type Effort struct {
	Triples int  // threes of corners that are tried; 12 by default
	Symbols int  // codes that are read; 4 by default
	Bend    bool // grids are fitted to bent surfaces, while the budget lasts
	Pairs   bool // where no code is read, a third corner is looked for to pairs
}

// Look searches codes. Those that decode takes are returned, valid until the
// next call; there may be more codes in the picture than were decoded. The
// context ends the work between two tries.
func (s *Search) Look(ctx context.Context, p gray.Plane, light Light, e Effort, decode Decode) []Symbol {
	s.symbols, s.best = s.symbols[:0], Seen{}
	if p.W < 21 || p.H < 21 {
		return nil
	}
	switch light {
	case Even:
		s.levels.even(p)
	case Faint:
		s.levels.faint(p)
	default:
		s.levels.local(p)
	}
	s.scanner.p, s.scanner.levels = p, &s.levels
	step := 2
	s.scanner.rows(step)
	s.corners = s.corners[:0]
	for _, k := range s.scanner.likely(step) {
		if len(s.corners) == maxCorners {
			break
		}
		if c, ok := s.scanner.measure(k); ok && !s.near(c) {
			s.corners = append(s.corners, c)
		}
	}
	s.tell()
	s.trial.p, s.trial.levels = p, &s.levels
	if len(s.corners) > 2 {
		s.triples = triples(s.corners, s.triples)
		s.try(ctx, s.triples, e, decode)
	}
	if len(s.symbols) == 0 && e.Pairs && len(s.corners) > 1 && ctx.Err() == nil {
		s.try(ctx, s.complete(e), e, decode)
	}
	return s.symbols
}

// try takes threes of corners for codes.
func (s *Search) try(ctx context.Context, list []triple, e Effort, decode Decode) {
	tried := 0
	for _, t := range list {
		if tried == cmp.Or(e.Triples, maxTriples) || len(s.symbols) == cmp.Or(e.Symbols, 4) || ctx.Err() != nil {
			return
		}
		if s.claimed(t) {
			continue
		}
		tried++
		if s.read(t, e, decode) {
			s.symbols = append(s.symbols, Symbol{s.trial.view.quad(s.trial.size), s.trial.size})
		}
	}
}

// near says whether a corner was measured before from another mark.
func (s *Search) near(c corner) bool {
	return slices.ContainsFunc(s.corners, func(o corner) bool {
		return math.Hypot(o.at.X-c.at.X, o.at.Y-c.at.Y) < 2*max(c.size(), o.size())
	})
}

// claimed says whether a corner belongs to a code that was read.
func (s *Search) claimed(t triple) bool {
	for _, i := range [3]int{t.a, t.b, t.c} {
		for _, sym := range s.symbols {
			if holds(sym.Quad, s.corners[i].at) {
				return true
			}
		}
	}
	return false
}

// holds says whether a place lies in a convex quad.
func holds(q [4]gray.Point, p gray.Point) bool {
	for i := range q {
		a, b := q[i], q[(i+1)%4]
		if (b.X-a.X)*(p.Y-a.Y)-(b.Y-a.Y)*(p.X-a.X) < 0 {
			return false
		}
	}
	return true
}

// worthwhile is the fit below which a grid is not of a code once it was moved
// to where it fits best; hopeless is the fit below which it is not moved.
const (
	worthwhile = 0.3
	hopeless   = 0.08
)

// costClimb is what moving a grid takes off the budget.
const costClimb = 3

// costBend is what bending a grid takes off the budget: it goes with the
// number of places that are moved.
func costBend(size int) int { return nodes(size) * nodes(size) / 8 }

// read tries the sizes that three corners may have.
func (s *Search) read(of triple, e Effort, decode Decode) bool {
	t := &s.trial
	middle := 17 + 4*int(math.Round((of.apart-10)/4))
	type guess struct {
		size int
		fit  float64
	}
	var guesses [5]guess
	n := 0
	for _, d := range [5]int{0, 4, -4, 8, -8} {
		size := middle + d
		if size < 21 || size > 177 || !t.begin(s.corners, of, size) {
			continue
		}
		guesses[n] = guess{size, t.fit - 0.002*math.Abs(float64(d))}
		n++
	}
	slices.SortStableFunc(guesses[:n], func(a, b guess) int { return int(math.Copysign(1, b.fit-a.fit)) })
	for i, g := range guesses[:min(n, 2)] {
		if i > 0 && g.fit < guesses[0].fit-0.12 {
			break
		}
		if t.begin(s.corners, of, g.size) && s.resolve(e, decode) {
			return true
		}
	}
	return false
}

// resolve reads the modules in one way after another.
func (s *Search) resolve(e Effort, decode Decode) bool {
	t := &s.trial
	if t.fit < hopeless {
		return s.told(false)
	}
	t.anchor()
	if t.fit < 2*hopeless {
		return s.told(false)
	}
	if t.fit > 0.75 {
		if s.Budget < 1 {
			return s.told(false)
		}
		s.Budget--
		if s.plain(); decode(s.modules) {
			return s.told(true)
		}
	}
	if s.Budget < costClimb {
		return s.told(false)
	}
	s.Budget -= costClimb
	corners := t.view
	t.climb()
	if t.fit < worthwhile {
		return s.told(false)
	}
	if s.plain(); decode(s.modules) {
		return s.told(true)
	}
	s.shade()
	if s.parted(decode) {
		return s.told(true)
	}
	flat := t.view
	for _, w := range [2]way{{4, 0.4}, {3, 0.8}} {
		if !e.Bend || t.fit < 0.45 || s.Budget < costBend(t.size) {
			break
		}
		s.Budget -= costBend(t.size)
		t.view = flat
		t.bend(corners, w)
		if s.plain(); decode(s.modules) {
			return s.told(true)
		}
		if s.shade(); s.parted(decode) {
			return s.told(true)
		}
	}
	return s.told(false)
}

// parted reads shades in several ways.
func (s *Search) parted(decode Decode) bool {
	for _, way := range [4]struct {
		sharpen float32
		half    int
	}{{0, 4}, {0.3, 4}, {0.1, 2}, {0.5, 3}} {
		if s.part(way.sharpen, way.half); decode(s.modules) {
			return true
		}
	}
	return false
}

// Seen is what a search saw: first the marks and the corner patterns that
// were measured, then each grid that was tried.
type Seen struct {
	Marks   []gray.Point
	Corners [][4]gray.Point // the outer edge of each corner pattern
	Quad    [4]gray.Point
	Size    int     // modules along a side; 0 when this is no grid
	Fit     float64 // how well the known modules stand, at most 1
	Read    bool
}

// Best is the grid of the last Look that fitted best of those that were not
// read: where to look again. Its size is 0 when there was none.
func (s *Search) Best() Seen { return s.best }

func (s *Search) told(read bool) bool {
	t := &s.trial
	seen := Seen{Quad: t.view.quad(t.size), Size: t.size, Fit: t.fit, Read: read}
	if !read && (s.best.Size == 0 || seen.Fit > s.best.Fit) {
		s.best = seen
	}
	if s.Trace != nil {
		s.Trace(seen)
	}
	return read
}

// tell shows where the search begins.
func (s *Search) tell() {
	if s.Trace == nil {
		return
	}
	var seen Seen
	for _, k := range s.scanner.marks {
		seen.Marks = append(seen.Marks, gray.Point{X: k.x, Y: k.y})
	}
	for _, c := range s.corners {
		var quad [4]gray.Point
		for i, q := range [4][2]float64{{-3.5, -3.5}, {3.5, -3.5}, {3.5, 3.5}, {-3.5, 3.5}} {
			quad[i] = gray.Point{X: c.at.X + q[0]*c.ux.X + q[1]*c.uy.X, Y: c.at.Y + q[0]*c.ux.Y + q[1]*c.uy.Y}
		}
		seen.Corners = append(seen.Corners, quad)
	}
	s.Trace(seen)
}
