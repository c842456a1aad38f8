package imager

import (
	"errors"

	"github.com/makiuchi-d/gozxing"
)

// source lets gozxing look at a plane without copying it; gozxing's own
// source copies every picture twice.
type source struct{ plane }

var errNotOffered = errors.New("planes are cropped and turned before they become a source")

func (s source) GetRow(y int, _ []byte) ([]byte, error) { return s.row(y), nil }
func (s source) GetMatrix() []byte                      { return s.pix }
func (s source) GetWidth() int                          { return s.w }
func (s source) GetHeight() int                         { return s.h }
func (s source) IsCropSupported() bool                  { return false }
func (s source) IsRotateSupported() bool                { return false }
func (s source) Invert() gozxing.LuminanceSource        { return source{s.inverted()} }
func (s source) String() string                         { return gozxing.LuminanceSourceString(s) }

func (s source) Crop(_, _, _, _ int) (gozxing.LuminanceSource, error) { return nil, errNotOffered }
func (s source) RotateCounterClockwise() (gozxing.LuminanceSource, error) {
	return nil, errNotOffered
}
func (s source) RotateCounterClockwise45() (gozxing.LuminanceSource, error) {
	return nil, errNotOffered
}

// hybrid takes its black point from the neighbourhood of each dot: shadows and
// glare. global takes one for the whole picture: screens and clean prints.
func hybrid(p plane) gozxing.Binarizer { return gozxing.NewHybridBinarizer(source{p}) }
func global(p plane) gozxing.Binarizer { return gozxing.NewGlobalHistgramBinarizer(source{p}) }
