package papertape

import (
	"fmt"
	"image"
	"image/draw"
	"io/fs"
	"os"
	"strings"
	"sync"

	"golang.org/x/image/font"
	"golang.org/x/image/font/basicfont"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"github.com/posagent/posagent/drivers/printer"
)

// Font is where the shapes of characters come from. Load one and keep it: it
// may be shared by any number of receipts.
type Font struct {
	// Name is the font's own name; without a Japanese font on the machine it
	// is BuiltIn.
	Name string
	sfnt *sfnt.Font
}

// BuiltIn is the name of the font for machines without a Japanese font: ASCII
// is drawn, any other character is a frame with its code point in it.
const BuiltIn = "built in, ASCII only"

// wanted are the files that are looked for, best first: Japanese fonts in which
// half-width characters are half as wide as kanji. Debian has them in the
// packages fonts-morisawa-bizud-gothic, fonts-ipafont-gothic, fonts-takao-gothic
// and fonts-noto-cjk.
func wanted() []string {
	return []string{
		"/usr/share/fonts/truetype/bizud-gothic/BIZUDGothic-Regular.ttf",
		"/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf",
		"/usr/share/fonts/truetype/takao-gothic/TakaoGothic.ttf",
		"/usr/share/fonts/truetype/vlgothic/VL-Gothic-Regular.ttf",
		"/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
	}
}

// FindFont is the first font that can be read: of the given files, else of
// those that this package knows, else the built-in one. It never fails.
func FindFont(files ...string) *Font {
	for _, name := range append(files, wanted()...) {
		if f, err := LoadFont(name); err == nil {
			return f
		}
	}
	return &Font{Name: BuiltIn}
}

// LoadFont reads a TrueType or OpenType font, or the fixed-pitch Japanese one
// of a collection.
func LoadFont(file string) (*Font, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err // it names the file
	}
	all, err := opentype.ParseCollection(data)
	if err != nil {
		return nil, fmt.Errorf("font %s cannot be read: %w", file, err)
	}
	var best *Font
	for i := range all.NumFonts() {
		one, err := all.Font(i)
		if err != nil {
			continue
		}
		name, err := one.Name(nil, sfnt.NameIDFull)
		if err != nil {
			continue
		}
		f := &Font{Name: name, sfnt: one}
		if best == nil || strings.Contains(name, "Mono CJK JP") && !strings.Contains(name, "Bold") {
			best = f
		}
	}
	if best == nil || !best.has('漢') {
		return nil, fmt.Errorf("font %s has no Japanese characters: %w", file, fs.ErrInvalid)
	}
	return best, nil
}

// has tells whether the font has a shape for a character.
func (f *Font) has(r rune) bool {
	if f.sfnt == nil {
		return r >= 0x20 && r < 0x7F
	}
	i, err := f.sfnt.GlyphIndex(nil, r)
	return err == nil && i != 0
}

// pen draws characters of one font in cells. It is for one goroutine.
type pen struct {
	font  *Font
	cell  int // width of a half-width character in dots
	faces map[int]font.Face
}

func newPen(f *Font, cell int) *pen {
	return &pen{font: f, cell: cell, faces: map[int]font.Face{}}
}

// face is the font at m times its plain size.
func (p *pen) face(m int) font.Face {
	if f, ok := p.faces[m]; ok {
		return f
	}
	f, err := opentype.NewFace(p.font.sfnt, &opentype.FaceOptions{Size: float64(2 * p.cell * m), DPI: 72, Hinting: font.HintingNone})
	if err != nil {
		f = nil
	}
	p.faces[m] = f
	return f
}

// glyph is a character in a cell of cols columns, m times as large: 255 where
// there is ink.
func (p *pen) glyph(r rune, cols, m int) *image.Alpha {
	cell := image.NewAlpha(image.Rect(0, 0, p.cell*cols*m, 2*p.cell*m))
	switch {
	case r == ' ' || r == 0x3000:
	case p.font.sfnt == nil && p.font.has(r):
		p.basic(cell, string(r), m)
	case p.font.has(r) && p.face(m) != nil:
		p.outline(cell, r, m)
	default:
		p.codePoint(cell, r, m)
	}
	return cell
}

