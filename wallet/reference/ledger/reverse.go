package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/planted"
	"github.com/posagent/posagent/wallet/wire"
)

// Reverse undoes a key for good: an approved charge is given back, an approved
// top-up is taken back, a charge that waits for its customer is closed, and a
// key that was never seen is blocked, so that a request which is still under
// way finds it reversed. A declined key stays declined. It may be repeated at
// will. The wrong amount or kind is ErrConflict and changes nothing.
//
// ErrCannotReverse is as final as any answer. It is the word for a refund,
// which is itself the undoing; for a charge of which a part has been refunded,
// because the register has another way to give the rest back; and for a top-up
// whose money the customer has spent.
func (l *Ledger) Reverse(key string, r wire.ReversalRequest) (wire.Answer, error) {
	if key == "" || r.Currency == "" || r.Amount <= 0 {
		return wire.Answer{}, fmt.Errorf("%w: a reversal needs a key, an amount above 0 and a currency", ErrInvalid)
	}
	asked := Standing{Key: key, Kind: r.Kind, Amount: money.Amount{Minor: r.Amount, Currency: money.Currency(r.Currency)}}
	var st Standing
	err := l.update(func(tx Tx, now time.Time) (err error) {
		st, err = l.reverse(tx, asked, now)
		return err
	})
	if err == nil && st.Kept { // which had to be written down first
		err = ErrCannotReverse
	}
	if err != nil {
		return wire.Answer{}, fmt.Errorf("reverse %s: %w", key, err)
	}
	return l.answer(st, r.Nonce), nil
}

func (l *Ledger) reverse(tx Tx, asked Standing, now time.Time) (Standing, error) {
	st, err := tx.Standing(asked.Key)
	if errors.Is(err, ErrNotFound) {
		st = asked
		st.Kind = cmp.Or(asked.Kind, wire.KindCharge)
		st.Status, st.Blocked, st.At, st.Changed = wire.Reversed, true, now, now
		if planted.Has(planted.NoTombstone) {
			return st, nil
		}
		return st, tx.PutStanding(st)
	}
	if err != nil {
		return Standing{}, err
	}
	if st.Blocked {
		st.Kind = cmp.Or(asked.Kind, st.Kind)
	}
	switch {
	case st.Amount != asked.Amount || asked.Kind != "" && st.Kind != asked.Kind:
		return Standing{}, ErrConflict
	case st.Status == wire.Pending && l.o.Firm && !st.presented():
		return Standing{}, ErrConfirming
	case st.Status == wire.Pending:
		st.Status = wire.Reversed
		err := letGo(tx, &st, now)
		return st, err
	case st.Status != wire.Approved || st.Kept:
		// Reversed before, or declined: there is nothing to undo, and the
		// standing answer already says that there never will be.
		return st, nil
	}
	if st.Kept, err = l.keeps(tx, st, now); err != nil {
		return Standing{}, err
	}
	if st.Kept {
		return st, tx.PutStanding(st)
	}
	if err := undo(tx, st, now); err != nil {
		return Standing{}, err
	}
	st.Status, st.Changed = wire.Reversed, now
	return st, tx.PutStanding(st)
}

// keeps tells whether what was approved can no longer be undone. That is
// written down with the key: a register that has heard it may have paid the
// customer by hand.
func (l *Ledger) keeps(tx Tx, st Standing, now time.Time) (bool, error) {
	if l.o.ReverseWithin > 0 && now.Sub(st.At) > l.o.ReverseWithin {
		return true, nil
	}
	switch st.Kind {
	case wire.KindCharge:
		given, err := givenBack(tx, st.Key)
		return given > 0, err
	case wire.KindTopup:
		reason, err := checkFunds(tx, st.Customer, st.Amount)
		return reason != "", err
	}
	return true, nil
}

// undo posts a charge or a top-up the other way round. The first postings
// stay.
func undo(tx Tx, st Standing, now time.Time) error {
	back := st.Amount
	if st.Kind == wire.KindTopup {
		back = negative(back)
	}
	class, name, err := home(tx, st, now)
	if err != nil {
		return err
	}
	legs := []move{{ClassStore, st.Store, negative(back)}, {class, name, back}}
	if st.Kind == wire.KindCharge {
		points, err := giveBack(tx, &st, st.PointsUsed, st.PointsEarned)
		if err != nil {
			return err
		}
		legs = append(moneyBack(&st, class, name, st.PointsUsed), points...)
	}
	_, err = post(tx, Txn{Key: st.Key, Cause: CauseReversal, At: now}, legs...)
	return err
}
