package oda_test

import (
	"bytes"
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
)

func TestNewTrustRefusesWhatCannotBeMeant(t *testing.T) {
	one := issuers()[0]
	change := func(f func(*oda.Issuer)) []oda.Issuer {
		i := one
		f(&i)
		return []oda.Issuer{i}
	}
	for _, c := range []struct {
		name    string
		issuers []oda.Issuer
		denied  []oda.Denied
		want    oda.Reason
	}{
		{"two of one id", []oda.Issuer{one, one}, nil, oda.TwoIssuers},
		{"algorithm 0", change(func(i *oda.Issuer) { i.Algorithm = 0 }), nil, oda.UnknownAlgorithm},
		{"algorithm 3", change(func(i *oda.Issuer) { i.Algorithm = 3 }), nil, oda.UnknownAlgorithm},
		{"no key", change(func(i *oda.Issuer) { i.PublicKey = nil }), nil, oda.WrongKey},
		{"a long key", change(func(i *oda.Issuer) { i.PublicKey = make([]byte, 33) }), nil, oda.WrongKey},
		{"a key of small order", change(func(i *oda.Issuer) { i.PublicKey = make([]byte, 32) }), nil, oda.WrongKey},
		{"a key above the prime", change(func(i *oda.Issuer) { i.PublicKey = bytes.Repeat([]byte{0xFF}, 32) }), nil, oda.WrongKey},
		{"nobody's", change(func(i *oda.Issuer) { i.Wallet = "" }), nil, oda.NoWallet},
		{"over before it begins", change(func(i *oda.Issuer) { i.ValidUntil = i.ValidFrom.Add(-1) }), nil, oda.OutOfRange},
		{"a deny list of nobody", nil, []oda.Denied{{Serials: []oda.Serial{{1}}}}, oda.NoWallet},
	} {
		tr, err := oda.NewTrust(c.issuers, c.denied...)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
		if err := verify(good(oda.Ed25519).raw(), tr, nil); err != oda.UnknownIssuer {
			t.Errorf("%s: half a list trusts: %v", c.name, err)
		}
	}
}

func TestTheZeroTrustTrustsNobody(t *testing.T) {
	if err := verify(good(oda.P256).raw(), oda.Trust{}, nil); err != oda.UnknownIssuer {
		t.Error(err)
	}
}

func TestTrustKeepsItsOwnCopy(t *testing.T) {
	list := issuers()
	tr, err := oda.NewTrust(list)
	if err != nil {
		t.Fatal(err)
	}
	for i := range list {
		clear(list[i].PublicKey)
	}
	if err := verify(good(oda.Ed25519).raw(), tr, nil); err != nil {
		t.Error(err)
	}
}

// What the cache has seen is still checked against time, limits and deny list,
// and a new key under an old id makes it worthless.
func TestTheCacheOutvotesNothing(t *testing.T) {
	cache := oda.NewCache(4)
	for _, alg := range algorithms {
		raw := good(alg).raw()
		if err := verify(raw, trust(t), cache); err != nil {
			t.Fatal(err)
		}
		stopped, err := oda.NewTrust(issuers(), oda.Denied{Wallet: "own", Serials: []oda.Serial{good(alg).serial}})
		if err != nil {
			t.Fatal(err)
		}
		if err := verify(raw, stopped, cache); err != oda.DeniedSerial {
			t.Errorf("a stopped certificate: %v", err)
		}
		if _, err := oda.Verify(raw, noon.Add(49*time.Hour), 1200, trust(t), cache); err != oda.CertificateExpired {
			t.Errorf("a certificate that is over: %v", err)
		}
		changed := issuers()
		for i := range changed {
			changed[i].PublicKey = issuerKey(oda.KeyID{byte(i)}).Public().(ed25519.PublicKey)
		}
		tr, err := oda.NewTrust(changed)
		if err != nil {
			t.Fatal(err)
		}
		if err := verify(raw, tr, cache); err != oda.CertificateSignature {
			t.Errorf("under another key of the issuer: %v", err)
		}
	}
}

// sizes of caches, also senseless ones: what is taken does not depend on them.
func TestACacheOfAnySizeVerifies(t *testing.T) {
	tr := trust(t)
	for _, size := range []int{-1, 0, 1, 2, 100} {
		cache := oda.NewCache(size)
		for i := range 12 {
			f := good(algorithms[i%2])
			f.serial[7] = byte(i % 5)
			if err := verify(f.raw(), tr, cache); err != nil {
				t.Errorf("size %d: %v", size, err)
			}
			f.signer = issuerKey(oda.KeyID{})
			if err := verify(f.raw(), tr, cache); err != oda.CertificateSignature {
				t.Errorf("size %d, forged: %v", size, err)
			}
		}
	}
}

func TestAReasonIsAnErrorOfOneWord(t *testing.T) {
	var err error = oda.HighS
	if !errors.Is(err, oda.HighS) || err.Error() != "offline code: high_s" {
		t.Error(err)
	}
}
