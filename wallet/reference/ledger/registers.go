package ledger

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"fmt"
	"slices"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// RegisterTx is the part of a transaction that is about registers.
type RegisterTx interface {
	// RegisterKeys are a register's, in the order in which they were first put.
	RegisterKeys(register string) ([]RegisterKey, error)
	PutRegisterKey(RegisterKey) error // insert; one that is there stays as it is
}

// RegisterKey is that a register was met with a key.
type RegisterKey struct {
	Register string // STORE-TERMINAL
	Key      []byte // PKIX, in DER
	Since    time.Time
}

// sighting is one register with one key.
type sighting struct{ register, key string }

// MeetRegister remembers for ever that a register has connected with the private key
// of a public one, so that what it signs with it stays its word when its disk
// is dead or its certificate renewed. A key that signs no forwards is let go.
// It costs a commit at the first sight, and later nothing.
func (l *Ledger) MeetRegister(register string, key crypto.PublicKey) error {
	if !wire.SignsForwards(key) {
		return nil
	}
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		return fmt.Errorf("meet register %s: %w", register, err)
	}
	seen := sighting{register, string(der)}
	if _, ok := l.met.Load(seen); ok {
		return nil
	}
	known, err := l.keysOf(register)
	if err == nil && !slices.ContainsFunc(known, func(k RegisterKey) bool { return bytes.Equal(k.Key, der) }) {
		err = l.store.Update(func(tx Tx) error {
			return tx.PutRegisterKey(RegisterKey{Register: register, Key: der, Since: l.now()})
		})
	}
	if err != nil {
		return fmt.Errorf("meet register %s: %w", register, err)
	}
	l.met.Store(seen, true)
	return nil
}

func (l *Ledger) keysOf(register string) (keys []RegisterKey, err error) {
	err = l.store.View(func(tx Tx) error {
		keys, err = tx.RegisterKeys(register)
		return err
	})
	return keys, err
}

// proved tells whether a forward is signed with a key of the register that
// took it. It is asked before the transaction, which nobody shall hold up with
// signatures: keys are only added, so that a yes stays one.
func (l *Ledger) proved(r wire.ChargeRequest) (bool, error) {
	keys, err := l.keysOf(r.Store + "-" + r.Terminal)
	if err != nil {
		return false, err
	}
	for _, k := range slices.Backward(keys) { // most forwards are signed with the newest
		public, err := x509.ParsePKIXPublicKey(k.Key)
		if err != nil {
			return false, fmt.Errorf("the key that %s was met with at %s: %w", k.Register, k.Since.UTC(), err)
		}
		if r.ForwardSignedBy(public) {
			return true, nil
		}
	}
	return false, nil
}
