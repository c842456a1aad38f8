package ledger

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// Confirm is what a customer says on the phone about a charge that waits; an
// empty key is the newest one that does. A charge that waits no more keeps its
// word, whatever the customer says.
func (l *Ledger) Confirm(key string, yes bool) (wire.Answer, error) {
	var st Standing
	err := l.update(func(tx Tx, now time.Time) (err error) {
		st, err = waiting(tx, key)
		if err != nil || st.Status != wire.Pending {
			return err
		}
		if !yes {
			st.decline(wire.Refused)
			return letGo(tx, &st, now)
		}
		if l.stopped(st.Kind) { // since it began to wait
			st.decline(wire.Stopped)
			return letGo(tx, &st, now)
		}
		if l.o.Guard != nil && l.o.Guard(st.Customer).Frozen { // since it began to wait
			st.decline(wire.Blocked)
			return letGo(tx, &st, now)
		}
		points, err := l.earn(tx, &st, 0)
		if err != nil {
			return err
		}
		if err := approve(tx, &st, CauseCharge, now, append(moneyTaken(&st, ClassHold, st.Customer, 0), points...)...); err != nil {
			return err
		}
		st.Until, st.Changed = time.Time{}, now
		return tx.PutStanding(st)
	})
	if err != nil {
		return wire.Answer{}, fmt.Errorf("confirm %s: %w", key, err)
	}
	return l.answer(st, ""), nil
}

func waiting(tx Tx, key string) (Standing, error) {
	if key != "" {
		st, err := tx.Standing(key)
		if errors.Is(err, ErrNotFound) || err == nil && st.presented() { // nobody is asked about that one
			err = ErrUnknownKey
		}
		return st, err
	}
	all, err := tx.Pending()
	if err != nil {
		return Standing{}, err
	}
	all = slices.DeleteFunc(all, Standing.presented)
	if len(all) == 0 {
		return Standing{}, fmt.Errorf("%w: no charge waits for its customer", ErrUnknownKey)
	}
	return all[len(all)-1], nil
}

// expire declines all that has waited for its customer for too long.
func expire(tx Tx, now time.Time) error {
	all, err := tx.Overdue(now)
	if err != nil {
		return err
	}
	for _, st := range all {
		st.decline(wire.Expired)
		if err := letGo(tx, &st, now); err != nil {
			return err
		}
	}
	return nil
}

// letGo gives the held money of a charge that will not be approved back to
// where it came from, and writes down the status that the charge has been given.
func letGo(tx Tx, st *Standing, now time.Time) error {
	if st.presented() { // nobody's money was held
		st.Until, st.Changed = time.Time{}, now
		return tx.PutStanding(*st)
	}
	class, name, err := home(tx, *st, now)
	if err != nil {
		return err
	}
	_, err = post(tx, Txn{Key: st.Key, Cause: CauseRelease, At: now},
		move{ClassHold, st.Customer, negative(st.Amount)},
		move{class, name, st.Amount})
	if err != nil {
		return err
	}
	st.Until, st.Changed = time.Time{}, now
	return tx.PutStanding(*st)
}
