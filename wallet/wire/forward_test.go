package wire_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// What a register signs is the charge as it took it; whatever is changed
// afterwards, or signed by another, is not signed. Mode, time limit and nonce
// are of the attempt and may change.
func TestForwardSignature(t *testing.T) {
	point, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	_, edwards, err2 := ed25519.GenerateKey(rand.Reader)
	other, err3 := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	large, err4 := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err := errors.Join(err, err2, err3, err4); err != nil {
		t.Fatal(err)
	}
	taken := time.Date(2026, 11, 25, 9, 30, 1, 999, time.FixedZone("JST", 9*3600))
	plain := wire.ChargeRequest{Key: "S0001-T01-1-1", Store: "S0001", Terminal: "T01", Amount: 1280, Currency: "JPY", Code: "OP1:X", Nonce: "n"}
	for name, key := range map[string]crypto.Signer{"P-256": point, "Ed25519": edwards} {
		r, err := plain.SignForward(taken, key)
		if err != nil {
			t.Fatal(err)
		}
		data, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var got wire.ChargeRequest
		if err := json.Unmarshal(data, &got); err != nil {
			t.Fatal(err)
		}
		got.Nonce, got.ValidUntil = "another", taken
		if !wire.SignsForwards(key.Public()) || !got.ForwardSignedBy(key.Public()) || got.Mode != wire.Forwarded {
			t.Errorf("%s: what was sent is not signed: %s", name, data)
		}
		if got.ForwardSignedBy(other.Public()) || got.ForwardSignedBy(nil) || got.ForwardSignedBy(large.Public()) {
			t.Errorf("%s: another register has signed it", name)
		}
		for what, change := range map[string]func(*wire.ChargeRequest){
			"key":       func(r *wire.ChargeRequest) { r.Key += "0" },
			"amount":    func(r *wire.ChargeRequest) { r.Amount++ },
			"currency":  func(r *wire.ChargeRequest) { r.Currency = "USD" },
			"second":    func(r *wire.ChargeRequest) { r.AcceptedAt = r.AcceptedAt.Add(time.Second) },
			"fraction":  func(r *wire.ChargeRequest) { r.AcceptedAt = r.AcceptedAt.Add(1) },
			"code":      func(r *wire.ChargeRequest) { r.Code += "X" },
			"signature": func(r *wire.ChargeRequest) { r.TerminalSignature = r.TerminalSignature[4:] },
			"none":      func(r *wire.ChargeRequest) { r.TerminalSignature = "" },
		} {
			forged := got
			if change(&forged); forged.ForwardSignedBy(key.Public()) {
				t.Errorf("%s: with another %s it is still signed", name, what)
			}
		}
	}
	if _, err := plain.SignForward(taken, large); !errors.Is(err, wire.ErrTerminalKey) || wire.SignsForwards(large.Public()) || wire.SignsForwards(nil) {
		t.Errorf("P-384: %v", err)
	}
}

// A request without a forward's fields does not carry them: wallets that do
// not know them refuse unknown names.
func TestOnlineCarriesNoForward(t *testing.T) {
	data, err := json.Marshal(wire.ChargeRequest{Mode: wire.Online})
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(data, &fields); err != nil || len(fields) != 9 {
		t.Errorf("%s, %v", data, err)
	}
}
