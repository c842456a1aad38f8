package imager_test

import (
	"context"
	"errors"
	"image"
	"testing"

	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/drivers/scanner/imager"
	"github.com/posagent/posagent/drivers/virtual/photo"
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
			live := imager.New(imager.Limits{}).Live("camera0")
			for range c.within {
				scan, err := live.Look(context.Background(), frame(c.img))
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
		if _, err := m.Live("").Look(context.Background(), c.g); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := m.Live("").Look(ended, imager.Gray{Width: 10, Height: 10, Pix: make([]byte, 100)}); !errors.Is(err, context.Canceled) {
		t.Errorf("after the budget: %v", err)
	}
}

func TestDecode(t *testing.T) {
	m := imager.New(imager.Limits{})
	g, err := m.Decode(context.Background(), asJPEG(t, placed(drawQR(t, ownCode, 6), 640, 480, 0, 1, 230), 85))
	if err != nil || g.Width != 640 || g.Height != 480 {
		t.Fatalf("%d x %d, %v", g.Width, g.Height, err)
	}
	if _, err := m.Live("").Look(context.Background(), g); err != nil {
		t.Error(err)
	}
	if _, err := m.Decode(context.Background(), []byte("BM6")); !errors.Is(err, imager.ErrNotAPicture) {
		t.Errorf("a BMP: %v", err)
	}
	if _, err := imager.New(imager.Limits{MaxBytes: 10}).Decode(context.Background(), make([]byte, 11)); !errors.Is(err, imager.ErrTooBig) {
		t.Errorf("too long: %v", err)
	}
}

// BenchmarkFrame is what one picture of a camera costs: a phone with a code, a
// phone that shows none, the adversary's pictures.
func BenchmarkFrame(b *testing.B) {
	q, err := picture.QR(emvCode, picture.Medium)
	if err != nil {
		b.Fatal(err)
	}
	shown := photo.Shown{QR: photo.Matrix{Size: q.Size, Bits: q.Bits}, Bars: ownCode}
	for _, c := range []struct {
		name string
		img  *image.Gray
	}{
		{"a code", shoot(b, photo.Normal(shown, 3))},
		{"no code", shoot(b, photo.Normal(photo.Shown{}, 3))},
		{"corner patterns", tiles(1280, 720)},
		{"noise", noisy(faded(image.NewGray(image.Rect(0, 0, 1280, 720)), 128, 128), 40)},
	} {
		b.Run(c.name, func(b *testing.B) {
			live := imager.New(imager.Limits{}).Live("")
			g := frame(c.img)
			for range 20 { // all attempts have had their turn, and their memory
				live.Look(context.Background(), g)
			}
			b.ReportAllocs()
			start := spent()
			for b.Loop() {
				if _, err := live.Look(context.Background(), g); (err == nil) != (c.name == "a code") {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((spent()-start).Microseconds())/1000/float64(b.N), "cpu-ms/op")
		})
	}
}

func shoot(t testing.TB, s photo.Scene) *image.Gray {
	t.Helper()
	p, err := photo.Shoot(s)
	if err != nil {
		t.Fatal(err)
	}
	return p.Gray()
}

// tiles is a picture full of corner patterns of two sizes.
func tiles(w, h int) *image.Gray {
	img := image.NewGray(image.Rect(0, 0, w, h))
	for i := range img.Pix {
		x, y := i%w, i/w
		module := 2 + (x/24+y/24)%2
		u, v := x%24/module, y%24/module
		if ring := min(u, v, 6-u, 6-v); ring < 0 || ring == 1 {
			img.Pix[i] = 255
		}
	}
	return img
}
