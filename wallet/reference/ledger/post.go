package ledger

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/posagent/posagent/agent/money"
)

// move is one leg of a transaction before it is posted.
type move struct {
	class  Class
	name   string
	amount money.Amount
}

// post books a transaction: it refuses legs that do not sum to zero in each
// currency and money of a customer that would fall below zero, and then moves the
// balances and appends the postings.
func post(tx Tx, t Txn, moves ...move) (Txn, error) {
	sums := map[money.Currency]money.Amount{}
	for _, m := range moves {
		sum, err := sums[m.amount.Currency].Add(m.amount)
		if err != nil {
			return Txn{}, fmt.Errorf("post %s %s: %w", t.Cause, t.Key, err)
		}
		sums[m.amount.Currency] = sum
	}
	for _, sum := range sums {
		if sum.Minor != 0 {
			return Txn{}, fmt.Errorf("post %s %s: the legs sum to %s, but must sum to 0", t.Cause, t.Key, sum)
		}
	}
	slices.SortFunc(moves, func(a, b move) int {
		return cmp.Or(cmp.Compare(a.class.rank(), b.class.rank()), strings.Compare(a.name, b.name), cmp.Compare(a.amount.Currency, b.amount.Currency))
	})
	for _, m := range moves {
		a, err := tx.Move(m.class, m.name, m.amount)
		if err != nil {
			return Txn{}, fmt.Errorf("post %s %s: %w", t.Cause, t.Key, err)
		}
		t.Postings = append(t.Postings, Posting{Account: a.ID, Amount: m.amount})
	}
	return tx.AppendTxn(t)
}

// rank is the order in which the accounts of a transaction are touched: those
// of customers first, whose rows are locked by then, and those of which many
// transactions have a part last. Where all keep it nobody waits in a circle.
func (c Class) rank() int {
	return slices.Index([]Class{ClassCustomer, ClassHold, ClassReserve, ClassFloat, ClassStore}, c)
}

// Plus is the account with an amount added: what Tx.Move does to a balance.
func (a Account) Plus(n money.Amount) (Account, error) {
	sum, err := a.Balance.Add(n)
	if err != nil {
		return a, fmt.Errorf("%s account %s: %w", a.Class, a.Name, err)
	}
	if a.Class.Bounded() && sum.Minor < 0 {
		return a, fmt.Errorf("%s account %s would fall to %s", a.Class, a.Name, sum)
	}
	a.Balance = sum
	return a, nil
}

// Move is Tx.Move for a store that has nothing better than Account and
// PutAccount.
func Move(tx interface {
	Account(Class, string, money.Currency) (Account, error)
	PutAccount(Account) (Account, error)
}, c Class, name string, n money.Amount) (Account, error) {
	a, err := tx.Account(c, name, n.Currency)
	if errors.Is(err, ErrNotFound) {
		a, err = Account{Class: c, Name: name, Balance: money.Amount{Currency: n.Currency}}, nil
	}
	if err == nil {
		a, err = a.Plus(n)
	}
	if err != nil {
		return Account{}, err
	}
	return tx.PutAccount(a)
}

// Bounded tells that an account has money of a customer, who owes nothing: it
// never falls below zero.
func (c Class) Bounded() bool { return c == ClassCustomer || c == ClassHold || c == ClassReserve }

// negative is the same amount the other way. No amount of the books is the
// smallest int64, because a charge is above zero.
func negative(a money.Amount) money.Amount {
	return money.Amount{Minor: -a.Minor, Currency: a.Currency}
}
