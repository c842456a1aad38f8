package imager

import (
	"context"
	"fmt"
	"time"

	"github.com/posagent/posagent/drivers/scanner"
)

// Gray is one picture of many, as a camera takes them: brightness, 0 black to
// 255 white, rows without gaps.
type Gray struct {
	Width, Height int
	Pix           []byte
}

// cheap is how many attempts of the ladder each frame gets. Of the others each
// takes its turn: a phone is held still over several frames, and a whole
// ladder would make every one of them late.
const cheap = 3

// Frame searches a code in a picture of many; nth counts them. It does less
// than Read, so that the next picture is not kept waiting. Of several codes
// one is returned. The context ends the work between two attempts at the
// latest.
func (m *Imager) Frame(ctx context.Context, g Gray, nth int, device string) (scanner.Scan, error) {
	if g.Width < 1 || g.Height < 1 || g.Width > maxSide || g.Height > maxSide || len(g.Pix) != g.Width*g.Height {
		return scanner.Scan{}, fmt.Errorf("%w (%d x %d in %d bytes)", ErrNotAPicture, g.Width, g.Height, len(g.Pix))
	}
	if len(g.Pix) > m.limits.MaxPixels {
		return scanner.Scan{}, fmt.Errorf("%w (%d x %d)", ErrTooBig, g.Width, g.Height)
	}
	free, err := m.take(ctx)
	if err != nil {
		return scanner.Scan{}, err
	}
	defer free()
	rest := m.ladder[cheap:]
	attempts := append(append([]attempt(nil), m.ladder[:cheap]...), rest[nth%len(rest)])
	code, err := climb(ctx, attempts, &views{fine: plane{pix: g.Pix, w: g.Width, h: g.Height}})
	if err != nil {
		return scanner.Scan{}, err
	}
	return scanner.Scan{AIM: code.aim, Data: scanner.Data(code.text), Device: device, At: time.Now()}, nil
}

// Decode is a JPEG as a camera sends it, reduced to what is searched.
func (m *Imager) Decode(ctx context.Context, jpeg []byte) (Gray, error) {
	if int64(len(jpeg)) > m.limits.MaxBytes {
		return Gray{}, fmt.Errorf("%w (%d bytes)", ErrTooBig, len(jpeg))
	}
	free, err := m.take(ctx)
	if err != nil {
		return Gray{}, err
	}
	defer free()
	p, err := decode(ctx, jpeg, m.limits.MaxPixels)
	if err != nil {
		return Gray{}, err
	}
	return Gray{Width: p.w, Height: p.h, Pix: p.pix}, nil
}

// take waits for its turn.
func (m *Imager) take(ctx context.Context) (free func(), err error) {
	select {
	case m.turn <- struct{}{}:
		return func() { <-m.turn }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
