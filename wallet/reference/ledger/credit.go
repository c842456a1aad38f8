package ledger

import (
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/wallet/wire"
)

// SourcePrefix begins the names of those who owe the wallet what they took for it
// by card or from a bank. No store is called so: ids of stores have no colon.
const SourcePrefix = "source:"

// Credit books what a source has taken for a customer, once for a key: it owes
// the wallet the money. No stop and no freeze holds it up, because the money is
// there already.
func (l *Ledger) Credit(key, customer, source string, yen int64) error {
	if err := checkAsked(key, source, customer, string(l.o.Currency), yen); err != nil {
		return err
	}
	asked := Standing{
		Key: key, Kind: wire.KindTopup, Store: SourcePrefix + source, Terminal: "phone",
		Amount: money.Amount{Minor: yen, Currency: l.o.Currency},
	}
	err := l.update(func(tx Tx, now time.Time) error {
		st, err := first(tx, asked, now, func(st *Standing) error {
			a, err := tx.Account(ClassCustomer, customer, l.o.Currency)
			if errors.Is(err, ErrNotFound) {
				return ErrNoCustomer
			}
			if err != nil {
				return err
			}
			after, err := a.Balance.Add(st.Amount)
			if err != nil {
				return err
			}
			st.Customer, st.Balance = customer, after.Minor
			return approve(tx, st, CauseTopup, now, move{ClassStore, st.Store, negative(st.Amount)}, move{ClassCustomer, customer, st.Amount})
		})
		if err == nil && st.Customer != customer {
			err = ErrConflict
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("credit %s: %w", key, err)
	}
	return nil
}
