package ledger

import (
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/wallet/wire"
)

// TopUp turns cash that a register has taken into money of the customer whose
// code it read: the store owes the wallet the cash. It keeps its word as
// Charge does. A currency that the wallet's customers do not have is
// ErrInvalid.
func (l *Ledger) TopUp(r wire.TopupRequest) (wire.Answer, error) {
	if err := checkAsked(r.Key, r.Store, r.Terminal, r.Currency, r.Amount); err != nil {
		return wire.Answer{}, err
	}
	if err := checkShown(r.Code, r.ValidUntil); err != nil {
		return wire.Answer{}, err
	}
	asked := Standing{
		Key: r.Key, Kind: wire.KindTopup, Store: r.Store, Terminal: r.Terminal, Code: Hash(r.Code),
		Amount: money.Amount{Minor: r.Amount, Currency: money.Currency(r.Currency)},
	}
	var st Standing
	err := l.update(func(tx Tx, now time.Time) (err error) {
		st, err = first(tx, asked, now, func(st *Standing) error {
			if st.Amount.Currency != l.o.Currency {
				return fmt.Errorf("%w: this wallet holds %s only", ErrInvalid, l.o.Currency)
			}
			ok, err := spend(tx, st, r.ValidUntil, now)
			if err != nil || !ok {
				return err
			}
			if l.stopped(st.Kind) {
				st.decline(wire.Stopped)
				return nil
			}
			if l.o.Guard != nil {
				if g := l.o.Guard(st.Customer); g.Frozen || g.NoTopUp {
					st.decline(wire.Blocked)
					return nil
				}
			}
			return l.topUp(tx, st, now)
		})
		return err
	})
	if err != nil {
		return wire.Answer{}, fmt.Errorf("top-up %s: %w", r.Key, err)
	}
	return l.answer(st, r.Nonce), nil
}

// topUp declines what is over the limit of one top-up, and what would fill an
// account on either side: an overflow there is not the fault of this request
// alone, and would be the end of every later booking of that store.
func (l *Ledger) topUp(tx Tx, st *Standing, now time.Time) error {
	moves := []move{{ClassStore, st.Store, negative(st.Amount)}, {ClassCustomer, st.Customer, st.Amount}}
	over := st.Amount.Minor > l.o.MostTopUp
	for _, m := range moves {
		a, err := tx.Account(m.class, m.name, m.amount.Currency)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		after, err := a.Balance.Add(m.amount)
		if err != nil {
			over = true
		}
		st.Balance = after.Minor // the last is the customer's
	}
	if over {
		st.Balance = 0
		st.decline(wire.OverLimit)
		return nil
	}
	return approve(tx, st, CauseTopup, now, moves...)
}
