package typeset

import (
	"errors"
	"fmt"
	"strings"

	"github.com/posagent/posagent/drivers/printer"
)

// MaxQR is the most bytes that a QR code of error correction level M holds.
const MaxQR = 2331

// quiet is the width of the white border around a QR code in modules, as
// ISO/IEC 18004 asks for.
const quiet = 4

// qr prints a code by the printer's own command, or drawn when it has none.
func (s *sheet) qr(q printer.QR) error {
	if q.Text == "" || len(q.Text) > MaxQR {
		return fmt.Errorf("a QR code of %d bytes; 1 to %d fit", len(q.Text), MaxQR)
	}
	if q.Module < 0 || q.Module > 16 {
		return fmt.Errorf("module of %d dots; 1 to 16 are possible, 0 lets the driver choose", q.Module)
	}
	module := q.Module
	if module == 0 {
		module = 6
	}
	module = min(module, s.widest(q)) // too wide a code is not printed at all
	if !s.p.QR {
		if err := checkPicture(q.Bitmap); err != nil {
			return fmt.Errorf("this printer has no QR command and must be given the code as a picture: %w", err)
		}
		return s.dots(magnify(q.Bitmap, module), q.Align)
	}
	for i := range len(q.Text) {
		// A printer acts on real-time commands (10 04, 10 05, 10 14) even
		// within the data of another command.
		if q.Text[i] < 0x20 || q.Text[i] == 0x7F {
			return fmt.Errorf("byte %d of the QR code is the control character %02X; a printer could take it for a command", i+1, q.Text[i])
		}
	}
	s.setStyle(printer.Style{})
	s.set(q.Align, printer.Style{})
	s.m.Rows(quiet * module)
	s.m.QR(q.Text, module)
	s.m.Rows(quiet * module)
	return nil
}

// widest is the largest module, in dots, with which the code and its quiet
// zone fit on the paper. A printer's own command may draw a larger code than
// Bitmap: not every one knows the modes that make codes small.
func (s *sheet) widest(q printer.QR) int {
	side := q.Bitmap.Width
	if side == 0 || s.p.QR { // level M, bytes: versions 5, 11, 18, 25 and 40
		for _, v := range []struct{ bytes, side int }{{84, 37}, {251, 61}, {560, 89}, {997, 117}, {MaxQR, 177}} {
			if side = v.side; len(q.Text) <= v.bytes {
				break
			}
		}
	}
	return max(1, s.p.Dots/(side+2*quiet))
}

// magnify draws each dot as by x by dots, with a quiet zone.
func magnify(b printer.Bitmap, by int) printer.Bitmap {
	out := blank((b.Width+2*quiet)*by, (b.Height+2*quiet)*by)
	for y := range b.Height * by {
		for x := range b.Width * by {
			if dot(b, x/by, y/by) {
				ink(out, x+quiet*by, y+quiet*by)
			}
		}
	}
	return out
}

// barcode checks a bar code and gives it its usual size.
func (s *sheet) barcode(b printer.Barcode) error {
	if b.Height == 0 {
		b.Height = 64
	}
	if b.Module == 0 {
		b.Module = 2
	}
	if b.Height < 8 || b.Height > 255 || b.Module < 2 || b.Module > 4 {
		return fmt.Errorf("bars of %d dots in modules of %d; 8 to 255 in 2 to 4 are possible", b.Height, b.Module)
	}
	modules := 0
	switch b.Kind {
	case printer.EAN13:
		text, err := ean13(b.Text)
		if err != nil {
			return err
		}
		b.Text, modules = text, 95+18
	case printer.Code128:
		if b.Text == "" || len(b.Text) > 200 || strings.ContainsFunc(b.Text, func(r rune) bool { return r < 0x20 || r > 0x7E }) {
			return errors.New("a Code 128 holds 1 to 200 printable ASCII characters")
		}
		modules = 11*(len(b.Text)+2) + 13 + 20 // in set B, with its white borders
	default:
		return fmt.Errorf("there is no bar code %q: use ean13 or code128", b.Kind)
	}
	if modules*b.Module > s.p.Dots {
		return fmt.Errorf("the bar code of %q takes %d dots, the paper has %d", b.Text, modules*b.Module, s.p.Dots)
	}
	s.set(b.Align, printer.Style{})
	s.m.Barcode(b)
	return nil
}

// ean13 is the 13 digits of an article number with its check digit.
func ean13(text string) (string, error) {
	if len(text) != 12 && len(text) != 13 || strings.ContainsFunc(text, func(r rune) bool { return r < '0' || r > '9' }) {
		return "", errors.New("an EAN-13 is 12 or 13 digits")
	}
	sum := 0
	for i := range 12 {
		sum += int(text[i]-'0') * (1 + 2*(i%2))
	}
	check := byte('0' + (10-sum%10)%10)
	if len(text) == 13 && text[12] != check {
		return "", fmt.Errorf("the check digit of EAN-13 %s is wrong: it must be %c", text, check)
	}
	return text[:12] + string(check), nil
}
