// Package ledger is the books of the reference wallet: customers, one-time
// payer codes, and what each key stands for, in double entry. It speaks no
// HTTP and knows no certificates: who may use which key is decided above it,
// and it is told with which keys registers were met.
//
// Invariant: every transaction sums to zero, no customer falls below zero, a
// key moves a customer's money once or never, refunds never exceed their
// charge, and what a key stands for never changes but from pending to
// anything and from approved to reversed.
package ledger

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/planted"
	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/issuer"
	"github.com/posagent/posagent/wallet/wire"
)

// Errors of the calls below. Any other error is the store's, and then nothing
// is known of what was kept.
var (
	// ErrConflict: the key stands for something else.
	ErrConflict = errors.New("the key already stands for something else")
	// ErrUnknownKey: the key has not been seen. It may still be under way.
	ErrUnknownKey = errors.New("the key is not in the books")
	// ErrInvalid: a request that no answer could be given to.
	ErrInvalid = errors.New("invalid request")
	// ErrCannotReverse: this key will never be reversed.
	ErrCannotReverse = errors.New("the key cannot be reversed any more")
	// ErrConfirming: not while the customer is confirming on the phone. Only
	// with Options.Firm.
	ErrConfirming = errors.New("the customer is about to confirm on the phone")
	// ErrNoCustomer: there is no customer of that name.
	ErrNoCustomer = errors.New("no such customer")
	// ErrEarly: a forward says that the code was taken later than now.
	ErrEarly = errors.New("accepted_at is later than the wallet's clock")
	// ErrQuota: the register has forwarded as much as it may within 24 hours.
	ErrQuota = errors.New("this register has forwarded as much as it may within 24 hours: it may come again later")
	// ErrFunds: the balance does not cover what a certificate puts aside, or
	// what a code that is shown asks for.
	ErrFunds = errors.New("the balance is less than the certificate's cumulative maximum, or than the payment")
	// ErrHeld: the customer has frozen payments, or has paid as much in a day as a
	// new phone may.
	ErrHeld = errors.New("this customer's payments are frozen, or over what a new phone pays in a day")
	// ErrClosed: the code that a register showed is paid by another customer,
	// has run out, or was taken back.
	ErrClosed = errors.New("this code cannot be paid any more")
	// ErrDeviceEnded: another phone has taken its place.
	ErrDeviceEnded = errors.New("this phone is not the customer's any more: a new installation makes a new key")
)

// ConfirmLife is how long a customer has to confirm a charge on the phone.
const ConfirmLife = 60 * time.Second

// ShowLife is the longest that a code which a register shows can be paid.
const ShowLife = 5 * time.Minute

// MostTopUp is the most that one top-up may come to, in minor units: what a
// hand with cash would not count out at a register, and far from filling an
// account.
const MostTopUp = 1_000_000

// Options are what a ledger may be given; the zero value is right for a
// wallet in yen.
type Options struct {
	Currency       money.Currency              // of the customers; empty is JPY
	Clock          func() time.Time            // nil is time.Now
	Random         io.Reader                   // of payer codes; nil is crypto/rand
	CodeLife       time.Duration               // of payer codes; 0 is CodeLife
	ConfirmLife    time.Duration               // of charges that wait for the customer; 0 is ConfirmLife
	ShowLife       time.Duration               // of codes that registers show; 0 is ShowLife
	ReverseWithin  time.Duration               // after the first word, what was approved cannot be reversed any more; 0 is never
	MostTopUp      int64                       // of one top-up, in minor units; 0 is MostTopUp
	Stopped        func(wire.Kind) bool        // tells what a new key is declined for as stopped; nil is nothing
	PointsPerMille int64                       // granted for each 1,000 minor units that are paid in money; 0 is none
	Guard          func(customer string) Guard // tells what speaks against a customer's payments; asked in the transaction; nil: nothing
	Judge          Judge                       // says which payments wait for a yes on the phone; nil: none
	Firm           bool                        // a charge that waits for the customer is not closed by a reversal: ErrConfirming

	Issuer        *issuer.Issuer       // certifies phones; nil: the wallet has no signed codes
	Denied        func(oda.Token) bool // tells whose signed codes are not taken online; nil is nobody's
	ForwardWithin time.Duration        // after the code was taken; 0 is ForwardWithin
	MostForwards  int                  // of one register in 24 hours; 0 is MostForwards
	MostForwarded int64                // likewise, in minor units; 0 is MostForwarded
}

