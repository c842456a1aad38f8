package ledger

import (
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/wallet/wire"
)

// Refund gives back all or a part of an approved charge, or says why not, and
// keeps its word as Charge does. What was given back in the same books before
// counts, so that all refunds together never exceed the charge.
func (l *Ledger) Refund(r wire.RefundRequest) (wire.Answer, error) {
	if err := checkAsked(r.Key, r.Store, r.Terminal, r.Currency, r.Amount); err != nil {
		return wire.Answer{}, err
	}
	if r.ChargeKey == "" || r.ChargeKey == r.Key {
		return wire.Answer{}, fmt.Errorf("%w: a refund needs the key of its charge, and another one of its own", ErrInvalid)
	}
	asked := Standing{
		Key: r.Key, Kind: wire.KindRefund, ChargeKey: r.ChargeKey, Store: r.Store, Terminal: r.Terminal,
		Amount: money.Amount{Minor: r.Amount, Currency: money.Currency(r.Currency)},
	}
	var st Standing
	err := l.update(func(tx Tx, now time.Time) (err error) {
		st, err = first(tx, asked, now, func(st *Standing) error {
			if l.stopped(st.Kind) {
				st.decline(wire.Stopped)
				return nil
			}
			return refund(tx, st, now)
		})
		return err
	})
	if err != nil {
		return wire.Answer{}, fmt.Errorf("refund %s: %w", r.Key, err)
	}
	return l.answer(st, r.Nonce), nil
}

func refund(tx Tx, st *Standing, now time.Time) error {
	of, err := tx.Standing(st.ChargeKey)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	if err != nil || of.Kind != wire.KindCharge || of.Status != wire.Approved ||
		of.Store != st.Store || of.Terminal != st.Terminal || of.Amount.Currency != st.Amount.Currency {
		st.decline(wire.NotRefundable)
		return nil
	}
	st.Customer = of.Customer
	given, err := givenBack(tx, of.Key)
	if err != nil {
		return err
	}
	if st.Amount.Minor > of.Amount.Minor-given {
		st.decline(wire.OverRefund)
		return nil
	}
	legs, err := returned(tx, st, of, given)
	if err != nil {
		return err
	}
	return approve(tx, st, CauseRefund, now, legs...)
}

// givenBack is what the approved refunds of a charge come to. It is at most
// the charge.
func givenBack(tx Tx, chargeKey string) (int64, error) {
	all, err := tx.Refunds(chargeKey)
	sum := int64(0)
	for _, r := range all {
		if r.Status == wire.Approved {
			sum += r.Amount.Minor
		}
	}
	return sum, err
}
