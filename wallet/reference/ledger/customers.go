package ledger

import (
	"errors"
	"fmt"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/wallet/wire"
)

// floatName is the name of the issuer's own account.
const floatName = "issuer"

// AddCustomer opens a customer's account with a balance from the issuer's
// float, and does nothing (false) when there is one of that name already:
// what a customer has since spent stays spent.
func (l *Ledger) AddCustomer(name string, balance int64) (bool, error) {
	if name == "" || balance < 0 {
		return false, fmt.Errorf("%w: a customer needs a name and a balance of 0 or more, not %q and %d", ErrInvalid, name, balance)
	}
	added := false
	err := l.store.Update(func(tx Tx) error {
		added = false
		_, err := tx.Account(ClassCustomer, name, l.o.Currency)
		if err == nil {
			return nil
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
		added = true
		open := money.Amount{Minor: balance, Currency: l.o.Currency}
		if balance == 0 {
			_, err = tx.PutAccount(Account{Class: ClassCustomer, Name: name, Balance: open})
			return err
		}
		_, err = post(tx, Txn{Cause: CauseOpening, At: l.now()},
			move{ClassFloat, floatName, negative(open)},
			move{ClassCustomer, name, open})
		return err
	})
	if err != nil {
		return false, fmt.Errorf("add customer %s: %w", name, err)
	}
	return added, nil
}

// Customers are all customers, oldest first.
func (l *Ledger) Customers() ([]wire.Customer, error) {
	all := []wire.Customer{}
	err := l.view(func(tx Tx) error {
		accounts, err := tx.Accounts()
		if err != nil {
			return err
		}
		aside, err := reserved(tx)
		points := map[string]int64{}
		for _, a := range accounts {
			if a.Class == ClassCustomer && a.Balance.Currency == Points {
				points[a.Name] = a.Balance.Minor
			}
		}
		for _, a := range accounts {
			if a.Class == ClassCustomer && a.Balance.Currency == l.o.Currency {
				all = append(all, wire.Customer{Name: a.Name, Balance: a.Balance.Minor, Reserved: aside[a.Name], Points: points[a.Name]})
			}
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("list customers: %w", err)
	}
	return all, nil
}

// reserved is what is put aside for each customer's certificates.
func reserved(tx Tx) (map[string]int64, error) {
	all, err := tx.Certificates()
	if err != nil {
		return nil, err
	}
	out := map[string]int64{}
	for _, c := range all {
		if c.Released {
			continue
		}
		a, err := tx.Account(ClassReserve, c.account(), c.Limit.Currency)
		if err != nil {
			return nil, err
		}
		out[c.Customer] += a.Balance.Minor
	}
	return out, nil
}

// customer is the name of a customer who exists; empty asks for the first.
func (l *Ledger) customer(tx Tx, name string) (string, error) {
	if name != "" {
		_, err := tx.Account(ClassCustomer, name, l.o.Currency)
		if errors.Is(err, ErrNotFound) {
			return "", fmt.Errorf("%w: %s", ErrNoCustomer, name)
		}
		return name, err
	}
	accounts, err := tx.Accounts()
	if err != nil {
		return "", err
	}
	for _, a := range accounts {
		if a.Class == ClassCustomer && a.Balance.Currency == l.o.Currency {
			return a.Name, nil
		}
	}
	return "", fmt.Errorf("%w: the wallet has no customers yet", ErrNoCustomer)
}
