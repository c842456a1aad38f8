package photo

import (
	"bufio"
	"errors"
	"fmt"
	"image"
	"io"
	"iter"
)

// ErrFilm says that frames are no film.
var ErrFilm = errors.New("no film can be made of these frames")

// WriteY4M writes frames of one even size as YUV4MPEG2 in 4:2:0 with the colour
// samples between the pixels (C420jpeg) and the levels of ITU-R BT.601 (16 to
// 235). Chromium plays such a file as its camera, again and again, with
// --use-fake-device-for-media-stream --use-file-for-fake-video-capture=FILE.
func WriteY4M(w io.Writer, frames iter.Seq2[*image.RGBA, error], framesPerSecond int) error {
	if framesPerSecond < 1 {
		return fmt.Errorf("%w: %d frames a second", ErrFilm, framesPerSecond)
	}
	out := bufio.NewWriterSize(w, 1<<16)
	var size image.Point
	var buf []byte
	for frame, err := range frames {
		if err != nil {
			return fmt.Errorf("film: %w", err)
		}
		if size == (image.Point{}) {
			size = frame.Rect.Size()
			if size.X < 2 || size.Y < 2 || size.X%2 != 0 || size.Y%2 != 0 {
				return fmt.Errorf("%w: %d x %d pixels: both must be even", ErrFilm, size.X, size.Y)
			}
			buf = make([]byte, size.X*size.Y*3/2)
			fmt.Fprintf(out, "YUV4MPEG2 W%d H%d F%d:1 Ip A1:1 C420jpeg\n", size.X, size.Y, framesPerSecond)
		}
		if frame.Rect.Size() != size {
			return fmt.Errorf("%w: a frame of %v follows those of %v", ErrFilm, frame.Rect.Size(), size)
		}
		planes(buf, frame)
		_, _ = out.WriteString("FRAME\n") // Flush tells what went wrong
		if _, err := out.Write(buf); err != nil {
			return fmt.Errorf("write the film: %w", err)
		}
	}
	if size == (image.Point{}) {
		return fmt.Errorf("%w: there are none", ErrFilm)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the film: %w", err)
	}
	return nil
}

// planes fills brightness, then blue and red of every four pixels.
func planes(out []byte, img *image.RGBA) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	blue, red := out[w*h:w*h*5/4], out[w*h*5/4:]
	for y := 0; y < h; y += 2 {
		for x := 0; x < w; x += 2 {
			var r, g, b int
			for _, at := range [4]int{0, 1, w, w + 1} {
				p := img.Pix[(y+at/w)*img.Stride+4*(x+at%w):]
				pr, pg, pb := int(p[0]), int(p[1]), int(p[2])
				out[y*w+x+at] = byte((66*pr+129*pg+25*pb+128)>>8 + 16)
				r, g, b = r+pr, g+pg, b+pb
			}
			i := y/2*(w/2) + x/2
			blue[i] = byte((-38*r-74*g+112*b+512)>>10 + 128)
			red[i] = byte((112*r-94*g-18*b+512)>>10 + 128)
		}
	}
}
