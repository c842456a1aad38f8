package paycode_test

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/paycode"
)

type vector struct {
	ID        string              `json:"id"`
	Text      string              `json:"text"`
	OK        bool                `json:"ok"`
	Format    string              `json:"format_ascii"`
	Templates []map[string]string `json:"templates"`
	Common    map[string]string   `json:"common"`
}

func vectors(t testing.TB) []vector {
	t.Helper()
	data, err := os.ReadFile("testdata/cpm.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []vector }
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	if len(file.Cases) < 7 {
		t.Fatalf("only %d vectors", len(file.Cases))
	}
	return file.Cases
}

// The vectors are the two of the specification's Annex B and codes that real
// wallets have shown in public.
func TestParseCPMDecodesTheVectors(t *testing.T) {
	for _, v := range vectors(t) {
		t.Run(v.ID, func(t *testing.T) {
			cpm, err := paycode.ParseCPM(v.Text)
			if err != nil {
				t.Fatal(err)
			}
			if cpm.Format != v.Format || len(cpm.Templates) != len(v.Templates) {
				t.Fatalf("format %q with %d templates, want %q with %d", cpm.Format, len(cpm.Templates), v.Format, len(v.Templates))
			}
			for i, want := range v.Templates {
				check(t, want, cpm.Templates[i].Value)
			}
			check(t, v.Common, cpm.CommonValue)
		})
	}
}

// check compares tags: upper-case hex, or text when the key ends in _ascii.
func check(t *testing.T, want map[string]string, value func(paycode.Tag) (paycode.Value, bool)) {
	t.Helper()
	for key, text := range want {
		name, ascii := strings.CutSuffix(key, "_ascii")
		got, ok := value(tagOf(t, name))
		shown := strings.ToUpper(hex.EncodeToString(got))
		if ascii {
			shown = string([]byte(got))
		}
		if !ok || shown != text {
			t.Errorf("tag %s is %q (there: %v), want %q", key, shown, ok, text)
		}
	}
}

func tagOf(t *testing.T, name string) paycode.Tag {
	t.Helper()
	raw, err := hex.DecodeString(name)
	if err != nil {
		t.Fatal(err)
	}
	var tag paycode.Tag
	for _, b := range raw {
		tag = tag<<8 | paycode.Tag(b)
	}
	return tag
}

func TestAccountIsReadHoweverItIsPacked(t *testing.T) {
	want := map[string]string{
		"spec-b1": "1234567890123458", "spec-b2": "1234567890123458", "unionpay": "6292610358444335641",
		"jcb-japan": "3158990079242943", "long-form-length": "", "jpqr-1": "87654321",
	}
	for _, v := range vectors(t) {
		account, known := want[v.ID]
		if !known {
			continue
		}
		cpm, err := paycode.ParseCPM(v.Text)
		if err != nil {
			t.Fatal(err)
		}
		got := cpm.Templates[0].Account.Reveal()
		if v.ID == "long-form-length" {
			if len(got) != 27 || strings.Trim(got, "0123456789") != "" {
				t.Errorf("%s: an account of %d characters, want 27 digits", v.ID, len(got))
			}
			continue
		}
		if got != account {
			t.Errorf("%s: account %q, want %q", v.ID, got, account)
		}
	}
}

func TestParseCPMKeepsWhatItDoesNotRead(t *testing.T) {
	opaque := "\xFF\xFF\xFF" // no TLV at all: nobody may look into 63
	text := b64(emv + tlv("\x61", tlv("\x4F", visa), tlv("\x57", "\x12\xD3"), tlv("\x63", opaque)) + tlv("\x63", opaque) + tlv("\x99", "x"))
	cpm, err := paycode.ParseCPM(text)
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := cpm.Templates[0].Value(0x63); !ok || string([]byte(v)) != opaque {
		t.Errorf("63 inside 61 was not kept whole")
	}
	if len(cpm.Other) != 2 || cpm.Other[0].Tag != 0x63 || cpm.Other[1].Tag != 0x99 {
		t.Errorf("%d other tags are kept, want 63 and 99", len(cpm.Other))
	}
}

func TestParseCPMSkipsTemplatesThatNobodyCanPayWith(t *testing.T) {
	short := tlv("\x61", tlv("\x4F", "\xA0\x00\x00\x00"), tlv("\x57", "\x12\xD3"))
	good := tlv("\x61", tlv("\x4F", visa), tlv("\x57", "\x12\xD3"))
	cpm, err := paycode.ParseCPM(b64(emv + short + good))
	if err != nil {
		t.Fatal(err)
	}
	if len(cpm.Templates) != 1 || len(cpm.Other) != 1 {
		t.Errorf("%d templates and %d others, want 1 and 1", len(cpm.Templates), len(cpm.Other))
	}
}

func TestParseCPMRefuses(t *testing.T) {
	app := tlv("\x61", tlv("\x4F", visa), tlv("\x57", "\x12\xD3"))
	nested := tlv("\xE1", tlv("\xE1", tlv("\xE1", tlv("\xE1", tlv("\xE1", "")))))
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "byte 0 of the code's data: the first tag is not 85"},
		{"not base64", "hQVD*", "character 4 of the code: not base64"},
		{"base64 without padding", strings.TrimRight(b64(emv+app), "="), "character 28 of the code: not base64"},
		{"stray bits after the last byte", "hQVDUFYwMWEaTwegAAAAVVVVVw8SNFZ4kBI0WNGRIgESNF9=", "character 47 of the code: not base64"},
		{"a line break", "hQVD\nUFYw", "character 4 of the code: a line break"},
		{"too long", strings.Repeat("A", 1025), "character 1024 of the code: 1025 characters are more than the 1024 that are looked at"},
		{"first tag not 85", b64(app + emv), "byte 0 of the code's data: the first tag is not 85"},
		{"another version", b64("\x85\x05CPV02" + app), "byte 0 of the code's data: neither CPV01 nor JPQR1"},
		{"85 twice", b64(emv + emv + app), "byte 7 of the code's data: a second tag 85"},
		{"no template", b64(emv + tlv("\x62", tlv("\x50", "x"))), "byte 0 of the code's data: no application template (61)"},
		{"three templates", b64(emv + app + app + app), "byte 37 of the code's data: a third application template (61)"},
		{"62 twice", b64(emv + app + tlv("\x62") + tlv("\x62")), "byte 24 of the code's data: a second common template (62)"},
		{"no account", b64(emv + tlv("\x61", tlv("\x4F", visa))), "byte 7 of the code's data: no application has an identifier (4F) of 5 to 16 bytes and an account (57 or 5A)"},
		{"a tag in 61 and 62", b64(emv + app + tlv("\x62", tlv("\x57", "\x12\xD3"))), "byte 24 of the code's data: tag 57 stands twice"},
		{"a tag twice in a nested template", b64(emv + tlv("\x61", tlv("\x4F", visa), tlv("\x57", "\x12\xD3"), tlv("\xA5", tlv("\x57", "\x12")))), "byte 24 of the code's data: tag 57 stands twice"},
		{"length over the end", b64(emv + "\x61\x20\x4F\x07" + visa), "byte 7 of the code's data: tag 61 wants 32 bytes, 9 are left"},
		{"length over the template", b64(emv + tlv("\x61", "\x4F\x70"+visa)), "byte 9 of the code's data: tag 4F wants 112 bytes, 7 are left"},
		{"indefinite length", b64(emv + "\x61\x80\x4F\x00\x00"), "byte 8 of the code's data: a length of the indefinite form"},
		{"length of four bytes", b64(emv + "\x61\x84\x00\x00\x00\x01\x4F"), "byte 8 of the code's data: a length of 4 bytes"},
		{"length cut off", b64(emv + "\x61\x82\x01"), "byte 8 of the code's data: the data ends in a length"},
		{"no length", b64(emv + "\x61"), "byte 8 of the code's data: the data ends before a length"},
		{"tag cut off", b64(emv + app + "\x5F"), "byte 22 of the code's data: the data ends in a tag"},
		{"tag of five bytes", b64(emv + app + "\x5F\x81\x81\x81\x01\x00"), "byte 22 of the code's data: a tag of more than 4 bytes"},
		{"too deep", b64(emv + app + nested), "byte 30 of the code's data: more than 4 templates in each other"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := paycode.ParseCPM(c.text)
			var format *paycode.FormatError
			if !errors.As(err, &format) {
				t.Fatalf("error %v, want a *FormatError", err)
			}
			if err.Error() != c.want {
				t.Errorf("error\n%s\nwant\n%s", err, c.want)
			}
		})
	}
}
