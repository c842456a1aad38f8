package imager_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/draw"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/scanner/imager"
)

func TestReadsPicturesOfCodes(t *testing.T) {
	own, emv := drawQR(t, ownCode, 6), drawQR(t, emvCode, 6)
	for name, c := range map[string]struct {
		data []byte
		text string
	}{
		"as drawn":                  {asPNG(t, own), ownCode},
		"one dot to a module":       {asPNG(t, drawQR(t, ownCode, 1)), ownCode},
		"two dots to a module":      {asPNG(t, drawQR(t, emvCode, 2)), emvCode},
		"thirty dots to a module":   {asPNG(t, drawQR(t, emvCode, 30)), emvCode},
		"turned by 17 degrees":      {asPNG(t, placed(emv, 640, 480, 17, 1, 255)), emvCode},
		"turned by 45 degrees":      {asPNG(t, placed(emv, 640, 480, 45, 1, 255)), emvCode},
		"turned by 90 degrees":      {asPNG(t, placed(emv, 640, 480, 90, 1, 255)), emvCode},
		"upside down":               {asPNG(t, placed(emv, 640, 480, 180, 1, 255)), emvCode},
		"a small part of 12 MP":     {asPNG(t, onCanvas(drawQR(t, emvCode, 8), 4000, 3000)), emvCode},
		"most of 3 MP":              {asJPEG(t, onCanvas(drawQR(t, emvCode, 30), 2000, 1500), 85), emvCode},
		"light on dark":             {asPNG(t, inverted(placed(own, 640, 480, 5, 1.3, 255))), ownCode},
		"noise":                     {asPNG(t, noisy(placed(emv, 640, 480, 10, 1.3, 255), 40)), emvCode},
		"little contrast":           {asPNG(t, faded(placed(emv, 640, 480, 10, 1.2, 255), 100, 150)), emvCode},
		"JPEG of quality 60":        {asJPEG(t, noisy(placed(emv, 640, 480, 12, 1.2, 255), 10), 60), emvCode},
		"JPEG of quality 60, small": {asJPEG(t, placed(own, 320, 240, 3, 0.8, 255), 60), ownCode},
		"JPEG in colour":            {asJPEG(t, onto(image.NewRGBA(own.Rect), own), 60), ownCode},
		"PNG with a palette":        {asPNG(t, onto(image.NewPaletted(own.Rect, color.Palette{color.White, color.Black}), own)), ownCode},
		"PNG with 16 bits":          {asPNG(t, onto(image.NewRGBA64(own.Rect), own)), ownCode},
		"black on nothing":          {asPNG(t, transparent(own)), ownCode},
		"mirrored":                  {asPNG(t, mirrored(emv)), emvCode},
	} {
		t.Run(name, func(t *testing.T) { wantScan(t, c.data, "]Q1", c.text) })
	}
}

func TestReadsBarcodes(t *testing.T) {
	plain := draw128(t, ownCode, 3, 120)
	wantScan(t, asPNG(t, plain), "]C0", ownCode)
	wantScan(t, asPNG(t, placed(plain, 700, 300, 180, 1, 255)), "]C0", ownCode)
	wantScan(t, asPNG(t, placed(plain, 300, 700, 90, 1, 255)), "]C0", ownCode)
	wantScan(t, asPNG(t, placed(plain, 300, 700, 270, 1, 255)), "]C0", ownCode)
	wantScan(t, asJPEG(t, noisy(placed(plain, 900, 300, 3, 1, 255), 8), 60), "]C0", ownCode)
	const bill = "91012345678901234567890123456789012345678901"
	wantScan(t, asPNG(t, draw128(t, "\u00f1"+bill, 2, 120)), "]C1", bill)
}

// A picture may hold a code for goods beside the customer's; QR comes first.
func TestQRComesBeforeBarcode(t *testing.T) {
	both := image.NewGray(image.Rect(0, 0, 900, 700))
	draw.Draw(both, both.Rect, image.White, image.Point{}, draw.Src)
	draw.Draw(both, image.Rect(50, 20, 850, 180), draw128(t, "12345678", 3, 120), image.Point{}, draw.Src)
	draw.Draw(both, image.Rect(300, 250, 900, 700), drawQR(t, ownCode, 8), image.Point{}, draw.Src)
	wantScan(t, asPNG(t, both), "]Q1", ownCode)
}

// onCanvas puts a picture on a larger light one.
func onCanvas(img *image.Gray, w, h int) *image.Gray {
	out := grayOf(bytes.Repeat([]byte{230}, w*h), w, h)
	for y := range img.Rect.Dy() {
		copy(out.Pix[out.PixOffset(w/6, h/9+y):], img.Pix[y*img.Stride:(y+1)*img.Stride])
	}
	return out
}

func faded(img *image.Gray, low, high int) *image.Gray {
	out := image.NewGray(img.Rect)
	for i, v := range img.Pix {
		out.Pix[i] = byte(low + int(v)*(high-low)/255)
	}
	return out
}

func onto(to draw.Image, img image.Image) image.Image {
	draw.Draw(to, to.Bounds(), img, image.Point{}, draw.Src)
	return to
}

func transparent(img *image.Gray) image.Image {
	out := image.NewNRGBA(img.Rect)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			if img.GrayAt(x, y).Y == 0 {
				out.SetNRGBA(x, y, color.NRGBA{A: 255})
			}
		}
	}
	return out
}

