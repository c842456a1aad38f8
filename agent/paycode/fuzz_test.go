package paycode_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"testing"

	"github.com/posagent/posagent/agent/paycode"
)

func FuzzTLV(f *testing.F) {
	f.Add([]byte(emv + tlv("\x61", tlv("\x4F", visa), tlv("\x9F\x26", "12345678"))))
	f.Add([]byte("\x61\x81\x97\x4F\x05GCASH"))
	f.Add([]byte("\xE1\x06\xE1\x04\xE1\x02\xE1\x00"))
	f.Add([]byte("\x00\x00\x5F\x20\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		tags, err := paycode.ParseTLV(data)
		if err != nil {
			var format *paycode.FormatError
			if !errors.As(err, &format) || format.At < 0 || format.At > len(data) {
				t.Fatalf("error %v for %d bytes", err, len(data))
			}
			return
		}
		within(t, data, tags, 0, len(data), 1)
	})
}

// within checks that every tag lies where it says, inside its parent, behind
// its neighbour, and that a value is a part of the data.
func within(t *testing.T, data []byte, tags []paycode.TLV, from, to, depth int) {
	t.Helper()
	if depth > 5 {
		t.Fatal("too deep")
	}
	for _, tag := range tags {
		if tag.At < from || tag.At+len(tag.Value) > to {
			t.Fatalf("tag %s at %d lies outside %d to %d", tag.Tag, tag.At, from, to)
		}
		at := bytes.Index(data[tag.At:to], tag.Value)
		if at < 0 {
			t.Fatalf("tag %s at %d has a value from elsewhere", tag.Tag, tag.At)
		}
		within(t, data, tag.Inside, tag.At, to, depth+1)
		from = tag.At + len(tag.Value)
	}
}

func FuzzCPM(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Text)
		data, err := base64.StdEncoding.DecodeString(v.Text)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data[len(emv):]))
	}
	f.Fuzz(func(t *testing.T, text string) {
		parsed(t, text)
		parsed(t, b64(emv+text)) // base64 keeps most mutations from the tags
	})
}

func parsed(t *testing.T, text string) {
	t.Helper()
	cpm, err := paycode.ParseCPM(text)
	if err != nil {
		var format *paycode.FormatError
		if !errors.As(err, &format) {
			t.Fatalf("error %v is no *FormatError", err)
		}
		return
	}
	if len(cpm.Templates) == 0 || len(cpm.Templates) > 2 {
		t.Fatalf("%d templates", len(cpm.Templates))
	}
	for _, a := range cpm.Templates {
		if len(a.ADF) < 5 || len(a.ADF) > 16 {
			t.Fatalf("an identifier of %d bytes", len(a.ADF))
		}
	}
	if again, err := base64.StdEncoding.DecodeString(text); err != nil || base64.StdEncoding.EncodeToString(again) != text {
		t.Fatalf("the text is not the one text of its data")
	}
}

func FuzzClassify(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add("]Q1", []byte(v.Text))
	}
	for _, s := range []string{"97012345678901234567\r", "4901234567894", "https://x", "000201", "OP1:AB", "\x00", "90008181881234567890"} {
		f.Add("", []byte(s))
	}
	c := classifier(f, store...)
	f.Fuzz(func(t *testing.T, aim string, data []byte) { answer(t, c, aim, data) })
}
