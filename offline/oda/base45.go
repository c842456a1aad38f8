package oda

import "strings"

// base45Digits is the alphabet of RFC 9285, by value: what a QR symbol holds
// in its alphanumeric mode.
const base45Digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"

// AppendBase45 writes data behind out (RFC 9285): two bytes as three characters,
// the smallest digit first, and a last single byte as two.
func AppendBase45(out, data []byte) []byte {
	for ; len(data) > 1; data = data[2:] {
		n := int(data[0])<<8 | int(data[1])
		out = append(out, base45Digits[n%45], base45Digits[n/45%45], base45Digits[n/45/45])
	}
	if len(data) == 1 {
		out = append(out, base45Digits[data[0]%45], base45Digits[data[0]/45])
	}
	return out
}

// DecodeBase45 takes no group that is more than its bytes, so every text it
// takes is the one that AppendBase45 writes. Any other is NotBase45.
func DecodeBase45(text string) ([]byte, error) {
	out := make([]byte, 0, len(text)/3*2+1)
	for ; len(text) >= 3; text = text[3:] {
		n, ok := base45Group(text[:3])
		if !ok || n > 0xFFFF {
			return nil, NotBase45
		}
		out = append(out, byte(n>>8), byte(n))
	}
	if len(text) == 0 {
		return out, nil
	}
	n, ok := base45Group(text)
	if !ok || n > 0xFF || len(text) == 1 {
		return nil, NotBase45
	}
	return append(out, byte(n)), nil
}

func base45Group(text string) (n int, ok bool) {
	for i := len(text) - 1; i >= 0; i-- {
		digit := strings.IndexByte(base45Digits, text[i])
		if digit < 0 {
			return 0, false
		}
		n = n*45 + digit
	}
	return n, true
}
