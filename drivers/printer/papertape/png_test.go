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
	data, odd, err := escpos.Encode(doc, p)
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
