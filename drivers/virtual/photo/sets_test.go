package photo_test

import (
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/virtual/photo"
)

// A usual picture can be read, by the register's own reader and by another's.
// How many of the hard ones are read is told and not judged: they are there to
// be missed. A wrong text is never right.
func TestWhoReadsTheSets(t *testing.T) {
	zbarimg, err := exec.LookPath("zbarimg")
	if err != nil {
		t.Log("no second reader: apt-get install zbar-tools")
	}
	const n = max(1, 6/pace)
	for name, set := range sets() {
		own, other := 0, 0
		for seed := range uint64(n) {
			s := set(both(t), seed)
			p := shoot(t, s)
			switch aim, text := read(t, p); text {
			case qrText, barText:
				own++
			case "":
				t.Logf("missed: %v", s)
			default:
				t.Errorf("read %s %q in %v", aim, text, s)
			}
			if zbarimg != "" && zbar(t, zbarimg, p) {
				other++
			}
		}
		t.Logf("%s: %d of %d read, %d by zbarimg", name, own, n, other)
		if name == "normal" && (own < n-1 || zbarimg != "" && other < n-1) {
			t.Errorf("of %d normal pictures %d are read, %d by zbarimg", n, own, other)
		}
	}
}

// zbar tells whether zbarimg reads one of the two codes.
func zbar(t *testing.T, program string, p photo.Photo) bool {
	t.Helper()
	name := filepath.Join(t.TempDir(), "photo.png")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(f, p.Picture); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	out, _ := exec.Command(program, "-q", name).Output() // it fails when it reads nothing
	return strings.Contains(string(out), qrText) || strings.Contains(string(out), barText)
}
