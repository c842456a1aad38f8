package paycode

import (
	"fmt"
	"log/slog"
)

// maxDepth is how deep templates may lie in each other. Real codes use two.
const maxDepth = 4

// Tag is a BER tag as its bytes stand in the code: 0x4F, 0x5F20, 0x9F26.
type Tag uint32

// String is the tag in upper-case hex.
func (t Tag) String() string { return fmt.Sprintf("%02X", uint32(t)) }

// constructed says whether the value is made of further TLVs: bit 6 of the
// first byte (ISO/IEC 8825-1, 8.1.2.5).
func (t Tag) constructed() bool {
	for t > 0xFF {
		t >>= 8
	}
	return t&0x20 != 0
}

// opaque tags are handed on whole and never looked into: what lies in them is
// between the phone and the issuer (EMVCo QRCPS-CPM 1.1, tags 63 and 64).
func (t Tag) opaque() bool { return t == 0x63 || t == 0x64 }

// Value is what a tag holds. It may be a card number, so it shows only its
// length.
type Value []byte

// String is the length only.
func (v Value) String() string { return fmt.Sprintf("(%d bytes)", len(v)) }

// GoString is the length only, for %#v.
func (v Value) GoString() string { return v.String() }

// Format is the length only, for every verb.
func (v Value) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(v.String())) }

// LogValue is the length only, for slog.
func (v Value) LogValue() slog.Value { return slog.StringValue(v.String()) }

// MarshalText is the length only, for JSON.
func (v Value) MarshalText() ([]byte, error) { return []byte(v.String()), nil }

// TLV is one tag with its value. Inside is filled for a constructed tag that
// is not opaque.
type TLV struct {
	Tag    Tag
	Value  Value
	Inside []TLV
	At     int // offset of the tag's first byte in the decoded data
}

// FormatError says what is wrong with the form of a code and where. It never
// repeats a byte of the code other than a tag.
type FormatError struct {
	At      int // offset: in the text when InText, else in the decoded data
	InText  bool
	Problem string
}

func (e *FormatError) Error() string {
	if e.InText {
		return fmt.Sprintf("character %d of the code: %s", e.At, e.Problem)
	}
	return fmt.Sprintf("byte %d of the code's data: %s", e.At, e.Problem)
}

// ParseTLV takes BER-TLV data apart (ISO/IEC 8825-1, with the limits of EMV
// Book 3, Annex B): tags of up to four bytes, definite lengths in short or
// long form, at most four templates in each other, at most MaxLength bytes.
// Values share memory with data. Errors are *FormatError.
func ParseTLV(data []byte) ([]TLV, error) {
	if len(data) > MaxLength {
		return nil, &FormatError{At: MaxLength, Problem: fmt.Sprintf("%d bytes are more than the %d that are looked at", len(data), MaxLength)}
	}
	return parseLevel(data, 0, 1)
}

// parseLevel parses data, which begins at offset base of the whole.
func parseLevel(data []byte, base, depth int) ([]TLV, error) {
	if depth > maxDepth {
		return nil, &FormatError{At: base, Problem: fmt.Sprintf("more than %d templates in each other", maxDepth)}
	}
	var out []TLV
	for at := 0; at < len(data); {
		if data[at] == 0 { // filler between objects, allowed by EMV Book 3, Annex B1
			at++
			continue
		}
		tlv := TLV{At: base + at}
		var err error
		if tlv.Tag, at, err = parseTag(data, at, base); err != nil {
			return nil, err
		}
		var length int
		if length, at, err = parseLength(data, at, base); err != nil {
			return nil, err
		}
		if length > len(data)-at {
			return nil, &FormatError{At: tlv.At, Problem: fmt.Sprintf("tag %s wants %d bytes, %d are left", tlv.Tag, length, len(data)-at)}
		}
		tlv.Value = data[at : at+length : at+length]
		if tlv.Tag.constructed() && !tlv.Tag.opaque() {
			if tlv.Inside, err = parseLevel(tlv.Value, base+at, depth+1); err != nil {
				return nil, err
			}
		}
		out = append(out, tlv)
		at += length
	}
	return out, nil
}

// parseTag reads a tag. When the low five bits of its first byte are all set
// it goes on for as long as the top bit of each further byte is set.
func parseTag(data []byte, at, base int) (Tag, int, error) {
	start := at
	tag := Tag(data[at])
	at++
	if tag&0x1F != 0x1F {
		return tag, at, nil
	}
	for {
		if at == len(data) {
			return 0, at, &FormatError{At: base + start, Problem: "the data ends in a tag"}
		}
		if at-start == 4 {
			return 0, at, &FormatError{At: base + start, Problem: "a tag of more than 4 bytes"}
		}
		b := data[at]
		at++
		tag = tag<<8 | Tag(b)
		if b&0x80 == 0 {
			return tag, at, nil
		}
	}
}

// parseLength reads a length in short form, or in long form with up to three
// bytes. The indefinite form (80) has no place in a code.
func parseLength(data []byte, at, base int) (length, next int, err error) {
	start := base + at
	if at == len(data) {
		return 0, at, &FormatError{At: start, Problem: "the data ends before a length"}
	}
	first := data[at]
	at++
	if first < 0x80 {
		return int(first), at, nil
	}
	count := int(first & 0x7F)
	switch {
	case count == 0:
		return 0, at, &FormatError{At: start, Problem: "a length of the indefinite form"}
	case count > 3:
		return 0, at, &FormatError{At: start, Problem: fmt.Sprintf("a length of %d bytes", count)}
	case count > len(data)-at:
		return 0, at, &FormatError{At: start, Problem: "the data ends in a length"}
	}
	for _, b := range data[at : at+count] {
		length = length<<8 | int(b)
	}
	return length, at + count, nil
}
