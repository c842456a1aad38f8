package imager_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/png"
	"testing"

	"github.com/posagent/posagent/drivers/scanner/imager"
)

// A picture one dot wide and millions high has few dots and still took 300 MB:
// what is kept for each row counts too.
func TestThreadsAreTooBig(t *testing.T) {
	for _, size := range []image.Point{{1, 11_000_000}, {11_000_000, 1}, {2, 20_000}} {
		var file bytes.Buffer
		thread := image.NewPaletted(image.Rectangle{Max: size}, color.Palette{color.White, color.Black})
		if err := png.Encode(&file, thread); err != nil {
			t.Fatal(err)
		}
		if _, err := imager.New(imager.Limits{}).Read(context.Background(), &file, "x"); !errors.Is(err, imager.ErrTooBig) {
			t.Errorf("%v: %v, want too big", size, err)
		}
	}
}
