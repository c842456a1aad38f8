package imager_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"strings"
	"testing"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/common/reedsolomon"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/encoder"

	"github.com/posagent/posagent/drivers/scanner/imager"
)

// bits is the data of a QR code as ISO/IEC 18004, 7.4, puts it together.
type bits struct {
	testing.TB
	*gozxing.BitArray
}

func (b bits) add(value, count int) bits {
	b.Helper()
	if err := b.AppendBits(value, count); err != nil {
		b.Fatal(err)
	}
	return b
}

// text is a segment in byte mode.
func (b bits) text(s string) bits {
	b.add(0b0100, 4).add(len(s), 8)
	for i := range len(s) {
		b.add(int(s[i]), 8)
	}
	return b
}

// letters is a segment in alphanumeric mode, where a percent sign stands for
// the separator of GS1.
func (b bits) letters(s string) bits {
	const table = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	b.add(0b0010, 4).add(len(s), 9)
	for ; len(s) > 1; s = s[2:] {
		b.add(strings.IndexByte(table, s[0])*45+strings.IndexByte(table, s[1]), 11)
	}
	if len(s) == 1 {
		b.add(strings.IndexByte(table, s[0]), 6)
	}
	return b
}

func segments(t testing.TB) bits { return bits{t, gozxing.NewEmptyBitArray()} }

// drawn is a code of version 3 and level L, which holds 55 bytes, with this
// data.
func (b bits) drawn() *image.Gray {
	const data, correction, size, module = 55, 15, 29, 5
	b.add(0, min(4, data*8-b.GetSize()))
	b.add(0, (8-b.GetSize()%8)%8)
	for pad := 0; b.GetSize() < data*8; pad++ {
		b.add([2]int{0xEC, 0x11}[pad%2], 8)
	}
	bytes := make([]byte, data)
	b.ToBytes(0, bytes, 0, data)
	words := make([]int, data+correction)
	for i, v := range bytes {
		words[i] = int(v)
	}
	if err := reedsolomon.NewReedSolomonEncoder(reedsolomon.GenericGF_QR_CODE_FIELD_256).Encode(words, correction); err != nil {
		b.Fatal(err)
	}
	for _, w := range words[data:] {
		b.add(w, 8)
	}
	version, err := decoder.Version_GetVersionForNumber(3)
	if err != nil {
		b.Fatal(err)
	}
	matrix := encoder.NewByteMatrix(size, size)
	if err := encoder.MatrixUtil_buildMatrix(b.BitArray, decoder.ErrorCorrectionLevel_L, version, 2, matrix); err != nil {
		b.Fatal(err)
	}
	img := image.NewGray(image.Rect(0, 0, (size+8)*module, (size+8)*module))
	draw.Draw(img, img.Rect, image.White, image.Point{}, draw.Src)
	for y := range size {
		for x := range size {
			if matrix.Get(x, y) == 1 {
				draw.Draw(img, image.Rect((x+4)*module, (y+4)*module, (x+5)*module, (y+5)*module), image.Black, image.Point{}, draw.Src)
			}
		}
	}
	return img
}

func TestSegmentsOfAQRCode(t *testing.T) {
	kanji := segments(t).add(0b1000, 4).add(2, 8)
	for _, sjis := range []int{0x8E78, 0x95A5} { // 支 and 払 in Shift_JIS
		v := sjis - 0x8140
		kanji.add((v>>8)*0xC0+v&0xFF, 13)
	}
	for name, c := range map[string]struct {
		img       *image.Gray
		aim, text string
	}{
		"bytes":                           {segments(t).text("97012345678901234567").drawn(), "]Q1", "97012345678901234567"},
		"UTF-8 with its mark (ECI 26)":    {segments(t).add(0b0111, 4).add(26, 8).text("支払い").drawn(), "]Q2", "支払い"},
		"UTF-8 without":                   {segments(t).text("支払い").drawn(), "]Q1", "支払い"},
		"kanji":                           {kanji.drawn(), "]Q1", "支払"},
		"control characters":              {segments(t).text("97\x00\x1B@\x1Dk0123").drawn(), "]Q1", "97\x00\x1B@\x1Dk0123"},
		"right to left":                   {segments(t).text("97\u202E0123").drawn(), "]Q1", "97\u202E0123"},
		"GS1 (FNC1), with its separators": {segments(t).add(0b0101, 4).letters("010491234512345910%X").drawn(), "]Q3", "010491234512345910\x1DX"},
	} {
		t.Run(name, func(t *testing.T) {
			scan, err := read(asPNG(t, c.img))
			if err != nil || scan.AIM != c.aim || string([]byte(scan.Data)) != c.text {
				t.Errorf("read %s %q, %v; want %s %q", scan.AIM, string([]byte(scan.Data)), err, c.aim, c.text)
			}
		})
	}
}

// A message that is spread over several codes is no payment code, and half of
// one must not be taken for a whole.
func TestAPartOfSeveralIsRefused(t *testing.T) {
	img := segments(t).add(0b0011, 4).add(0, 4).add(1, 4).add(0x5A, 8).text("97012345678901234567").drawn()
	if scan, err := read(asPNG(t, img)); !errors.Is(err, imager.ErrPart) {
		t.Errorf("read %s, error %v", scan.AIM, err)
	}
	g := frame(img)
	if _, err := imager.New(imager.Limits{}).Live("").Look(context.Background(), g); !errors.Is(err, imager.ErrPart) {
		t.Errorf("live: %v", err)
	}
}

// beside puts codes side by side.
func beside(codes ...*image.Gray) *image.Gray {
	out := image.NewGray(image.Rect(0, 0, 300*len(codes), 300))
	draw.Draw(out, out.Rect, image.NewUniform(color.Gray{Y: 235}), image.Point{}, draw.Src)
	for i, c := range codes {
		draw.Draw(out, c.Rect.Add(image.Pt(300*i+50, 50)), c, image.Point{}, draw.Src)
	}
	return out
}

func TestTheNearestToTheMiddleComesFirst(t *testing.T) {
	one, two, three := segments(t).text("left").drawn(), segments(t).text("middle").drawn(), segments(t).text("right").drawn()
	scan, err := read(asPNG(t, beside(one, two, three)))
	if err != nil || string([]byte(scan.Data)) != "middle" || len(scan.Beside) != 2 {
		t.Fatalf("%q, %d beside, %v", string([]byte(scan.Data)), len(scan.Beside), err)
	}
	// The same code twice is one code.
	scan, err = read(asPNG(t, beside(two, two)))
	if err != nil || len(scan.Beside) != 0 {
		t.Errorf("%d beside, %v", len(scan.Beside), err)
	}
}

func TestKindsOfFiles(t *testing.T) {
	code := segments(t).text("x1").drawn()
	moving := &gif.GIF{}
	for range 3 {
		p := image.NewPaletted(code.Rect, color.Palette{color.Black, color.White})
		draw.Draw(p, p.Rect, code, image.Point{}, draw.Src)
		moving.Image, moving.Delay = append(moving.Image, p), append(moving.Delay, 5)
	}
	var file bytes.Buffer
	if err := gif.EncodeAll(&file, moving); err != nil {
		t.Fatal(err)
	}
	deep := image.NewGray16(code.Rect)
	draw.Draw(deep, deep.Rect, code, image.Point{}, draw.Src)
	for name, data := range map[string][]byte{"an animated GIF": file.Bytes(), "a PNG of 16 bits": asPNG(t, deep)} {
		if scan, err := read(data); err != nil || string([]byte(scan.Data)) != "x1" {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := read(data[:40]); err == nil {
			t.Errorf("the head of %s was read", name)
		}
	}
}
