package oda_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"math/big"
	"testing"

	"github.com/posagent/posagent/offline/oda"
)

// A signature over a text is taken in one form, and under a key that is one.
func TestCheckSignature(t *testing.T) {
	text := []byte("posagent test\nan act")
	secret, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	point, err := secret.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	key := append([]byte{2 + point[64]&1}, point[1:33]...)
	digest := sha256.Sum256(text)
	r, s, err := ecdsa.Sign(rand.Reader, secret, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	high := new(big.Int).Sub(elliptic.P256().Params().N, s)
	if high.Cmp(s) < 0 {
		s, high = high, s
	}
	pair := func(r, s *big.Int) []byte {
		return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	}
	pub, edSecret, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	small := make([]byte, 32)
	small[0] = 1 // the neutral point: one signature fits every text
	for name, c := range map[string]struct {
		alg       oda.Algorithm
		key, sign []byte
		want      error
	}{
		"P-256":            {oda.P256, key, pair(r, s), nil},
		"the other s":      {oda.P256, key, pair(r, high), oda.HighS},
		"Ed25519":          {oda.Ed25519, pub, ed25519.Sign(edSecret, text), nil},
		"another text":     {oda.Ed25519, pub, ed25519.Sign(edSecret, []byte("another")), oda.DeviceSignature},
		"a short one":      {oda.Ed25519, pub, make([]byte, 63), oda.DeviceSignature},
		"a small key":      {oda.Ed25519, small, append(small, make([]byte, 32)...), oda.WrongDeviceKey},
		"a key of another": {oda.P256, pub, pair(r, s), oda.WrongDeviceKey},
		"no key":           {0, nil, pair(r, s), oda.WrongDeviceKey},
	} {
		if err := oda.CheckSignature(c.alg, c.key, text, c.sign); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}
