package bulletin

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
)

// Key reads a public key as people write it down: 64 hexadecimal digits, or
// base64.
func Key(text string) (ed25519.PublicKey, error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != ed25519.PublicKeySize {
		raw, err = base64.StdEncoding.Strict().DecodeString(text)
	}
	if err != nil {
		return nil, fmt.Errorf("%.80q is no Ed25519 public key: 64 hexadecimal digits or 44 of base64 are wanted", text)
	}
	if err := CheckKey(raw); err != nil {
		return nil, fmt.Errorf("%.80q: %w", text, err)
	}
	return raw, nil
}

// smallOrder are the y of the points of small order, which includes "all
// zeroes". Anybody can sign for such a key, and crypto/ed25519 takes it.
var smallOrder = func() [][]byte {
	var out [][]byte
	for _, y := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
		"c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	} {
		raw, err := hex.DecodeString(y)
		if err != nil {
			panic(err) // the table above
		}
		out = append(out, raw)
	}
	return out
}()

// CheckKey refuses what is no public key, and what is a key that anybody can
// sign for.
func CheckKey(key []byte) error {
	if len(key) != ed25519.PublicKeySize {
		return fmt.Errorf("an Ed25519 public key has %d bytes, this has %d", ed25519.PublicKeySize, len(key))
	}
	y := bytes.Clone(key)
	y[len(y)-1] &= 0x7f // the sign of x
	for _, weak := range smallOrder {
		if bytes.Equal(y, weak) {
			return errors.New("this key protects nothing: anybody can sign for it")
		}
	}
	return nil
}
