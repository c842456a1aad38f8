package ledger

import (
	"errors"
	"fmt"
	"math/bits"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/wallet/wire"
)

// Points is the currency of promotional points. Where one is used it pays for
// one minor unit of the wallet's currency, and the issuer pays the store for
// it: a store is owed all of a charge, whatever it was paid with.
const Points money.Currency = "PTS"

// mostPoints is the most that a customer can come to have, so that no sum of
// points overflows.
const mostPoints = 1_000_000_000

// Wish is what a customer has chosen. Absent is the zero value.
type Wish struct {
	Customer  string
	UsePoints bool // for payments, as far as they go
}

// GrantPoints gives a customer points of a promotion.
func (l *Ledger) GrantPoints(customer string, points int64) error {
	if points <= 0 || points > mostPoints {
		return fmt.Errorf("%w: %d points: give 1 to %d", ErrInvalid, points, mostPoints)
	}
	err := l.update(func(tx Tx, now time.Time) error {
		name, err := l.customer(tx, customer)
		if err != nil {
			return err
		}
		has, err := pointsOf(tx, name)
		if err != nil {
			return err
		}
		if has+points > mostPoints {
			return fmt.Errorf("%w: with the %d points that are there it would be more than %d", ErrInvalid, has, mostPoints)
		}
		_, err = post(tx, Txn{Cause: CauseOpening, At: now}, pointsMoved(name, points)...)
		return err
	})
	if err != nil {
		return fmt.Errorf("give %s points: %w", customer, err)
	}
	return nil
}

// UsePoints has a customer's payments use points, or not.
func (l *Ledger) UsePoints(customer string, use bool) error {
	err := l.update(func(tx Tx, _ time.Time) error {
		name, err := l.customer(tx, customer)
		if err != nil {
			return err
		}
		return tx.PutWish(Wish{Customer: name, UsePoints: use})
	})
	if err != nil {
		return fmt.Errorf("let %s use points: %w", customer, err)
	}
	return nil
}

// pointsMoved are the legs of points that a customer gets, or gives back when
// below zero; none for zero.
func pointsMoved(customer string, n int64) []move {
	if n == 0 {
		return nil
	}
	return []move{
		{ClassFloat, floatName, money.Amount{Minor: -n, Currency: Points}},
		{ClassCustomer, customer, money.Amount{Minor: n, Currency: Points}},
	}
}

func pointsOf(tx Tx, customer string) (int64, error) {
	a, err := tx.Account(ClassCustomer, customer, Points)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	return a.Balance.Minor, err
}

// usable is how many points pay for a charge: none unless the customer wishes
// it, none for money that was put aside for a certificate, and never more than
// the charge.
func (l *Ledger) usable(tx Tx, st Standing, class Class) (int64, error) {
	if class != ClassCustomer || st.Amount.Currency != l.o.Currency {
		return 0, nil
	}
	wish, err := tx.Wish(st.Customer)
	if errors.Is(err, ErrNotFound) || err == nil && !wish.UsePoints {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	has, err := pointsOf(tx, st.Customer)
	return min(has, st.Amount.Minor), err
}

// earn fills in the points of a charge of which used are paid by points, and
// gives the legs of points: those that go, and those that are granted for what
// was paid in money.
func (l *Ledger) earn(tx Tx, st *Standing, used int64) ([]move, error) {
	has, err := pointsOf(tx, st.Customer)
	if err != nil {
		return nil, err
	}
	earned := int64(0)
	if st.Amount.Currency == l.o.Currency {
		earned = share(l.o.PointsPerMille, st.Amount.Minor-used, 1000)
	}
	earned = max(0, min(earned, mostPoints-(has-used))) // a refund may have lifted a customer above it
	st.PointsUsed, st.PointsEarned, st.PointsLeft = used, earned, has-used+earned
	return append(pointsMoved(st.Customer, -used), pointsMoved(st.Customer, earned)...), nil
}

// share is part/whole of n, rounded down. All are 0 or more, and part or n is
// at most whole, or the product is small.
func share(part, n, whole int64) int64 {
	hi, lo := bits.Mul64(uint64(part), uint64(n))
	q, _ := bits.Div64(hi, lo, uint64(whole))
	return int64(q)
}

// returned fills in the points of a refund of a charge of which given was
// refunded before, and gives all its legs. Of what was paid by points and of
// what was earned, all refunds so far have had the share of the charge that they
// come to, rounded down: so the parts sum exactly, whatever they are. Of earned
// points only those are taken back that the customer has.
func returned(tx Tx, st *Standing, of Standing, given int64) ([]move, error) {
	part := func(n int64) int64 {
		return share(n, given+st.Amount.Minor, of.Amount.Minor) - share(n, given, of.Amount.Minor)
	}
	used, earned := part(of.PointsUsed), part(of.PointsEarned)
	points, err := giveBack(tx, st, used, earned)
	return append(points, moneyBack(st, ClassCustomer, st.Customer, used)...), err
}

// giveBack fills in the points of what is undone, and gives their legs.
func giveBack(tx Tx, st *Standing, used, earned int64) ([]move, error) {
	has, err := pointsOf(tx, st.Customer)
	if err != nil {
		return nil, err
	}
	earned = min(earned, has+used)
	st.PointsUsed, st.PointsEarned, st.PointsLeft = used, earned, has+used-earned
	return append(pointsMoved(st.Customer, used), pointsMoved(st.Customer, -earned)...), nil
}

// moneyTaken are the legs of a charge's money, of which the issuer pays what
// points were used for.
func moneyTaken(st *Standing, class Class, name string, used int64) []move {
	return moneyMoved(st, class, name, used, 1)
}

// moneyBack are the same the other way round.
func moneyBack(st *Standing, class Class, name string, used int64) []move {
	return moneyMoved(st, class, name, used, -1)
}

func moneyMoved(st *Standing, class Class, name string, used, sign int64) []move {
	leg := func(minor int64) money.Amount {
		return money.Amount{Minor: sign * minor, Currency: st.Amount.Currency}
	}
	legs := []move{{ClassStore, st.Store, leg(st.Amount.Minor)}}
	if used > 0 {
		legs = append(legs, move{ClassFloat, floatName, leg(-used)})
	}
	if rest := st.Amount.Minor - used; rest > 0 {
		legs = append(legs, move{class, name, leg(-rest)})
	}
	return legs
}

// points are those of a standing answer, and the balance of a top-up.
func (st Standing) points(a wire.Answer) wire.Answer {
	a.PointsUsed, a.PointsEarned, a.PointsLeft = st.PointsUsed, st.PointsEarned, st.PointsLeft
	a.Balance = st.Balance
	return a
}
