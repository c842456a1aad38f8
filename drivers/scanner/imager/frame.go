package imager

import (
	"context"
	"fmt"

	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/drivers/scanner/imager/gray"
)

// Gray is one picture in memory, as a camera takes them: brightness, 0 black
// to 255 white, rows without gaps.
type Gray struct {
	Width, Height int
	Pix           []byte
}

// Search is Read for a picture in memory. It does not change the picture.
func (m *Imager) Search(ctx context.Context, g Gray, device string) (scanner.Scan, error) {
	p, err := m.plane(g)
	if err != nil {
		return scanner.Scan{}, err
	}
	free, err := m.take(ctx)
	if err != nil {
		return scanner.Scan{}, err
	}
	defer free()
	return m.look(ctx, m.ladder, p.Fit(finePixels), device)
}

// plane checks a picture's size.
func (m *Imager) plane(g Gray) (gray.Plane, error) {
	if g.Width < 1 || g.Height < 1 || g.Width > maxSide || g.Height > maxSide || len(g.Pix) != g.Width*g.Height {
		return gray.Plane{}, fmt.Errorf("%w (%d x %d in %d bytes)", ErrNotAPicture, g.Width, g.Height, len(g.Pix))
	}
	if len(g.Pix) > m.limits.MaxPixels {
		return gray.Plane{}, fmt.Errorf("%w (%d x %d)", ErrTooBig, g.Width, g.Height)
	}
	return gray.Plane{Pix: g.Pix, W: g.Width, H: g.Height}, nil
}

// Decode is a picture file as a camera or a page sends it, reduced to what is
// searched.
func (m *Imager) Decode(ctx context.Context, file []byte) (Gray, error) {
	if int64(len(file)) > m.limits.MaxBytes {
		return Gray{}, fmt.Errorf("%w (%d bytes)", ErrTooBig, len(file))
	}
	free, err := m.take(ctx)
	if err != nil {
		return Gray{}, err
	}
	defer free()
	p, err := decode(ctx, file, m.limits.MaxPixels)
	if err != nil {
		return Gray{}, err
	}
	return Gray{Width: p.W, Height: p.H, Pix: p.Pix}, nil
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
