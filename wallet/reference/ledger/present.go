package ledger

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/wallet/wire"
)

// showPrefix begins the text of a code that registers show. The key follows
// it: whoever reads one may pay the charge, and can do nothing else with it.
const showPrefix = "PWP1:"

// Present opens a charge whose code the register shows: it is pending, nobody
// is debited and no money is held, until a customer pays it with PayShown or it
// runs out, which declines it. The same key gets the standing answer, with the
// code for as long as it is pending.
func (l *Ledger) Present(r wire.ChargeRequest) (wire.Answer, error) {
	if err := checkAsked(r.Key, r.Store, r.Terminal, r.Currency, r.Amount); err != nil {
		return wire.Answer{}, err
	}
	switch {
	case r.Code != "":
		return wire.Answer{}, fmt.Errorf("%w: a charge that is presented has no code", ErrInvalid)
	case r.ValidUntil.IsZero():
		return wire.Answer{}, fmt.Errorf("%w: valid_until is missing", ErrInvalid)
	}
	asked := Standing{
		Key: r.Key, Kind: wire.KindCharge, Store: r.Store, Terminal: r.Terminal,
		Amount: money.Amount{Minor: r.Amount, Currency: money.Currency(r.Currency)},
	}
	var st Standing
	err := l.update(func(tx Tx, now time.Time) (err error) {
		st, err = first(tx, asked, now, func(st *Standing) error {
			l.open(st, r.ValidUntil, now)
			return nil
		})
		return err
	})
	if err != nil {
		return wire.Answer{}, fmt.Errorf("present %s: %w", r.Key, err)
	}
	return l.answer(st, r.Nonce), nil
}

// open is the first word on a charge whose code the register shows.
func (l *Ledger) open(st *Standing, validUntil, now time.Time) {
	switch {
	case now.After(validUntil):
		st.decline(wire.Expired)
	case l.stopped(st.Kind):
		st.decline(wire.Stopped)
	default:
		st.Status, st.Until = wire.Pending, now.Add(l.o.ShowLife)
		if st.Until.After(validUntil) {
			st.Until = validUntil
		}
	}
}

// PayShown is a customer who pays the code that a register shows; an empty
// name is the first customer. It tells what the charge stands for then: the
// first who pays it, and nobody after. A customer without the money gets
// ErrFunds, and the code can still be paid. A text that is no code of this
// wallet is ErrUnknownKey.
func (l *Ledger) PayShown(customer, show string) (wire.Answer, error) {
	key, ours := strings.CutPrefix(show, showPrefix)
	if !ours {
		return wire.Answer{}, fmt.Errorf("%w: this is no code that a register of this wallet shows", ErrUnknownKey)
	}
	var st Standing
	err := l.update(func(tx Tx, now time.Time) (err error) {
		st, err = tx.Standing(key)
		switch {
		case errors.Is(err, ErrNotFound) || err == nil && !st.presented():
			return ErrUnknownKey
		case err != nil:
			return err
		}
		name, err := l.customer(tx, customer)
		switch {
		case err != nil:
			return err
		case st.Status == wire.Pending:
			return l.payShown(tx, &st, name, now)
		case st.Customer != name:
			return ErrClosed
		}
		return nil // the same phone again: it is told how it went
	})
	if err != nil {
		return wire.Answer{}, fmt.Errorf("pay the code of %s: %w", key, err)
	}
	return l.answer(st, ""), nil
}

func (l *Ledger) payShown(tx Tx, st *Standing, customer string, now time.Time) error {
	if l.stopped(st.Kind) { // since it was shown
		st.decline(wire.Stopped)
		return letGo(tx, st, now)
	}
	st.Customer = customer
	if reason, err := l.held(tx, *st, now); err != nil {
		return err
	} else if reason != "" {
		return ErrHeld
	}
	used, err := l.usable(tx, *st, ClassCustomer)
	if err != nil {
		return err
	}
	reason, err := checkFunds(tx, customer, money.Amount{Minor: st.Amount.Minor - used, Currency: st.Amount.Currency})
	if err != nil {
		return err
	}
	if reason != "" {
		return ErrFunds
	}
	points, err := l.earn(tx, st, used)
	if err != nil {
		return err
	}
	if err := approve(tx, st, CauseCharge, now, append(moneyTaken(st, ClassCustomer, customer, used), points...)...); err != nil {
		return err
	}
	st.Until, st.Changed = time.Time{}, now
	return tx.PutStanding(*st)
}

// presented tells that the register shows the code: no customer has shown one.
func (st Standing) presented() bool {
	return st.Kind == wire.KindCharge && st.Code == (CodeHash{}) && !st.Blocked
}
