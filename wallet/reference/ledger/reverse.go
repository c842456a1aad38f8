package ledger

import (
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/wallet/wire"
)

// Reverse undoes a key for good: an approved charge is given back, and a key
// that was never seen is blocked, so that a charge which is still under way
// finds it reversed. A declined key stays declined. It may be repeated at
// will. The wrong amount is ErrConflict and changes nothing.
func (l *Ledger) Reverse(key string, r wire.ReversalRequest) (wire.Answer, error) {
	if key == "" || r.Currency == "" || r.Amount <= 0 {
		return wire.Answer{}, fmt.Errorf("%w: a reversal needs a key, an amount above 0 and a currency", ErrInvalid)
	}
	amount := money.Amount{Minor: r.Amount, Currency: money.Currency(r.Currency)}
	var st Standing
	err := l.store.Update(func(tx Tx) (err error) {
		st, err = reverse(tx, key, amount, l.now())
		return err
	})
	if err != nil {
		return wire.Answer{}, fmt.Errorf("reverse %s: %w", key, err)
	}
	return l.answer(st, r.Nonce), nil
}

func reverse(tx Tx, key string, amount money.Amount, now time.Time) (Standing, error) {
	st, err := tx.Standing(key)
	if errors.Is(err, ErrNotFound) {
		st = Standing{Key: key, Kind: wire.KindCharge, Status: wire.Reversed, Amount: amount, Blocked: true, At: now, Changed: now}
		return st, tx.PutStanding(st)
	}
	if err != nil {
		return Standing{}, err
	}
	if st.Amount != amount {
		return Standing{}, ErrConflict
	}
	if st.Status != wire.Approved {
		// Reversed before, or declined: there is nothing to give back, and the
		// standing answer already says that there never will be.
		return st, nil
	}
	if err := giveBack(tx, st, now); err != nil {
		return Standing{}, err
	}
	st.Status, st.Changed = wire.Reversed, now
	return st, tx.PutStanding(st)
}

// giveBack posts the charge the other way round. The first postings stay.
func giveBack(tx Tx, st Standing, now time.Time) error {
	_, err := post(tx, Txn{Key: st.Key, Cause: CauseReversal, At: now},
		move{ClassStore, st.Store, negative(st.Amount)},
		move{ClassCustomer, st.Customer, st.Amount})
	return err
}
