package picture_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"image"
	"image/color"
	"image/png"
	"os"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/drivers/scanner/imager"
)

var update = flag.Bool("update", false, "write the golden files anew")

var texts = map[string]string{
	"own wallet's code": "97012345678901234567",
	"EMVCo code":        "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF8=",
	"address":           "https://pay.example.jp/c/97012345678901234567",
	"capitals":          "OP1:6BF7SK%U+Z8 $*.-/:",
	"Japanese":          "ありがとうございました 1,280円",
	"one character":     "1",
	"long":              strings.Repeat("posagent 0123456789 ", 40),
}

func read(t *testing.T, data []byte) string {
	t.Helper()
	scan, err := imager.New(imager.Limits{}).Read(context.Background(), bytes.NewReader(data), "test")
	if err != nil {
		t.Fatal(err)
	}
	return string([]byte(scan.Data))
}

func TestPNGReadsBack(t *testing.T) {
	for name, text := range texts {
		for _, size := range []int{3, 4, 8} {
			var out bytes.Buffer
			if err := picture.PNG(text, size, &out); err != nil {
				t.Fatal(err)
			}
			if got := read(t, out.Bytes()); got != text {
				t.Errorf("%s, %d pixels per module: %q", name, size, got)
			}
		}
	}
}

func TestMatrixReadsBackAtEveryLevel(t *testing.T) {
	last := 0
	for _, level := range []picture.Level{picture.Low, picture.Medium, picture.Quartile, picture.High} {
		m, err := picture.QR(texts["address"], level)
		if err != nil {
			t.Fatal(err)
		}
		if m.Size < last || m.Size%4 != 1 || len(m.Bits) != (m.Size+7)/8*m.Size {
			t.Errorf("level %d: size %d with %d bytes, after size %d", level, m.Size, len(m.Bits), last)
		}
		last = m.Size
		if got := read(t, paint(t, m, 5)); got != texts["address"] {
			t.Errorf("level %d: %q", level, got)
		}
	}
}

// paint draws a matrix as a caller would: from its bits, with a quiet zone.
func paint(t *testing.T, m picture.Matrix, size int) []byte {
	t.Helper()
	side := (m.Size + 2*picture.QuietZone) * size
	img := image.NewGray(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			mx, my := x/size-picture.QuietZone, y/size-picture.QuietZone
			dark := mx >= 0 && my >= 0 && mx < m.Size && my < m.Size &&
				m.Bits[my*((m.Size+7)/8)+mx/8]>>(7-mx%8)&1 == 1
			if dark != m.Dark(mx, my) {
				t.Fatalf("bit and Dark differ at %d,%d", mx, my)
			}
			if !dark {
				img.SetGray(x, y, color.Gray{255})
			}
		}
	}
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// The golden file is a code that a reader can look at, and scan off a screen.
func TestMatrixIsTheSameEveryTime(t *testing.T) {
	m, err := picture.QR("97012345678901234567", picture.Medium)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for y := range m.Size {
		for x := range m.Size {
			if m.Dark(x, y) {
				got.WriteString("██")
			} else {
				got.WriteString("  ")
			}
		}
		got.WriteString("|\n")
	}
	const file = "testdata/own.golden"
	if *update {
		if err := os.WriteFile(file, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the code differs from %s:\n%s", file, got.String())
	}
}

func TestWhatDoesNotFitIsRefused(t *testing.T) {
	if _, err := picture.QR("", picture.Medium); !errors.Is(err, picture.ErrEmpty) {
		t.Errorf("no text: %v", err)
	}
	if _, err := picture.QR(strings.Repeat("a", 2331), picture.Medium); err != nil {
		t.Errorf("2331 bytes: %v", err)
	}
	for _, n := range []int{2332, 7090, 1 << 20} {
		if _, err := picture.QR(strings.Repeat("a", n), picture.Medium); !errors.Is(err, picture.ErrTooLong) {
			t.Errorf("%d bytes: %v", n, err)
		}
	}
	if _, err := picture.QR("1", picture.Level(9)); err == nil {
		t.Error("a level that does not exist was taken")
	}
	for _, size := range []int{0, -4, 65} {
		var out bytes.Buffer
		if err := picture.PNG("1", size, &out); err == nil || out.Len() > 0 {
			t.Errorf("%d pixels per module: error %v, %d bytes", size, err, out.Len())
		}
	}
}
