package paycode

// panDigits reads tag 5A: packed digits filled up with F (at most 10 bytes),
// or, as one transit wallet sends it, digits in ASCII. It is empty when the
// value is neither.
func panDigits(v Value) Secret {
	if len(v) > 10 {
		return asciiDigits(v)
	}
	digits, rest := packedDigits(v)
	for _, nibble := range rest {
		if nibble != 0xF {
			return ""
		}
	}
	return Secret(digits)
}

// track2Digits reads the account number of tag 57: packed digits up to the
// separator D. It is empty when the value is not of that form.
func track2Digits(v Value) Secret {
	if len(v) > 19 {
		return ""
	}
	digits, rest := packedDigits(v)
	if len(rest) == 0 || rest[0] != 0xD {
		return ""
	}
	return Secret(digits)
}

// packedDigits are the digits, two to a byte, up to the first nibble that is
// none, and the nibbles from there on.
func packedDigits(v Value) (digits string, rest []byte) {
	nibbles := make([]byte, 0, 2*len(v))
	for _, b := range v {
		nibbles = append(nibbles, b>>4, b&0xF)
	}
	for i, n := range nibbles {
		if n > 9 {
			return digits, nibbles[i:]
		}
		digits += string('0' + rune(n))
	}
	return digits, nil
}

func asciiDigits(v Value) Secret {
	if !onlyDigits(string(v)) {
		return ""
	}
	return Secret(v)
}

func onlyDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}
