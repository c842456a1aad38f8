package scanner

import (
	"fmt"
	"time"
)

// Header is the mark before a payload.
type Header string

const (
	NoHeader Header = "none"
	STX      Header = "stx"
)

// End is the mark after a payload.
type End string

const (
	CR   End = "cr"
	LF   End = "lf"
	CRLF End = "crlf"
	Tab  End = "tab"
	ETX  End = "etx"
	Gap  End = "gap" // no mark at all, but silence
	// Any is each of CR, LF, CRLF, TAB and ETX, after an STX or without one:
	// for a scanner whose settings nobody knows. A payload with one of these
	// bytes inside would be cut in two; give such a scanner its own End.
	Any End = "any"
)

// BCC is what the check byte covers: all bytes between are combined by XOR.
type BCC string

const (
	NoBCC   BCC = "none"
	BCCData BCC = "data" // from after the header to before the end mark (Denso GT10Q, AT30Q)
	BCCAll  BCC = "all"  // the end mark too (Denso QS20H)
)

// Framing is how a scanner marks where a payload begins and ends. The zero
// value of each field is the usual setting.
type Framing struct {
	Header Header // none
	End    End    // any
	// Gap is the silence that ends a frame when End is Gap, and that discards
	// a half frame otherwise: 60 ms and 500 ms. A scanner at 9600 baud sends a
	// byte per millisecond, but USB adapters hold bytes back for up to 16 ms.
	Gap time.Duration
	// AIM tells that the scanner is set to send AIM identifiers: then each
	// "]" with a letter and a modifier at the start is one. Without it, only
	// identifiers of known symbologies are taken off.
	AIM bool
	// Marks are what stands before a payload in place of an AIM identifier:
	// the maker's own letters, each with the identifier that it means. A frame
	// that begins with none of them is refused.
	Marks []Mark
	// Digits is how many digits before the payload tell its length: 0, 2 or 4.
	// EAN and UPC codes come without; see splitDigits.
	Digits int
	// BCC is a check byte after the end mark. It needs both marks.
	BCC BCC
	// MaxBytes is the longest payload: 4296, a QR code of version 40-L full of
	// letters and digits (ISO/IEC 18004, table 7).
	MaxBytes int
}

const (
	defaultMaxBytes  = 4296
	defaultFrameGap  = 60 * time.Millisecond
	defaultStaleGap  = 500 * time.Millisecond
	largestMaxBytes  = 1 << 20
	smallestFrameGap = 5 * time.Millisecond
)

// complete fills in what was left out, or tells what is wrong.
func (f Framing) complete() (Framing, error) {
	if f.Header == "" {
		f.Header = NoHeader
	}
	if f.End == "" {
		f.End = Any
	}
	if f.BCC == "" {
		f.BCC = NoBCC
	}
	if f.MaxBytes == 0 {
		f.MaxBytes = defaultMaxBytes
	}
	if f.Gap == 0 {
		f.Gap = defaultStaleGap
		if f.End == Gap {
			f.Gap = defaultFrameGap
		}
	}
	switch f.Header {
	case NoHeader, STX:
	default:
		return f, fmt.Errorf("header %q is not known; use none or stx", f.Header)
	}
	switch f.End {
	case CR, LF, CRLF, Tab, ETX, Gap, Any:
	default:
		return f, fmt.Errorf("end %q is not known; use cr, lf, crlf, tab, etx, gap or any", f.End)
	}
	if err := f.checkFields(); err != nil {
		return f, err
	}
	if f.MaxBytes < 1 || f.MaxBytes > largestMaxBytes {
		return f, fmt.Errorf("at most %d bytes in a frame; must be from 1 to %d", f.MaxBytes, largestMaxBytes)
	}
	if f.Gap < smallestFrameGap {
		return f, fmt.Errorf("gap is %v; must be at least %v, or one code is cut in two", f.Gap, smallestFrameGap)
	}
	return f, nil
}

// checkFields looks at what stands around the payload beside the marks.
func (f Framing) checkFields() error {
	switch f.BCC {
	case NoBCC, BCCData, BCCAll:
	default:
		return fmt.Errorf("bcc %q is not known; use none, data or all", f.BCC)
	}
	switch {
	case f.BCC != NoBCC && f.Header == NoHeader:
		return fmt.Errorf("bcc %q needs a header; scanners send none without it", f.BCC)
	case f.BCC != NoBCC && (f.End == Any || f.End == Gap):
		return fmt.Errorf("bcc %q needs to know the end mark before it; set end to the one that the scanner sends", f.BCC)
	case f.Digits != 0 && f.Digits != 2 && f.Digits != 4:
		return fmt.Errorf("a length of %d digits; use 0, 2 or 4", f.Digits)
	}
	for _, m := range f.Marks {
		if m.Text == "" || len(m.Text) > longestMark || !IsAIM([]byte(m.AIM)) {
			return fmt.Errorf("mark %q means %q; a mark is 1 to %d characters and means an AIM identifier such as ]Q1", m.Text, m.AIM, longestMark)
		}
	}
	return nil
}

// Control bytes that mark frames (ASCII, ISO/IEC 646).
const (
	stx = 0x02
	etx = 0x03
	tab = 0x09
	lf  = 0x0A
	cr  = 0x0D
)

// ends tells whether b alone ends a frame. In CRLF it is the LF that ends it,
// and only after a CR; the framer looks back for that.
func (f Framing) ends(b byte) bool {
	switch f.End {
	case CR:
		return b == cr
	case LF, CRLF:
		return b == lf
	case Tab:
		return b == tab
	case ETX:
		return b == etx
	case Any:
		return isMark(b)
	}
	return false
}

// isMark: the bytes that some scanner ends a frame with.
func isMark(b byte) bool { return b == cr || b == lf || b == tab || b == etx }
