package oda_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/posagent/posagent/offline/oda"
)

// refusals are the words that Decode and Verify may answer with.
func refusals() []oda.Reason {
	return []oda.Reason{
		oda.NoCarrier, oda.WrongLength, oda.NotBase45, oda.NotBase64, oda.NotDecimal, oda.NotContainer,
		oda.WrongVersion, oda.UnknownAlgorithm, oda.UnknownFlags,
		oda.UnknownIssuer, oda.IssuerAlgorithm, oda.IssuerNotYet, oda.IssuerExpired,
		oda.CertificateNotYet, oda.CertificateExpired, oda.CertificateLifetime,
		oda.WrongTTL, oda.Future, oda.Expired, oda.WrongAmount, oda.OverCodeMax, oda.OverChargeMax,
		oda.DeniedSerial, oda.DeniedWallet,
		oda.CertificateSignature, oda.WrongDeviceKey, oda.HighS, oda.DeviceSignature,
	}
}

// The specification has a line for each word, and the list above has each word
// of the source but those of the signing side.
func TestTheSpecificationHasEveryWord(t *testing.T) {
	text, err := os.ReadFile("../../docs/reference/op1.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range refusals() {
		if !strings.Contains(string(text), "`"+string(r)+"`") {
			t.Errorf("docs/reference/op1.md does not say when a code is refused as %s", r)
		}
	}
	known := map[string]bool{"range": true, "issuer_key": true, "two_issuers": true, "no_wallet": true}
	for _, r := range refusals() {
		known[string(r)] = true
	}
	f, err := parser.ParseFile(token.NewFileSet(), "reason.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		s, ok := n.(*ast.ValueSpec)
		if !ok || len(s.Values) != 1 {
			return true
		}
		word, err := strconv.Unquote(s.Values[0].(*ast.BasicLit).Value)
		if err != nil || !known[word] {
			t.Errorf("%s is in no list", s.Names[0])
		}
		return true
	})
}
