package imager

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"

	"github.com/posagent/posagent/drivers/scanner/imager/gray"
)

// maxPasses is how many passes a JPEG may have. A progressive one has about
// ten. Each further pass costs a few bytes of the file and a walk over all
// pixels, so that a small file could keep a core busy for minutes.
const maxPasses = 32

// maxSide is how many dots a side may have, several times those of a phone's
// picture. Memory is kept for each row and column, not only for each dot.
const maxSide = 16_384

// format is one of the three file formats.
type format struct {
	config func(io.Reader) (image.Config, error)
	decode func(io.Reader) (image.Image, error)
}

// formatOf tells a format by its first bytes, whatever a file's name says.
func formatOf(data []byte) (format, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\x89PNG\r\n\x1a\n")):
		return format{png.DecodeConfig, png.Decode}, nil
	case bytes.HasPrefix(data, []byte("\xFF\xD8\xFF")):
		// FF DA begins a pass; inside a pass an FF is followed by 00 or a restart mark.
		if passes := bytes.Count(data, []byte("\xFF\xDA")); passes > maxPasses {
			return format{}, fmt.Errorf("%w (a JPEG of %d passes)", ErrNotAPicture, passes)
		}
		return format{jpeg.DecodeConfig, jpeg.Decode}, nil
	case bytes.HasPrefix(data, []byte("GIF87a")), bytes.HasPrefix(data, []byte("GIF89a")):
		return format{gif.DecodeConfig, gif.Decode}, nil // the first picture of an animated one
	}
	return format{}, ErrNotAPicture
}

// decode makes the gray plane of a picture file. The size is read from the
// head of the file and refused before any pixel is decoded.
func decode(ctx context.Context, data []byte, maxPixels int) (gray.Plane, error) {
	f, err := formatOf(data)
	if err != nil {
		return gray.Plane{}, err
	}
	config, err := f.config(bytes.NewReader(data))
	if err != nil {
		return gray.Plane{}, fmt.Errorf("%w (%v)", ErrNotAPicture, err)
	}
	pixels := int64(config.Width) * int64(config.Height)
	if deep(config.ColorModel) {
		pixels *= 2 // sixteen bits a channel take twice the memory
	}
	if max(config.Width, config.Height) > maxSide {
		return gray.Plane{}, fmt.Errorf("%w (%d x %d, a side of more than %d)", ErrTooBig, config.Width, config.Height, maxSide)
	}
	if pixels > int64(maxPixels) {
		return gray.Plane{}, fmt.Errorf("%w (%d x %d, more than %d pixels)", ErrTooBig, config.Width, config.Height, maxPixels)
	}
	img, err := f.decode(watched{ctx, bytes.NewReader(data)})
	if ctx.Err() != nil {
		return gray.Plane{}, ctx.Err()
	}
	if err != nil {
		return gray.Plane{}, fmt.Errorf("%w (%v)", ErrNotAPicture, err)
	}
	return brightness(img).Fit(finePixels), nil
}

func deep(m color.Model) bool {
	return m == color.RGBA64Model || m == color.NRGBA64Model || m == color.Gray16Model
}

// brightness is the luminance of a picture. What is transparent is white, because
// codes are often saved as black on nothing.
func brightness(img image.Image) gray.Plane {
	b := img.Bounds()
	p := gray.New(b.Dx(), b.Dy())
	switch img := img.(type) {
	case *image.Gray:
		for y := range p.H {
			copy(p.Row(y), img.Pix[img.PixOffset(b.Min.X, b.Min.Y+y):])
		}
	case *image.YCbCr:
		for y := range p.H {
			copy(p.Row(y), img.Y[img.YOffset(b.Min.X, b.Min.Y+y):])
		}
	case image.RGBA64Image:
		for y := range p.H {
			row := p.Row(y)
			for x := range row {
				c := img.RGBA64At(b.Min.X+x, b.Min.Y+y)
				row[x] = luminance(uint32(c.R), uint32(c.G), uint32(c.B), uint32(c.A))
			}
		}
	default: // CMYK and whatever a decoder may give one day
		for y := range p.H {
			row := p.Row(y)
			for x := range row {
				row[x] = luminance(img.At(b.Min.X+x, b.Min.Y+y).RGBA())
			}
		}
	}
	return p
}

// luminance is ITU-R BT.601 luma of 16-bit channels multiplied by alpha, over
// white.
func luminance(r, g, b, a uint32) byte {
	return byte(((299*r+587*g+114*b)/1000 + (0xFFFF - a)) >> 8)
}
