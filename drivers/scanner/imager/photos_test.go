package imager_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/scanner/imager"
)

// photo is one line of truth.jsonl: a photograph and the texts that are in it.
type photo struct {
	File   string   `json:"file"`
	Set    string   `json:"set"`
	Format string   `json:"format"`
	Truth  []string `json:"truth"`
}

// photos are test pictures of the zxing, zxing-cpp and jsQR projects, which
// are too many to be kept here. POSAGENT_PHOTOS names their folder.
func photos(t testing.TB) (dir string, list []photo) {
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
		var p photo
		if err := json.Unmarshal(line, &p); err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	return dir, list
}

// mistyped are photographs whose given text is wrong by a letter: the code's
// own error correction proves the text that is read.
var mistyped = map[string]string{
	"zxing-qrcode-2/13.png": "The 2005 USGS aerial photography of the Washington Monument is censored.",
}

// floors are what must be read of each kind: the 135 QR codes that gozxing
// reads when it is used as its manual says, and the 29 barcodes that this
// ladder reads without its two attempts over all rows.
var floors = map[string]struct{ of, read int }{"QR": {175, 135}, "C128": {33, 29}, "NEG": {45, 0}}

// TestPhotographs prints how many are read. A wrong text, or a code where
// there is none, is a failure at any rate.
func TestPhotographs(t *testing.T) {
	dir, list := photos(t)
	m := imager.New(imager.Limits{})
	right, all := map[string]int{}, map[string]int{}
	for _, p := range list {
		if _, ok := floors[p.Format]; !ok {
			continue // goods: a customer's code is no EAN
		}
		f, err := os.Open(filepath.Join(dir, p.File))
		if err != nil {
			t.Fatal(err)
		}
		scan, err := m.Read(context.Background(), f, "photo")
		f.Close()
		all[p.Format]++
		if text, ok := mistyped[p.File]; ok {
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
