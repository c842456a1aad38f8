package papertape_test

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/qrcode"
	qrdraw "github.com/skip2/go-qrcode"

	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/profile"
)

func model() profile.Printer {
	return profile.Printer{Model: "test-80", Columns: 48, Dots: 576, Kanji: "cp932", IBM: "ibm", QR: true, Cut: true}
}

// drawQR draws as the program does: by an outside encoder, without quiet zone.
func drawQR(text string, level byte) (printer.Bitmap, error) {
	levels := map[byte]qrdraw.RecoveryLevel{'L': qrdraw.Low, 'M': qrdraw.Medium, 'Q': qrdraw.High, 'H': qrdraw.Highest}
	code, err := qrdraw.New(text, levels[level])
	if err != nil {
		return printer.Bitmap{}, err
	}
	code.DisableBorder = true
	rows := code.Bitmap()
	b := printer.Bitmap{Width: len(rows), Height: len(rows), Bits: make([]byte, (len(rows)+7)/8*len(rows))}
	for y, row := range rows {
		for x, black := range row {
			if black {
				b.Bits[y*((len(rows)+7)/8)+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return b, nil
}

// paper prints a document and returns the only receipt.
func paper(t *testing.T, doc printer.Document, p profile.Printer, look papertape.Look) papertape.Receipt {
	t.Helper()
	data, odd, err := escpos.Encode(doc, p, nil)
	if err != nil || len(odd) > 0 {
		t.Fatal(err, odd)
	}
	tape, err := papertape.Read(data, p, look)
	if err != nil || len(tape.Receipts) != 1 || len(tape.Remarks) > 0 {
		t.Fatalf("%v, %d receipts, %v", err, len(tape.Receipts), tape.Remarks)
	}
	return tape.Receipts[0]
}

func picture(t *testing.T, r papertape.Receipt) image.Image {
	t.Helper()
	var out bytes.Buffer
	if err := r.PNG(&out); err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("PAPERTAPE_KEEP"); dir != "" { // to look at
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(t.Name())+".png"), out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	m, err := png.Decode(&out)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// ink is how many dots of a part are dark.
func ink(m image.Image, part image.Rectangle) int {
	n := 0
	part = part.Intersect(m.Bounds())
	for y := part.Min.Y; y < part.Max.Y; y++ {
		for x := part.Min.X; x < part.Max.X; x++ {
			if color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y < 128 {
				n++
			}
		}
	}
	return n
}

func decode(t *testing.T, m image.Image) string {
	t.Helper()
	bitmap, err := gozxing.NewBinaryBitmapFromImage(m)
	if err != nil {
		t.Fatal(err)
	}
	got, err := qrcode.NewQRCodeReader().Decode(bitmap, nil)
	if err != nil {
		t.Fatalf("a decoder finds no code on the paper: %v", err)
	}
	return got.GetText()
}

// An outside decoder reads the code off the drawn paper, whether the printer
// drew it or got it as dots.
func TestQRCanBeReadOffThePaper(t *testing.T) {
	const text = "https://example.jp/r/0001-01-5-42?receipt=42"
	bitmap, err := drawQR(text, 'M')
	if err != nil {
		t.Fatal(err)
	}
	doc := printer.Document{Blocks: []printer.Block{
		printer.Text{Text: "above"}, printer.QR{Text: text, Bitmap: bitmap, Align: printer.Centre}, printer.Text{Text: "below"}, printer.Cut{}}}
	for name, own := range map[string]bool{"command": true, "raster": false} {
		t.Run(name, func(t *testing.T) {
			p := model()
			p.QR = own
			if got := decode(t, picture(t, paper(t, doc, p, papertape.Look{QR: drawQR}))); got != text {
				t.Errorf("read %q", got)
			}
		})
	}
}

// every is one character of each kind that receipts have.
const every = "漢字ひらがなカタカナｶﾅABCabc0123¥-:/()「」、。～－※①㈱髙﨑纊ⅰ〓＼Ω"

// Each character has ink of its own in its own cell, with any font.
func TestEveryCharacterIsDrawn(t *testing.T) {
	fonts := map[string]*papertape.Font{"built in": {Name: papertape.BuiltIn}}
	if f := papertape.FindFont(); f.Name != papertape.BuiltIn {
		fonts[f.Name] = f
	} else {
		t.Log("SKIP of the part with a Japanese font: none is installed (fonts-morisawa-bizud-gothic)")
	}
	for name, f := range fonts {
		t.Run(name, func(t *testing.T) {
			shapes := map[int]rune{}
			same := 0
			for _, r := range every {
				m := picture(t, paper(t, printer.Document{Blocks: []printer.Block{printer.Text{Text: string(r)}}}, model(), papertape.Look{Font: f}))
				cell := image.Rect(0, 24, 24, 48)
				if ink(m, cell) == 0 {
					t.Errorf("%c has no ink", r)
				}
				if n := ink(m, m.Bounds()); n != ink(m, cell) {
					t.Errorf("%c has ink outside of its cell", r)
				}
				if _, ok := shapes[sum(m)]; ok {
					same++
				}
				shapes[sum(m)] = r
			}
			if same > 2 {
				t.Errorf("%d characters look like another one", same)
			}
		})
	}
}

// sum tells pictures apart.
func sum(m image.Image) int {
	n := 0
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			n = (n*31 + int(color.GrayModel.Convert(m.At(x, y)).(color.Gray).Y)) % 1_000_000_007
		}
	}
	return n
}

func TestStylesAreSeen(t *testing.T) {
	at := func(s printer.Style) image.Image {
		doc := printer.Document{Blocks: []printer.Block{printer.Text{Text: "A漢", Style: s}}}
		return picture(t, paper(t, doc, model(), papertape.Look{}))
	}
	plain := ink(at(printer.Style{}), image.Rect(0, 0, 576, 200))
	for name, c := range map[string]struct {
		style    printer.Style
		min, max float64 // ink against plain
	}{
		"bold":      {printer.Style{Bold: true}, 1.1, 2},
		"wide":      {printer.Style{Wide: true}, 1.6, 2.5},
		"tall":      {printer.Style{Tall: true}, 1.6, 2.5},
		"both":      {printer.Style{Wide: true, Tall: true}, 3, 5},
		"underline": {printer.Style{Underline: true}, 1.15, 1.8},
		"reverse":   {printer.Style{Reverse: true}, 1.5, 6},
	} {
		got := float64(ink(at(c.style), image.Rect(0, 0, 576, 200))) / float64(plain)
		if got < c.min || got > c.max {
			t.Errorf("%s has %.2f times the ink of plain text, want %v to %v", name, got, c.min, c.max)
		}
	}
}

func TestAlignment(t *testing.T) {
	for align, x := range map[printer.Align]int{printer.Left: 0, printer.Centre: 276, printer.Right: 552} {
		doc := printer.Document{Blocks: []printer.Block{printer.Text{Text: "漢", Align: align}}}
		m := picture(t, paper(t, doc, model(), papertape.Look{}))
		if all, in := ink(m, m.Bounds()), ink(m, image.Rect(x, 0, x+24, 100)); all == 0 || all != in {
			t.Errorf("%q: %d of %d dots are where they should be", align, in, all)
		}
	}
}

func TestQRWithoutDrawingIsALabelledBox(t *testing.T) {
	doc := printer.Document{Blocks: []printer.Block{printer.QR{Text: "x"}}}
	m := picture(t, paper(t, doc, model(), papertape.Look{}))
	if n := ink(m, m.Bounds()); n < 500 || n > 5000 {
		t.Errorf("%d dots of ink", n)
	}
}

func TestLoadFontRefuses(t *testing.T) {
	file := filepath.Join(t.TempDir(), "font.ttf")
	if err := os.WriteFile(file, []byte("no font"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{file, file + ".none"} {
		if f, err := papertape.LoadFont(name); err == nil {
			t.Errorf("%s was read as %s", name, f.Name)
		}
	}
	if f := papertape.FindFont(file); f == nil {
		t.Error("no font at all")
	}
}
