package paycode_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/paycode"
)

var update = flag.Bool("update", false, "write testdata/codes.golden anew")

// testdata/codes.golden is the default table at work: AIM identifier, code and
// what becomes of it in a store that takes the wallets of helpers_test.go.
func TestDefaultRulesOnSampleCodes(t *testing.T) {
	c := classifier(t, store...)
	golden, err := os.ReadFile("testdata/codes.golden")
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	for line := range strings.Lines(string(golden)) {
		if strings.HasPrefix(line, "#") || strings.TrimSpace(line) == "" {
			got.WriteString(line)
			continue
		}
		aim, rest, _ := strings.Cut(line, " ")
		quoted, err := strconv.QuotedPrefix(rest)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		text, err := strconv.Unquote(quoted)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		fmt.Fprintf(&got, "%s %s %s\n", aim, quoted, outcome(c.Classify(strings.TrimPrefix(aim, "-"), []byte(text))))
	}
	if *update {
		if err := os.WriteFile("testdata/codes.golden", got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got.String() != string(golden) {
		t.Errorf("codes.golden differs; run with -update and read the change:\n%s", got.String())
	}
}

func outcome(code paycode.Code, err error) string {
	if err != nil {
		return "refused: " + strings.TrimPrefix(err.Error(), "code refused: ")
	}
	return fmt.Sprintf("%s (%s, rule %s)", code.Wallet, code.Kind, code.Rule)
}

func TestTextGoesOnAsItWasScanned(t *testing.T) {
	c := classifier(t, store...)
	const text = "97012345678901234567"
	code, err := c.Classify("]C0", []byte(text+"\r\n\x00"))
	if err != nil {
		t.Fatal(err)
	}
	if code.Text.Reveal() != text || code.AIM != "]C0" {
		t.Errorf("text or AIM identifier changed: %v", code)
	}
}

func TestStoreChoosesAmongApplications(t *testing.T) {
	rules := paycode.Rules{Templates: []paycode.TemplateRule{
		{ID: "v", Prefix: "A000000003", Wallet: "first"},
		{ID: "u", Prefix: "A000000333", Wallet: "second"},
		{ID: "o", Prefix: "F04F465131", Why: paycode.Offline},
	}}
	app := func(adf string) string { return tlv("\x61", tlv("\x4F", adf), tlv("\x57", "\x12\xD3")) }
	both := b64(emv + app(visa) + app(union))
	offline := b64(emv + app("\xF0OFQ1") + app(union))
	for _, c := range []struct {
		taken []string
		text  string
		want  string
	}{
		{[]string{"first", "second"}, both, "first (emv_cpm, rule v)"},
		{[]string{"second", "first"}, both, "second (emv_cpm, rule u)"},
		{[]string{"second"}, both, "second (emv_cpm, rule u)"},
		{nil, both, "refused: no_wallet by rule v, wallet first"},
		{[]string{"second"}, offline, "second (emv_cpm, rule u)"},
		{[]string{"first"}, offline, "refused: offline_code by rule o"},
		{[]string{"first"}, b64(emv + app("\xA0\x00\x00\x00\x99")), "refused: no_wallet by rule emv_cpm"},
	} {
		cl, err := paycode.New(rules, c.taken)
		if err != nil {
			t.Fatal(err)
		}
		if got := outcome(cl.Classify("]Q1", []byte(c.text))); got != c.want {
			t.Errorf("store takes %v: %s, want %s", c.taken, got, c.want)
		}
	}
}

func TestBadCodeSaysWhere(t *testing.T) {
	_, err := classifier(t, store...).Classify("", []byte("hQVDUFYwMWEaTweg"))
	var format *paycode.FormatError
	if !errors.As(err, &format) || format.At != 7 {
		t.Errorf("error %v, want a *FormatError at byte 7", err)
	}
}

// What the symbology is must never change whose a code is, goods apart.
func TestSymbologyDoesNotRoute(t *testing.T) {
	c := classifier(t, store...)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`(9000818188|31589900|97|62|28)\d{8,18}`),
			rapid.StringMatching(`hQVDUFY[A-Za-z0-9+/]{0,40}={0,2}`),
		).Draw(t, "text")
		aim := rapid.SampledFrom([]string{"]Q1", "]Q2", "]C0", "]d2", "]A0", "]z0"}).Draw(t, "aim")
		without, with := outcome(c.Classify("", []byte(text))), outcome(c.Classify(aim, []byte(text)))
		if without != with {
			t.Fatalf("without AIM identifier: %s; with %s: %s", without, aim, with)
		}
	})
}

// Whatever comes, there is either a code of a wallet that the store takes, or
// a refusal with one of the known reasons.
func TestClassifyAlwaysAnswers(t *testing.T) {
	c := classifier(t, store...)
	rapid.Check(t, func(t *rapid.T) {
		data := rapid.OneOf(
			rapid.SliceOfN(rapid.Byte(), 0, 1100),
			rapid.Map(rapid.StringMatching(`\d{1,30}`), func(s string) []byte { return []byte(s) }),
			rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 80), func(b []byte) []byte { return []byte(b64(emv + string(b))) }),
		).Draw(t, "data")
		answer(t, c, "", data)
	})
}

type failer interface{ Fatalf(string, ...any) }

// answer checks what Classify promises for any input.
func answer(t failer, c *paycode.Classifier, aim string, data []byte) {
	code, err := c.Classify(aim, data)
	if err == nil {
		if code.Wallet == "" || code.Kind == "" || code.Rule == "" || !bytes.HasPrefix(data, []byte(code.Text.Reveal())) {
			t.Fatalf("a code with something missing: %v", code)
		}
		for _, w := range c.Wallets() {
			if w == code.Wallet {
				return
			}
		}
		t.Fatalf("wallet %q is not taken", code.Wallet)
	}
	var refusal *paycode.Refusal
	if !errors.As(err, &refusal) || refusal.Why == "" || code != (paycode.Code{}) {
		t.Fatalf("error %v with code %v", err, code)
	}
	// No run of digits of the code may stand in the error.
	for i := 0; i+8 <= len(data); i++ {
		part := string(data[i : i+8])
		if strings.Trim(part, "0123456789") == "" && strings.Contains(err.Error(), part) {
			t.Fatalf("the error repeats the code: %v", err)
		}
	}
}
