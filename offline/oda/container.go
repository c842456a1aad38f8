package oda

import (
	"encoding/base64"
	"strings"
)

// The one container that a code may lie in (EMVCo QRCPS, Consumer-Presented
// Mode 1.1). F0… is the range of proprietary identifiers, the rest is "OFQ1".
const (
	containerStart = "\x85\x05CPV01"
	containerADF   = "\x4F\x05\xF0OFQ1"
	containerToken = "\x5A\x08"
	containerSize  = 34 // what the container adds to the code
)

// containerPrefix is how the base64 text of a container begins, as far as
// whole characters say it without its version.
const containerPrefix = "hQVDUFY"

// appendContainer writes 85, then 61 with 4F, 5A and 63, and the code in DF01.
// All lengths but the short ones are in the long form of one byte.
func appendContainer(out []byte, raw Raw) []byte {
	long := func(tag string, length int) { out = append(append(out, tag...), 0x81, byte(length)) }
	out = append(out, containerStart...)
	long("\x61", len(raw)+containerSize-len(containerStart)-3)
	out = append(out, containerADF...)
	out = append(out, containerToken...)
	out = append(out, raw[tokenAt:keyAt]...)
	long("\x63", len(raw)+4)
	long("\xDF\x01", len(raw))
	return append(out, raw...)
}

// decodeContainer does not look into the container: it takes the code from its
// end, writes the container anew and compares. So there is no second form.
func decodeContainer(text string) (Raw, error) {
	if len(text) != base64.StdEncoding.EncodedLen(containerSize+rawSizeP256) {
		return nil, WrongLength
	}
	// The library would pass over line breaks.
	if strings.ContainsAny(text, "\r\n") {
		return nil, NotBase64
	}
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil {
		return nil, NotBase64
	}
	if !sizeOfRaw(len(data) - containerSize) {
		return nil, WrongLength
	}
	raw := Raw(data[containerSize:])
	if string(appendContainer(nil, raw)) != string(data) {
		return nil, NotContainer
	}
	return raw, nil
}
