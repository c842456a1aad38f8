package main

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// jcb is the code of a wallet's screen, of EMVCo's form; what stands in it is
// hidden unless it is asked for.
const jcb = "hQVDUFYwMWEfTwigAAAAZQOSAlcTMViZAHkkKUPUkSEhAAAFEgAADw=="

func TestExplain(t *testing.T) {
	t.Parallel()
	got := posctl(t, "code", "explain", "--file", write(t, "code.txt", "]Q1"+jcb+"\r\n"))
	got.want(t, 0, "consumer-presented", "merpay_template", "]Q1", "(56 bytes)", "61.57", "Track 2 Equivalent Data", "(19 bytes)")
	if strings.Contains(got.out, jcb) || strings.Contains(got.out, "3158990079242943") {
		t.Errorf("a payment code is shown: %s", got.out)
	}
	posctl(t, "code", "explain", "--show-values", "--file", write(t, "code.txt", jcb)).want(t, 0, jcb, "hex 3158990079242943d4912121")
	posctl(t, "code", "explain", "--file", write(t, "own.txt", "97012345678901234567")).want(t, 0, "digits", "own", "970123…67")
	posctl(t, "code", "explain", "--file", write(t, "goods.txt", "4901234567894")).want(t, 3, "product", "goods", "4901234567894")
	posctl(t, "code", "explain", "--aim", "]E0", "--file", write(t, "own.txt", "97012345678901234567")).want(t, 3, "product")
	posctl(t, "code", "explain", "--file", write(t, "bytes.txt", "97\x00\x1B@\x1D123")).want(t, 3, "not_text")
	posctl(t, "code", "explain", "--file", write(t, "bad.txt", jcb[:40])).want(t, 3, "bad_code", "problem")
	shop := "0002016003xxx01021129300012D156000000000510A93FO3230Q31280012D1560000000103081234567826680019jp.or.paymentsjapan01130000000000001020400010306000001040600000153033925903xxx64180002JA0108メルペイ カフェ520441115802JP610710661436304DEE9"
	posctl(t, "code", "explain", "--file", write(t, "shop.txt", shop)).want(t, 3, "a store's own code", "64-01", "メルペイ カフェ")
	shape(t, posctl(t, "code", "explain", "--json", "--file", write(t, "code.txt", jcb)), "kind", "wallet", "rule", "fields", "text", "bytes")
}

// A code of a stranger never reaches the terminal as it is.
func TestExplainShowsNoControlBytes(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"97\x00\x1B]0;x\x07", "https://x\u202Etxt.exe", "00020101\x9B31m", strings.Repeat("9", 7000)} {
		got := posctl(t, "code", "explain", "--show-values", "--file", write(t, "code.txt", text))
		if strings.ContainsAny(got.out, "\x1B\x07\u009B\u202E") {
			t.Errorf("%q", got.out)
		}
	}
}

func TestRulesOfCodes(t *testing.T) {
	t.Parallel()
	posctl(t, "code", "rules").want(t, 0, "paypay", `^9000818188\d{10}$`, "refused: merchant_code", "paypay decides some of what looks like jpqr_9000")
	got := posctl(t, "code", "rules", "--json")
	var table struct {
		Rules []struct{ ID, Example string }
		Bare  []string `json:"without_example"`
	}
	if err := json.Unmarshal([]byte(got.out), &table); err != nil || len(table.Rules) < 25 || len(table.Bare) > 0 {
		t.Errorf("%v: %d rules, %v", err, len(table.Rules), table.Bare)
	}
	posctl(t, "code", "rules", write(t, "codes.toml", "[[digits]]\nid = \"a\"\nmatch = '^97\\d+$'\nwallet = \"own\"\nexample = \"98123\"\n")).want(t, 2, "its example is decided by no rule")
	posctl(t, "code", "rules", write(t, "codes.toml", "[[digits]]\nid = \"a\"\nmatch = '^97\\d+$'\nwallet = \"own\"\n")).want(t, 0, "a has no example")
}

func TestSignRules(t *testing.T) {
	t.Parallel()
	_, key, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	keyFile := write(t, "rules.key", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})))
	rules := write(t, "codes.toml", "version = 3\n[[digits]]\nid = \"a\"\nmatch = '^97\\d{18}$'\nwallet = \"own\"\n")
	posctl(t, "code", "sign", "--key", keyFile, rules).want(t, 0, "the signature of version 3", "[codes] keys = [")
	if _, err := os.Stat(rules + ".sig"); err != nil {
		t.Error(err)
	}
	posctl(t, "code", "sign", "--key", rules, rules).want(t, 2, "no private key of Ed25519")
	posctl(t, "code", "sign", rules).want(t, 2, "--key")
	posctl(t, "code", "sign", "--key", keyFile, write(t, "old.toml", "[[digits]]\nid = \"a\"\nmatch = '^97\\d{18}$'\nwallet = \"own\"\n")).want(t, 2, "has no version")
	posctl(t, "code", "sign", "--key", keyFile, filepath.Join(t.TempDir(), "none")).want(t, 1, "no such file")
}
