package picture

import (
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"strings"
)

// SVG writes a code with its quiet zone as a picture without pixels: one unit
// is one module, one path is all that is dark, and it says the text nowhere.
// It has no size of its own, or, with a side above 0, so many millimetres.
func (m Matrix) SVG(mm float64, w io.Writer) error {
	side := m.Size + 2*QuietZone
	size := ""
	if mm > 0 {
		size = fmt.Sprintf(` width="%gmm" height="%gmm"`, mm, mm)
	}
	_, err := fmt.Fprintf(w, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d"%s shape-rendering="crispEdges">`+
		`<path fill="#fff" d="M0 0h%dv%dh-%dz"/><path fill="#000" d="%s"/></svg>`+"\n", side, side, size, side, side, side, m.Path(QuietZone))
	if err != nil {
		return fmt.Errorf("write the picture of a code: %w", err)
	}
	return nil
}

// Path is what is dark as the path of an SVG, one unit to a module: a
// rectangle for each run of modules in a row, moved right and down by border.
func (m Matrix) Path(border int) string {
	var out strings.Builder
	for y := range m.Size {
		for x := 0; x < m.Size; x++ {
			run := 0
			for m.Dark(x+run, y) {
				run++
			}
			if run > 0 {
				fmt.Fprintf(&out, "M%d %dh%dv1h-%dz", x+border, y+border, run, run)
				x += run
			}
		}
	}
	return out.String()
}

// PNG writes a code with its quiet zone, black on white, one bit to a pixel.
func (m Matrix) PNG(pixelsPerModule int, w io.Writer) error {
	if pixelsPerModule < 1 || pixelsPerModule > maxModule {
		return fmt.Errorf("%d pixels per module: give 1 to %d", pixelsPerModule, maxModule)
	}
	side := (m.Size + 2*QuietZone) * pixelsPerModule
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.White, color.Black})
	for y := range side {
		row := img.Pix[y*img.Stride : y*img.Stride+side]
		for x := range row {
			if m.Dark(x/pixelsPerModule-QuietZone, y/pixelsPerModule-QuietZone) {
				row[x] = 1
			}
		}
	}
	if err := png.Encode(w, img); err != nil {
		return fmt.Errorf("write the picture of a code: %w", err)
	}
	return nil
}

// Blocks is a code with its quiet zone in lines of half blocks, for a
// terminal: two rows of modules to a line. With colour it is black on white
// whatever the terminal's own colours are; without, it is for a place that
// shows black on white, such as a file.
func (m Matrix) Blocks(colour bool) string {
	var out strings.Builder
	for y := -QuietZone; y < m.Size+QuietZone; y += 2 {
		if colour {
			out.WriteString("\x1b[30;107m")
		}
		for x := -QuietZone; x < m.Size+QuietZone; x++ {
			switch up, down := m.Dark(x, y), m.Dark(x, y+1); {
			case up && down:
				out.WriteRune('█')
			case up:
				out.WriteRune('▀')
			case down:
				out.WriteRune('▄')
			default:
				out.WriteByte(' ')
			}
		}
		if colour {
			out.WriteString("\x1b[0m")
		}
		out.WriteByte('\n')
	}
	return out.String()
}
