package paycode_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/paycode"
)

// cardCode is a consumer-presented code with a card number in it, packed (5A)
// or as track 2 (57).
func cardCode(t testing.TB, adf, tag, digits string) string {
	t.Helper()
	if tag == "57" {
		digits += "D2912201"
	}
	if len(digits)%2 == 1 {
		digits += "F"
	}
	tlv := func(tag, value string) string { return fmt.Sprintf("%s%02X%s", tag, len(value)/2, value) }
	raw, err := hex.DecodeString(tlv("85", hex.EncodeToString([]byte("CPV01"))) + tlv("61", tlv("4F", adf)+tlv(tag, digits)))
	if err != nil {
		t.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(raw)
}

// A card of the big schemes is no wallet's code: it is refused, and its number
// is in no word of the refusal. One that a wallet wraps goes to that wallet
// whole, as a secret that shows itself nowhere.
func TestCardNumbersStayHidden(t *testing.T) {
	c, err := paycode.New(defaultRules(t), store)
	if err != nil {
		t.Fatal(err)
	}
	const visa, union = "4111111111111111", "6222021234567890128"
	for _, tag := range []string{"5A", "57"} {
		for _, adf := range []string{"A0000000031010", "A0000000041010", "A00000002501"} {
			_, err := c.Classify("]Q1", []byte(cardCode(t, adf, tag, visa)))
			refusal, ok := err.(*paycode.Refusal)
			if !ok || refusal.Why != paycode.NoWallet {
				t.Errorf("%s in %s: %v", adf, tag, err)
			}
			if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, visa[6:14]) {
				t.Errorf("the number is told: %s", text)
			}
		}
		text := cardCode(t, "A000000333010101", tag, union)
		code, err := c.Classify("]Q1", []byte(text))
		told := fmt.Sprintf("%v %+v %#v %v", code, code, code, err)
		if strings.Contains(told, union[6:14]) || strings.Contains(told, text) {
			t.Errorf("the number is told: %s", told)
		}
	}
}
