package imager_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"

	"github.com/posagent/posagent/drivers/scanner/imager"
	"github.com/posagent/posagent/drivers/virtual/photo"
)

var update = flag.Bool("update", false, "draw the pictures of docs/internals/decoding.md anew")

// cases are the pictures of docs/internals/decoding.md: what is read there, and
// what is not.
var cases = []struct {
	seed uint64
	read bool
}{
	{1001, true}, {1006, true}, {1003, true}, {1011, true}, {1031, true}, {1038, true}, {1022, true}, {1017, true},
	{1012, false}, {1029, false}, {1047, false}, {1051, false},
}

// TestCasesOfTheDocs holds the pictures' page true. With -update it draws what
// the search saw of each.
func TestCasesOfTheDocs(t *testing.T) {
	m := imager.New(imager.Limits{})
	for _, c := range cases {
		scene := photo.Hard(wallet(t, emvCode), c.seed)
		rep, err := m.Report(context.Background(), bytes.NewReader(asPNG(t, shoot(t, scene))), "")
		if err != nil && !errors.Is(err, imager.ErrNoCode) {
			t.Fatal(err)
		}
		if (err == nil) != c.read {
			t.Errorf("%s: read: %v, and the page says otherwise", scene.Name, err == nil)
		}
		if *update {
			drawn(t, filepath.Join("..", "..", "..", "docs", "images", "decoding", fmt.Sprint(c.seed, ".jpg")), rep.Explain())
		}
	}
}

// A picture of any form is drawn in about its own size.
func TestExplainIsBounded(t *testing.T) {
	m := imager.New(imager.Limits{})
	for _, size := range []image.Point{{1, 1}, {1, 5000}, {5000, 1}, {3, 700}} {
		rep, err := m.Report(context.Background(), bytes.NewReader(asPNG(t, image.NewGray(image.Rectangle{Max: size}))), "")
		if !errors.Is(err, imager.ErrNoCode) {
			t.Fatal(err)
		}
		if got := rep.Explain().Rect.Size(); got.X > max(size.X, 600) || got.Y > max(size.Y, 600) {
			t.Errorf("%v is drawn as %v", size, got)
		}
	}
}

// drawn writes a picture at half its size: what was drawn into it stays clear.
func drawn(t *testing.T, name string, img *image.RGBA) {
	t.Helper()
	small := image.NewRGBA(image.Rect(0, 0, img.Rect.Dx()/2, img.Rect.Dy()/2))
	for y := range small.Rect.Dy() {
		for x := range small.Rect.Dx() {
			var sum [3]int
			for i := range 4 {
				c := img.RGBAAt(2*x+i%2, 2*y+i/2)
				sum[0], sum[1], sum[2] = sum[0]+int(c.R), sum[1]+int(c.G), sum[2]+int(c.B)
			}
			small.SetRGBA(x, y, color.RGBA{byte(sum[0] / 4), byte(sum[1] / 4), byte(sum[2] / 4), 255})
		}
	}
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := jpeg.Encode(&file, small, &jpeg.Options{Quality: 70}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