func mirrored(img *image.Gray) *image.Gray {
	out := image.NewGray(img.Rect)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			out.SetGray(img.Rect.Dx()-1-x, y, img.GrayAt(x, y))
		}
	}
	return out
}

func TestRefusals(t *testing.T) {
	blank := image.NewGray(image.Rect(0, 0, 640, 480))
	whole := asJPEG(t, drawQR(t, ownCode, 6), 90)
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":                      {nil, imager.ErrNotAPicture},
		"text":                         {[]byte("97012345678901234567\r"), imager.ErrNotAPicture},
		"a GIF of nothing":             {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), imager.ErrNotAPicture},
		"only the head of a JPEG":      {whole[:100], imager.ErrNotAPicture},
		"black":                        {asPNG(t, blank), imager.ErrNoCode},
		"noise":                        {asPNG(t, noisy(faded(blank, 128, 128), 60)), imager.ErrNoCode},
		"one dot":                      {asPNG(t, image.NewGray(image.Rect(0, 0, 1, 1))), imager.ErrNoCode},
		"one row":                      {asPNG(t, image.NewGray(image.Rect(0, 0, 5000, 1))), imager.ErrNoCode},
		"one column":                   {asPNG(t, image.NewGray(image.Rect(0, 0, 1, 5000))), imager.ErrNoCode},
		"more than 4 MiB":              {append(whole, make([]byte, 4<<20)...), imager.ErrTooBig},
		"a head of 30000 x 30000":      {pngHead(30000, 30000, 8, 2), imager.ErrTooBig},
		"a head of 4001 x 3000":        {pngHead(4001, 3000, 8, 0), imager.ErrTooBig},
		"a head of 4000 x 3000":        {pngHead(4000, 3000, 8, 0), imager.ErrNotAPicture},
		"a head of 16 bits, 7 MP":      {pngHead(3500, 2000, 16, 6), imager.ErrTooBig},
		"a JPEG of very many passes":   {append(append([]byte{}, whole...), bytes.Repeat([]byte("\xFF\xDA"), 70)...), imager.ErrNotAPicture},
		"a head of 2^31 x 2^31 pixels": {pngHead(1<<31-1, 1<<31-1, 8, 0), nil},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(c.data)
			if err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("error %v, want %v", err, c.want)
			}
		})
	}
}

// pngHead is a PNG file that ends behind its head.
func pngHead(w, h uint32, depth, kind byte) []byte {
	chunk := []byte{'I', 'H', 'D', 'R', byte(w >> 24), byte(w >> 16), byte(w >> 8), byte(w), byte(h >> 24), byte(h >> 16), byte(h >> 8), byte(h), depth, kind, 0, 0, 0}
	sum := crc32.ChecksumIEEE(chunk)
	head := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0D"), chunk...)
	return append(head, byte(sum>>24), byte(sum>>16), byte(sum>>8), byte(sum))
}

func TestDamagedFilesNeverGiveAnotherCode(t *testing.T) {
	chance := rand.New(rand.NewPCG(8, 13))
	for _, whole := range [][]byte{asPNG(t, drawQR(t, ownCode, 4)), asJPEG(t, drawQR(t, ownCode, 4), 60)} {
		for range 150 {
			data := bytes.Clone(whole)
			for range 1 + chance.IntN(4) {
				data[chance.IntN(len(data))] ^= 1 << chance.IntN(8)
			}
			data = data[:1+chance.IntN(len(data))]
			scan, err := read(data)
			if err == nil && string([]byte(scan.Data)) != ownCode {
				t.Fatalf("a damaged file gave another code: %s", scan.AIM)
			}
		}
	}
}

func TestContextEndsTheWork(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	m := imager.New(imager.Limits{})
	data := asPNG(t, drawQR(t, ownCode, 6))
	if _, err := m.Read(ctx, bytes.NewReader(data), ""); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	ctx, cancel = context.WithCancel(context.Background())
	ends := io.MultiReader(bytes.NewReader(data), readerFunc(func([]byte) (int, error) { cancel(); return 0, io.EOF }))
	if _, err := m.Read(ctx, ends, ""); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled behind the last byte: error %v", err)
	}
	// The imager is free for the next picture.
	if _, err := m.Read(context.Background(), bytes.NewReader(data), ""); err != nil {
		t.Error(err)
	}
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestReaderErrorIsKept(t *testing.T) {
	broken := errors.New("the wire broke")
	_, err := imager.New(imager.Limits{}).Read(context.Background(), readerFunc(func([]byte) (int, error) { return 0, broken }), "")
	if !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
}

func TestManyAtOnce(t *testing.T) {
	m := imager.New(imager.Limits{})
	errs := make(chan error, 8)
	for i := range cap(errs) {
		text := fmt.Sprintf("9701234567890123456%d", i)
		data := asPNG(t, drawQR(t, text, 4))
		go func() {
			scan, err := m.Read(context.Background(), bytes.NewReader(data), "")
			if err == nil && string([]byte(scan.Data)) != text {
				err = errors.New("the code of another picture")
			}
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestErrorsTellTheNextStep(t *testing.T) {
	for _, err := range []error{imager.ErrNotAPicture, imager.ErrTooBig, imager.ErrNoCode} {
		if !strings.Contains(err.Error(), ": ") {
			t.Errorf("%q tells no next step", err)
		}
	}
}
