// Package ledger is the books of the reference wallet: customers, one-time
// payer codes, and what each key stands for, in double entry. It speaks no
// HTTP and knows no certificates: who may use which key is decided above it.
//
// Invariant: every transaction sums to zero, no customer falls below zero, a
// key debits a customer once or never, and what a key stands for never changes
// but from approved to reversed.
package ledger

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/wallet/wire"
)

// Errors of the calls below. Any other error is the store's, and then nothing
// is known of what was kept.
var (
	// ErrConflict: the key stands for something else.
	ErrConflict = errors.New("the key already stands for another charge")
	// ErrUnknownKey: the key has not been seen. It may still be under way.
	ErrUnknownKey = errors.New("the key is not in the books")
	// ErrInvalid: a request that no answer could be given to.
	ErrInvalid = errors.New("invalid request")
	// ErrNoCustomer: there is no customer of that name.
	ErrNoCustomer = errors.New("no such customer")
)

// Options are what a ledger may be given; the zero value is right for a
// wallet in yen.
type Options struct {
	Currency money.Currency   // of the customers; empty is JPY
	Clock    func() time.Time // nil is time.Now
	Random   io.Reader        // of payer codes; nil is crypto/rand
	CodeLife time.Duration    // of payer codes; 0 is CodeLife
}

// Ledger is the books over a store. It is safe for many goroutines.
type Ledger struct {
	store    Store
	currency money.Currency
	now      func() time.Time
	random   io.Reader
	codeLife time.Duration
	minted   atomic.Int64
}

// New is a ledger over a store.
func New(store Store, o Options) *Ledger {
	l := &Ledger{store: store, currency: o.Currency, now: o.Clock, random: o.Random, codeLife: o.CodeLife}
	if l.currency == "" {
		l.currency = money.JPY
	}
	if l.now == nil {
		l.now = time.Now
	}
	if l.random == nil {
		l.random = rand.Reader
	}
	if l.codeLife == 0 {
		l.codeLife = CodeLife
	}
	return l
}

// Inquire tells what a key stands for, or ErrUnknownKey.
func (l *Ledger) Inquire(key, nonce string) (wire.Answer, error) {
	var st Standing
	err := l.store.View(func(tx Tx) (err error) {
		st, err = tx.Standing(key)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return wire.Answer{}, fmt.Errorf("%w: %s", ErrUnknownKey, key)
	}
	if err != nil {
		return wire.Answer{}, fmt.Errorf("look up key %s: %w", key, err)
	}
	return l.answer(st, nonce), nil
}

// answer is what a register is told of a standing. At is the wallet's clock
// now, not the time of the charge.
func (l *Ledger) answer(st Standing, nonce string) wire.Answer {
	a := wire.Answer{
		Key: st.Key, Kind: st.Kind, Status: st.Status,
		Amount: st.Amount.Minor, Currency: string(st.Amount.Currency),
		Nonce: nonce, At: l.now().UTC(),
	}
	switch st.Status {
	case wire.Approved:
		a.Receipt = st.Receipt
	case wire.Declined:
		a.Reason = st.Reason
	}
	return a
}
