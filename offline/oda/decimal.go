package oda

import "math/bits"

// Fifteen bytes are the longest group whose digits waste less than a tenth of
// a byte, and whose number fits two words.
const (
	groupBytes  = 15
	groupDigits = 37
)

// digitsOf is how many digits hold every number of n bytes, n up to
// groupBytes: n·8·log₁₀2, rounded up. 2.4083 is exact enough for all of them.
func digitsOf(n int) int { return (n*24083 + 9999) / 10000 }

// decimalLength is how many digits n bytes become.
func decimalLength(n int) int {
	return n/groupBytes*groupDigits + digitsOf(n%groupBytes)
}

// appendDecimal writes each group as one number with leading zeros.
func appendDecimal(out, data []byte) []byte {
	for len(data) > 0 {
		n := min(len(data), groupBytes)
		var hi, lo uint64
		for _, b := range data[:n] {
			hi, lo = hi<<8|lo>>56, lo<<8|uint64(b)
		}
		data = data[n:]
		at := len(out) + digitsOf(n)
		for len(out) < at {
			out = append(out, '0')
		}
		for at--; hi != 0 || lo != 0; at-- {
			var digit uint64
			hi, digit = hi/10, hi%10
			lo, digit = bits.Div64(digit, lo, 10)
			out[at] += byte(digit)
		}
	}
	return out
}

// decodeDecimal reads size bytes from exactly as many digits as they become.
// A group that is more than its bytes is refused: otherwise the rest of the
// division would give one code a second text.
func decodeDecimal(text string, size int) ([]byte, error) {
	if len(text) != decimalLength(size) {
		return nil, WrongLength
	}
	out := make([]byte, 0, size)
	for len(out) < size {
		n := min(size-len(out), groupBytes)
		var hi, lo uint64
		for i := range digitsOf(n) {
			digit := uint64(text[i]) - '0'
			if digit > 9 {
				return nil, NotDecimal
			}
			over, low := bits.Mul64(lo, 10)
			low, carry := bits.Add64(low, digit, 0)
			hi, lo = hi*10+over+carry, low
		}
		text = text[digitsOf(n):]
		if tooMuch(hi, lo, n) {
			return nil, NotDecimal
		}
		for i := n - 1; i >= 0; i-- {
			word, shift := lo, 8*i
			if i >= 8 {
				word, shift = hi, 8*(i-8)
			}
			out = append(out, byte(word>>shift))
		}
	}
	return out, nil
}

// tooMuch says whether the number needs more than n bytes.
func tooMuch(hi, lo uint64, n int) bool {
	if n >= 8 {
		return hi>>(8*(n-8)) != 0
	}
	return hi != 0 || lo>>(8*n) != 0
}
