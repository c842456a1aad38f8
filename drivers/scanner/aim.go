package scanner

import "strings"

// The AIM identifier (ISO/IEC 15424) is "]", a letter for the symbology, and a
// modifier for how it was read. It is not part of the code.

// modifiers are those that a symbology has, for the symbologies that a payment
// code or the goods beside it can come in. Identifiers of others are taken off
// only if the scanner is known to send them: a payload may begin with "]" too.
func modifiers(symbology byte) string {
	switch symbology {
	case 'A': // Code 39
		return "01234567"
	case 'C': // Code 128, GS1-128
		return "0124"
	case 'E': // EAN, UPC
		return "01234"
	case 'F': // Codabar (NW-7)
		return "0124"
	case 'I': // Interleaved 2 of 5
		return "013"
	case 'L': // PDF417
		return "012345"
	case 'Q', 'd': // QR Code and Micro QR, Data Matrix
		return "0123456"
	case 'X': // other
		return "0123456789ABCDEF"
	case 'e': // GS1 DataBar
		return "0123"
	case 'z': // Aztec
		return "0123456789ABC"
	}
	return ""
}

// SplitAIM takes the identifier off a frame. sent tells that the scanner is
// set to send identifiers, so that every well-formed one is taken.
func SplitAIM(frame []byte, sent bool) (aim string, data []byte) {
	if len(frame) < aimLength || frame[0] != ']' {
		return "", frame
	}
	letter, modifier := frame[1], frame[2]
	known := strings.IndexByte(modifiers(letter), modifier) >= 0
	if !known && !(sent && IsAIM(frame[:aimLength])) {
		return "", frame
	}
	return string(frame[:aimLength]), frame[aimLength:]
}

// IsAIM tells whether text is a well-formed identifier and nothing else.
func IsAIM(text []byte) bool {
	return len(text) == aimLength && text[0] == ']' && isLetter(text[1]) && (isLetter(text[2]) || isDigit(text[2]))
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
func isDigit(b byte) bool  { return b >= '0' && b <= '9' }
