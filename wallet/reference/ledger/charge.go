package ledger

import (
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/wallet/wire"
)

// Charge takes the money that a register asks for, or says why not, and tells
// what the key stands for from now on. The same key with the same identity
// gets the standing answer, for ever and whatever the clock says; with
// another identity it gets ErrConflict. When it returns an answer, that
// answer is in the books.
func (l *Ledger) Charge(r wire.ChargeRequest) (wire.Answer, error) {
	if err := checkCharge(r); err != nil {
		return wire.Answer{}, err
	}
	var st Standing
	err := l.store.Update(func(tx Tx) (err error) {
		st, err = l.charge(tx, r)
		return err
	})
	if err != nil {
		return wire.Answer{}, fmt.Errorf("charge %s: %w", r.Key, err)
	}
	return l.answer(st, r.Nonce), nil
}

func checkCharge(r wire.ChargeRequest) error {
	switch {
	case r.Key == "" || r.Store == "" || r.Terminal == "" || r.Currency == "" || r.Code == "":
		return fmt.Errorf("%w: key, store, terminal, currency and code must not be empty", ErrInvalid)
	case r.Amount <= 0:
		return fmt.Errorf("%w: amount is %d, but must be above 0", ErrInvalid, r.Amount)
	case r.ValidUntil.IsZero():
		return fmt.Errorf("%w: valid_until is missing", ErrInvalid)
	}
	return nil
}

// charge is the order of checks, all in one transaction: what the key already
// stands for, the code, the time, the money.
func (l *Ledger) charge(tx Tx, r wire.ChargeRequest) (Standing, error) {
	st := Standing{
		Key: r.Key, Kind: wire.KindCharge,
		Amount: money.Amount{Minor: r.Amount, Currency: money.Currency(r.Currency)},
		Store:  r.Store, Terminal: r.Terminal, Code: Hash(r.Code),
	}
	old, err := tx.Standing(r.Key)
	switch {
	case err == nil && !old.sameAs(st):
		return Standing{}, ErrConflict
	case err == nil:
		return old, nil
	case !errors.Is(err, ErrNotFound):
		return Standing{}, err
	}
	now := l.now()
	st.At, st.Changed = now, now
	if err := decide(tx, &st, r.ValidUntil, now); err != nil {
		return Standing{}, err
	}
	return st, tx.PutStanding(st)
}

// sameAs is the identity check. A tombstone only knows the amount: that is
// enough, because its key is never approved whoever comes.
func (st Standing) sameAs(asked Standing) bool {
	if st.Blocked {
		return st.Amount == asked.Amount
	}
	return st.Kind == asked.Kind && st.Amount == asked.Amount && st.Store == asked.Store &&
		st.Terminal == asked.Terminal && st.Code == asked.Code
}

// decide fills in the status of a new key and moves the money when it is
// approved. A fresh code is spent whatever comes after: it was shown once.
func decide(tx Tx, st *Standing, validUntil, now time.Time) error {
	customer, reason, err := spendCode(tx, st.Code, st.Key, now)
	if err != nil {
		return err
	}
	st.Customer = customer
	if reason == "" && now.After(validUntil) {
		reason = wire.Expired
	}
	if reason == "" {
		reason, err = checkFunds(tx, customer, st.Amount)
		if err != nil {
			return err
		}
	}
	if reason != "" {
		st.Status, st.Reason = wire.Declined, reason
		return nil
	}
	t, err := post(tx, Txn{Key: st.Key, Cause: CauseCharge, At: now},
		move{ClassCustomer, customer, negative(st.Amount)},
		move{ClassStore, st.Store, st.Amount})
	if err != nil {
		return err
	}
	st.Status, st.Receipt = wire.Approved, fmt.Sprintf("W%010d", t.ID)
	return nil
}

func checkFunds(tx Tx, customer string, want money.Amount) (wire.Reason, error) {
	a, err := tx.Account(ClassCustomer, customer, want.Currency)
	switch {
	case errors.Is(err, ErrNotFound): // the customer has nothing in this currency
		return wire.InsufficientFunds, nil
	case err != nil:
		return "", err
	case a.Balance.Minor < want.Minor:
		return wire.InsufficientFunds, nil
	}
	return "", nil
}
