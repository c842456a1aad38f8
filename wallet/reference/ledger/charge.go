package ledger

import (
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/wire"
)

// Charge takes the money that a register asks for, or says why not, and tells
// what the key stands for from now on. The same key with the same identity
// gets the standing answer, for ever and whatever the clock says; with
// another identity it gets ErrConflict. When it returns an answer, that
// answer is in the books.
func (l *Ledger) Charge(r wire.ChargeRequest) (wire.Answer, error) {
	return l.charge(order{ChargeRequest: r})
}

// ChargeOnPhone is Charge for a customer who must confirm on the phone first:
// the money is held and the answer is pending, until Confirm or until it runs
// out, which declines it. Even with a yes it is not approved after the
// request's time limit.
func (l *Ledger) ChargeOnPhone(r wire.ChargeRequest) (wire.Answer, error) {
	return l.charge(order{ChargeRequest: r, onPhone: true})
}

func (l *Ledger) charge(r order) (wire.Answer, error) {
	if err := checkAsked(r.Key, r.Store, r.Terminal, r.Currency, r.Amount); err != nil {
		return wire.Answer{}, err
	}
	if err := checkShown(r.Code, r.ValidUntil); err != nil {
		return wire.Answer{}, err
	}
	asked := Standing{
		Key: r.Key, Kind: wire.KindCharge, Store: r.Store, Terminal: r.Terminal, Code: Hash(r.Code),
		Amount: money.Amount{Minor: r.Amount, Currency: money.Currency(r.Currency)},
	}
	var st Standing
	err := l.update(func(tx Tx, now time.Time) (err error) {
		st, err = first(tx, asked, now, func(st *Standing) error { return l.decide(tx, st, r, now) })
		return err
	})
	if err != nil {
		return wire.Answer{}, fmt.Errorf("charge %s: %w", r.Key, err)
	}
	return l.answer(st, r.Nonce), nil
}

// decide is the first word on a charge.
func (l *Ledger) decide(tx Tx, st *Standing, o order, now time.Time) error {
	if err := o.checkForward(now); err != nil {
		return err
	}
	if raw, _, err := oda.Decode(o.Code); err == nil {
		return l.decideSigned(tx, st, o, raw, now)
	}
	ok, err := spend(tx, st, o.ValidUntil, now)
	if err != nil || !ok {
		return err
	}
	if l.stopped(st.Kind) {
		st.decline(wire.Stopped)
		return nil
	}
	return l.take(tx, st, o, now)
}

func checkAsked(key, store, terminal, currency string, amount int64) error {
	switch {
	case key == "" || store == "" || terminal == "" || currency == "":
		return fmt.Errorf("%w: key, store, terminal and currency must not be empty", ErrInvalid)
	case amount <= 0:
		return fmt.Errorf("%w: amount is %d, but must be above 0", ErrInvalid, amount)
	}
	return nil
}

func checkShown(code string, validUntil time.Time) error {
	switch {
	case code == "":
		return fmt.Errorf("%w: code must not be empty", ErrInvalid)
	case validUntil.IsZero():
		return fmt.Errorf("%w: valid_until is missing", ErrInvalid)
	}
	return nil
}

// spend is the order of checks of a new key that carries a code: the code,
// then the time. A fresh code is spent whatever comes after: it was shown
// once. False is a decline.
func spend(tx Tx, st *Standing, validUntil, now time.Time) (bool, error) {
	customer, reason, err := spendCode(tx, st.Code, st.Key, now)
	if err != nil {
		return false, err
	}
	st.Customer = customer
	if reason == "" && now.After(validUntil) {
		reason = wire.Expired
	}
	if reason != "" {
		st.decline(reason)
	}
	return reason == "", nil
}

func (st *Standing) decline(r wire.Reason) { st.Status, st.Reason = wire.Declined, r }

// take moves the customer's money to the store, or holds it until the customer
// has confirmed.
func (l *Ledger) take(tx Tx, st *Standing, o order, now time.Time) error {
	if o.Mode != wire.Forwarded {
		if reason, err := l.held(tx, *st, now); err != nil {
			return err
		} else if reason != "" {
			st.decline(reason)
			return nil
		}
	}
	class, name, err := purse(tx, *st)
	if err != nil {
		return err
	}
	if class == ClassCustomer && o.Mode != wire.Forwarded && !o.onPhone {
		verdict, err := l.judged(tx, *st, now)
		if err != nil {
			return err
		}
		if verdict == Stays {
			st.decline(wire.Blocked)
			return nil
		}
		o.onPhone = verdict == Asks
	}
	used := int64(0)
	if !o.onPhone { // what is held is money
		if used, err = l.usable(tx, *st, class); err != nil {
			return err
		}
	}
	reason, err := covers(tx, class, name, money.Amount{Minor: st.Amount.Minor - used, Currency: st.Amount.Currency})
	if err != nil {
		return err
	}
	if reason != "" {
		st.decline(reason)
		return nil
	}
	if !o.onPhone {
		points, err := l.earn(tx, st, used)
		if err != nil {
			return err
		}
		return approve(tx, st, CauseCharge, now, append(moneyTaken(st, class, name, used), points...)...)
	}
	st.Status, st.Until = wire.Pending, now.Add(l.o.ConfirmLife)
	if st.Until.After(o.ValidUntil) {
		st.Until = o.ValidUntil
	}
	_, err = post(tx, Txn{Key: st.Key, Cause: CauseHold, At: now}, move{class, name, negative(st.Amount)}, move{ClassHold, st.Customer, st.Amount})
	return err
}

func checkFunds(tx Tx, customer string, want money.Amount) (wire.Reason, error) {
	return covers(tx, ClassCustomer, customer, want)
}

// covers tells why an account has not the money. What is put aside for a
// certificate is what it has left, and there the reason is its limit.
func covers(tx Tx, class Class, name string, want money.Amount) (wire.Reason, error) {
	if want.Minor == 0 { // points pay for it
		return "", nil
	}
	a, err := tx.Account(class, name, want.Currency)
	switch {
	case err == nil && class == ClassReserve && a.Balance.Minor < want.Minor:
		return wire.OverLimit, nil
	case errors.Is(err, ErrNotFound): // the customer has nothing in this currency
		return wire.InsufficientFunds, nil
	case err != nil:
		return "", err
	case a.Balance.Minor < want.Minor:
		return wire.InsufficientFunds, nil
	}
	return "", nil
}
