package photo_test

import (
	"flag"
	"image"
	"image/color"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/posagent/posagent/drivers/virtual/photo"
)

var update = flag.Bool("update", false, "write the golden contact sheet anew")

// The contact sheet has a row of normal scenes and two of hard ones. It is for
// the eye; the test sees to it that nobody changes the pictures unawares.
const (
	columns, frameWidth, frameHeight = 5, 192, 108
)

func sheet(t *testing.T) *image.RGBA {
	t.Helper()
	out := image.NewRGBA(image.Rect(0, 0, columns*frameWidth, 3*frameHeight))
	for i := range 3 * columns {
		s := photo.Normal(both(t), uint64(i))
		if i >= columns {
			s = photo.Hard(both(t), uint64(i-columns))
		}
		at := image.Pt(i%columns*frameWidth, i/columns*frameHeight)
		reduce(out, at, shoot(t, small(s)).Picture)
	}
	for i := range out.Pix {
		if i%4 != 3 { // fewer steps make a smaller file
			out.Pix[i] = out.Pix[i]&^7 + 4
		}
	}
	return out
}

// reduce draws a picture into a frame by the mean over areas.
func reduce(to *image.RGBA, at image.Point, from *image.RGBA) {
	w, h := from.Rect.Dx(), from.Rect.Dy()
	for y := range frameHeight {
		for x := range frameWidth {
			var sum [3]int
			n := 0
			for j := y * h / frameHeight; j < (y+1)*h/frameHeight; j++ {
				for i := x * w / frameWidth; i < (x+1)*w/frameWidth; i++ {
					p := from.Pix[from.PixOffset(i, j):]
					sum[0], sum[1], sum[2] = sum[0]+int(p[0]), sum[1]+int(p[1]), sum[2]+int(p[2])
					n++
				}
			}
			to.SetRGBA(at.X+x, at.Y+y, color.RGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), 255})
		}
	}
}

func TestContactSheet(t *testing.T) {
	got, name := sheet(t), filepath.Join("testdata", "sheet.png")
	if *update {
		f, err := os.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(f, got); err != nil {
			t.Fatal(err)
		}
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if want.Bounds() != got.Rect {
		t.Fatalf("the sheet is %v, want %v", got.Rect, want.Bounds())
	}
	// Processors round differently, so that single dots may differ.
	for i := range 3 * columns {
		sum := 0.0
		r := image.Rect(0, 0, frameWidth, frameHeight).Add(image.Pt(i%columns*frameWidth, i/columns*frameHeight))
		for y := r.Min.Y; y < r.Max.Y; y++ {
			for x := r.Min.X; x < r.Max.X; x++ {
				a, _, _, _ := got.At(x, y).RGBA()
				b, _, _, _ := want.At(x, y).RGBA()
				sum += math.Abs(float64(a)-float64(b)) / 257
			}
		}
		if off := sum / frameWidth / frameHeight; off > 1 {
			t.Errorf("frame %d differs by %.1f steps a dot: look at the new sheet, which -update writes", i, off)
		}
	}
}
