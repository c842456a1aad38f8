package paycode_test

import (
	"encoding/base64"
	"os"
	"testing"

	"github.com/pelletier/go-toml/v2"

	"github.com/posagent/posagent/agent/paycode"
)

// store is what a Japanese shop may take, the preferred wallet first.
var store = []string{"own", "paypay", "rakutenpay", "dbarai", "merpay", "aupay", "yuchopay", "wechatpay", "alipayplus", "unionpay"}

// defaultRules are the rules that are shipped, read as strictly as in production.
func defaultRules(t testing.TB) paycode.Rules {
	t.Helper()
	f, err := os.Open("../../configs/codes.toml")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rules paycode.Rules
	if err := toml.NewDecoder(f).DisallowUnknownFields().Decode(&rules); err != nil {
		t.Fatal(err)
	}
	return rules
}

func classifier(t testing.TB, taken ...string) *paycode.Classifier {
	t.Helper()
	c, err := paycode.New(defaultRules(t), taken)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// tlv is one TLV with a short or long length.
func tlv(tag string, parts ...string) string {
	value := ""
	for _, p := range parts {
		value += p
	}
	switch {
	case len(value) < 0x80:
		return tag + string([]byte{byte(len(value))}) + value
	case len(value) < 0x100:
		return tag + "\x81" + string([]byte{byte(len(value))}) + value
	}
	return tag + "\x82" + string([]byte{byte(len(value) >> 8), byte(len(value))}) + value
}

func b64(data string) string { return base64.StdEncoding.EncodeToString([]byte(data)) }

const (
	emv   = "\x85\x05CPV01"
	visa  = "\xA0\x00\x00\x00\x03\x10\x10"
	union = "\xA0\x00\x00\x03\x33\x01\x01\x01"
)
