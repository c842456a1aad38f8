package paycode

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// The payload format indicators (tag 85) that are known.
const (
	FormatEMV  = "CPV01" // EMVCo QRCPS Consumer-Presented 1.1
	FormatJPQR = "JPQR1" // Payments Japan, the same container
)

// What the base64 text of the two begins with: 85 05 and the indicator, as far
// as whole characters say it without its version.
const (
	startEMV  = "hQVDUFY"
	startJPQR = "hQVKUFFS"
)

// Tags of the container that this package reads.
const (
	tagADF      Tag = 0x4F
	tagLabel    Tag = 0x50
	tagTrack2   Tag = 0x57
	tagPAN      Tag = 0x5A
	tagTemplate Tag = 0x61
	tagCommon   Tag = 0x62
	tagFormat   Tag = 0x85
)

// CPM is a consumer-presented code, taken apart. What the wallet gets is the
// text as it was scanned; this is only for finding the wallet.
type CPM struct {
	Format    string        // FormatEMV or FormatJPQR
	Templates []Application // those that can be paid with, in the code's order; at least one
	Common    []TLV         // of tag 62, which holds for every application
	Other     []TLV         // everything else at the top: skipped templates, 63 outside 61, unknown tags
}

// Application is one way to pay (tag 61) that the code offers.
type Application struct {
	ADF     Value  // 4F, 5 to 16 bytes: the application identifier, or the brand id of JPQR in ASCII
	Label   string // 50, cleaned for showing
	Account Secret // digits of 5A or of 57 up to its separator; the payment id of JPQR; empty when neither can be read
	Track2  Value  // 57
	Tags    []TLV  // everything inside 61, in order
}

// Value finds a tag directly inside the application's template.
func (a Application) Value(tag Tag) (Value, bool) { return find(a.Tags, tag) }

// CommonValue finds a tag directly inside the common template.
func (c CPM) CommonValue(tag Tag) (Value, bool) { return find(c.Common, tag) }

// looksLikeCPM says by its first characters whether a text means to be one.
func looksLikeCPM(text string) (kind string, ok bool) {
	switch {
	case strings.HasPrefix(text, startEMV):
		return KindEMV, true
	case strings.HasPrefix(text, startJPQR):
		return KindJPQR, true
	}
	return "", false
}

// ParseCPM takes the base64 text of a consumer-presented code apart. It is
// strict about the form, where a tolerant reader would give one payment two
// texts, and tolerant about what real codes do: long-form lengths, account
// numbers in ASCII, 63 outside its template. Errors are *FormatError.
func ParseCPM(text string) (CPM, error) {
	data, err := decodeText(text)
	if err != nil {
		return CPM{}, err
	}
	top, err := ParseTLV(data)
	if err != nil {
		return CPM{}, err
	}
	if len(top) == 0 || top[0].Tag != tagFormat {
		return CPM{}, &FormatError{Problem: "the first tag is not 85"}
	}
	cpm := CPM{Format: string(top[0].Value)}
	if cpm.Format != FormatEMV && cpm.Format != FormatJPQR {
		return CPM{}, &FormatError{Problem: "neither " + FormatEMV + " nor " + FormatJPQR}
	}
	templates, err := cpm.sort(top[1:])
	if err != nil {
		return CPM{}, err
	}
	for _, t := range templates {
		if err := cpm.add(t); err != nil {
			return CPM{}, err
		}
	}
	if len(cpm.Templates) == 0 {
		return CPM{}, &FormatError{At: templates[0].At, Problem: "no application has an identifier (4F) of 5 to 16 bytes and an account (57 or 5A)"}
	}
	return cpm, nil
}

// Tree is all that a consumer-presented code holds, as it stands, also when it
// is no code that can be paid with. Errors are *FormatError.
func Tree(text string) ([]TLV, error) {
	data, err := decodeText(text)
	if err != nil {
		return nil, err
	}
	return ParseTLV(data)
}

// decodeText is strict base64 (RFC 4648, section 4, padded). The library
// would pass over line breaks and stray bits at the end; both would let one
// code be shown as two.
func decodeText(text string) ([]byte, error) {
	if len(text) > MaxLength {
		return nil, &FormatError{At: MaxLength, InText: true, Problem: fmt.Sprintf("%d characters are more than the %d that are looked at", len(text), MaxLength)}
	}
	if at := strings.IndexAny(text, "\r\n"); at >= 0 {
		return nil, &FormatError{At: at, InText: true, Problem: "a line break"}
	}
	data, err := base64.StdEncoding.Strict().DecodeString(text)
	var corrupt base64.CorruptInputError
	if errors.As(err, &corrupt) {
		return nil, &FormatError{At: int(corrupt), InText: true, Problem: "not base64"}
	}
	return data, err
}

// sort puts the common template and what is only kept into c and returns the
// application templates.
func (c *CPM) sort(top []TLV) ([]TLV, error) {
	var templates []TLV
	common := false
	for _, t := range top {
		switch t.Tag {
		case tagFormat:
			return nil, &FormatError{At: t.At, Problem: "a second tag 85"}
		case tagTemplate:
			if len(templates) == 2 {
				return nil, &FormatError{At: t.At, Problem: "a third application template (61)"}
			}
			templates = append(templates, t)
		case tagCommon:
			if common {
				return nil, &FormatError{At: t.At, Problem: "a second common template (62)"}
			}
			common, c.Common = true, t.Inside
		default:
			c.Other = append(c.Other, t)
		}
	}
	if len(templates) == 0 {
		return nil, &FormatError{Problem: "no application template (61)"}
	}
	return templates, nil
}

// add makes an application of a template, or keeps the template with the
// others when nothing can be paid with it, as the specification says.
func (c *CPM) add(t TLV) error {
	adf, _ := find(t.Inside, tagADF)
	track2, has57 := findIn(tagTrack2, t.Inside, c.Common)
	pan, has5A := findIn(tagPAN, t.Inside, c.Common)
	if len(adf) < 5 || len(adf) > 16 || !has57 && !has5A {
		c.Other = append(c.Other, t)
		return nil
	}
	// A tag that stands twice has two meanings; nobody may choose.
	seen := make(map[Tag]bool)
	if err := onlyOnce(seen, t.Inside); err != nil {
		return err
	}
	if err := onlyOnce(seen, c.Common); err != nil {
		return err
	}
	label, _ := findIn(tagLabel, t.Inside, c.Common)
	app := Application{ADF: adf, Label: clean(string(label)), Track2: track2, Tags: t.Inside}
	switch {
	case c.Format == FormatJPQR && has57:
		app.Account = Secret(track2)
	case has5A:
		app.Account = panDigits(pan)
	default:
		app.Account = track2Digits(track2)
	}
	c.Templates = append(c.Templates, app)
	return nil
}

func onlyOnce(seen map[Tag]bool, tags []TLV) error {
	for _, t := range tags {
		if t.Tag.opaque() {
			continue
		}
		if t.Tag.constructed() {
			if err := onlyOnce(seen, t.Inside); err != nil {
				return err
			}
			continue
		}
		if seen[t.Tag] {
			return &FormatError{At: t.At, Problem: "tag " + t.Tag.String() + " stands twice"}
		}
		seen[t.Tag] = true
	}
	return nil
}

func find(tags []TLV, tag Tag) (Value, bool) {
	for _, t := range tags {
		if t.Tag == tag {
			return t.Value, true
		}
	}
	return nil, false
}

func findIn(tag Tag, levels ...[]TLV) (Value, bool) {
	for _, tags := range levels {
		if v, ok := find(tags, tag); ok {
			return v, true
		}
	}
	return nil, false
}
