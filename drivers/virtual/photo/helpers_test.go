package photo_test

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"math"
	"testing"

	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/drivers/scanner/imager"
	"github.com/posagent/posagent/drivers/virtual/photo"
)

// What the wallets of these tests show: a payer's code of EMVCo and a member's
// number.
const (
	qrText  = "hQVDUFYwMWEfTwigAAAAZQOSAlcTMViZAHkkKUPUkSEhAAAFEgAADw=="
	barText = "97012345678901234567"
)

// both is a wallet with a QR code and a Code 128.
func both(t testing.TB) photo.Shown {
	t.Helper()
	m, err := picture.QR(qrText, picture.Medium)
	if err != nil {
		t.Fatal(err)
	}
	return photo.Shown{QR: photo.Matrix(m), Bars: barText}
}

type set func(photo.Shown, uint64) photo.Scene

func sets() map[string]set {
	return map[string]set{"normal": photo.Normal, "hard": photo.Hard}
}

func shoot(t testing.TB, s photo.Scene) photo.Photo {
	t.Helper()
	p, err := photo.Shoot(s)
	if err != nil {
		t.Fatalf("%v\n%v", err, s)
	}
	return p
}

// small is a scene in a quarter of the pixels, which is quicker to shoot.
func small(s photo.Scene) photo.Scene {
	s.Width, s.Height = 640, 360
	return s
}

// tiny is for tests that look at corners only.
func tiny(s photo.Scene) photo.Scene {
	s.Width, s.Height = 160, 90
	return s
}

// plane maps the unit square onto a quad, by the rules of perspective.
func plane(q [4]photo.Point) func(u, v float64) photo.Point {
	sx, sy := q[0].X-q[1].X+q[2].X-q[3].X, q[0].Y-q[1].Y+q[2].Y-q[3].Y
	ax, ay, bx, by := q[1].X-q[2].X, q[1].Y-q[2].Y, q[3].X-q[2].X, q[3].Y-q[2].Y
	det := ax*by - bx*ay
	g, h := (sx*by-bx*sy)/det, (ax*sy-sx*ay)/det
	return func(u, v float64) photo.Point {
		w := g*u + h*v + 1
		return photo.Point{
			X: ((q[1].X-q[0].X+g*q[1].X)*u + (q[3].X-q[0].X+h*q[3].X)*v + q[0].X) / w,
			Y: ((q[1].Y-q[0].Y+g*q[1].Y)*u + (q[3].Y-q[0].Y+h*q[3].Y)*v + q[0].Y) / w,
		}
	}
}

// mean is the mean brightness of a box.
func mean(g *image.Gray, r image.Rectangle) float64 {
	sum, n := 0.0, 0.0
	r = r.Intersect(g.Rect)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			sum, n = sum+float64(g.GrayAt(x, y).Y), n+1
		}
	}
	return sum / n
}

// spread is the standard deviation of the brightness in a box.
func spread(g *image.Gray, r image.Rectangle) float64 {
	m, sum, n := mean(g, r), 0.0, 0.0
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			d := float64(g.GrayAt(x, y).Y) - m
			sum, n = sum+d*d, n+1
		}
	}
	return math.Sqrt(sum / n)
}

// read gives a picture to the reader of codes.
func read(t testing.TB, p photo.Photo) (aim, text string) {
	t.Helper()
	var buf bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&buf, p.Picture); err != nil {
		t.Fatal(err)
	}
	scan, err := imager.New(imager.Limits{}).Read(context.Background(), &buf, "photo")
	if err != nil {
		return "", ""
	}
	return scan.AIM, string([]byte(scan.Data))
}
