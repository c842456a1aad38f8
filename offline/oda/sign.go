package oda

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"fmt"
	"math/big"
	"time"
)

// Device is the key of a phone. In a real phone it lies in the secure element;
// this one is for wallets' tests and demo phones. It shows only its algorithm.
type Device struct {
	algorithm Algorithm
	public    []byte
	ed        ed25519.PrivateKey
	ec        *ecdsa.PrivateKey
}

// NewDevice makes a phone's key.
func NewDevice(alg Algorithm) (*Device, error) {
	for {
		secret := make([]byte, 32)
		if _, err := rand.Read(secret); err != nil {
			return nil, err
		}
		// Of 2³² numbers one or two are no P-256 key; another is drawn.
		d, err := RestoreDevice(alg, secret)
		if err == nil || alg.keySize() == 0 {
			return d, err
		}
	}
}

// RestoreDevice makes the key that has this secret of 32 bytes: Ed25519's
// seed, or P-256's number.
func RestoreDevice(alg Algorithm, secret []byte) (*Device, error) {
	switch {
	case alg.keySize() == 0:
		return nil, UnknownAlgorithm
	case len(secret) != 32:
		return nil, WrongDeviceKey
	case alg == Ed25519:
		key := ed25519.NewKeyFromSeed(secret)
		return &Device{algorithm: alg, ed: key, public: key[32:]}, nil
	}
	key, err := ecdsa.ParseRawPrivateKey(elliptic.P256(), secret)
	if err != nil {
		return nil, WrongDeviceKey
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return nil, WrongDeviceKey
	}
	public := append([]byte{2 + point[64]&1}, point[1:33]...)
	return &Device{algorithm: alg, ec: key, public: public}, nil
}

// Algorithm is what the phone signs with.
func (d *Device) Algorithm() Algorithm { return d.algorithm }

// PublicKey is what a certificate says of the phone.
func (d *Device) PublicKey() []byte { return append([]byte(nil), d.public...) }

// Secret is what RestoreDevice takes.
func (d *Device) Secret() ([]byte, error) {
	if d.ed != nil {
		return d.ed.Seed(), nil
	}
	return d.ec.Bytes()
}

// Format is the algorithm only, for every verb.
func (d Device) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "(device key %d)", d.algorithm) }

// IssueCertificate is a certificate with the signature of its issuer.
func IssueCertificate(issuer ed25519.PrivateKey, c Certificate) ([]byte, error) {
	if len(issuer) != ed25519.PrivateKeySize {
		return nil, WrongKey
	}
	if c.Algorithm.keySize() == 0 {
		return nil, UnknownAlgorithm
	}
	if _, err := parseKey(c.Algorithm, c.DeviceKey); err != nil {
		return nil, err
	}
	if c.NotAfter.Before(c.NotBefore) || c.NotAfter.Unix()-c.NotBefore.Unix() > int64(MaxLifetime/time.Second) {
		return nil, CertificateLifetime
	}
	if c.Flags != 0 {
		return nil, UnknownFlags
	}
	out := append([]byte(certificatePrefix), version, byte(c.Algorithm))
	out = append(append(out, c.Issuer[:]...), c.WalletToken[:]...)
	out = append(out, c.DeviceKey...)
	for _, n := range []int64{c.NotBefore.Unix(), c.NotAfter.Unix(), c.PerChargeMax, c.CumulativeMax} {
		var fits bool
		if out, fits = append32(out, n); !fits {
			return nil, OutOfRange
		}
	}
	out = append(append(out, c.Serial[:]...), c.Flags)
	return append(out, ed25519.Sign(issuer, out)...)[len(certificatePrefix):], nil
}

// SignCode is a code under the phone's certificate. The caller counts: it must
// have kept the counter before the code is shown.
func SignCode(d *Device, certificate []byte, o Offer) (Raw, error) {
	c, err := certificateForm(certificate)
	if err != nil {
		return nil, err
	}
	if len(certificate) != c.Algorithm.certificateSize() {
		return nil, WrongLength
	}
	if d == nil || string(c.DeviceKey) != string(d.public) {
		return nil, WrongDeviceKey
	}
	if o.TTL < time.Second || o.TTL > MaxTTL || o.TTL%time.Second != 0 {
		return nil, WrongTTL
	}
	out := append([]byte(codePrefix), certificate...)
	out, fits := append32(out, o.IssuedAt.Unix())
	out = append(out, byte(o.TTL/time.Second))
	out, _ = append32(out, int64(o.Counter))
	out, fitsMax := append32(append(out, o.Nonce[:]...), o.MaxAmount)
	if !fits || !fitsMax {
		return nil, OutOfRange
	}
	signature, err := d.sign(out)
	if err != nil {
		return nil, err
	}
	return append(out, signature...)[len(codePrefix):], nil
}

// sign makes 64 bytes. On P-256 the nonce follows from key and message (RFC
// 6979), and of the two right signatures it is the one with the low s.
func (d *Device) sign(message []byte) ([]byte, error) {
	if d.ed != nil {
		return ed25519.Sign(d.ed, message), nil
	}
	digest := sha256.Sum256(message)
	der, err := d.ec.Sign(nil, digest[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	var pair struct{ R, S *big.Int }
	if _, err := asn1.Unmarshal(der, &pair); err != nil {
		return nil, err
	}
	out := make([]byte, signatureSize)
	pair.R.FillBytes(out[:32])
	if pair.S.FillBytes(out[32:]); string(out[32:]) > halfOrder {
		pair.S.Sub(elliptic.P256().Params().N, pair.S).FillBytes(out[32:])
	}
	return out, nil
}
