package escpos

import (
	"slices"
	"strings"

	"github.com/posagent/posagent/drivers/printer"
)

// sliceRows is the most rows that one raster command carries unless the
// profile says otherwise; some models take no more than a byte's worth.
const sliceRows = 255

// QR implements typeset.Machine.
func (e *encoder) QR(text string, module int) {
	n := len(text) + 3
	e.put(0x1D, '(', 'k', 4, 0, '1', 'A', '2', 0)       // function 165: model 2
	e.put(0x1D, '(', 'k', 3, 0, '1', 'C', byte(module)) // function 167
	e.put(0x1D, '(', 'k', 3, 0, '1', 'E', '1')          // function 169: level M
	e.put(0x1D, '(', 'k', byte(n), byte(n>>8), '1', 'P', '0')
	e.out = append(e.out, text...)             // function 180
	e.put(0x1D, '(', 'k', 3, 0, '1', 'Q', '0') // function 181
}

// Barcode implements typeset.Machine, by the counted form of GS k.
func (e *encoder) Barcode(b printer.Barcode) {
	e.put(0x1D, 'h', byte(b.Height), 0x1D, 'w', byte(b.Module), 0x1D, 'H', flag(b.Words, 2), 0x1D, 'f', 0)
	switch b.Kind {
	case printer.EAN13:
		e.put(0x1D, 'k', 67, byte(len(b.Text)))
		e.out = append(e.out, b.Text...)
	case printer.Code128:
		text := "{B" + strings.ReplaceAll(b.Text, "{", "{{") // set B has all printable ASCII
		e.put(0x1D, 'k', 73, byte(len(text)))
		e.out = append(e.out, text...)
	}
}

// Picture implements typeset.Machine, in slices. The alignment was set before.
func (e *encoder) Picture(b printer.Bitmap, _ printer.Align) {
	most := sliceRows
	if e.p.Slice > 0 {
		most = e.p.Slice
	}
	row := (b.Width + 7) / 8
	for top := 0; top < b.Height; top += most {
		rows := min(most, b.Height-top)
		bits := unheard(b.Bits[top*row : (top+rows)*row])
		if e.p.Raster == "gs-l" {
			e.graphics(row*8, rows, bits)
			continue
		}
		e.put(0x1D, 'v', '0', 0, byte(row), byte(row>>8), byte(rows), byte(rows>>8))
		e.out = append(e.out, bits...)
	}
}

// unheard is dots in which no printer hears a real-time command: those begin
// with 10 04, 10 05 or 10 14, are obeyed the moment they arrive, even among the
// dots of a picture, and would open the drawer or empty the buffer. One more
// black dot makes something else of them. The command that switches them off
// (GS ( D) would not do: it waits in the buffer while the dots already come,
// and the drawer would stay shut until the next document.
func unheard(dots []byte) []byte {
	out := slices.Clone(dots)
	for i := range len(out) - 1 {
		if out[i] == 0x10 && (out[i+1] == 0x04 || out[i+1] == 0x05 || out[i+1] == 0x14) {
			out[i] = 0x30
		}
	}
	return out
}

// graphics is GS ( L, or GS 8 L when the dots do not fit in it: store
// (function 112), then print (function 50).
func (e *encoder) graphics(width, rows int, bits []byte) {
	n := len(bits) + 10
	if n <= 0xFFFF {
		e.put(0x1D, '(', 'L', byte(n), byte(n>>8))
	} else {
		e.put(0x1D, '8', 'L', byte(n), byte(n>>8), byte(n>>16), byte(n>>24))
	}
	e.put('0', 112, '0', 1, 1, '1', byte(width), byte(width>>8), byte(rows), byte(rows>>8))
	e.out = append(e.out, bits...)
	e.put(0x1D, '(', 'L', 2, 0, '0', 50)
}
