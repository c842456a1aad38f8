// Package imager reads a code from a picture: a file, an upload or a frame of
// a camera. It is the only home of gozxing. It does not know what a code
// means, and it opens no camera.
//
// Invariant: no picture makes it panic, run without end or take memory beyond
// its limits, and a code that it returns was proved by the code's own error
// correction or check digit.
package imager

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"time"

	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/drivers/scanner/imager/gray"
)

// Why a picture gives no scan. Read wraps one of these, the context's error,
// or that of the reader.
var (
	ErrNotAPicture = errors.New("not a picture that can be read: send a whole PNG, JPEG or GIF")
	ErrTooBig      = errors.New("the picture is too big: send a smaller one")
	ErrNoCode      = errors.New("no code was found in the picture: hold it flat and closer, without glare")
	ErrPart        = errors.New("this code is only a part of a message that is spread over several codes: show the code for paying")
)

// Limits are what a picture may cost. Zero fields take the defaults.
type Limits struct {
	MaxBytes  int64 // of the file; 4 MiB by default
	MaxPixels int   // width times height; 12,000,000 by default
}

// The defaults: what a phone sends, and no more.
const (
	defaultBytes  = 4 << 20
	defaultPixels = 12_000_000
)

// Imager reads pictures. It may be used from many goroutines; it works on one
// picture at a time, so that memory is bounded by one picture and not by how
// many people upload.
type Imager struct {
	limits Limits
	turn   chan struct{}
	ladder []attempt
	live   []attempt
	eye    *eye
}

// New makes an Imager.
func New(limits Limits) *Imager {
	if limits.MaxBytes <= 0 {
		limits.MaxBytes = defaultBytes
	}
	if limits.MaxPixels <= 0 {
		limits.MaxPixels = defaultPixels
	}
	return &Imager{limits: limits, turn: make(chan struct{}, 1), ladder: ladder(), live: live(), eye: newEye()}
}

// Read finds the QR codes (model 2) or, where there is none, a Code 128 or
// EAN-13 in a PNG, JPEG or GIF. device goes into the scan as it is. The scan is
// of the code nearest to the middle of the picture; the others are Beside it.
// The context ends the work between two attempts at the latest.
func (m *Imager) Read(ctx context.Context, r io.Reader, device string) (scanner.Scan, error) {
	// All of it is read before the turn is taken: a slow upload blocks nobody.
	data, err := readAll(ctx, r, m.limits.MaxBytes)
	if err != nil {
		return scanner.Scan{}, err
	}
	free, err := m.take(ctx)
	if err != nil {
		return scanner.Scan{}, err
	}
	defer free()
	picture, err := decode(ctx, data, m.limits.MaxPixels)
	if err != nil {
		return scanner.Scan{}, err
	}
	return m.look(ctx, m.ladder, picture, device)
}

// look takes attempts at one picture, and forgets it.
func (m *Imager) look(ctx context.Context, attempts []attempt, p gray.Plane, device string) (scanner.Scan, error) {
	m.eye.open(p)
	defer m.eye.shut()
	codes, err := climb(ctx, attempts, m.eye)
	if err != nil {
		return scanner.Scan{}, err
	}
	return scanOf(codes, p, device), nil
}

// scanOf puts the code first that is nearest to the middle: what is held
// before a camera is held there.
func scanOf(codes []found, p gray.Plane, device string) scanner.Scan {
	far := func(f found) float64 {
		var x, y float64
		for _, c := range f.quad {
			x, y = x+c.X/4, y+c.Y/4
		}
		return math.Hypot(x-float64(p.W)/2, y-float64(p.H)/2)
	}
	slices.SortStableFunc(codes, func(a, b found) int { return cmp.Compare(far(a), far(b)) })
	scan := scanner.Scan{AIM: codes[0].aim, Data: scanner.Data(codes[0].text), Device: device, At: time.Now()}
	for _, c := range codes[1:] {
		if c.text != codes[0].text || c.aim != codes[0].aim {
			scan.Beside = append(scan.Beside, scanner.Code{AIM: c.aim, Data: scanner.Data(c.text)})
		}
	}
	return scan
}

// readAll reads at most limit bytes and watches the context on the way.
func readAll(ctx context.Context, r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(watched{ctx, r}, limit+1))
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("read the picture: %w", err)
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("%w (more than %d bytes)", ErrTooBig, limit)
	}
	return data, nil
}

// watched stops a reader, and a decoder that reads from it, when the context
// ends.
type watched struct {
	ctx context.Context
	r   io.Reader
}

func (w watched) Read(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.r.Read(p)
}
