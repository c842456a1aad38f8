package star

import "github.com/posagent/posagent/drivers/printer"

const (
	band      = 24  // rows of one ESC k
	sliceRows = 255 // most rows of one ESC GS S unless the profile says otherwise
)

// Picture implements typeset.Machine.
func (e *encoder) Picture(b printer.Bitmap, align printer.Align) {
	switch e.p.Raster {
	case "esc-r":
		e.rasterMode(b, align)
	case "gs-s":
		e.slices(b)
	default:
		e.bands(b)
	}
}

// bands is ESC k: 24 rows, then a line feed of as much (ESC 0 is 3 mm).
func (e *encoder) bands(b printer.Bitmap) {
	row := (b.Width + 7) / 8
	e.put(0x1B, '0')
	for top := 0; top < b.Height; top += band {
		e.put(0x1B, 'k', byte(row), byte(row>>8))
		bits := b.Bits[top*row : min(top+band, b.Height)*row]
		e.out = append(e.out, bits...)
		e.out = append(e.out, make([]byte, band*row-len(bits))...)
		e.put('\n')
	}
	e.put(0x1B, 'z', 1)
}

// slices is ESC GS S, of StarPRNT.
func (e *encoder) slices(b printer.Bitmap) {
	most := sliceRows
	if e.p.Slice > 0 {
		most = e.p.Slice
	}
	row := (b.Width + 7) / 8
	for top := 0; top < b.Height; top += most {
		rows := min(most, b.Height-top)
		e.put(0x1B, 0x1D, 'S', 1, byte(row), byte(row>>8), byte(rows), byte(rows>>8), 0)
		e.out = append(e.out, b.Bits[top*row:(top+rows)*row]...)
	}
}

// rasterMode is ESC * r, a mode of its own in which rows are sent one by one.
// It knows no alignment, so that empty bytes stand on the left.
func (e *encoder) rasterMode(b printer.Bitmap, align printer.Align) {
	row := (b.Width + 7) / 8
	left := 0
	switch align {
	case printer.Centre:
		left = max(0, e.p.Dots-b.Width) / 2 / 8
	case printer.Right:
		left = max(0, e.p.Dots-b.Width) / 8
	}
	e.put(0x1B, '*', 'r', 'A')
	e.put(0x1B, '*', 'r', 'P', '0', 0) // no pages
	e.put(0x1B, '*', 'r', 'E', '1', 0) // no cut where the mode ends
	for y := range b.Height {
		e.put('b', byte(left+row), byte((left+row)>>8))
		e.out = append(e.out, make([]byte, left)...)
		e.out = append(e.out, b.Bits[y*row:(y+1)*row]...)
	}
	e.put(0x1B, '*', 'r', 'B')
}
