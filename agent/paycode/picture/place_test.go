package picture_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/paycode/picture"
)

// jpqr is a merchant's code of JPQR, with Japanese in it: 220 bytes.
const jpqr = "00020101021226680019jp.or.paymentsjapan01130000000000001020400010306000001040600000152045411530339254034985802JP5910SEVEN TEST6005TOKYO6107102845562360107R0001230512T0001-0001230705POS0164140002JA0104テスト店6304A445"

var places = []picture.Place{picture.Paper58(), picture.Paper80(), picture.Screen(1080, 170), picture.Screen(480, 70), picture.Screen(240, 36), picture.Screen(320, 40)}

// Each place gets the level and the size that fit it; this is what a change of
// the rule must show.
func TestACodeFitsItsPlace(t *testing.T) {
	var got strings.Builder
	for _, text := range []string{"97012345678901234567", jpqr, strings.Repeat("x", 700)} {
		for _, place := range places {
			p, err := picture.Fit(text, place)
			if err != nil {
				fmt.Fprintf(&got, "%4d bytes, %-38s %v\n", len(text), place.Name+":", errors.Is(err, picture.ErrTooSmall))
				continue
			}
			fmt.Fprintf(&got, "%4d bytes, %-38s level %c, %3d modules of %2d dots, %.2f mm; %4d of %4d dots\n",
				len(text), place.Name+":", "LMQH"[p.Level], p.Size, p.Module, p.MM(), p.Side(), place.Dots)
		}
	}
	const file = "testdata/places.golden"
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil || got.String() != string(want) {
		t.Errorf("differs from %s (%v):\n%s", file, err, got.String())
	}
}

// What fits is inside the place with its quiet zone, and reads back.
func TestWhatFitsReadsBack(t *testing.T) {
	for _, place := range places {
		p, err := picture.Fit(jpqr, place)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := p.PNG(p.Module, &out); err != nil {
			t.Fatal(err)
		}
		config, err := png.DecodeConfig(bytes.NewReader(out.Bytes()))
		if err != nil || config.Width != p.Side() || config.Width > place.Dots {
			t.Errorf("%s: %d dots wide, planned %d of %d (%v)", place.Name, config.Width, p.Side(), place.Dots, err)
		}
		if got := read(t, out.Bytes()); got != jpqr {
			t.Errorf("%s: %q", place.Name, got)
		}
	}
}

func TestNoPlaceAtAll(t *testing.T) {
	for _, place := range []picture.Place{{}, picture.Screen(0, 10), picture.Screen(10, 0), picture.Screen(10, -1)} {
		if _, err := picture.Fit("1", place); err == nil {
			t.Errorf("%+v was taken", place)
		}
	}
	if _, err := picture.Fit("", picture.Paper80()); !errors.Is(err, picture.ErrEmpty) {
		t.Error(err)
	}
	if _, err := picture.Fit(strings.Repeat("x", 3000), picture.Paper80()); !errors.Is(err, picture.ErrTooLong) {
		t.Error(err)
	}
}

// A safer level never costs a phone its reading.
func TestFitKeepsItsWord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Repeat("ab1 ", rapid.IntRange(1, 500).Draw(t, "text"))
		place := picture.Screen(rapid.IntRange(1, 4000).Draw(t, "pixels"), float64(rapid.IntRange(5, 600).Draw(t, "mm")))
		p, err := picture.Fit(text, place)
		if errors.Is(err, picture.ErrTooSmall) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if p.Module < 1 || p.Side() > place.Dots || p.MM() < 0.33 {
			t.Fatalf("%d modules of %d dots, %.3f mm, on %s", p.Size, p.Module, p.MM(), place.Name)
		}
	})
}

