package papertape

import "bytes"

// length is how many bytes follow the two of a command. more means that the
// bytes here do not say it yet; -1 means that the command is not known.
func length(first, second byte, rest []byte) (n int, more bool) {
	switch first {
	case byteDLE:
		return realTimeLength(second, rest)
	case byteESC:
		return escLength(second, rest)
	case byteFS:
		return fsLength(second, rest)
	}
	return gsLength(second, rest)
}

func realTimeLength(second byte, rest []byte) (int, bool) {
	switch second {
	case 0x04, 0x05: // EOT n, ENQ n
		return 1, len(rest) < 1
	case 0x14: // DC4 fn ...
		if len(rest) < 1 {
			return 0, true
		}
		switch rest[0] {
		case 1, 2: // pulse m t; power off a b
			return 3, false
		case 7: // resend status m
			return 2, false
		case 8: // clear buffers, with six bytes of guard
			return 8, false
		}
	}
	return -1, false
}

func escLength(second byte, rest []byte) (int, bool) {
	switch second {
	case '@', '2', 'S', 'L', 0x0C, 'i', 'm':
		return 0, false
	case ' ', '!', '-', '3', '=', '?', 'E', 'G', 'J', 'K', 'M', 'R', 'T', 'U', 'V', 'a', 'd', 'e', 'r', 't', 'v', '{', '%', '<':
		return 1, false
	case '$', '\\', 'c':
		return 2, false
	case 'p':
		return 3, false
	case 'W':
		return 8, false
	case '(':
		return counted(rest)
	case 'D': // tab stops, ended by NUL, at most 32
		return until(rest, 33)
	case '*': // columns of 8 or 24 dots
		if len(rest) < 3 {
			return 0, true
		}
		columns := int(rest[1]) + int(rest[2])<<8
		if rest[0] >= 32 {
			columns *= 3
		}
		return 3 + columns, false
	}
	return -1, false
}

func fsLength(second byte, rest []byte) (int, bool) {
	switch second {
	case '&', '.', 0x0E, 0x0F, 0x12, 0x14:
		return 0, false
	case '!', '-', 'C', 'W':
		return 1, false
	case 'S', 'p':
		return 2, false
	case '2': // a character of one's own: two bytes of code, 72 of dots
		return 74, false
	case '(':
		return counted(rest)
	}
	return -1, false
}

func gsLength(second byte, rest []byte) (int, bool) {
	switch second {
	case ':':
		return 0, false
	case '!', '/', 'B', 'E', 'H', 'I', 'T', 'a', 'b', 'c', 'f', 'h', 'j', 'r', 'w', 0x05:
		return 1, false
	case '$', 'L', 'P', 'W', '\\':
		return 2, false
	case '^':
		return 3, false
	case '(':
		return counted(rest)
	case 'V': // cut m, or m n with a feed
		if len(rest) < 1 {
			return 0, true
		}
		if rest[0] == 0 || rest[0] == 1 || rest[0] == '0' || rest[0] == '1' {
			return 1, false
		}
		return 2, false
	case 'k':
		return barcodeLength(rest)
	case '*': // a stored picture of x by y bytes
		if len(rest) < 2 {
			return 0, true
		}
		return 2 + int(rest[0])*int(rest[1])*8, false
	case 'v': // raster: '0' m xL xH yL yH
		if len(rest) < 6 {
			return 0, true
		}
		return 6 + (int(rest[2])+int(rest[3])<<8)*(int(rest[4])+int(rest[5])<<8), false
	case '8': // 'L' and a length of four bytes
		if len(rest) < 5 {
			return 0, true
		}
		return 5 + int(rest[1]) + int(rest[2])<<8 + int(rest[3])<<16 + int(rest[4])<<24, false
	}
	return -1, false
}

// counted is the form "( fn pL pH data".
func counted(rest []byte) (int, bool) {
	if len(rest) < 3 {
		return 0, true
	}
	return 3 + int(rest[1]) + int(rest[2])<<8, false
}

// until is data that a NUL ends; more than limit bytes are not waited for.
func until(rest []byte, limit int) (int, bool) {
	if at := bytes.IndexByte(rest[:min(limit, len(rest))], 0); at >= 0 {
		return at + 1, false
	}
	if len(rest) >= limit {
		return -1, false
	}
	return 0, true
}

// barcodeLength is GS k: the older form ends with NUL, the newer is counted.
func barcodeLength(rest []byte) (int, bool) {
	if len(rest) < 1 {
		return 0, true
	}
	if rest[0] <= 6 {
		n, more := until(rest[1:], 256)
		if n > 0 {
			n++
		}
		return n, more
	}
	if len(rest) < 2 {
		return 0, true
	}
	return 2 + int(rest[1]), false
}
