package imager_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"

	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/drivers/scanner/imager"
)

const (
	ownCode = "97012345678901234567"
	emvCode = "hQVDUFYwMWEfTwigAAAAZQOSAlcTMViZAHkkKUPUkSEhAAAFEgAADw=="
)

// drawQR is a code with its quiet zone, so many dots to a module.
func drawQR(t testing.TB, text string, module int) *image.Gray {
	t.Helper()
	m, err := picture.QR(text, picture.Medium)
	if err != nil {
		t.Fatal(err)
	}
	side := (m.Size + 8) * module
	img := image.NewGray(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			if !m.Dark(x/module-4, y/module-4) {
				img.SetGray(x, y, color.Gray{255})
			}
		}
	}
	return img
}

// draw128 is a Code 128 with its quiet zones. U+00F1 is the writer's FNC1.
func draw128(t testing.TB, text string, module, height int) *image.Gray {
	t.Helper()
	m, err := oned.NewCode128Writer().Encode(text, gozxing.BarcodeFormat_CODE_128, 1, 1, nil)
	return bars(t, m, err, module, height)
}

// drawEAN is an EAN-13 with its quiet zones.
func drawEAN(t testing.TB, text string, module, height int) *image.Gray {
	t.Helper()
	m, err := oned.NewEAN13Writer().Encode(text, gozxing.BarcodeFormat_EAN_13, 1, 1, nil)
	return bars(t, m, err, module, height)
}

func bars(t testing.TB, m *gozxing.BitMatrix, err error, module, height int) *image.Gray {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	img := image.NewGray(image.Rect(0, 0, (m.GetWidth()+20)*module, height+40))
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			bar := y >= 20 && y < height+20 && m.Get(x/module-10, 0)
			if !bar {
				img.SetGray(x, y, color.Gray{255})
			}
		}
	}
	return img
}

// at is a dot, or the background outside.
func at(img *image.Gray, x, y int, background byte) byte {
	if !(image.Point{x, y}.In(img.Rect)) {
		return background
	}
	return img.GrayAt(x, y).Y
}

// placed is a picture turned by some degrees and scaled, in the middle of a
// canvas, with bilinear sampling.
func placed(img *image.Gray, w, h int, degrees, scale float64, background byte) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, w, h))
	sin, cos := math.Sincos(degrees * math.Pi / 180)
	cx, cy := float64(img.Rect.Dx())/2, float64(img.Rect.Dy())/2
	for y := range h {
		for x := range w {
			dx, dy := (float64(x)-float64(w)/2)/scale, (float64(y)-float64(h)/2)/scale
			fx, fy := cos*dx+sin*dy+cx, -sin*dx+cos*dy+cy
			x0, y0 := math.Floor(fx), math.Floor(fy)
			ax, ay := fx-x0, fy-y0
			px := func(i, j int) float64 { return float64(at(img, int(x0)+i, int(y0)+j, background)) }
			v := (px(0, 0)*(1-ax)+px(1, 0)*ax)*(1-ay) + (px(0, 1)*(1-ax)+px(1, 1)*ax)*ay
			out.SetGray(x, y, color.Gray{byte(v)})
		}
	}
	return out
}

// noisy adds noise of a normal distribution, the same every time.
func noisy(img *image.Gray, sigma float64) *image.Gray {
	chance := rand.New(rand.NewPCG(3, 5))
	out := image.NewGray(img.Rect)
	for i, v := range img.Pix {
		out.Pix[i] = byte(min(255, max(0, float64(v)+chance.NormFloat64()*sigma)))
	}
	return out
}

func inverted(img *image.Gray) *image.Gray {
	out := image.NewGray(img.Rect)
	for i, v := range img.Pix {
		out.Pix[i] = 255 - v
	}
	return out
}

func asPNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asJPEG(t testing.TB, img image.Image, quality int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func read(data []byte) (scanner.Scan, error) {
	return imager.New(imager.Limits{}).Read(context.Background(), bytes.NewReader(data), "camera0")
}

func wantScan(t *testing.T, data []byte, aim, text string) {
	t.Helper()
	scan, err := read(data)
	if err != nil {
		t.Error(err)
		return
	}
	if got := string([]byte(scan.Data)); got != text || scan.AIM != aim || scan.Device != "camera0" || scan.At.IsZero() {
		t.Errorf("%s %q from %q at %v, want %s %q", scan.AIM, got, scan.Device, scan.At, aim, text)
	}
}

func grayOf(dots []byte, w, h int) *image.Gray {
	return &image.Gray{Pix: dots, Stride: w, Rect: image.Rect(0, 0, w, h)}
}
