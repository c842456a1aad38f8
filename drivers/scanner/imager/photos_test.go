package imager_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/scanner/imager"
)

// shot is one line of truth.jsonl: a photograph and the texts that are in it.
type shot struct {
	File   string   `json:"file"`
	Set    string   `json:"set"`
	Format string   `json:"format"`
	Truth  []string `json:"truth"`
}

// photos are test pictures of the zxing, zxing-cpp and jsQR projects, which
// are too many to be kept here. POSAGENT_PHOTOS names their folder.
func photos(t testing.TB) (dir string, list []shot) {
	t.Helper()
	dir = os.Getenv("POSAGENT_PHOTOS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "data", "codes")
	}
	data, err := os.ReadFile(filepath.Join(dir, "truth.jsonl"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skipf("SKIP: no photographs at %s: set POSAGENT_PHOTOS to a folder with truth.jsonl", dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	for line := range bytes.Lines(data) {
		var p shot
		if err := json.Unmarshal(line, &p); err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return dir, list
}

// others are codes that are in a photograph beside those of its given text, or
// in one without any, as people see them.
var others = map[string]string{
	"zxing-ean13-2/23.png":  "9784872348880",                                                            // the upper of a book's two
	"jsqr-e2e/cupake-5.png": "http://geoloqi.com/",                                                      // no engine of the study read it
	"zxing-qrcode-2/13.png": "The 2005 USGS aerial photography of the Washington Monument is censored.", // its given text is mistyped
}

// floors are what must be read of each kind: what zxing-cpp, the best engine
// of a study, reads of the QR codes and of EAN-13, and all but one of Code 128.
var floors = map[string]struct{ of, read int }{"QR": {175, 159}, "C128": {33, 32}, "EAN13": {109, 78}, "NEG": {45, 0}}

// TestPhotographs prints how many are read. A wrong text, or a code where
// there is none, is a failure at any rate.
func TestPhotographs(t *testing.T) {
	dir, list := photos(t)
	m := imager.New(imager.Limits{})
	right, all := map[string]int{}, map[string]int{}
	for _, p := range list {
		if _, ok := floors[p.Format]; !ok {
			continue
		}
		f, err := os.Open(filepath.Join(dir, p.File))
		if err != nil {
			t.Fatal(err)
		}
		scan, err := m.Read(context.Background(), f, "photo")
		f.Close()
		all[p.Format]++
		if text, ok := others[p.File]; ok {
			p.Truth = append(p.Truth, text)
		}
		switch text := string([]byte(scan.Data)); {
		case err != nil && !errors.Is(err, imager.ErrNoCode):
			t.Errorf("%s: %v", p.File, err)
		case err != nil:
			t.Logf("missed %s", p.File)
		case slices.ContainsFunc(p.Truth, func(truth string) bool { return strings.TrimSpace(truth) == strings.TrimSpace(text) }):
			right[p.Format]++
		default:
			t.Errorf("%s: read %s %q, not %q", p.File, scan.AIM, text, p.Truth)
		}
	}
	for format, floor := range floors {
		t.Logf("%s: %d of %d read", format, right[format], all[format])
		if all[format] == floor.of && right[format] < floor.read {
			t.Errorf("%s: %d read, want at least %d", format, right[format], floor.read)
		}
	}
}

// grayFile is a photograph as one plane.
func grayFile(t testing.TB, name string) *image.Gray {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	out := image.NewGray(image.Rect(0, 0, img.Bounds().Dx(), img.Bounds().Dy()))
	draw.Draw(out, out.Rect, img, img.Bounds().Min, draw.Src)
	return out
}

// quarter is a picture turned by 90 degrees.
func quarter(img *image.Gray) *image.Gray {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	out := image.NewGray(image.Rect(0, 0, h, w))
	for y := range h {
		for x := range w {
			out.Pix[x*h+h-1-y] = img.Pix[y*img.Stride+x]
		}
	}
	return out
}

// A bar code is held any way up.
func TestCode128InFourTurns(t *testing.T) {
	dir, list := photos(t)
	m := imager.New(imager.Limits{})
	var read, all [4]int
	for _, p := range list {
		if p.Format != "C128" {
			continue
		}
		img := grayFile(t, filepath.Join(dir, p.File))
		for n := range read {
			all[n]++
			scan, err := m.Search(context.Background(), frame(img), "")
			switch text := string([]byte(scan.Data)); {
			case err == nil && slices.Contains(p.Truth, text):
				read[n]++
			case err == nil:
				t.Errorf("%s turned by %d: read %q", p.File, 90*n, text)
			}
			img = quarter(img)
		}
	}
	for n := range read {
		if read[n] < floors["C128"].read {
			t.Errorf("turned by %d: %d of %d read", 90*n, read[n], all[n])
		}
	}
	t.Logf("%v of %v read", read, all)
}
