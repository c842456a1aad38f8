package imager

import (
	"context"
	"errors"
	"fmt"

	"github.com/posagent/posagent/drivers/scanner/imager/grid"
)

// attempt is one way to search.
type attempt struct {
	name string
	look func(context.Context, *eye)
}

// live is what each picture of a camera gets: the cheap attempts of the ladder,
// within tighter bounds.
func live() []attempt {
	return []attempt{
		{"QR, half size", qr(half, grid.Local, grid.Effort{Bend: true, Pairs: true, Triples: 3})},
		{"QR", qr(base, grid.Local, grid.Effort{Bend: true, Triples: 3})},
		{"bars", barred(base, 12, 0, 90)},
	}
}

// dear is the first attempt of the ladder that a camera's pictures get by turns.
const dear = 3

// ladder is what is tried, from the cheap and likely to the dear and rare.
// Halved first: it reads most codes on screens and costs a quarter.
func ladder() []attempt {
	flat, bent, paired := grid.Effort{}, grid.Effort{Bend: true}, grid.Effort{Bend: true, Pairs: true}
	return []attempt{
		{"QR, half size", qr(half, grid.Local, paired)},
		{"QR", qr(base, grid.Local, paired)},
		{"bars", barred(base, 12, 0, 90)},
		{"QR, one level", qr(base, grid.Even, flat)},
		{"QR, half size, one level", qr(half, grid.Even, paired)},
		{"bars, aslant", barred(base, 16, 45, 135)},
		{"QR, half size, inverted", qr(halfInverted, grid.Local, paired)},
		{"QR, quarter size", qr(quarter, grid.Local, paired)},
		{"QR, half size, faint", qr(half, grid.Faint, paired)},
		{"QR, enlarged", qr(enlarged, grid.Local, bent)},
		{"QR, inverted", qr(baseInverted, grid.Local, flat)},
		{"bars, many rows", barred(base, 41, 0, 90)},
		{"bars, half size", barred(half, 25, 0, 90)},
		{"bars, at all turns", barred(base, 25, 22.5, 67.5, 112.5, 157.5)},
		{"QR, fine", qr(fine, grid.Local, bent)},
		{"bars, fine", barred(fine, 25, 0, 90)},
		{"QR, gozxing's own search", gozxings(half)},
	}
}

// climb takes the attempts in order until one finds a code.
func climb(ctx context.Context, attempts []attempt, e *eye) ([]found, error) {
	var broken []error
	for _, a := range attempts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := try(ctx, a, e); err != nil {
			broken = append(broken, err)
		}
		if len(e.found) > 0 {
			return e.found, nil
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if e.part {
		return nil, ErrPart
	}
	if len(broken) == 0 {
		return nil, ErrNoCode
	}
	return nil, errors.Join(append([]error{ErrNoCode}, broken...)...)
}

// errBroke is a defect of a decoder, as opposed to a picture without a code.
var errBroke = errors.New("a decoder broke down")

// try keeps a panic of the outside library inside one attempt: it is a port
// of a Java library that leans on exceptions, and pictures come from strangers.
func try(ctx context.Context, a attempt, e *eye) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w in attempt %q: %v", errBroke, a.name, r)
		}
	}()
	if e.watch != nil {
		e.watch.Attempts = append(e.watch.Attempts, Attempt{Name: a.name})
	}
	a.look(ctx, e)
	return nil
}
