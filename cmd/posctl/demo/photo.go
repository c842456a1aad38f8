package demo

import (
	"errors"
	"fmt"
	"image/png"
	"io"
	"os"

	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/virtual/photo"
)

// Take is how a customer's screen is photographed.
type Take struct {
	Hard bool   // under bad conditions, not as usual
	Seed uint64 // the same one gives the same picture
}

// filmed is how many pictures a film has, at so many a second: a browser plays
// it again and again.
const (
	filmed = 12
	pace   = 10
)

// Photo writes the picture of a phone that shows a code, as a camera at the
// counter sees it (PNG).
func (t Take) Photo(file, code string) error {
	scene, err := t.scene(code)
	if err != nil {
		return err
	}
	shot, err := photo.Shoot(scene)
	if err != nil {
		return err
	}
	return written(file, func(w io.Writer) error { return png.Encode(w, shot.Picture) })
}

// Film writes a second of a hand that holds the phone, as YUV4MPEG2, which
// Chromium plays as a camera (--use-file-for-fake-video-capture).
func (t Take) Film(file, code string) error {
	scene, err := t.scene(code)
	if err != nil {
		return err
	}
	return written(file, func(w io.Writer) error {
		return photo.WriteY4M(w, photo.Film(photo.Sequence(scene, filmed, pace)), pace)
	})
}

func (t Take) scene(code string) (photo.Scene, error) {
	m, err := picture.QR(code, picture.Medium)
	if err != nil {
		return photo.Scene{}, err
	}
	shown := photo.Shown{QR: photo.Matrix{Size: m.Size, Bits: m.Bits}}
	scene := photo.Normal(shown, t.Seed)
	if t.Hard {
		scene = photo.Hard(shown, t.Seed)
	}
	if font := papertape.FindFont(); font != nil {
		scene.Letters = font.Letters()
	}
	return scene, nil
}

// written makes a file that only its owner may read: it shows a live code.
func written(name string, write func(io.Writer) error) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return fmt.Errorf("draw the code: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	return write(f)
}
