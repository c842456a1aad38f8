package imager

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/drivers/scanner/imager/gray"
	"github.com/posagent/posagent/drivers/scanner/imager/grid"
)

// Live reads what is held before one camera, picture after picture. A phone is
// held still over several of them: each gets the attempts that read most codes
// and one of the others by turns, so that none is late. Where a code almost
// was read is looked at first in the next picture. It may be used from many
// goroutines, one at a time of which looks.
type Live struct {
	imager *Imager
	device string
	nth    int

	region region
	crop   gray.Plane
	ean    scanner.Data // an EAN-13 that one picture showed: two must
	began  time.Time    // when the first picture after the last code came
	before time.Time    // when the last picture came

	mu    sync.Mutex
	stats Stats
}

// Stats count what a Live did.
type Stats struct {
	Frames int           // pictures that were looked at
	Tries  int           // how often a decoder was asked what it sees
	Reads  int           // codes
	Last   time.Duration // from the first picture without a code to the last code
	Light  Light         // of the last picture
}

// region is the part of a picture where a code was seen or all but read.
type region struct {
	x, y, w, h int
	pictures   int // how many may still be looked at there
}

// Live begins to read a camera's pictures. device goes into the scans.
func (m *Imager) Live(device string) *Live {
	return &Live{imager: m, device: device}
}

// Stats tells what was done so far.
func (l *Live) Stats() Stats {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.stats
}

func (l *Live) tried(n int) { l.count(func(s *Stats) { s.Tries += n }) }

// count adds to what was done.
func (l *Live) count(add func(*Stats)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	add(&l.stats)
}

// pause is the time without a picture after which what comes next is another
// customer's.
const pause = 2 * time.Second

// Rest forgets what was seen, as a pause does. It is not for while a picture
// is looked at.
func (l *Live) Rest() {
	clear(l.ean)
	l.ean, l.region, l.began = l.ean[:0], region{}, time.Time{}
}

// Look searches a code in the next picture. ErrNoCode is the usual answer. An
// EAN-13 must be in two pictures one after the other. The context ends the work
// between two attempts at the latest.
func (l *Live) Look(ctx context.Context, g Gray) (scanner.Scan, error) {
	m := l.imager
	p, err := m.plane(g)
	if err != nil {
		return scanner.Scan{}, err
	}
	free, err := m.take(ctx)
	if err != nil {
		return scanner.Scan{}, err
	}
	defer free()
	now := time.Now()
	if now.Sub(l.before) > pause {
		l.Rest()
	}
	l.nth++
	l.before = now
	if l.began.IsZero() {
		l.began = now
	}
	l.count(func(s *Stats) { s.Frames, s.Light = s.Frames+1, light(p) })
	codes, err := l.climb(ctx, p)
	if err != nil {
		return scanner.Scan{}, err
	}
	scan := scanOf(codes, p, l.device)
	if !l.sure(scan) {
		return scanner.Scan{}, ErrNoCode
	}
	took := time.Since(l.began)
	l.began = time.Time{}
	l.count(func(s *Stats) { s.Reads, s.Last = s.Reads+1, took })
	return scan, nil
}

// climb tries the region first, then the cheap attempts, then one of the dear
// ones.
func (l *Live) climb(ctx context.Context, p gray.Plane) ([]found, error) {
	m := l.imager
	defer m.eye.shut()
	codes, spent := l.again(ctx, p)
	if len(codes) > 0 {
		return codes, nil
	}
	m.eye.open(p)
	m.eye.grid.Budget = liveBudget - spent
	codes, err := climb(ctx, m.live, m.eye)
	l.tried(m.eye.tries)
	l.keep(p, codes, m.eye.best)
	if err == nil || ctx.Err() != nil {
		return codes, err
	}
	rest := m.ladder[dear:]
	turn := l.nth % len(rest)
	m.eye.tries = 0
	codes, err = climb(ctx, rest[turn:turn+1], m.eye)
	l.tried(m.eye.tries)
	l.keep(p, codes, m.eye.best)
	return codes, err
}

// again looks, in every other picture, where a code was seen in an earlier one,
// and tells how much of the budget that took.
func (l *Live) again(ctx context.Context, p gray.Plane) (codes []found, spent int) {
	r := l.region
	if r.pictures == 0 || l.nth%2 == 0 || r.x+r.w > p.W || r.y+r.h > p.H {
		return nil, 0
	}
	l.region.pictures--
	m := l.imager
	l.crop = gray.In(l.crop, r.w, r.h)
	for y := range r.h {
		copy(l.crop.Row(y), p.Row(r.y + y)[r.x:r.x+r.w])
	}
	defer clear(l.crop.Pix)
	m.eye.open(l.crop)
	m.eye.grid.Budget = liveBudget / 2
	codes, _ = climb(ctx, m.live[1:2], m.eye)
	l.tried(m.eye.tries)
	for i := range codes {
		for k := range codes[i].quad {
			codes[i].quad[k].X += float64(r.x)
			codes[i].quad[k].Y += float64(r.y)
		}
	}
	return codes, liveBudget/2 - m.eye.grid.Budget
}

// promising is how well a grid must fit to be looked at again.
const promising = 0.45

// keep remembers where to look next.
func (l *Live) keep(p gray.Plane, codes []found, best grid.Seen) {
	var quad [4]gray.Point
	switch {
	case len(codes) > 0:
		quad = codes[0].quad
	case best.Size > 0 && best.Fit > promising:
		quad = best.Quad
	default:
		return
	}
	x0, y0, x1, y1 := quad[0].X, quad[0].Y, quad[0].X, quad[0].Y
	for _, c := range quad[1:] {
		x0, y0, x1, y1 = min(x0, c.X), min(y0, c.Y), max(x1, c.X), max(y1, c.Y)
	}
	room := 0.25*max(x1-x0, y1-y0) + 8
	r := region{x: max(0, int(x0-room)), y: max(0, int(y0-room)), pictures: 5}
	r.w, r.h = min(p.W, int(x1+room))-r.x, min(p.H, int(y1+room))-r.y
	if r.w >= leastSide && r.h >= leastSide {
		l.region = r
	}
}

// sure keeps the first sight of an EAN-13 back.
func (l *Live) sure(scan scanner.Scan) bool {
	if scan.AIM != "]E0" {
		return true
	}
	if bytes.Equal(l.ean, scan.Data) {
		return true
	}
	l.ean = append(l.ean[:0], scan.Data...)
	return false
}
