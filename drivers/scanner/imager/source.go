package imager

import (
	"errors"

	"github.com/makiuchi-d/gozxing"

	"github.com/posagent/posagent/drivers/scanner/imager/gray"
)

// source lets gozxing look at a plane without copying it; gozxing's own
// source copies every picture twice.
type source struct{ p gray.Plane }

var errNotOffered = errors.New("planes are cropped and turned before they become a source")

func (s source) GetRow(y int, _ []byte) ([]byte, error) { return s.p.Row(y), nil }
func (s source) GetMatrix() []byte                      { return s.p.Pix }
func (s source) GetWidth() int                          { return s.p.W }
func (s source) GetHeight() int                         { return s.p.H }
func (s source) IsCropSupported() bool                  { return false }
func (s source) IsRotateSupported() bool                { return false }
func (s source) Invert() gozxing.LuminanceSource        { return source{s.p.Inverted(gray.Plane{})} }
func (s source) String() string                         { return gozxing.LuminanceSourceString(s) }

func (s source) Crop(_, _, _, _ int) (gozxing.LuminanceSource, error) { return nil, errNotOffered }
func (s source) RotateCounterClockwise() (gozxing.LuminanceSource, error) {
	return nil, errNotOffered
}
func (s source) RotateCounterClockwise45() (gozxing.LuminanceSource, error) {
	return nil, errNotOffered
}
