package oda_test

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/offline/oda"
)

func TestEncodeWritesTheTextsOfTheSpecification(t *testing.T) {
	raw := make([]byte, 216)
	copy(raw, "AB")
	copy(raw[6:], "\x11\x22\x33\x44\x55\x66\x77\x88")
	copy(raw[15:], bytes.Repeat([]byte{0xFF}, 15))
	copy(raw[210:], "\x00\x00\x00\x00\x01\x02")
	text := oda.Encode(raw, oda.Base45)
	if !strings.HasPrefix(text, "OP1:BB8000000") {
		t.Errorf("base45 begins %.12q", text)
	}
	if odd := oda.Encode(append(slices.Clone(raw), 0xFF), oda.Base45); odd[len(odd)-2:] != "U5" {
		t.Errorf("a last byte is %q", odd[len(odd)-2:])
	}
	text = oda.Encode(raw, oda.Decimal)
	if len(text) != 535 || text[2+37:2+74] != "1329227995784915872903807060280344575" || text[520:] != "000000000000258" {
		t.Errorf("decimal of %d digits, a group %s, the last %s", len(text), text[39:76], text[520:])
	}
	text = oda.Encode(raw, oda.Base64)
	if want := b64("\x85\x05CPV01\x61\x81\xF0\x4F\x05\xF0OFQ1\x5A\x08\x11\x22\x33\x44\x55\x66\x77\x88\x63\x81\xDC\xDF\x01\x81\xD8" + string(raw)); text != want {
		t.Error("the container is not the one of the specification")
	}
	for i, want := range []struct {
		c    oda.Carrier
		size [2]int
	}{{oda.Base45, [2]int{328, 330}}, {oda.Base64, [2]int{336, 336}}, {oda.Decimal, [2]int{535, 537}}} {
		for n, size := range want.size {
			if got := len(oda.Encode(make([]byte, 216+n), want.c)); got != size {
				t.Errorf("carrier %d: %d characters for %d bytes, want %d", i, got, 216+n, size)
			}
		}
	}
}

func TestEncodeWritesNothingOfWhatIsNoCode(t *testing.T) {
	for _, n := range []int{0, 1, 14, 215, 218, 1024} {
		for _, c := range carriers {
			if text := oda.Encode(make([]byte, n), c); text != "" {
				t.Errorf("%s of %d bytes has %d characters", c, n, len(text))
			}
		}
	}
	if text := oda.Encode(make([]byte, 216), "aztec"); text != "" {
		t.Error("an unknown carrier has a text")
	}
}

// anyRaw is any bytes of a code's length, with the extremes more often.
func anyRaw(t *rapid.T) []byte {
	n := rapid.SampledFrom([]int{216, 217}).Draw(t, "length")
	b := rapid.OneOf(rapid.Byte(), rapid.SampledFrom([]byte{0, 0xFF}))
	return rapid.SliceOfN(b, n, n).Draw(t, "raw")
}

func TestEveryRawHasOneTextPerCarrier(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := anyRaw(t)
		for _, c := range carriers {
			text := oda.Encode(raw, c)
			if text != encode(raw, c) {
				t.Fatalf("%s: not the text that the plain encoder writes", c)
			}
			got, carrier, err := oda.Decode(text)
			if err != nil || carrier != c || !bytes.Equal(got, raw) {
				t.Fatalf("%s: decoded as %s, %v", c, carrier, err)
			}
		}
	})
}

// A text with a character changed is refused, or is the one text of other
// bytes. It is never a second text of the same.
func TestNoTextHasATwin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := anyRaw(t)
		c := rapid.SampledFrom(carriers).Draw(t, "carrier")
		text := []byte(oda.Encode(raw, c))
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			text[rapid.IntRange(0, len(text)-1).Draw(t, "at")] = rapid.OneOf(rapid.Byte(), rapid.ByteRange('0', '9'), rapid.ByteRange('A', 'Z')).Draw(t, "to")
		}
		got, carrier, err := oda.Decode(string(text))
		if err == nil && oda.Encode(got, carrier) != string(text) {
			t.Fatalf("%s: a text that Encode would not write", carrier)
		}
		if err == nil && bytes.Equal(got, raw) && string(text) != oda.Encode(raw, c) {
			t.Fatalf("%s: a second text of the same bytes", carrier)
		}
	})
}

// The register's rules know all carriers as signed codes of the wallet, and as
// nothing that another store takes.
func TestTheRegisterKnowsEachCarrierByItsRules(t *testing.T) {
	f, err := os.Open("../../configs/codes.toml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rules paycode.Rules
	if err := toml.NewDecoder(f).DisallowUnknownFields().Decode(&rules); err != nil {
		t.Fatal(err)
	}
	taking, err := paycode.New(rules, []string{"own"})
	if err != nil {
		t.Fatal(err)
	}
	other, err := paycode.New(rules, []string{"paypay"})
	if err != nil {
		t.Fatal(err)
	}
	for _, alg := range algorithms {
		for _, carrier := range carriers {
			text := oda.Encode(good(alg).raw(), carrier)
			code, err := taking.Classify("", []byte(text))
			if err != nil || code.Wallet != "own" || code.Kind != paycode.KindSigned || !code.Signed || code.Text.Reveal() != text {
				t.Errorf("algorithm %d, %s: %+v, %v", alg, carrier, code, err)
			}
			_, err = other.Classify("", []byte(text))
			refusal, ok := err.(*paycode.Refusal)
			if !ok || refusal.Why != paycode.Offline {
				t.Errorf("algorithm %d, %s: %v", alg, carrier, err)
			}
		}
	}
}