// outline draws a character of the font in the middle of its cell; one that is
// wider than the cell is drawn narrower.
func (p *pen) outline(cell *image.Alpha, r rune, m int) {
	face := p.face(m)
	advance, ok := face.GlyphAdvance(r)
	if !ok {
		p.codePoint(cell, r, m)
		return
	}
	wide := cell
	width := cell.Rect.Dx()
	if a := advance.Ceil(); a > width+m {
		wide = image.NewAlpha(image.Rect(0, 0, a, cell.Rect.Dy()))
	}
	// The em square stands on the cell: 88% above the base line, 12% below.
	base := fixed.I(cell.Rect.Dy()) * 88 / 100
	d := font.Drawer{Dst: wide, Src: image.Opaque, Face: face,
		Dot: fixed.Point26_6{X: max(0, (fixed.I(wide.Rect.Dx())-advance)/2), Y: base}}
	d.DrawString(string(r))
	if wide != cell {
		squeeze(cell, wide)
	}
}

// basic draws with the built-in font of 7 by 13 dots.
func (p *pen) basic(cell *image.Alpha, text string, m int) {
	small := image.NewAlpha(image.Rect(0, 0, 7*len(text), 13))
	d := font.Drawer{Dst: small, Src: image.Opaque, Face: basicfont.Face7x13, Dot: fixed.P(0, 11)}
	d.DrawString(text)
	squeeze(cell, small)
}

// codePoint is a frame with the number of a character that the font lacks.
func (p *pen) codePoint(cell *image.Alpha, r rune, m int) {
	b := cell.Rect.Inset(m)
	draw.Draw(cell, b, image.Opaque, image.Point{}, draw.Src)
	draw.Draw(cell, b.Inset(m), image.Transparent, image.Point{}, draw.Src)
	code := fmt.Sprintf("%04X", r)
	half := (len(code) + 1) / 2
	inner := b.Inset(2 * m)
	for i, part := range []string{code[:half], code[half:]} {
		row := image.NewAlpha(image.Rect(0, 0, inner.Dx(), inner.Dy()/2))
		p.basic(row, part, m)
		at := image.Pt(inner.Min.X, inner.Min.Y+i*inner.Dy()/2)
		draw.Draw(cell, row.Rect.Add(at), row, image.Point{}, draw.Src)
	}
}

// Letters draws single characters of the font in a printer's dots. The result
// may be used by several goroutines.
func (f *Font) Letters() printer.Draw {
	var mu sync.Mutex
	pens := map[int]*pen{}
	return func(r rune, columns, cell, w, h int) (printer.Bitmap, bool) {
		mu.Lock()
		defer mu.Unlock()
		if f.sfnt == nil || !f.has(r) || cell < 4 || cell > 64 || columns < 1 || columns > 2 || w < 1 || w > 8 || h < 1 || h > 8 {
			return printer.Bitmap{}, false
		}
		p := pens[cell]
		if p == nil {
			p = newPen(f, cell)
			pens[cell] = p
		}
		return dots(p.glyph(r, columns, max(w, h)), columns*cell*w, 2*cell*h), true
	}
}

// dots is a shape in black and white, in another size if need be.
func dots(shape *image.Alpha, width, height int) printer.Bitmap {
	if shape.Rect.Dx() != width || shape.Rect.Dy() != height {
		fit := image.NewAlpha(image.Rect(0, 0, width, height))
		squeeze(fit, shape)
		shape = fit
	}
	row := (width + 7) / 8
	b := printer.Bitmap{Width: width, Height: height, Bits: make([]byte, row*height)}
	for y := range height {
		for x := range width {
			if shape.Pix[y*shape.Stride+x] >= 128 {
				b.Bits[y*row+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return b
}
