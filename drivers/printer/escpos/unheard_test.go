package escpos_test

import (
	"bytes"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
)

// Dots that look like a pulse do not open the drawer, and behind the picture a
// pulse opens it.
func TestDrawerAndPictures(t *testing.T) {
	b := newStand(t, model())
	b.untilState(device.Ready, device.ReasonNone)
	dots := printer.Bitmap{Width: 40, Height: 2, Bits: []byte{0x10, 0x14, 1, 0, 1, 0, 0, 0, 0, 0}}
	doc := printer.Document{Blocks: []printer.Block{printer.Picture{Bitmap: dots}, printer.Cut{}}}
	b.want(b.print(doc, 10*time.Second), printer.Confirmed, device.ReasonNone)
	if b.paper.Drawer() != 0 {
		t.Error("the picture opened the drawer")
	}
	if out := b.driver.Kick(t.Context(), 2); out.Result != printer.Sent {
		t.Fatalf("%+v", out)
	}
	for end := time.Now().Add(5 * time.Second); b.paper.Drawer() != 1; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("behind the picture the drawer gets no pulse")
		}
	}
}

// No picture has a real-time command among its dots, in either form of raster,
// and what is changed for that is one dot more.
func TestNoCommandAmongDots(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := model()
		p.Raster = rapid.SampledFrom([]string{"gs-v", "gs-l"}).Draw(t, "raster")
		p.Slice = rapid.IntRange(1, 4).Draw(t, "slice")
		bits := rapid.SliceOfN(rapid.SampledFrom([]byte{0x10, 0x04, 0x05, 0x14, 1, 0}), 40, 40).Draw(t, "bits")
		given := bytes.Clone(bits)
		doc := printer.Document{Blocks: []printer.Block{printer.Picture{Bitmap: printer.Bitmap{Width: 32, Height: 10, Bits: bits}}}}
		data, _, err := escpos.Encode(doc, p, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, command := range [][]byte{{0x10, 0x04}, {0x10, 0x05}, {0x10, 0x14}} {
			if bytes.Contains(data, command) {
				t.Fatalf("% X has the command % X", data, command)
			}
		}
		if !bytes.Equal(bits, given) {
			t.Fatal("the caller's picture was changed")
		}
	})
}
