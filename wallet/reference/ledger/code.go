package ledger

import (
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/posagent/posagent/agent/planted"
	"github.com/posagent/posagent/wallet/wire"
)

// CodeLife is how long a payer code lives.
const CodeLife = 60 * time.Second

// codeKept is how long a dead code is remembered, so that a register reads
// "used" or "expired" and not "unknown" when it comes too late.
const codeKept = 24 * time.Hour

// sweepEvery is the number of codes after which dead ones are dropped.
const sweepEvery = 1024

// MintCode makes a one-time payer code of a customer: "97" and 18 random
// decimal digits. An empty name is the first customer.
func (l *Ledger) MintCode(customer string) (wire.MintedCode, error) {
	var m wire.MintedCode
	sweep := l.minted.Add(1)%sweepEvery == 0
	err := l.store.Update(func(tx Tx) (err error) {
		if sweep {
			if err := tx.DropCodes(l.now().Add(-codeKept)); err != nil {
				return err
			}
		}
		m, err = l.mint(tx, customer)
		return err
	})
	if err != nil {
		return wire.MintedCode{}, fmt.Errorf("make a code: %w", err)
	}
	return m, nil
}

func (l *Ledger) mint(tx Tx, customer string) (wire.MintedCode, error) {
	name, err := l.customer(tx, customer)
	if err != nil {
		return wire.MintedCode{}, err
	}
	const tries = 8 // two equal codes of 18 digits are not seen in a lifetime; a broken source of randomness is
	for range tries {
		n, err := rand.Int(l.o.Random, big.NewInt(1_000_000_000_000_000_000))
		if err != nil {
			return wire.MintedCode{}, fmt.Errorf("draw a random number: %w", err)
		}
		m := wire.MintedCode{
			Code:     fmt.Sprintf("97%018d", n),
			Customer: name,
			Expires:  l.now().Add(l.o.CodeLife).UTC(),
		}
		_, err = tx.Code(Hash(m.Code))
		if err == nil {
			continue
		}
		if !errors.Is(err, ErrNotFound) {
			return wire.MintedCode{}, err
		}
		return m, tx.PutCode(Code{Hash: Hash(m.Code), Customer: name, Expires: m.Expires})
	}
	return wire.MintedCode{}, fmt.Errorf("%d random codes in a row were taken: check the source of randomness", tries)
}

// spendCode finds whom a code belongs to and marks it as used by a key. A
// code that may not be used gives a reason, with the customer if there is
// one.
func spendCode(tx Tx, hash CodeHash, key string, now time.Time) (customer string, r wire.Reason, err error) {
	c, err := tx.Code(hash)
	switch {
	case errors.Is(err, ErrNotFound):
		return "", wire.CodeUnknown, nil
	case err != nil:
		return "", "", err
	case c.UsedBy != "" && !(planted.Has(planted.NoIdempotence) && c.UsedBy == key):
		return c.Customer, wire.CodeUsed, nil
	case now.After(c.Expires):
		return c.Customer, wire.CodeExpired, nil
	}
	c.UsedBy = key
	return c.Customer, "", tx.PutCode(c)
}
