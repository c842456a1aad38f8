package oda

import (
	"encoding/base64"
	"strings"
)

// Carrier is how a code is written into a picture. All three carry the same
// bytes.
type Carrier string

const (
	Base45  Carrier = "base45"  // "OP1:" and base45: the smallest symbol
	Base64  Carrier = "base64"  // an EMVCo container: for registers that read those
	Decimal Carrier = "decimal" // digits: for scanners that are keyboards
)

// What the texts begin with.
const (
	base45Prefix  = "OP1:"
	decimalPrefix = "97"
)

// Decode finds the carrier by the first characters and takes the bytes out. It
// takes a text only if Encode would write just that. Errors are a Reason.
func Decode(text string) (Raw, Carrier, error) {
	var raw Raw
	var carrier Carrier
	var err error
	switch {
	case strings.HasPrefix(text, base45Prefix):
		carrier = Base45
		raw, err = decodeText(text[len(base45Prefix):])
	case strings.HasPrefix(text, decimalPrefix):
		carrier = Decimal
		raw, err = decodeDigits(text[len(decimalPrefix):])
	case strings.HasPrefix(text, containerPrefix):
		carrier = Base64
		raw, err = decodeContainer(text)
	default:
		err = NoCarrier
	}
	if err != nil {
		return nil, carrier, err
	}
	return raw, carrier, nil
}

// Encode writes the one text of a code. It is empty for bytes that have not
// the length of a code, and for an unknown carrier.
func Encode(raw Raw, carrier Carrier) string {
	if !sizeOfRaw(len(raw)) {
		return ""
	}
	switch carrier {
	case Base45:
		return string(AppendBase45([]byte(base45Prefix), raw))
	case Base64:
		return base64.StdEncoding.EncodeToString(appendContainer(nil, raw))
	case Decimal:
		return string(appendDecimal([]byte(decimalPrefix), raw))
	}
	return ""
}

func decodeText(text string) (Raw, error) {
	if n := len(text); n != rawSizeEd25519/2*3 && n != rawSizeP256/2*3+2 {
		return nil, WrongLength
	}
	return DecodeBase45(text)
}

// decodeDigits knows by the number of digits how many bytes there are, because
// the layout has two lengths only.
func decodeDigits(text string) (Raw, error) {
	size := rawSizeEd25519
	if len(text) == decimalLength(rawSizeP256) {
		size = rawSizeP256
	}
	return decodeDecimal(text, size)
}
