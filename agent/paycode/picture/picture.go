// Package picture draws a text as a QR code (ISO/IEC 18004, model 2), for
// screens and for paper. It is the only home of go-qrcode. It does not know
// what the text means and it reads no codes.
//
// Invariant: what it draws reads back as the same text, and nothing is drawn
// of a text that does not fit.
package picture

import (
	"errors"
	"fmt"
	"io"

	qrcode "github.com/skip2/go-qrcode"
)

// Level is how much of a code may be damaged and still be read.
type Level int

// The four levels of the standard. Medium is right for screens and receipts.
const (
	Low      Level = iota // L, about 7 %
	Medium                // M, about 15 %
	Quartile              // Q, about 25 %
	High                  // H, about 30 %
)

// QuietZone is the light border that a reader needs, in modules (ISO/IEC
// 18004, 5.3.8). A Matrix is drawn without it.
const QuietZone = 4

var (
	// ErrEmpty is for a text of nothing.
	ErrEmpty = errors.New("there is no text to draw as a code")
	// ErrTooLong is for a text that fits no QR code of its level. At Medium,
	// 2331 bytes fit.
	ErrTooLong = errors.New("the text is too long for a QR code: shorten it or choose a lower level")
)

// Matrix is a code of Size times Size modules. Bits has rows padded to whole
// bytes, the most significant bit leftmost, 1 dark: the layout of a printer's
// bitmap of that width and height.
type Matrix struct {
	Size int
	Bits []byte
}

// Dark says whether a module is dark; outside the code everything is light.
func (m Matrix) Dark(x, y int) bool {
	if x < 0 || y < 0 || x >= m.Size || y >= m.Size {
		return false
	}
	return m.Bits[y*m.stride()+x/8]&(0x80>>(x%8)) != 0
}

func (m Matrix) stride() int { return (m.Size + 7) / 8 }

// QR makes the smallest code that holds the text, as UTF-8 bytes where it is
// not digits or capital letters.
func QR(text string, level Level) (Matrix, error) {
	if text == "" {
		return Matrix{}, ErrEmpty
	}
	recovery, err := level.recovery()
	if err != nil {
		return Matrix{}, err
	}
	// A QR code holds 7089 digits at the very most, and the library takes time
	// that grows with the text before it says that something does not fit.
	if len(text) > 7089 {
		return Matrix{}, fmt.Errorf("%w (%d bytes)", ErrTooLong, len(text))
	}
	code, err := qrcode.New(text, recovery)
	if err != nil { // the library has no other reason
		return Matrix{}, fmt.Errorf("%w (%d bytes: %v)", ErrTooLong, len(text), err)
	}
	code.DisableBorder = true
	rows := code.Bitmap()
	m := Matrix{Size: len(rows)}
	m.Bits = make([]byte, m.stride()*m.Size)
	for y, row := range rows {
		for x, dark := range row {
			if dark {
				m.Bits[y*m.stride()+x/8] |= 0x80 >> (x % 8)
			}
		}
	}
	return m, nil
}

func (l Level) recovery() (qrcode.RecoveryLevel, error) {
	switch l {
	case Low:
		return qrcode.Low, nil
	case Medium:
		return qrcode.Medium, nil
	case Quartile:
		return qrcode.High, nil // the library's High is the standard's Q
	case High:
		return qrcode.Highest, nil
	}
	return 0, fmt.Errorf("level %d of QR codes does not exist: use Low, Medium, Quartile or High", l)
}

// maxModule bounds a picture: 177 modules of 64 pixels are more than any
// screen has.
const maxModule = 64

// PNG writes a code at level Medium with its quiet zone, black on white, one
// bit to a pixel.
func PNG(text string, pixelsPerModule int, w io.Writer) error {
	m, err := QR(text, Medium)
	if err != nil {
		return err
	}
	return m.PNG(pixelsPerModule, w)
}
