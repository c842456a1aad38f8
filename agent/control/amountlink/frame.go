package amountlink

// Control characters of a link (JIS X 0211; the basic mode of JIS X 5002).
const (
	STX = 0x02 // a frame begins
	ETX = 0x03 // its text ends; the block check follows
	EOT = 0x04 // a turn ends
	ENQ = 0x05 // may I send?
	ACK = 0x06 // yes, or: the frame is good
	NAK = 0x15 // the frame is not good: send it again
)

// maxText is the longest text of a frame, in bytes.
const maxText = 128

// Frame is a text between STX and ETX with its block check behind it: the XOR
// of every byte after STX, ETX among them.
func Frame(text string) []byte {
	out := make([]byte, 0, len(text)+3)
	out = append(out, STX)
	out = append(out, text...)
	out = append(out, ETX)
	return append(out, check(out[1:]))
}

func check(of []byte) (bcc byte) {
	for _, b := range of {
		bcc ^= b
	}
	return bcc
}

// Kind is what a token is.
type Kind byte

// The kinds of tokens; a control character is a kind by itself.
const (
	Good Kind = 1   // a frame whose block check is right
	Bad  Kind = 254 // a frame that is not right
)

// Token is a control character or a frame that has come whole.
type Token struct {
	Kind Kind
	Text string // of a good frame: printable ASCII
}

// Reader finds tokens in the bytes of a line. What is neither a control
// character nor in a frame is passed over. It never holds more than one frame.
type Reader struct {
	text    []byte
	inside  bool // between STX and the block check
	last    bool // ETX was read: the next byte is the block check
	spoiled bool // this frame can only be bad
}

// Inside tells that a frame has begun and has not come whole.
func (r *Reader) Inside() bool { return r.inside }

// Reset forgets a frame that has begun.
func (r *Reader) Reset() { *r = Reader{text: r.text[:0]} }

// Feed takes one byte, and returns the token that it completes. A control
// character within a frame ends the frame: STX begins another one, and ENQ and
// EOT are tokens, because whoever sends them has given the frame up.
func (r *Reader) Feed(b byte) (Token, bool) {
	switch {
	case r.last:
		text, good := string(r.text), !r.spoiled && b == check(append(r.text, ETX))
		r.Reset()
		if !good {
			return Token{Kind: Bad}, true
		}
		return Token{Kind: Good, Text: text}, true
	case b == STX:
		r.Reset()
		r.inside = true
	case b == ENQ, b == EOT:
		r.Reset()
		return Token{Kind: Kind(b)}, true
	case !r.inside && (b == ACK || b == NAK):
		return Token{Kind: Kind(b)}, true
	case !r.inside:
	case b == ETX:
		r.last = true
	case b < 0x20 || b > 0x7e || len(r.text) == maxText:
		r.spoiled = true
	default:
		r.text = append(r.text, b)
	}
	return Token{}, false
}
