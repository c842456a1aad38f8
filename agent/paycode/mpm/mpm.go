// Package mpm is the text of a merchant-presented code: the QR code that a
// shop shows and a customer's phone reads (EMVCo QRCPS Merchant-Presented Mode
// 1.1, and JPQR, which lies in it). It writes and reads the text; it draws
// nothing, asks no wallet, and knows nothing of who pays.
//
// Invariant: whatever Text writes Parse takes, and a parsed text is written
// again character for character.
package mpm

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxText is the longest text that is looked at, in bytes: what a QR code of
// level M holds.
const MaxText = 2331

// The ids of the fields that are named in this package. A field inside a
// template is named by both ids, such as "62-01".
const (
	idFormat     = "00" // payload format indicator, "01"
	idInitiation = "01" // point of initiation: Static or Dynamic
	idCategory   = "52" // merchant category code (ISO 18245)
	idCurrency   = "53" // ISO 4217, numeric
	idAmount     = "54"
	idTip        = "55"
	idTipFixed   = "56"
	idTipPercent = "57"
	idCountry    = "58" // ISO 3166-1, two letters
	idName       = "59"
	idCity       = "60"
	idPostal     = "61"
	idAdditional = "62"
	idCRC        = "63"
	idLanguage   = "64"
	idFirst      = "00" // inside a template: its globally unique identifier, or the language of 64
)

// Values of the field 01.
const (
	Static  = "11" // shown to many customers, such as a plate at the register
	Dynamic = "12" // made for one payment
)

// Field is one data object: an id of two digits and its value, which counts 1
// to 99 characters. A template has Inside in place of Value.
type Field struct {
	ID     string
	Value  string
	Inside []Field
}

// Code is a merchant-presented code: its fields in the order in which they
// stand in the text, without the check sum.
type Code struct {
	Fields []Field
}

// FieldError says which field of a code is wrong, and how.
type FieldError struct {
	ID      string // "54", or "62-01" inside a template
	Problem string
}

func (e *FieldError) Error() string {
	return fmt.Sprintf("field %s (%s): %s", e.ID, Name(e.ID), e.Problem)
}

func wrong(id, format string, args ...any) *FieldError {
	return &FieldError{ID: id, Problem: fmt.Sprintf(format, args...)}
}

// names are the fields of the standard, in its own words.
var names = map[string]string{
	"00": "payload format indicator", "01": "point of initiation method", "52": "merchant category code",
	"53": "transaction currency", "54": "transaction amount", "55": "tip or convenience indicator",
	"56": "convenience fee fixed", "57": "convenience fee percentage", "58": "country code", "59": "merchant name",
	"60": "merchant city", "61": "postal code", "62": "additional data", "63": "CRC", "64": "language template",
	"62-01": "bill number", "62-02": "mobile number", "62-03": "store label", "62-04": "loyalty number",
	"62-05": "reference label", "62-06": "customer label", "62-07": "terminal label", "62-08": "purpose of transaction",
	"62-09": "additional consumer data", "64-00": "language preference", "64-01": "merchant name in that language",
	"64-02": "merchant city in that language",
}

// Name is the name of a field in the words of the standard: of "54", or of
// "62-01" inside a template.
func Name(id string) string {
	if name := names[id]; name != "" {
		return name
	}
	top, inside, nested := strings.Cut(id, "-")
	switch {
	case isAccount(top) && nested && inside == idFirst, isOwn(top) && nested && inside == idFirst:
		return "globally unique identifier"
	case isAccount(top):
		return "merchant account information"
	case isOwn(top):
		return "unreserved template"
	}
	return "reserved"
}

// Text is the code as it stands in a QR code, with its check sum. A code that
// breaks a rule of the standard is a *FieldError and has no text.
func (c Code) Text() (string, error) {
	if err := c.Check(); err != nil {
		return "", err
	}
	var out strings.Builder
	write(&out, c.Fields)
	out.WriteString(idCRC + "04")
	return out.String() + sum(out.String()), nil
}

func write(out *strings.Builder, fields []Field) {
	for _, f := range fields {
		value := f.Value
		if len(f.Inside) > 0 {
			var inside strings.Builder
			write(&inside, f.Inside)
			value = inside.String()
		}
		fmt.Fprintf(out, "%s%02d%s", f.ID, utf8.RuneCountInString(value), value)
	}
}

// characters is the length of a field's value, in characters (4.4.1.1: not in
// bytes).
func (f Field) characters() int {
	if len(f.Inside) == 0 {
		return utf8.RuneCountInString(f.Value)
	}
	n := 0
	for _, in := range f.Inside {
		n += 4 + in.characters()
	}
	return n
}

// sum is the check sum of a text that ends with the id and the length of the
// CRC: CRC-16/CCITT-FALSE over its UTF-8 bytes, four upper-case digits
// (4.7.3: ISO/IEC 13239, polynomial 1021, initial value FFFF).
func sum(text string) string {
	crc := uint16(0xFFFF)
	for i := range len(text) {
		crc ^= uint16(text[i]) << 8
		for range 8 {
			if crc&0x8000 != 0 {
				crc = crc<<1 ^ 0x1021
			} else {
				crc <<= 1
			}
		}
	}
	return fmt.Sprintf("%04X", crc)
}
