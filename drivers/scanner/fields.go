package scanner

import "bytes"

// Mark is a maker's own sign for a symbology, and the AIM identifier for it.
type Mark struct {
	Text string // before the payload: "Q"
	AIM  string // what it means: "]Q1"
}

// longestMark is how long a mark may be: those of Zebra have three characters.
const longestMark = 4

// longestFields is how much more than a payload a frame may hold: a mark or an
// identifier, the digits of the length, and the CR of a CRLF.
const longestFields = longestMark + 4 + 1

// Payload takes off what stands before the payload: the identifier or the
// mark, and the digits of the length. why is empty unless something is amiss.
// The data is a part of frame, not a copy.
func (f Framing) Payload(frame []byte) (aim string, data []byte, why DropKind) {
	switch {
	case len(f.Marks) > 0:
		if aim, data = f.splitMark(frame); aim == "" {
			return "", nil, Unmarked
		}
	default:
		aim, data = SplitAIM(frame, f.AIM)
	}
	if f.Digits > 0 {
		var fits bool
		if data, fits = splitDigits(data, f.Digits, aim); !fits {
			return "", nil, Checksum
		}
	}
	switch {
	case len(data) == 0: // an identifier of nothing
		return "", nil, HalfFrame
	case len(data) > f.MaxBytes:
		return "", nil, Overflow
	}
	return aim, data, ""
}

// splitMark takes the longest mark that fits off a frame.
func (f Framing) splitMark(frame []byte) (aim string, data []byte) {
	longest := 0
	for _, m := range f.Marks {
		if len(m.Text) > longest && bytes.HasPrefix(frame, []byte(m.Text)) {
			aim, data, longest = m.AIM, frame[len(m.Text):], len(m.Text)
		}
	}
	return aim, data
}

// splitDigits takes the length off a payload, and tells whether it is right.
// Two digits say 99 for all that is longer. Scanners of Denso leave it out
// before EAN and UPC codes (manuals of GT10Q-SR, SE1-QB); without an
// identifier those are known by their number of digits.
func splitDigits(frame []byte, digits int, aim string) (data []byte, fits bool) {
	product := len(aim) > 1 && aim[1] == 'E'
	if len(frame) < digits {
		return frame, product
	}
	length, isNumber := 0, true
	for _, b := range frame[:digits] {
		isNumber = isNumber && isDigit(b)
		length = 10*length + int(b-'0')
	}
	data = frame[digits:]
	switch {
	case product:
		return frame, true
	case isNumber && (length == len(data) || digits == 2 && length == 99 && len(data) > 99):
		return data, true
	}
	return frame, aim == "" && isProduct(frame)
}

// isProduct tells whether a payload looks like EAN-8, UPC or EAN-13 without an
// add-on.
func isProduct(frame []byte) bool {
	for _, b := range frame {
		if !isDigit(b) {
			return false
		}
	}
	return len(frame) == 8 || len(frame) == 12 || len(frame) == 13
}
