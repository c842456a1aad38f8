package ledger

import (
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/oda"
)

// reserve puts the cumulative maximum of a certificate aside.
func (l *Ledger) reserve(tx Tx, phone Device, terms oda.Certificate, now time.Time) error {
	c := Certificate{
		Serial: terms.Serial, Device: phone.ID, Customer: phone.Customer, Token: phone.Token, NotAfter: terms.NotAfter,
		Limit: money.Yen(terms.CumulativeMax), Until: terms.NotAfter.Add(l.o.ForwardWithin),
	}
	reason, err := checkFunds(tx, c.Customer, c.Limit)
	if err != nil {
		return err
	}
	if reason != "" {
		return ErrFunds
	}
	if err := tx.PutCertificate(c); err != nil {
		return err
	}
	_, err = post(tx, Txn{Cause: CauseReserve, At: now},
		move{ClassCustomer, c.Customer, negative(c.Limit)},
		move{ClassReserve, c.account(), c.Limit})
	return err
}

// release gives back what is left of each certificate under which nothing can
// come any more.
func release(tx Tx, now time.Time) error {
	due, err := tx.Due(now)
	if err != nil {
		return err
	}
	for _, c := range due {
		left, err := tx.Account(ClassReserve, c.account(), c.Limit.Currency)
		if err != nil {
			return err
		}
		if left.Balance.Minor > 0 {
			if _, err := post(tx, Txn{Cause: CauseRelease, At: now},
				move{ClassReserve, c.account(), negative(left.Balance)},
				move{ClassCustomer, c.Customer, left.Balance}); err != nil {
				return err
			}
		}
		c.Released = true
		if err := tx.PutCertificate(c); err != nil {
			return err
		}
	}
	return nil
}

// purse is where the money of a charge comes from: what was put aside for the
// certificate of a signed code, else the customer's balance.
func purse(tx Tx, st Standing) (Class, string, error) {
	if st.Serial == (oda.Serial{}) {
		return ClassCustomer, st.Customer, nil
	}
	c, err := tx.Certificate(st.Serial)
	return ClassReserve, c.account(), err
}

// home is where the money of a charge that is undone goes back to: its purse,
// as long as the phone can show codes for it, else the customer's balance.
func home(tx Tx, st Standing, now time.Time) (Class, string, error) {
	class, name, err := purse(tx, st)
	if err != nil || class == ClassCustomer {
		return class, name, err
	}
	c, err := tx.Certificate(st.Serial)
	if err != nil || c.lives(now) {
		return class, name, err
	}
	return ClassCustomer, st.Customer, nil
}
