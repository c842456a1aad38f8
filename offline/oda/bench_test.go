package oda_test

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"math/big"
	"testing"

	"github.com/posagent/posagent/offline/oda"
)

// A text as it is scanned until it is proved, for a new customer and for one
// whose certificate is known, beside the bare signatures that it cannot do
// without.
func BenchmarkVerify(b *testing.B) {
	tr := trust(b)
	for i, alg := range algorithms {
		name := []string{"ed25519", "p256"}[i]
		for _, carrier := range carriers {
			text := oda.Encode(good(alg).raw(), carrier)
			b.Run(name+"/new/"+string(carrier), func(b *testing.B) { scanned(b, text, tr, nil) })
			b.Run(name+"/known/"+string(carrier), func(b *testing.B) { scanned(b, text, tr, oda.NewCache(8)) })
		}
		b.Run(name+"/floor/new", func(b *testing.B) { floor(b, alg, true) })
		b.Run(name+"/floor/known", func(b *testing.B) { floor(b, alg, false) })
	}
}

func scanned(b *testing.B, text string, tr oda.Trust, cache *oda.Cache) {
	b.ReportAllocs()
	for b.Loop() {
		raw, _, err := oda.Decode(text)
		if err == nil {
			err = verify(raw, tr, cache)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
}

// floor is the two signatures of a code, or only the phone's, with keys that
// are parsed already.
func floor(b *testing.B, alg oda.Algorithm, both bool) {
	f := good(alg)
	message := make([]byte, 157)
	issuer, certified := f.signer.Public().(ed25519.PublicKey), ed25519.Sign(f.signer, message)
	proof := f.device.sign(message)
	device := func() bool { return ed25519.Verify(f.key, message, proof) }
	if alg == oda.P256 {
		x, y := elliptic.UnmarshalCompressed(elliptic.P256(), f.key)
		point := append(append([]byte{4}, x.FillBytes(make([]byte, 32))...), y.FillBytes(make([]byte, 32))...)
		key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
		if err != nil {
			b.Fatal(err)
		}
		r, s := new(big.Int).SetBytes(proof[:32]), new(big.Int).SetBytes(proof[32:])
		device = func() bool {
			digest := sha256.Sum256(message)
			return ecdsa.Verify(key, digest[:], r, s)
		}
	}
	for b.Loop() {
		if both && !ed25519.Verify(issuer, message, certified) || !device() {
			b.Fatal("a bare signature is wrong")
		}
	}
}

// What a text costs that is refused before a signature is looked at.
func BenchmarkDecode(b *testing.B) {
	for _, carrier := range carriers {
		text := oda.Encode(good(oda.P256).raw(), carrier)
		b.Run(string(carrier), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := oda.Decode(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
