package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/offline"
)

// secrets are this register's own keys, made at its first start.
type secrets struct {
	codes []byte // of the keyed hashes of customers' codes
	sales []byte // of the sale ids that follow from idempotency keys
}

func openSecrets(dir string) (secrets, error) {
	var s secrets
	var err error
	if s.codes, err = offline.Secret(dir, "codes.key"); err != nil {
		return s, err
	}
	s.sales, err = offline.Secret(dir, "sales.key")
	return s, err
}

// hashCode is what is kept of a code: enough to refuse a second use, and of no
// use to whoever reads the database without the key.
func (s secrets) hashCode(code paycode.Secret) string {
	mac := hmac.New(sha256.New, s.codes)
	mac.Write([]byte(code.Reveal()))
	return hex.EncodeToString(mac.Sum(nil))
}