// drawing draws an SVG of ours as a browser does: its paths of rectangles, in
// their order, size dots to a unit.
func drawing(t *testing.T, svg []byte, size int) []byte {
	t.Helper()
	var doc struct {
		ViewBox string `xml:"viewBox,attr"`
		Paths   []struct {
			Fill string `xml:"fill,attr"`
			D    string `xml:"d,attr"`
		} `xml:"path"`
	}
	if err := xml.Unmarshal(svg, &doc); err != nil {
		t.Fatal(err)
	}
	var zero, side int
	if _, err := fmt.Sscanf(doc.ViewBox, "%d %d %d %d", &zero, &zero, &side, &side); err != nil {
		t.Fatal(err)
	}
	img := image.NewGray(image.Rect(0, 0, side*size, side*size))
	for _, path := range doc.Paths {
		ink := color.Gray{}
		if path.Fill == "#fff" {
			ink.Y = 255
		}
		for _, part := range strings.Split(strings.TrimPrefix(path.D, "M"), "M") {
			var x, y, w, h, back int
			if _, err := fmt.Sscanf(part, "%d %dh%dv%dh%dz", &x, &y, &w, &h, &back); err != nil || back != -w {
				t.Fatalf("path %q: %v", part, err)
			}
			for py := y * size; py < (y+h)*size; py++ {
				for px := x * size; px < (x+w)*size; px++ {
					img.SetGray(px, py, ink)
				}
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestSVGReadsBack(t *testing.T) {
	texts := map[string]string{"JPQR": jpqr, "own": "97012345678901234567"}
	for name, text := range texts {
		for _, mm := range []float64{0, 42.5} {
			m, err := picture.QR(text, picture.Quartile)
			if err != nil {
				t.Fatal(err)
			}
			var svg bytes.Buffer
			if err := m.SVG(mm, &svg); err != nil {
				t.Fatal(err)
			}
			if sized := strings.Contains(svg.String(), ` width="42.5mm" height="42.5mm"`); sized != (mm > 0) {
				t.Errorf("%s: %.200s", name, svg.String())
			}
			if got := read(t, drawing(t, svg.Bytes(), 4)); got != text {
				t.Errorf("%s: %q", name, got)
			}
		}
	}
}

// What a terminal shows is the code as well, line by line of half blocks.
func TestBlocksReadBack(t *testing.T) {
	m, err := picture.QR(jpqr, picture.Medium)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSuffix(m.Blocks(false), "\n"), "\n")
	const size = 4
	side := m.Size + 2*picture.QuietZone
	img := image.NewGray(image.Rect(0, 0, side*size, 2*len(lines)*size))
	for y, line := range lines {
		row := []rune(line)
		if len(row) != side {
			t.Fatalf("line %d has %d characters, not %d", y, len(row), side)
		}
		for x := range side * size {
			for half := range 2 {
				c := row[x/size]
				if dark := c == '█' || c == '▀' && half == 0 || c == '▄' && half == 1; !dark {
					for n := range size {
						img.SetGray(x, (2*y+half)*size+n, color.Gray{255})
					}
				}
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	if got := read(t, out.Bytes()); got != jpqr {
		t.Errorf("%q", got)
	}
	coloured := m.Blocks(true)
	if plain := strings.NewReplacer("\x1b[30;107m", "", "\x1b[0m", "").Replace(coloured); plain != m.Blocks(false) {
		t.Error("colours change the code")
	}
}

// A program of others reads all of them too.
func TestZbarReadsThem(t *testing.T) {
	zbarimg, err := exec.LookPath("zbarimg")
	if err != nil {
		t.Skip("SKIP: zbarimg is not here (apt-get install zbar-tools)")
	}
	for name, place := range map[string]picture.Place{"paper": picture.Paper58(), "screen": picture.Screen(480, 70)} {
		p, err := picture.Fit(jpqr, place)
		if err != nil {
			t.Fatal(err)
		}
		var dots, svg bytes.Buffer
		if err := p.PNG(p.Module, &dots); err != nil {
			t.Fatal(err)
		}
		if err := p.SVG(0, &svg); err != nil {
			t.Fatal(err)
		}
		for kind, data := range map[string][]byte{"PNG": dots.Bytes(), "SVG": drawing(t, svg.Bytes(), 5)} {
			file := filepath.Join(t.TempDir(), "code.png")
			if err := os.WriteFile(file, data, 0o600); err != nil {
				t.Fatal(err)
			}
			got, err := exec.CommandContext(t.Context(), zbarimg, "-q", "--raw", file).Output()
			if strings.TrimSuffix(string(got), "\n") != jpqr || err != nil {
				t.Errorf("%s as %s: %q, %v", name, kind, got, err)
			}
		}
	}
}
