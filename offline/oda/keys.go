package oda

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/sha256"
	"math/big"
)

// deviceKey is a public key of a phone, ready to verify with. One of the two
// is set.
type deviceKey struct {
	ed ed25519.PublicKey
	ec *ecdsa.PublicKey
}

// parseKey refuses what is no key, and a key that has a second form: the hash
// of its bytes is its identity in the books.
func parseKey(alg Algorithm, data []byte) (deviceKey, error) {
	if len(data) == 0 || len(data) != alg.keySize() {
		return deviceKey{}, WrongDeviceKey
	}
	if alg == Ed25519 {
		if !soundEd25519(data) {
			return deviceKey{}, WrongDeviceKey
		}
		return deviceKey{ed: append(ed25519.PublicKey(nil), data...)}, nil
	}
	x, y := elliptic.UnmarshalCompressed(elliptic.P256(), data)
	if x == nil {
		return deviceKey{}, WrongDeviceKey
	}
	point := make([]byte, 65)
	point[0] = 4
	x.FillBytes(point[1:33])
	y.FillBytes(point[33:])
	key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
	if err != nil {
		return deviceKey{}, WrongDeviceKey
	}
	return deviceKey{ec: key}, nil
}

// The y coordinates of Ed25519's points of order 1, 2, 4 and 8, without the
// sign of x. Under such a key one signature fits every message.
const (
	order1  = "\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	order2  = "\xec\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x7f"
	order4  = "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"
	order8  = "\x26\xe8\x95\x8f\xc2\xb2\x27\xb0\x45\xc3\xf4\x89\xf2\xef\x98\xf0\xd5\xdf\xac\x05\xd3\xc6\x33\x39\xb1\x38\x02\x88\x6d\x53\xfc\x05"
	order8b = "\xc7\x17\x6a\x70\x3d\x4d\xd8\x4f\xba\x3c\x0b\x76\x0d\x10\x67\x0f\x2a\x20\x53\xfa\x2c\x39\xcc\xc6\x4e\xc7\xfd\x77\x92\xac\x03\x7a"
)

// soundEd25519 says whether the key is no point of small order and is written
// in the one way: y below the field's prime 2²⁵⁵-19. That the bytes are a
// point at all is seen when a signature is verified.
func soundEd25519(key []byte) bool {
	y := append([]byte(nil), key...)
	y[31] &= 0x7F
	switch string(y) {
	case order1, order2, order4, order8, order8b:
		return false
	}
	if y[31] != 0x7F || y[0] < 0xED {
		return true
	}
	for _, b := range y[1:31] {
		if b != 0xFF {
			return true
		}
	}
	return false
}

// halfOrder is half the order of P-256, rounded down. The second number of a
// signature may not be above it: s and order-s are both right, and only one
// may be taken.
const halfOrder = "\x7f\xff\xff\xff\x80\x00\x00\x00\x7f\xff\xff\xff\xff\xff\xff\xff\xde\x73\x7d\x56\xd3\x8b\xcf\x42\x79\xdc\xe5\x61\x7e\x31\x92\xa8"

// CheckSignature tells what is wrong with a phone's key, or with its signature
// over a text that is no code: 64 bytes, with the second number of ECDSA in its
// lower half. The text must begin with words of its own, so that it is never one
// that stands for money.
func CheckSignature(alg Algorithm, key, text, signature []byte) error {
	k, err := parseKey(alg, key)
	if err != nil {
		return err
	}
	if len(signature) != 64 {
		return DeviceSignature
	}
	return k.verify(text, signature)
}

// verify checks a signature of 64 bytes.
func (k deviceKey) verify(message, signature []byte) error {
	if k.ed != nil {
		if !ed25519.Verify(k.ed, message, signature) {
			return DeviceSignature
		}
		return nil
	}
	if string(signature[32:]) > halfOrder {
		return HighS
	}
	digest := sha256.Sum256(message)
	r, s := new(big.Int).SetBytes(signature[:32]), new(big.Int).SetBytes(signature[32:])
	if !ecdsa.Verify(k.ec, digest[:], r, s) {
		return DeviceSignature
	}
	return nil
}
