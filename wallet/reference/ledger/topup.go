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
			return topUp(tx, st, now)
		})
		return err
	})
	if err != nil {
		return wire.Answer{}, fmt.Errorf("top-up %s: %w", r.Key, err)
	}
	return l.answer(st, r.Nonce), nil
}

func topUp(tx Tx, st *Standing, now time.Time) error {
	a, err := tx.Account(ClassCustomer, st.Customer, st.Amount.Currency)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if err == nil {
		if _, err := a.Balance.Add(st.Amount); err != nil { // more money than there is
			st.decline(wire.OverLimit)
			return nil
		}
	}
	return approve(tx, st, CauseTopup, now,
		move{ClassStore, st.Store, negative(st.Amount)},
		move{ClassCustomer, st.Customer, st.Amount})
}
