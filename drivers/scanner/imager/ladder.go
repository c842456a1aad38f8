package imager

import (
	"context"
	"errors"
	"fmt"

	"github.com/makiuchi-d/gozxing"
)

// The sizes at which is searched. Codes on phones are large in a picture:
// fewer dots are faster, and the moiré of screens goes away.
const (
	basePixels = 1280 * 720
	finePixels = 4 * basePixels
)

// found is a code in a picture.
type found struct {
	text string
	aim  string // ISO/IEC 15424
}

// attempt is one way to search. A new detector is one more attempt, put where
// its speed and its rate belong.
type attempt struct {
	name string
	look func(context.Context, *views) (found, error)
}

// ladder is what is tried, from the cheap and likely to the dear and rare.
// Halved first: it reads most codes on screens and costs a quarter.
func ladder() []attempt {
	return []attempt{
		{"QR, half size, hybrid", qr((*views).half, hybrid)},
		{"QR, hybrid", qr((*views).base, hybrid)},
		{"Code 128", code128((*views).base, false)},
		{"QR, global", qr((*views).base, global)},
		{"QR, half size, global", qr((*views).half, global)},
		{"QR, quarter size, hybrid", qr((*views).quarter, hybrid)},
		{"Code 128, turned", code128((*views).turned, false)},
		{"QR, half size, inverted", qr((*views).halfInverted, hybrid)},
		{"QR, inverted", qr((*views).baseInverted, hybrid)},
		{"Code 128, all rows", code128((*views).base, true)},
		{"Code 128, turned, all rows", code128((*views).turned, true)},
		{"QR, fine, hybrid", qr((*views).finer, hybrid)},
	}
}

// climb takes the attempts in order until one finds a code.
func climb(ctx context.Context, ladder []attempt, v *views) (found, error) {
	var broken []error
	for _, a := range ladder {
		if err := ctx.Err(); err != nil {
			return found{}, err
		}
		code, err := try(ctx, a, v)
		if err == nil {
			return code, nil
		}
		if errors.Is(err, errBroke) {
			broken = append(broken, err)
		}
	}
	if err := ctx.Err(); err != nil {
		return found{}, err
	}
	return found{}, errors.Join(append([]error{ErrNoCode}, broken...)...)
}

// errBroke is a defect of a decoder, as opposed to a picture without a code.
var errBroke = errors.New("a decoder broke down")

// try keeps a panic of the outside library inside one attempt: it is a port
// of a Java library that leans on exceptions, and pictures come from strangers.
func try(ctx context.Context, a attempt, v *views) (code found, err error) {
	defer func() {
		if r := recover(); r != nil {
			code, err = found{}, fmt.Errorf("%w in attempt %q: %v", errBroke, a.name, r)
		}
	}()
	return a.look(ctx, v)
}

// views are a picture in the sizes and kinds that attempts want, each made
// when it is first asked for.
type views struct {
	fine plane // at most finePixels
	made [6]plane
}

const (
	viewBase = iota
	viewHalf
	viewQuarter
	viewTurned
	viewBaseInverted
	viewHalfInverted
)

func (v *views) make(which int, from func() plane) plane {
	if v.made[which].pix == nil {
		v.made[which] = from()
	}
	return v.made[which]
}

// errSame says that a view is no other than one that was searched before.
var errSame = errors.New("nothing new to look at")

func (v *views) finer() (plane, error) {
	if v.fine.w*v.fine.h <= basePixels {
		return plane{}, errSame
	}
	return v.fine, nil
}

func (v *views) base() (plane, error) {
	return v.make(viewBase, func() plane { return v.fine.fit(basePixels) }), nil
}

func (v *views) half() (plane, error) {
	base, err := v.base()
	return v.make(viewHalf, base.halved), err
}

func (v *views) quarter() (plane, error) {
	half, err := v.half()
	return v.make(viewQuarter, half.halved), err
}

func (v *views) turned() (plane, error) {
	base, err := v.base()
	return v.make(viewTurned, base.turned), err
}

func (v *views) baseInverted() (plane, error) {
	base, err := v.base()
	return v.make(viewBaseInverted, base.inverted), err
}

func (v *views) halfInverted() (plane, error) {
	half, err := v.half()
	return v.make(viewHalfInverted, half.inverted), err
}

// view and binarise are what an attempt is made of.
type (
	view     func(*views) (plane, error)
	binarise func(plane) gozxing.Binarizer
)
