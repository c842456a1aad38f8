package imager_test

import (
	"bytes"
	"context"
	"errors"
	"testing"

	"github.com/posagent/posagent/drivers/scanner/imager"
)

// FuzzRead feeds whole files. Small limits keep one try short.
func FuzzRead(f *testing.F) {
	code := drawQR(f, "1", 2)
	f.Add(asPNG(f, code))
	f.Add(asJPEG(f, code, 40))
	f.Add(asPNG(f, transparent(code)))
	f.Add(asPNG(f, draw128(f, "12", 1, 10)))
	f.Add(pngHead(64, 64, 8, 0))
	m := imager.New(imager.Limits{MaxBytes: 1 << 14, MaxPixels: 1 << 14})
	f.Fuzz(func(t *testing.T, data []byte) {
		_, err := m.Read(context.Background(), bytes.NewReader(data), "")
		for _, known := range []error{nil, imager.ErrNotAPicture, imager.ErrTooBig, imager.ErrNoCode} {
			if errors.Is(err, known) {
				return
			}
		}
		t.Fatalf("error %v is of no kind", err)
	})
}

// FuzzDots feeds gray dots past the file formats, whose checksums keep a
// fuzzer from the decoders.
func FuzzDots(f *testing.F) {
	code := drawQR(f, "1", 1)
	f.Add(code.Pix, uint8(code.Rect.Dx()))
	bars := draw128(f, "12", 1, 1)
	f.Add(bars.Pix, uint8(bars.Rect.Dx()))
	m := imager.New(imager.Limits{})
	f.Fuzz(func(t *testing.T, dots []byte, width uint8) {
		w := max(1, int(width))
		h := min(len(dots)/w, 255)
		if h == 0 {
			return
		}
		img := grayOf(dots[:w*h], w, h)
		_, err := m.Read(context.Background(), bytes.NewReader(asPNG(t, img)), "")
		if err != nil && err.Error() != imager.ErrNoCode.Error() {
			t.Fatal(err)
		}
	})
}
