// Package issuer is the key with which the reference wallet certifies phones,
// so that registers take their codes without a network. It signs what it is
// told: who gets a certificate, and for how much, is the ledger's to decide.
//
// Invariant: the key is made once and never leaves its file and this package.
package issuer

import (
	"crypto/ed25519"
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/pki"
)

// KeyFile is the name of the key's file in the wallet's folder. It is another
// than the bulletin's: whoever gets hold of one cannot do what the other does.
const KeyFile = "issuer.key"

// A key is trusted for the whole of the project's time: this wallet has one
// for as long as its folder lives, and no way to change it.
var (
	validFrom  = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	validUntil = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)
)

// Issuer certifies phones of both algorithms. It is safe for many goroutines.
type Issuer struct {
	wallet string
	key    ed25519.PrivateKey
	trust  oda.Trust
}

// Open reads the key in a folder that exists, and makes it when there is none.
// wallet is the id by which registers know the wallet.
func Open(dir, wallet string) (*Issuer, error) {
	key, err := pki.SigningKey(filepath.Join(dir, KeyFile))
	if err != nil {
		return nil, err
	}
	return New(wallet, key)
}

// New is an issuer with a key that is kept elsewhere.
func New(wallet string, key ed25519.PrivateKey) (*Issuer, error) {
	i := &Issuer{wallet: wallet, key: key}
	var err error
	if i.trust, err = oda.NewTrust(i.Issuers()); err != nil {
		return nil, fmt.Errorf("issuer of %q: %w", wallet, err)
	}
	return i, nil
}

// Trust is trust in this issuer alone.
func (i *Issuer) Trust() oda.Trust { return i.trust }

// Issuers are what registers trust: one entry for each algorithm of phones,
// with one key.
func (i *Issuer) Issuers() []oda.Issuer {
	var all []oda.Issuer
	for _, alg := range []oda.Algorithm{oda.Ed25519, oda.P256} {
		all = append(all, oda.Issuer{
			ID: i.id(alg), Algorithm: alg, PublicKey: i.key.Public().(ed25519.PublicKey), Wallet: i.wallet,
			ValidFrom: validFrom, ValidUntil: validUntil,
		})
	}
	return all
}

// id follows from key and algorithm, so that another key never has it.
func (i *Issuer) id(alg oda.Algorithm) oda.KeyID {
	sum := sha256.Sum256(append([]byte{byte(alg)}, i.key.Public().(ed25519.PublicKey)...))
	return oda.KeyID(sum[:4])
}

// Certify signs a certificate; the issuer's id is filled in.
func (i *Issuer) Certify(c oda.Certificate) ([]byte, error) {
	c.Issuer = i.id(c.Algorithm)
	signed, err := oda.IssueCertificate(i.key, c)
	if err != nil {
		return nil, fmt.Errorf("certify a phone: %w", err)
	}
	return signed, nil
}

// Format hides the key from every verb.
func (i *Issuer) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "(issuer of %s)", i.wallet) }
