package escpos

import (
	"errors"
	"fmt"

	"github.com/posagent/posagent/drivers/printer"
)

// sliceRows is the most rows that one raster command carries; some models
// take no more than a byte's worth.
const sliceRows = 255

// maxQR is the most bytes that a QR code of error correction level M holds.
const maxQR = 2331

// qr prints a code by the printer's own command, or drawn when it has none.
func (e *encoder) qr(q printer.QR) error {
	if q.Text == "" || len(q.Text) > maxQR {
		return fmt.Errorf("a QR code of %d bytes; 1 to %d fit", len(q.Text), maxQR)
	}
	if q.Module < 0 || q.Module > 16 {
		return fmt.Errorf("module of %d dots; 1 to 16 are possible, 0 lets the driver choose", q.Module)
	}
	module := q.Module
	if module == 0 {
		module = 6
	}
	module = min(module, e.widest(q)) // too wide a code is not printed at all
	if !e.p.QR {
		if err := check(q.Bitmap); err != nil {
			return fmt.Errorf("this printer has no QR command and must be given the code as a picture: %w", err)
		}
		return e.picture(magnify(q.Bitmap, module), q.Align)
	}
	for i := range len(q.Text) {
		// The printer acts on real-time commands (10 04, 10 05, 10 14) even
		// within the data of another command.
		if q.Text[i] < 0x20 || q.Text[i] == 0x7F {
			return fmt.Errorf("byte %d of the QR code is the control character %02X; a printer could take it for a command", i+1, q.Text[i])
		}
	}
	e.setStyle(printer.Style{})
	e.setAlign(q.Align)
	e.put(0x1B, 'J', byte(4*module)) // the quiet zone that ISO/IEC 18004 asks for
	n := len(q.Text) + 3
	e.put(0x1D, '(', 'k', 4, 0, '1', 'A', '2', 0)       // function 165: model 2
	e.put(0x1D, '(', 'k', 3, 0, '1', 'C', byte(module)) // function 167
	e.put(0x1D, '(', 'k', 3, 0, '1', 'E', '1')          // function 169: level M
	e.put(0x1D, '(', 'k', byte(n), byte(n>>8), '1', 'P', '0')
	e.out = append(e.out, q.Text...)           // function 180
	e.put(0x1D, '(', 'k', 3, 0, '1', 'Q', '0') // function 181
	e.put(0x1B, 'J', byte(4*module))
	return nil
}

// widest is the largest module, in dots, with which the code and its quiet
// zone fit on the paper. A printer's own command may draw a larger code than
// Bitmap: not every one knows the modes that make codes small.
func (e *encoder) widest(q printer.QR) int {
	side := q.Bitmap.Width
	if side == 0 || e.p.QR { // level M, bytes: versions 5, 11, 18, 25 and 40
		for _, v := range []struct{ bytes, side int }{{84, 37}, {251, 61}, {560, 89}, {997, 117}, {maxQR, 177}} {
			if side = v.side; len(q.Text) <= v.bytes {
				break
			}
		}
	}
	return max(1, e.p.Dots/(side+8))
}

// picture prints dots in slices.
func (e *encoder) picture(b printer.Bitmap, align printer.Align) error {
	if err := check(b); err != nil {
		return err
	}
	if b.Width > e.p.Dots {
		return fmt.Errorf("the picture is %d dots wide, the paper %d", b.Width, e.p.Dots)
	}
	e.setStyle(printer.Style{})
	e.setAlign(align)
	row := (b.Width + 7) / 8
	for top := 0; top < b.Height; top += sliceRows {
		rows := min(sliceRows, b.Height-top)
		e.put(0x1D, 'v', '0', 0, byte(row), byte(row>>8), byte(rows), byte(rows>>8))
		e.out = append(e.out, b.Bits[top*row:(top+rows)*row]...)
	}
	return nil
}

func check(b printer.Bitmap) error {
	switch {
	case b.Width <= 0 || b.Height <= 0:
		return errors.New("the picture is empty")
	case b.Height > 1<<16:
		return fmt.Errorf("the picture is %d dots high, more than %d", b.Height, 1<<16)
	case len(b.Bits) != (b.Width+7)/8*b.Height:
		return fmt.Errorf("a picture of %d x %d dots needs %d bytes, not %d", b.Width, b.Height, (b.Width+7)/8*b.Height, len(b.Bits))
	}
	return nil
}

// magnify draws each dot as by x by dots, with a quiet zone of four.
func magnify(b printer.Bitmap, by int) printer.Bitmap {
	const quiet = 4
	w, h := (b.Width+2*quiet)*by, (b.Height+2*quiet)*by
	row, old := (w+7)/8, (b.Width+7)/8
	out := printer.Bitmap{Width: w, Height: h, Bits: make([]byte, row*h)}
	for y := range b.Height * by {
		for x := range b.Width * by {
			sx, sy := x/by, y/by
			if b.Bits[sy*old+sx/8]&(0x80>>(sx%8)) != 0 {
				tx, ty := x+quiet*by, y+quiet*by
				out.Bits[ty*row+tx/8] |= 0x80 >> (tx % 8)
			}
		}
	}
	return out
}
