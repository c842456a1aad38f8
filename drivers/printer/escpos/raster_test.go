package escpos_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/printer"
)

// A long code fits the paper, also when the printer's own command draws it
// larger than it need be; and it is as large as it can be, up to six dots to a
// module. The widths are those of level M in bytes.
func TestALongCodeFitsThePaper(t *testing.T) {
	small := printer.Bitmap{Width: 77, Height: 77, Bits: make([]byte, 10*77)}
	for _, c := range []struct {
		characters, dots int
		drawn            printer.Bitmap
		module           byte
	}{
		{22, 384, printer.Bitmap{}, 6},
		{500, 384, small, 3}, {500, 576, small, 5}, {559, 384, small, 3}, {559, 576, small, 5}, {559, 576, printer.Bitmap{}, 5},
		{2331, 384, printer.Bitmap{}, 2},
	} {
		p := model()
		p.Dots = c.dots
		doc := printer.Document{Title: "T", Blocks: []printer.Block{printer.QR{Text: strings.Repeat("A", c.characters), Bitmap: c.drawn}}}
		if data := encode(t, doc, p); !bytes.Contains(data, []byte{0x1D, '(', 'k', 3, 0, '1', 'C', c.module}) {
			t.Errorf("%d characters on %d dots: not %d dots to a module", c.characters, c.dots, c.module)
		}
		if p.QR = false; c.drawn.Width == 0 {
			continue
		}
		// A picture is drawn by us, so its width is known.
		want := byte((85*min(6, c.dots/85) + 7) / 8)
		if data := encode(t, doc, p); !bytes.Contains(data, []byte{0x1D, 'v', '0', 0, want, 0}) {
			t.Errorf("%d characters drawn on %d dots: not %d bytes wide", c.characters, c.dots, want)
		}
	}
}
