// Package photo makes pictures of a wallet's code on a phone, as the camera of
// a counter takes them: the phone, the hand and the room, and what lens, glass
// and sensor do to the light of the screen. It is for tests and the demo. It is
// no camera and it reads no codes; it knows nothing of what a code means.
//
// Invariant: a scene says all there is to know. The same scene gives the same
// bytes (on one kind of processor: others round differently in the last place),
// and the corners that come with a picture are where the code was drawn.
package photo

import (
	"errors"
	"fmt"
	"image"

	"github.com/posagent/posagent/drivers/printer"
)

// Point is a place in a picture in pixels: the first pixel covers 0 to 1 in
// both directions, x goes right and y goes down.
type Point struct{ X, Y float64 }

// Scene is all that makes one picture. The zero value of each part is its
// absence: no blur, no noise, no reflection. Size, Phone, View.DistanceMillimetres,
// View.FieldOfViewDegrees and Light.ScreenNits are needed.
type Scene struct {
	Name          string // the set and the number, for messages
	Width, Height int    // of the picture in pixels; 1280 x 720 is usual
	Seed          uint64 // of all that is drawn by chance: clutter, cracks, smears, names
	Frame         uint64 // of the noise, which is another in each picture of a sequence

	Shown  Shown
	Phone  Phone
	Look   Look
	View   View
	Light  Light
	Glass  Glass
	Lens   Lens
	Sensor Sensor

	// Letters draws the words of the screen. Without it they are strokes that
	// look like writing from afar, the same on every machine.
	Letters printer.Draw
}

// Shown is what the wallet shows: a QR code, a Code 128 under or above it, or
// one of them. Without either the wallet shows an empty field.
type Shown struct {
	QR   Matrix
	Bars string // printable ASCII, for Code 128
}

// Matrix is a QR code of Size times Size modules without its quiet zone. Bits
// has rows padded to whole bytes, the most significant bit leftmost, 1 dark.
type Matrix struct {
	Size int
	Bits []byte
}

func (m Matrix) dark(x, y int) bool {
	return m.Bits[y*((m.Size+7)/8)+x/8]&(0x80>>(x%8)) != 0
}

// Photo is a picture and the truth about it.
type Photo struct {
	Picture *image.RGBA
	// Corners are those of the QR code without its quiet zone: top left, top
	// right, bottom right and bottom left as the wallet draws it. They may lie
	// outside the picture. Without a QR code all are zero.
	Corners [4]Point
	// Bars are the corners of the Code 128 in the same order.
	Bars [4]Point
}

// Gray is the brightness of the picture (ITU-R BT.601, full range), as a camera
// gives it in its first plane.
func (p Photo) Gray() *image.Gray {
	g := image.NewGray(p.Picture.Rect)
	for i := range g.Pix {
		q := p.Picture.Pix[4*i : 4*i+3 : 4*i+3]
		g.Pix[i] = uint8((19595*uint32(q[0]) + 38470*uint32(q[1]) + 7471*uint32(q[2]) + 1<<15) >> 16)
	}
	return g
}

// ErrScene says that a scene cannot be shot.
var ErrScene = errors.New("this scene cannot be shot")

// maxSide bounds a picture.
const maxSide = 8192

// check says what a scene lacks.
func (s Scene) check() error {
	switch {
	case s.Width < 16 || s.Height < 16 || s.Width > maxSide || s.Height > maxSide:
		return fmt.Errorf("%w: %d x %d pixels: give 16 to %d each way", ErrScene, s.Width, s.Height, maxSide)
	case s.Phone.ScreenWidth <= 0 || s.Phone.ScreenHeight <= 0 || s.Phone.PixelsPerInch <= 0:
		return fmt.Errorf("%w: no phone: take one of Phones", ErrScene)
	case s.View.DistanceMillimetres <= 0 || s.View.FieldOfViewDegrees <= 0 || s.View.FieldOfViewDegrees >= 170:
		return fmt.Errorf("%w: the camera needs a distance and a field of view", ErrScene)
	case s.Light.ScreenNits <= 0:
		return fmt.Errorf("%w: the screen is off: give it some nits", ErrScene)
	case s.Shown.QR.Size < 0 || len(s.Shown.QR.Bits) < s.Shown.QR.Size*((s.Shown.QR.Size+7)/8):
		return fmt.Errorf("%w: the matrix of %d modules has %d bytes", ErrScene, s.Shown.QR.Size, len(s.Shown.QR.Bits))
	}
	return nil
}

// Shoot takes the picture.
func Shoot(s Scene) (Photo, error) {
	if err := s.check(); err != nil {
		return Photo{}, err
	}
	bars, err := code128(s.Shown.Bars)
	if err != nil {
		return Photo{}, err
	}
	lay := s.layout()
	pose := s.pose(lay)
	screen := s.drawScreen(lay, bars, pose.dotsPerMillimetre(s))
	s.Glass.damage(screen, lay, s.Seed)
	light := s.gather(pose, screen, lay)
	light.blur(s.Lens)
	light.shine(s, pose)
	picture, err := s.Sensor.expose(light, s)
	if err != nil {
		return Photo{}, err
	}
	out := Photo{Picture: picture}
	if lay.qr.w > 0 {
		out.Corners = pose.corners(lay.qr)
	}
	if lay.bars.w > 0 {
		out.Bars = pose.corners(lay.bars)
	}
	return out, nil
}
