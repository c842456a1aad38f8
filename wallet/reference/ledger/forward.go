package ledger

import (
	"cmp"
	"fmt"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// ForwardWithin is how long after it took a code a register may forward it:
// as long as a terminal may be without a network before it takes no more.
const ForwardWithin = 72 * time.Hour

// A register may forward so much in 24 hours by the wallet's clock. That is far
// above what one takes in an outage, and an end to what a stolen key of a
// register can claim.
const (
	MostForwards  = 500
	MostForwarded = 500_000 // in minor units
	quotaSpan     = 24 * time.Hour
)

// order is a request for a charge and how it came.
type order struct {
	wire.ChargeRequest
	onPhone bool
	proved  bool // a forward that the register which took it has signed
}

// Forward is Charge for a code that the register took without a network. The
// register's own signature, with any key that it was met with, says when it
// took the code, and the code is judged as of then. What it has not signed is
// ErrInvalid, and a time that has not come yet ErrEarly, and what is over the
// register's quota ErrQuota; nothing is kept of any of them.
func (l *Ledger) Forward(r wire.ChargeRequest) (wire.Answer, error) {
	proved, err := l.proved(r)
	if err != nil {
		return wire.Answer{}, fmt.Errorf("charge %s: %w", r.Key, err)
	}
	return l.charge(order{ChargeRequest: r, proved: proved})
}

// BringIn is Forward by another register than the one that took the code. The
// signature is what allows it to: without it nothing is told of the key, also
// when it has its word.
func (l *Ledger) BringIn(r wire.ChargeRequest) (wire.Answer, error) {
	proved, err := l.proved(r)
	if err == nil && !proved {
		err = unsigned(r)
	}
	if err != nil {
		return wire.Answer{}, fmt.Errorf("charge %s: %w", r.Key, err)
	}
	return l.charge(order{ChargeRequest: r, proved: true})
}

func unsigned(r wire.ChargeRequest) error {
	return fmt.Errorf("%w: terminal_signature is not register %s-%s's over key, amount, currency, accepted_at and code, with a key that this wallet has met it with: sign with the key of its client certificate", ErrInvalid, r.Store, r.Terminal)
}

// checkForward is for a new key. One that has its word keeps it, whatever the
// evidence of a later try.
func (o order) checkForward(now time.Time) error {
	switch {
	case o.Mode != wire.Forwarded:
		return nil
	case !o.proved:
		return unsigned(o.ChargeRequest)
	case o.AcceptedAt.After(now):
		return ErrEarly
	}
	return nil
}

// mayForward holds the register that took the code to its quota, whoever
// brings it in. What is over it is not declined:
// the goods are gone, and it may come again when the quota has room.
func (l *Ledger) mayForward(tx Tx, o order, now time.Time) error {
	n, sum, err := tx.Forwards(o.Store+"-"+o.Terminal, now.Add(-quotaSpan))
	if err == nil && (n >= l.o.MostForwards || o.Amount > l.o.MostForwarded-sum) {
		return ErrQuota
	}
	return err
}

// offline fills in what concerns signed codes.
func (o Options) offline() Options {
	o.ForwardWithin = cmp.Or(o.ForwardWithin, ForwardWithin)
	o.MostForwards = cmp.Or(o.MostForwards, MostForwards)
	o.MostForwarded = cmp.Or(o.MostForwarded, MostForwarded)
	return o
}
