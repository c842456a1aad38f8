package imager

import (
	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"

	"github.com/posagent/posagent/drivers/scanner/imager/bars"
	"github.com/posagent/posagent/drivers/scanner/imager/gray"
	"github.com/posagent/posagent/drivers/scanner/imager/grid"
)

// The sizes at which is searched. Codes on phones are large in a picture:
// fewer dots are faster, and the moiré of screens goes away.
const (
	basePixels  = 1280 * 720
	finePixels  = 4 * basePixels
	smallPixels = 400 * 400 // a picture that is enlarged as well
)

// view is one of the sizes and kinds of a picture that attempts want.
type view int

const (
	base view = iota
	half
	quarter
	enlarged
	baseInverted
	halfInverted
	fine
	views
)

// eye is what a picture is looked at with. It keeps the memory of its views
// and searches from one picture to the next, because a camera brings thirty a
// second.
type eye struct {
	fine   gray.Plane
	bright gray.Plane // a dim picture, stretched
	made   [views]gray.Plane
	have   [views]bool
	grid   grid.Search
	bars   bars.Search

	code128, ean13 oned.RowDecoder
	row            *gozxing.BitArray
	found          []found               // by the attempt that is at work
	part           bool                  // a code was seen that is one of several
	ean            map[string]gray.Point // where an EAN-13 was read first
	best           grid.Seen             // the grid that fitted best of those that were not read
	tries          int                   // how often a decoder was asked
	watch          *Report               // what is seen goes in here; nil: nobody asks
}

func newEye() *eye {
	return &eye{
		code128: oned.NewCode128Reader().(oned.RowDecoder),
		ean13:   oned.NewEAN13Reader().(oned.RowDecoder),
		row:     gozxing.NewBitArray(rowBits),
		ean:     map[string]gray.Point{},
	}
}

// open turns the eye to a picture of at most finePixels.
func (e *eye) open(p gray.Plane) {
	if low, high := ends(p); high-low < dim && high > low {
		e.bright = p.Stretched(e.bright, low, high)
		p = e.bright
	}
	e.fine, e.have = p, [views]bool{}
	e.found, e.part, e.tries, e.best = e.found[:0], false, 0, grid.Seen{}
	clear(e.ean)
	e.grid.Budget = budget
}

// budget bounds the dear work on one picture over all attempts (see
// grid.Search), liveBudget that on one of a camera's.
const (
	budget     = 160
	liveBudget = 4
)

// dim is the contrast below which a picture is stretched: in the dark a screen
// that shows dark and light differs by less than what elsewhere is noise.
const dim = 110

// shut forgets the picture: it may show a live payment code.
func (e *eye) shut() {
	for v := range views {
		if e.have[v] {
			clear(e.made[v].Pix)
		}
	}
	clear(e.bright.Pix)
	e.fine, e.have = gray.Plane{}, [views]bool{}
}

// view makes a view when it is first asked for. It is false for one that
// shows nothing new.
func (e *eye) view(v view) (gray.Plane, bool) {
	if e.have[v] {
		return e.made[v], true
	}
	dots := e.fine.W * e.fine.H
	old := e.made[v]
	switch v {
	case base:
		if dots <= basePixels {
			return e.fine, true // it is not a copy, and not cleared
		}
		e.made[v] = e.fine.Fit(basePixels)
	case fine:
		return e.fine, dots > basePixels
	case half, quarter:
		from, ok := e.view(v - 1)
		if !ok || min(from.W, from.H) < 2*leastSide {
			return gray.Plane{}, false
		}
		e.made[v] = from.Halved(old)
	case enlarged:
		if dots > smallPixels {
			return gray.Plane{}, false
		}
		e.made[v] = e.fine.Enlarged(old, 3)
	case baseInverted, halfInverted:
		from, ok := e.view(v - baseInverted)
		if !ok {
			return gray.Plane{}, false
		}
		e.made[v] = from.Inverted(old)
	}
	e.have[v] = true
	return e.made[v], true
}

// leastSide is the side of the smallest picture that may hold a code.
const leastSide = 40

// scale is how many dots of the picture one dot of a view is.
func (e *eye) scale(v view) float64 {
	p, ok := e.view(v)
	if !ok {
		return 1
	}
	return float64(e.fine.W) / float64(p.W)
}