// Ledger is the books over a store. It is safe for many goroutines.
type Ledger struct {
	store  Store
	o      Options
	minted atomic.Int64

	trust        oda.Trust
	certificates *oda.Cache
	met          sync.Map    // sighting: that its key is in the books
	forked       atomic.Bool // a phone was ended because its key was on two
}

// New is a ledger over a store.
func New(store Store, o Options) *Ledger {
	o.Currency = cmp.Or(o.Currency, money.JPY)
	o.CodeLife = cmp.Or(o.CodeLife, CodeLife)
	o.ConfirmLife = cmp.Or(o.ConfirmLife, ConfirmLife)
	o.ShowLife = cmp.Or(o.ShowLife, ShowLife)
	o.MostTopUp = cmp.Or(o.MostTopUp, MostTopUp)
	if o.Clock == nil {
		o.Clock = time.Now
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	l := &Ledger{store: store, o: o.offline(), certificates: oda.NewCache(1024)}
	if o.Issuer != nil {
		l.trust = o.Issuer.Trust()
	}
	return l
}

func (l *Ledger) now() time.Time { return l.o.Clock() }

// stopped tells whether nothing new of a kind is taken for now. It is asked in
// the transaction, so that nothing is approved after the order has returned.
func (l *Ledger) stopped(kind wire.Kind) bool { return l.o.Stopped != nil && l.o.Stopped(kind) }

// update runs do in one transaction, after all that has run out by now was
// declined and what was put aside for it has gone back: nobody looks at books in
// which money is held for too long.
func (l *Ledger) update(do func(Tx, time.Time) error) error {
	return l.store.Update(func(tx Tx) error {
		now := l.now()
		if err := errors.Join(expire(tx, now), release(tx, now)); err != nil {
			return err
		}
		return do(tx, now)
	})
}

// view is update for a look that changes nothing itself.
func (l *Ledger) view(do func(Tx) error) error {
	due := false
	err := l.store.View(func(tx Tx) error {
		now := l.now()
		waiting, err := tx.Overdue(now)
		if err != nil {
			return err
		}
		ended, err := tx.Due(now)
		if err != nil {
			return err
		}
		due = len(ended) > 0 || len(waiting) > 0
		if due {
			return nil
		}
		return do(tx)
	})
	if err != nil || !due {
		return err
	}
	if err := l.update(func(Tx, time.Time) error { return nil }); err != nil {
		return err
	}
	return l.store.View(do)
}

// Inquire tells what a key stands for, or ErrUnknownKey.
func (l *Ledger) Inquire(key, nonce string) (wire.Answer, error) {
	var st Standing
	err := l.view(func(tx Tx) (err error) {
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

// first is what a key stands for after a request that would give it the
// identity asked. A key that was seen before keeps its word; a new one gets
// its word from decide, which fills in the status and moves the money.
func first(tx Tx, asked Standing, now time.Time, decide func(*Standing) error) (Standing, error) {
	old, err := tx.Standing(asked.Key)
	switch {
	case err == nil && !old.sameAs(asked):
		return Standing{}, ErrConflict
	case err == nil && old.Blocked:
		old.Kind = asked.Kind // it never became anything, so it is what is asked for
		return old, nil
	case err == nil && planted.Has(planted.NoIdempotence) && old.Status == wire.Approved:
	case err == nil:
		return old, nil
	case !errors.Is(err, ErrNotFound):
		return Standing{}, err
	}
	asked.At, asked.Changed = now, now
	if err := decide(&asked); err != nil {
		return Standing{}, err
	}
	return asked, tx.PutStanding(asked)
}

// sameAs is the identity check. A tombstone only knows the amount: that is
// enough, because its key is never approved whoever comes.
func (st Standing) sameAs(asked Standing) bool {
	if st.Blocked {
		return st.Amount == asked.Amount
	}
	return st.Kind == asked.Kind && st.Amount == asked.Amount && st.Store == asked.Store &&
		st.Terminal == asked.Terminal && st.Code == asked.Code && st.ChargeKey == asked.ChargeKey
}

// approve posts the money of a key and gives it a receipt number.
func approve(tx Tx, st *Standing, cause Cause, now time.Time, moves ...move) error {
	t, err := post(tx, Txn{Key: st.Key, Cause: cause, At: now}, moves...)
	if err != nil {
		return err
	}
	st.Status, st.Receipt = wire.Approved, fmt.Sprintf("W%010d", t.ID)
	return nil
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
		a = st.points(a)
	case wire.Declined:
		a.Reason = st.Reason
	case wire.Pending:
		if st.presented() {
			a.Show, a.ExpiresAt = showPrefix+st.Key, st.Until.UTC()
		}
	}
	return a
}
