package imager

import (
	"context"
	"io"
	"time"

	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/drivers/scanner/imager/gray"
	"github.com/posagent/posagent/drivers/scanner/imager/grid"
)

// Report is what was done to find the codes in a picture, for a person who
// wants to know why one was not read. It holds no text of a code but in Scan.
type Report struct {
	Scan          scanner.Scan  // zero when there is an error
	Width, Height int           // of what was searched
	Opened        time.Duration // reading the file
	Searched      time.Duration
	Tries         int // how often a decoder was asked
	Light         Light
	Codes         []Place
	Attempts      []Attempt

	picture gray.Plane
}

// Place is where a code was read: its corners, in dots of what was searched.
type Place struct {
	AIM  string
	Quad [4]gray.Point
}

// Attempt is one way to search, and what came of it.
type Attempt struct {
	Name    string
	Marks   []gray.Point    // rows and columns met light and dark as in a corner pattern
	Corners [][4]gray.Point // corner patterns whose edges were measured
	Grids   []Grid
}

// Grid is a place where a QR code was thought to be.
type Grid struct {
	Quad [4]gray.Point
	Size int     // modules along a side
	Fit  float64 // how well the patterns that every code has stand there, at most 1
	Read bool
}

// Report is Read, with everything that was seen. The report is whole when no
// code was found, too.
func (m *Imager) Report(ctx context.Context, r io.Reader, device string) (Report, error) {
	var rep Report
	data, err := readAll(ctx, r, m.limits.MaxBytes)
	if err != nil {
		return rep, err
	}
	free, err := m.take(ctx)
	if err != nil {
		return rep, err
	}
	defer free()
	start := time.Now()
	picture, err := decode(ctx, data, m.limits.MaxPixels)
	rep.Opened = time.Since(start)
	if err != nil {
		return rep, err
	}
	rep.Width, rep.Height, rep.Light, rep.picture = picture.W, picture.H, light(picture), picture
	m.eye.open(picture)
	defer m.eye.shut()
	m.eye.watch = &rep
	defer func() { m.eye.watch = nil }()
	start = time.Now()
	codes, err := climb(ctx, m.ladder, m.eye)
	rep.Searched, rep.Tries = time.Since(start), m.eye.tries
	if err != nil {
		return rep, err
	}
	rep.Scan = scanOf(codes, picture, device)
	for _, c := range codes {
		rep.Codes = append(rep.Codes, Place{c.aim, c.quad})
	}
	return rep, nil
}

// saw notes what a search of QR codes saw in a view.
func (r *Report) saw(seen grid.Seen, scale float64) {
	a := &r.Attempts[len(r.Attempts)-1]
	if seen.Size > 0 {
		a.Grids = append(a.Grids, Grid{scaled(seen.Quad, scale), seen.Size, seen.Fit, seen.Read})
		return
	}
	for _, p := range seen.Marks {
		a.Marks = append(a.Marks, gray.Point{X: p.X * scale, Y: p.Y * scale})
	}
	for _, q := range seen.Corners {
		a.Corners = append(a.Corners, scaled(q, scale))
	}
}
