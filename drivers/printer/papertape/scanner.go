package papertape

// Scanner takes a stream of one printer language apart. The zero Scanner is for
// ESC/POS.
type Scanner struct {
	Star   bool // Star line mode
	raster bool // within ESC * r A and ESC * r B
}

// Next takes the first token off a stream. It returns false when the stream
// ends within a token: more bytes are needed. Whatever the bytes, a token has
// at least one, so a reader always gets on.
func (s *Scanner) Next(stream []byte) (Token, bool) {
	if !s.Star {
		return Next(stream)
	}
	t, ok := starNext(stream, s.raster)
	if ok {
		switch t.Name {
		case "ESC * r A":
			s.raster = true
		case "ESC * r B":
			s.raster = false
		}
	}
	return t, ok
}

// starNext is one token of Star line mode.
func starNext(stream []byte, raster bool) (Token, bool) {
	if len(stream) == 0 {
		return Token{}, false
	}
	switch b := stream[0]; {
	case b == byteESC:
		return starEscape(stream)
	case raster && (b == 'b' || b == 'k'): // a row of dots
		if len(stream) < 3 {
			return Token{}, false
		}
		return sized(stream, "row "+string(rune(b)), 1, 2+int(stream[1])+int(stream[2])<<8)
	case raster && b >= 0x20:
		return Token{Kind: Odd, Raw: stream[:1]}, true
	case b < 0x20 || b == 0x7F:
		return starControl(stream)
	}
	n := 1
	for n < len(stream) && stream[n] >= 0x20 && stream[n] != 0x7F {
		n++
	}
	return Token{Kind: Print, Raw: stream[:n], Args: stream[:n]}, true
}

// sized is a command whose name has head bytes and whose arguments have size.
func sized(stream []byte, name string, head, size int) (Token, bool) {
	switch {
	case size > MaxCommand:
		return Token{Kind: Odd, Raw: stream[:1]}, true
	case len(stream) < head+size:
		return Token{}, false
	}
	raw := stream[:head+size]
	return Token{Kind: Command, Name: name, Raw: raw, Args: raw[head:]}, true
}

func starControl(stream []byte) (Token, bool) {
	names := map[byte]string{0x00: "NUL", 0x04: "EOT", 0x05: "ENQ", 0x07: "BEL", 0x09: "HT", 0x0A: "LF", 0x0B: "VT", 0x0C: "FF", 0x0D: "CR",
		0x0E: "SO", 0x0F: "SI", 0x12: "DC2", 0x14: "DC4", 0x17: "ETB", 0x18: "CAN", 0x19: "EM", 0x1A: "SUB", 0x1C: "FS"}
	if name, ok := names[stream[0]]; ok {
		return Token{Kind: Command, Name: name, Raw: stream[:1]}, true
	}
	return Token{Kind: Odd, Raw: stream[:1]}, true
}

// starEscape is a command that begins with ESC.
func starEscape(stream []byte) (Token, bool) {
	if len(stream) < 2 {
		return Token{}, false
	}
	switch b := stream[1]; b {
	case byteGS:
		return starGroup(stream)
	case 0x1E: // RS, a letter and a number
		if len(stream) < 3 {
			return Token{}, false
		}
		return sized(stream, "ESC RS "+letter(byteESC, stream[2]), 3, 1)
	case '*':
		return starRaster(stream)
	default:
		size, more := starLength(b, stream[2:])
		switch {
		case more:
			return Token{}, false
		case size < 0:
			return Token{Kind: Odd, Raw: stream[:2]}, true
		}
		return sized(stream, "ESC "+starLetter(b), 2, size)
	}
}

func starLetter(b byte) string {
	switch b {
	case 0x06:
		return "ACK"
	case 0x07:
		return "BEL"
	case 0x0C:
		return "FF"
	}
	return letter(byteESC, b)
}

