package imager_test

import (
	"context"
	"errors"
	"image"
	"testing"

	"github.com/posagent/posagent/drivers/scanner/imager"
)

func frame(img *image.Gray) imager.Gray {
	return imager.Gray{Width: img.Rect.Dx(), Height: img.Rect.Dy(), Pix: img.Pix}
}

// What is held before a camera is read within a few frames.
func TestFrames(t *testing.T) {
	for name, c := range map[string]struct {
		img    *image.Gray
		aim    string
		within int
	}{
		"QR":                {placed(drawQR(t, ownCode, 6), 640, 480, 12, 1.1, 230), "]Q1", 1},
		"QR 720p":           {placed(drawQR(t, ownCode, 6), 1280, 720, -8, 1.2, 230), "]Q1", 1},
		"Code 128":          {placed(draw128(t, ownCode, 2, 80), 640, 480, 0, 1, 230), "]C0", 1},
		"light on dark":     {inverted(placed(drawQR(t, ownCode, 6), 640, 480, 5, 1.1, 230)), "]Q1", 9},
		"Code 128, upright": {placed(draw128(t, ownCode, 2, 80), 640, 480, 90, 1, 230), "]C0", 9},
	} {
		t.Run(name, func(t *testing.T) {
			m := imager.New(imager.Limits{})
			for nth := range c.within {
				scan, err := m.Frame(context.Background(), frame(c.img), nth, "camera0")
				if err == nil {
					if string([]byte(scan.Data)) != ownCode || scan.AIM != c.aim || scan.Device != "camera0" || scan.At.IsZero() {
						t.Errorf("read %s %q", scan.AIM, string([]byte(scan.Data)))
					}
					return
				}
				if !errors.Is(err, imager.ErrNoCode) {
					t.Fatal(err)
				}
			}
			t.Errorf("not read within %d frames", c.within)
		})
	}
}

func TestFrameLimits(t *testing.T) {
	m := imager.New(imager.Limits{MaxPixels: 1000, MaxBytes: 5000})
	for name, c := range map[string]struct {
		g    imager.Gray
		want error
	}{
		"no dots":        {imager.Gray{}, imager.ErrNotAPicture},
		"too few dots":   {imager.Gray{Width: 10, Height: 10, Pix: make([]byte, 99)}, imager.ErrNotAPicture},
		"a negative row": {imager.Gray{Width: -10, Height: -10, Pix: make([]byte, 100)}, imager.ErrNotAPicture},
		"too many dots":  {imager.Gray{Width: 100, Height: 100, Pix: make([]byte, 10_000)}, imager.ErrTooBig},
		"nothing on it":  {imager.Gray{Width: 10, Height: 10, Pix: make([]byte, 100)}, imager.ErrNoCode},
	} {
		if _, err := m.Frame(context.Background(), c.g, 0, ""); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := m.Frame(ended, imager.Gray{Width: 10, Height: 10, Pix: make([]byte, 100)}, 0, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("after the budget: %v", err)
	}
}

func TestDecode(t *testing.T) {
	m := imager.New(imager.Limits{})
	g, err := m.Decode(context.Background(), asJPEG(t, placed(drawQR(t, ownCode, 6), 640, 480, 0, 1, 230), 85))
	if err != nil || g.Width != 640 || g.Height != 480 {
		t.Fatalf("%d x %d, %v", g.Width, g.Height, err)
	}
	if _, err := m.Frame(context.Background(), g, 0, ""); err != nil {
		t.Error(err)
	}
	if _, err := m.Decode(context.Background(), []byte("GIF89a")); !errors.Is(err, imager.ErrNotAPicture) {
		t.Errorf("a GIF: %v", err)
	}
	if _, err := imager.New(imager.Limits{MaxBytes: 10}).Decode(context.Background(), make([]byte, 11)); !errors.Is(err, imager.ErrTooBig) {
		t.Errorf("too long: %v", err)
	}
}

// BenchmarkFrame is what one picture of a camera costs.
func BenchmarkFrame(b *testing.B) {
	hit := placed(drawQR(b, emvCode, 6), 1280, 720, 17, 1.2, 230)
	miss := noisy(faded(hit, 128, 128), 20)
	for name, img := range map[string]*image.Gray{"hit 720p": hit, "miss 720p": miss} {
		b.Run(name, func(b *testing.B) {
			m := imager.New(imager.Limits{})
			nth := 0
			for b.Loop() {
				nth++
				if _, err := m.Frame(context.Background(), frame(img), nth, ""); (err == nil) != (name == "hit 720p") {
					b.Fatal(err)
				}
			}
		})
	}
}
