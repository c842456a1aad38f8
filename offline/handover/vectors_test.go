package handover_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/offline/handover"
	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/wire"
)

var update = flag.Bool("update", false, "write the vectors anew")

const vectorPath = "testdata/slips.json"

// vector is one slip and what stands on it, as docs/reference/slip.md promises.
type vector struct {
	Name      string         `json:"name"`
	Key       charge.Key     `json:"key"`
	Wallet    string         `json:"wallet"`
	Amount    int64          `json:"amount"`
	Currency  money.Currency `json:"currency"`
	Accepted  int64          `json:"accepted"`
	Code      string         `json:"code"`
	Signature string         `json:"signature"`  // base64, as the wallet is shown it
	PublicKey string         `json:"public_key"` // of the register: base64 of its PKIX form
	Bytes     string         `json:"bytes"`      // hex, without the check
	Text      string         `json:"text"`
}

type vectorFile struct {
	Note  string   `json:"note"`
	Slips []vector `json:"slips"`
}

func (v vector) charge(t testing.TB) handover.Charge {
	t.Helper()
	signature, err := base64.StdEncoding.DecodeString(v.Signature)
	if err != nil {
		t.Fatal(err)
	}
	return handover.Charge{
		Key: v.Key, Wallet: v.Wallet, Amount: money.Amount{Minor: v.Amount, Currency: v.Currency},
		Accepted: time.Unix(v.Accepted, 0).UTC(), Code: paycode.Secret(v.Code), Signature: signature,
	}
}

func vectors(t testing.TB) []vector {
	t.Helper()
	data, err := os.ReadFile(vectorPath)
	if err != nil {
		t.Fatal(err)
	}
	var f vectorFile
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	return f.Slips
}

// The file of vectors is what this package writes and reads, and its
// signatures are what a wallet takes.
func TestVectors(t *testing.T) {
	if *update {
		writeVectors(t)
	}
	for _, v := range vectors(t) {
		c := v.charge(t)
		if text, err := handover.EncodeSlip(c); err != nil || text != v.Text {
			t.Errorf("%s: %q, %v", v.Name, text, err)
		}
		if got, err := handover.DecodeSlip(v.Text); err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("%s: %+v, %v", v.Name, got, err)
		}
		der, err := base64.StdEncoding.DecodeString(v.PublicKey)
		if err != nil {
			t.Fatal(err)
		}
		public, err := x509.ParsePKIXPublicKey(der)
		if err != nil {
			t.Fatal(err)
		}
		forward := wire.ChargeRequest{
			Key: string(v.Key), Amount: v.Amount, Currency: string(v.Currency), Code: v.Code, Mode: wire.Forwarded,
			AcceptedAt: c.Accepted, TerminalSignature: v.Signature,
		}
		if !forward.ForwardSignedBy(public) {
			t.Errorf("%s: the register has not signed it", v.Name)
		}
	}
}

// op1 are two codes of docs/reference/op1.md's vectors, one of each algorithm.
func op1(t *testing.T) map[oda.Algorithm]oda.Raw {
	t.Helper()
	data, err := os.ReadFile("../oda/testdata/op1.json")
	if err != nil {
		t.Fatal(err)
	}
	var f struct {
		Vectors []struct{ Verdict, Raw string }
	}
	if err := json.Unmarshal(data, &f); err != nil {
		t.Fatal(err)
	}
	out := map[oda.Algorithm]oda.Raw{}
	for _, v := range f.Vectors {
		raw, err := hex.DecodeString(v.Raw)
		if err != nil || v.Verdict != "accepted" {
			continue
		}
		if code, err := oda.Parse(raw); err == nil && out[code.Certificate.Algorithm] == nil {
			out[code.Certificate.Algorithm] = raw
		}
	}
	return out
}

func writeVectors(t *testing.T) {
	t.Helper()
	seed := sha256.Sum256([]byte("the register of the vectors"))
	edwards := ed25519.NewKeyFromSeed(seed[:])
	point, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), seed[:])
	if err != nil {
		t.Fatal(err)
	}
	file := vectorFile{Note: "Slips of docs/reference/slip.md. Keys are of tests only."}
	codes := op1(t)
	for _, s := range []struct {
		name, key, wallet string
		alg               oda.Algorithm
		carrier           oda.Carrier
		by                crypto.Signer
	}{
		{"base45, P-256, a register with P-256", "S0001-T01-217000000-42", "own", oda.P256, oda.Base45, point},
		{"base64, Ed25519, a register with Ed25519", "S0001-T02-217000000-7", "wallet_2", oda.Ed25519, oda.Base64, edwards},
		{"decimal, P-256, a register with Ed25519", "A-1-0-1", "w", oda.P256, oda.Decimal, edwards},
	} {
		raw := codes[s.alg]
		code, err := oda.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		v := vector{
			Name: s.name, Key: charge.Key(s.key), Wallet: s.wallet, Amount: 1200, Currency: money.JPY,
			Accepted: code.Offer.IssuedAt.Unix() + 2, Code: oda.Encode(raw, s.carrier),
		}
		message := []byte(strings.Join([]string{"posagent-forward-1", s.key, "1200", "JPY", fmt.Sprint(v.Accepted), v.Code}, "\x00"))
		how := crypto.Hash(0)
		if s.by == crypto.Signer(point) {
			digest := sha256.Sum256(message)
			message, how = digest[:], crypto.SHA256
		}
		signature, err := s.by.Sign(nil, message, how) // no chance: the same signature each time
		public, err2 := x509.MarshalPKIXPublicKey(s.by.Public())
		if err := errors.Join(err, err2); err != nil {
			t.Fatal(err)
		}
		v.Signature, v.PublicKey = base64.StdEncoding.EncodeToString(signature), base64.StdEncoding.EncodeToString(public)
		if v.Text, err = handover.EncodeSlip(v.charge(t)); err != nil {
			t.Fatal(err)
		}
		whole, err := oda.DecodeBase45(strings.TrimPrefix(v.Text, paycode.SlipPrefix))
		if err != nil {
			t.Fatal(err)
		}
		v.Bytes = hex.EncodeToString(whole[:len(whole)-4])
		file.Slips = append(file.Slips, v)
	}
	data, err := json.MarshalIndent(file, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(vectorPath, append(data, '\n'), 0o644); err != nil {
		t.Fatal(err)
	}
}
