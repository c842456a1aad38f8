package configs

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
)

// signedRules stands before the bytes of a file of rules when they are signed,
// so that no other signature of the key can be taken for one of rules.
const signedRules = "posagent rules of codes v1\n"

// Signature is the file beside a file of rules that holds its signature.
const Signature = ".sig"

// SignRules is what stands in the signature file of these rules: Ed25519 (RFC
// 8032), in base64 and a new line.
func SignRules(key ed25519.PrivateKey, rules []byte) string {
	sum := ed25519.Sign(key, append([]byte(signedRules), rules...))
	return base64.StdEncoding.EncodeToString(sum) + "\n"
}

// ErrUnsigned is for rules that no pinned key has signed.
var ErrUnsigned = errors.New("no key of [codes] keys has signed these rules")

// VerifyRules says whether one of the keys, in hex or base64, has signed the
// rules.
func VerifyRules(keys []string, rules []byte, signature string) error {
	sum, err := base64.StdEncoding.Strict().DecodeString(strings.TrimSpace(signature))
	if err != nil || len(sum) != ed25519.SignatureSize {
		return fmt.Errorf("%w: the signature is not one of Ed25519 in base64", ErrUnsigned)
	}
	text := append([]byte(signedRules), rules...)
	for _, k := range keys {
		raw, err := hex.DecodeString(k)
		if err != nil || len(raw) != ed25519.PublicKeySize {
			raw, err = base64.StdEncoding.Strict().DecodeString(k)
		}
		if err == nil && len(raw) == ed25519.PublicKeySize && ed25519.Verify(raw, text, sum) {
			return nil
		}
	}
	return ErrUnsigned
}

// signed holds a file of rules against the pinned keys before anything in it
// is read.
func (c Codes) signed(text []byte) error {
	if len(c.Keys) == 0 || c.File == "" {
		return nil
	}
	signature, err := os.ReadFile(c.File + Signature)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("%w: %s is not there; posctl code sign makes it", ErrUnsigned, c.File+Signature)
	}
	if err != nil {
		return fmt.Errorf("cannot read the signature of the rules: %w", err)
	}
	return VerifyRules(c.Keys, text, string(signature))
}
