package ledger

import (
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// Guard is what speaks against taking money of a customer, or topping up. It does not hold
// for what a register took without a network: that was paid then, and put aside
// before.
type Guard struct {
	Frozen  bool  // the customer has frozen all payments
	NoTopUp bool  // nothing is topped up, as after a reset
	DayMost int64 // in 24 hours, in minor units; 0: there is no such limit
}

// day is what DayMost is counted in.
const day = 24 * time.Hour

// held is why a customer's money is not taken now; empty for nothing. The charge
// itself is not in the books as approved or pending yet.
func (l *Ledger) held(tx Tx, st Standing, now time.Time) (wire.Reason, error) {
	if l.o.Guard == nil || st.Customer == "" {
		return "", nil
	}
	g := l.o.Guard(st.Customer)
	switch {
	case g.Frozen:
		return wire.Blocked, nil
	case g.DayMost <= 0:
		return "", nil
	}
	spent, err := tx.Spent(st.Customer, now.Add(-day))
	if err == nil && spent+st.Amount.Minor > g.DayMost {
		return wire.OverLimit, nil
	}
	return "", err
}

// History is what keys of a customer stand for, newest first, from before a
// time on.
func (l *Ledger) History(customer string, before time.Time, n int) (list []Standing, err error) {
	err = l.view(func(tx Tx) error {
		list, err = tx.OfCustomer(customer, before, n)
		return err
	})
	return list, err
}

// Waiting are the charges that wait for a customer to confirm on the phone.
func (l *Ledger) Waiting(customer string) (list []Standing, err error) {
	err = l.view(func(tx Tx) error {
		list = nil
		all, err := tx.Pending()
		for _, st := range all {
			if st.Customer == customer && !st.presented() {
				list = append(list, st)
			}
		}
		return err
	})
	return list, err
}

// Purse is what a customer has: money, what is put aside for certificates, and
// points.
func (l *Ledger) Purse(customer string) (c wire.Customer, err error) {
	err = l.view(func(tx Tx) error {
		c = wire.Customer{Name: customer}
		a, err := tx.Account(ClassCustomer, customer, l.o.Currency)
		if err != nil {
			return err
		}
		c.Balance = a.Balance.Minor
		if c.Points, err = pointsOf(tx, customer); err != nil {
			return err
		}
		phones, err := tx.Devices(customer)
		if err != nil {
			return err
		}
		for _, phone := range phones {
			if err := l.aside(tx, phone, &c); err != nil {
				return err
			}
		}
		return nil
	})
	return c, err
}

// aside adds what is put aside for the certificates of a phone.
func (l *Ledger) aside(tx Tx, phone Device, c *wire.Customer) error {
	certificates, err := tx.CertificatesOf(phone.ID)
	if err != nil {
		return err
	}
	for _, cert := range certificates {
		if cert.Released {
			continue
		}
		left, err := tx.Account(ClassReserve, cert.account(), cert.Limit.Currency)
		if err != nil {
			return err
		}
		c.Reserved += left.Balance.Minor
	}
	return nil
}
