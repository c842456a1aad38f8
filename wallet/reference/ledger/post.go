package ledger

import (
	"errors"
	"fmt"

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
	for _, m := range moves {
		a, err := adjust(tx, m)
		if err != nil {
			return Txn{}, fmt.Errorf("post %s %s: %w", t.Cause, t.Key, err)
		}
		t.Postings = append(t.Postings, Posting{Account: a.ID, Amount: m.amount})
	}
	return tx.AppendTxn(t)
}

// adjust moves one balance, and opens the account at its first leg.
func adjust(tx Tx, m move) (Account, error) {
	a, err := tx.Account(m.class, m.name, m.amount.Currency)
	if errors.Is(err, ErrNotFound) {
		a, err = Account{Class: m.class, Name: m.name, Balance: money.Amount{Currency: m.amount.Currency}}, nil
	}
	if err != nil {
		return Account{}, err
	}
	if a.Balance, err = a.Balance.Add(m.amount); err != nil {
		return Account{}, fmt.Errorf("%s account %s: %w", m.class, m.name, err)
	}
	if a.Class.someones() && a.Balance.Minor < 0 {
		return Account{}, fmt.Errorf("%s account %s would fall to %s", m.class, m.name, a.Balance)
	}
	return tx.PutAccount(a)
}

// someones tells that an account has money of a customer, who owes nothing.
func (c Class) someones() bool { return c == ClassCustomer || c == ClassHold || c == ClassReserve }

// negative is the same amount the other way. No amount of the books is the
// smallest int64, because a charge is above zero.
func negative(a money.Amount) money.Amount {
	return money.Amount{Minor: -a.Minor, Currency: a.Currency}
}
