package camera

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/jpeg"
	"log/slog"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner/supervise"
)

const (
	testWidth  = 640
	testHeight = 480
)

// webcam is a camera as they are: YUYV and MJPEG in one size.
func webcam(formats ...uint32) *fake {
	f := &fake{formats: formats, sizes: map[uint32][]frameSize{}}
	f.caps.capabilities, f.caps.device = tellsItsOwn|canCapture|canStream, canCapture|canStream
	for _, pixels := range formats {
		f.sizes[pixels] = []frameSize{{kind: discrete, numbers: [6]uint32{testWidth, testHeight}}}
	}
	return f
}

// seen is what a camera sees of a QR code on a phone. An empty text is a wall.
func seen(t testing.TB, text string) *image.Gray {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, testWidth, testHeight))
	for i := range img.Pix {
		img.Pix[i] = 120
	}
	if text == "" {
		return img
	}
	m, err := picture.QR(text, picture.Medium)
	if err != nil {
		t.Fatal(err)
	}
	module := min(6, testHeight/(m.Size+8))
	for y := range (m.Size + 8) * module {
		for x := range (m.Size + 8) * module {
			v := byte(235)
			if m.Dark(x/module-4, y/module-4) {
				v = 20
			}
			img.Pix[y*testWidth+x+100] = v
		}
	}
	return img
}

func asYUYV(img *image.Gray) []byte {
	out := make([]byte, 0, 2*len(img.Pix))
	for _, v := range img.Pix {
		out = append(out, v, 128)
	}
	return out
}

// asMJPEG is a JPEG as cameras send it: without the Huffman tables.
func asMJPEG(t testing.TB, img *image.Gray) []byte {
	t.Helper()
	var b bytes.Buffer
	color := image.NewYCbCr(img.Rect, image.YCbCrSubsampleRatio422) // cameras send colours
	copy(color.Y, img.Pix)
	for i := range color.Cb {
		color.Cb[i], color.Cr[i] = 128, 128
	}
	if err := jpeg.Encode(&b, color, &jpeg.Options{Quality: 85}); err != nil {
		t.Fatal(err)
	}
	out := b.Bytes()
	for {
		at := bytes.Index(out, []byte{0xFF, 0xC4})
		if at < 0 {
			return out
		}
		length := 2 + int(out[at+2])<<8 + int(out[at+3])
		out = append(append([]byte(nil), out[:at]...), out[at+length:]...)
	}
}

func start(t *testing.T, f *fake, model profile.Scanner) *supervise.Scanner {
	t.Helper()
	s := newScanner("camera1", model, "video:test", func() (string, error) { return "/dev/video-test", nil }, f.open, time.Minute, slog.New(slog.DiscardHandler))
	ended := make(chan error, 1)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Errorf("run ended with %v", err)
		}
		if n := f.leaks(); n > 0 {
			t.Errorf("%d buffers are still mapped", n)
		}
	})
	return s
}

// show has the camera see something once, as soon as it looks.
func show(f *fake, p []byte) error {
	for end := time.Now().Add(20 * time.Second); !f.streams(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			return errors.New("the camera was never started")
		}
	}
	f.picture(p, 0)
	return nil
}
