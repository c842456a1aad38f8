package papertape

import "fmt"

// Kind is what a token is.
type Kind string

const (
	Print   Kind = "print"   // printable bytes, in no character set yet
	Command Kind = "command" // a command of which the length is known
	Odd     Kind = "odd"     // bytes that are no command known here
)

// Token is one piece of an ESC/POS stream.
type Token struct {
	Kind Kind
	Name string // of a command, as manuals write it: "ESC @", "GS ( k", "LF"
	Raw  []byte // all its bytes; a part of the input, not a copy
	Args []byte // the bytes behind the name; a part of Raw
}

// MaxCommand is the longest command that is waited for; a command that claims
// more data than this is odd.
const MaxCommand = 8 << 20

const (
	byteDLE = 0x10
	byteESC = 0x1B
	byteFS  = 0x1C
	byteGS  = 0x1D
)

// Next takes the first token off a stream. It returns false when the stream
// ends within a token: more bytes are needed. Whatever the bytes, a token has
// at least one, so a reader always gets on.
func Next(stream []byte) (Token, bool) {
	if len(stream) == 0 {
		return Token{}, false
	}
	switch b := stream[0]; {
	case b == byteESC || b == byteFS || b == byteGS || b == byteDLE:
		return escape(stream)
	case b == 0x12: // DC2 q n, of SII printers
		if len(stream) < 2 {
			return Token{}, false
		}
		if stream[1] == 'q' {
			return sized(stream, "DC2 q", 2, 1)
		}
		return control(stream)
	case b < 0x20 || b == 0x7F:
		return control(stream)
	}
	n := 1
	for n < len(stream) && stream[n] >= 0x20 && stream[n] != 0x7F {
		n++
	}
	return Token{Kind: Print, Raw: stream[:n], Args: stream[:n]}, true
}

// control is a single byte below 20.
func control(stream []byte) (Token, bool) {
	names := map[byte]string{0x00: "NUL", 0x09: "HT", 0x0A: "LF", 0x0C: "FF", 0x0D: "CR", 0x18: "CAN"}
	if name, ok := names[stream[0]]; ok {
		return Token{Kind: Command, Name: name, Raw: stream[:1]}, true
	}
	return Token{Kind: Odd, Raw: stream[:1]}, true
}

// escape is a command that begins with ESC, FS, GS or DLE.
func escape(stream []byte) (Token, bool) {
	if len(stream) < 2 {
		return Token{}, false
	}
	prefix := map[byte]string{byteESC: "ESC", byteFS: "FS", byteGS: "GS", byteDLE: "DLE"}[stream[0]]
	name := prefix + " " + letter(stream[0], stream[1])
	head := 2
	size, more := length(stream[0], stream[1], stream[2:])
	if stream[1] == '(' && stream[0] != byteDLE {
		if len(stream) < 3 {
			return Token{}, false
		}
		name += " " + string(rune(stream[2]))
		head = 3
	}
	if more {
		return Token{}, false
	}
	if size < 0 || size > MaxCommand {
		return Token{Kind: Odd, Raw: stream[:2]}, true
	}
	if len(stream) < 2+size {
		return Token{}, false
	}
	raw := stream[:2+size]
	return Token{Kind: Command, Name: name, Raw: raw, Args: raw[min(head, len(raw)):]}, true
}

// letter is the second byte of a command as manuals write it.
func letter(first, second byte) string {
	if first == byteDLE {
		switch second {
		case 0x04:
			return "EOT"
		case 0x05:
			return "ENQ"
		case 0x14:
			return "DC4"
		}
	}
	switch {
	case second == ' ':
		return "SP"
	case second > 0x20 && second < 0x7F:
		return string(rune(second))
	}
	return fmt.Sprintf("%02X", second)
}
