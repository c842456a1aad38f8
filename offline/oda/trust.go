package oda

import (
	"crypto/ed25519"
	"fmt"
	"time"
)

// Issuer is a key with which a wallet signs certificates. A wallet may have
// several; a new one is trusted before it signs and the old one until its last
// certificate has ended.
type Issuer struct {
	ID         KeyID
	Algorithm  Algorithm // of its phones; an issuer with both kinds has two ids
	PublicKey  ed25519.PublicKey
	Wallet     string
	ValidFrom  time.Time // both ends are inside
	ValidUntil time.Time
}

// Denied is what a wallet has stopped. It stops nothing of another wallet.
type Denied struct {
	Wallet  string
	Serials []Serial
	Tokens  []Token
}

// Trust is who may certify phones and what is stopped. It does not change, so
// any number of goroutines may verify with it; what changes is a new Trust.
// The zero Trust trusts nobody.
type Trust struct {
	issuers map[KeyID]Issuer
	serials map[stopped]struct{}
	tokens  map[stopped]struct{}
}

type stopped struct {
	wallet string
	id     [8]byte
}

// NewTrust copies what it is given. An issuer that could not be meant makes
// the whole of it an error, which wraps a Reason: half a list would refuse or
// take by accident.
func NewTrust(issuers []Issuer, denied ...Denied) (Trust, error) {
	t := Trust{
		issuers: make(map[KeyID]Issuer, len(issuers)),
		serials: make(map[stopped]struct{}),
		tokens:  make(map[stopped]struct{}),
	}
	for _, i := range issuers {
		if err := t.add(i); err != nil {
			return Trust{}, fmt.Errorf("issuer %x: %w", i.ID, err)
		}
	}
	for _, d := range denied {
		if d.Wallet == "" {
			return Trust{}, NoWallet
		}
		for _, s := range d.Serials {
			t.serials[stopped{d.Wallet, s}] = struct{}{}
		}
		for _, w := range d.Tokens {
			t.tokens[stopped{d.Wallet, w}] = struct{}{}
		}
	}
	return t, nil
}

func (t *Trust) add(i Issuer) error {
	if i.Algorithm.keySize() == 0 {
		return UnknownAlgorithm
	}
	if len(i.PublicKey) != ed25519.PublicKeySize || !soundEd25519(i.PublicKey) {
		return WrongKey
	}
	if i.Wallet == "" {
		return NoWallet
	}
	if i.ValidUntil.Before(i.ValidFrom) {
		return OutOfRange
	}
	if _, twice := t.issuers[i.ID]; twice {
		return TwoIssuers
	}
	i.PublicKey = append(ed25519.PublicKey(nil), i.PublicKey...)
	t.issuers[i.ID] = i
	return nil
}

// denies says whether the certificate, or all of the customer's, is stopped.
func (t Trust) denies(wallet string, c Certificate) error {
	if _, ok := t.serials[stopped{wallet, c.Serial}]; ok {
		return DeniedSerial
	}
	if _, ok := t.tokens[stopped{wallet, c.WalletToken}]; ok {
		return DeniedWallet
	}
	return nil
}