// starLength is how many bytes follow the two of a command; see length.
func starLength(second byte, rest []byte) (n int, more bool) {
	switch second {
	case '@', 'E', 'F', '4', '5', 'p', 'q', '0', '1', '2', 'M', 'P', ':', 'g', '6', '7', 0x0E, 0x14:
		return 0, false
	case 'W', 'h', '-', '_', 'R', '/', ' ', 'z', '3', 'y', 'A', 'J', 'j', 'I', 'a', 'l', 'Q', 'd', 'N', '$', '%', 0x06, 0x0C:
		return 1, false
	case 'i', 's', 't', 0x07, '?':
		return 2, false
	case 'C': // n, or NUL n
		if len(rest) < 1 {
			return 0, true
		}
		if rest[0] == 0 {
			return 2, false
		}
		return 1, false
	case 'b':
		return untilByte(rest, 0x1E, 262)
	case 'B', 'D':
		return untilByte(rest, 0, 40)
	case '#':
		return untilByte(rest, 0, 40)
	case 'k', 'K', 'L', 'X':
		if len(rest) < 2 {
			return 0, true
		}
		per := map[byte]int{'k': 24, 'K': 1, 'L': 3, 'X': 3}[second]
		return 2 + per*(int(rest[0])+int(rest[1])<<8), false
	}
	return -1, false
}

// untilByte is data that one byte ends; more than limit bytes are not waited
// for.
func untilByte(rest []byte, end byte, limit int) (int, bool) {
	for i, b := range rest[:min(limit, len(rest))] {
		if b == end {
			return i + 1, false
		}
	}
	if len(rest) >= limit {
		return -1, false
	}
	return 0, true
}

// starGroup is a command that begins with ESC GS.
func starGroup(stream []byte) (Token, bool) {
	if len(stream) < 3 {
		return Token{}, false
	}
	name, rest, odd := "ESC GS "+letter(byteESC, stream[2]), stream[3:], Token{Kind: Odd, Raw: stream[:3]}
	switch stream[2] {
	case 't', 'a':
		return sized(stream, name, 3, 1)
	case 'A', 'R':
		return sized(stream, name, 3, 2)
	case 0x03: // ETX
		return sized(stream, "ESC GS ETX", 3, 3)
	case 0x07: // BEL
		return sized(stream, "ESC GS BEL", 3, 3)
	case 0x19: // EM
		return sized(stream, "ESC GS EM", 3, 4)
	case 'S': // m xL xH yL yH n and dots
		if len(rest) < 6 {
			return Token{}, false
		}
		return sized(stream, name, 3, 6+(int(rest[1])+int(rest[2])<<8)*(int(rest[3])+int(rest[4])<<8))
	case 'y':
		if len(rest) < 1 {
			return Token{}, false
		}
		switch rest[0] {
		case 'S':
			return sized(stream, "ESC GS y S", 4, 2)
		case 'P', 'I':
			return sized(stream, "ESC GS y "+string(rune(rest[0])), 4, 0)
		case 'D': // 1 m nL nH and data
			if len(rest) < 5 {
				return Token{}, false
			}
			if rest[1] != '1' {
				return odd, true
			}
			return sized(stream, "ESC GS y D", 4, 4+int(rest[3])+int(rest[4])<<8)
		}
	}
	return odd, true
}

// starRaster is ESC * r, a letter, and for most a number in digits that NUL
// ends.
func starRaster(stream []byte) (Token, bool) {
	if len(stream) < 4 {
		return Token{}, false
	}
	odd := Token{Kind: Odd, Raw: stream[:2]}
	if stream[2] != 'r' || stream[3] < 'A' || stream[3] > 'z' {
		return odd, true
	}
	name := "ESC * r " + string(rune(stream[3]))
	switch stream[3] {
	case 'A', 'B', 'C', 'R':
		return sized(stream, name, 4, 0)
	}
	n, more := untilByte(stream[4:], 0, 10)
	switch {
	case more:
		return Token{}, false
	case n < 0:
		return odd, true
	}
	return sized(stream, name, 4, n)
}
