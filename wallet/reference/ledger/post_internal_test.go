package ledger

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/money"
)

// TestPostRefuses holds the last door: no rule above should ever ask for
// these, and none of them may reach the books.
func TestPostRefuses(t *testing.T) {
	dollar := money.Amount{Minor: 100, Currency: "USD"}
	for name, c := range map[string]struct {
		moves []move
		says  string
	}{
		"one leg":          {[]move{{ClassStore, "S", money.Yen(100)}}, "must sum to 0"},
		"legs of one sign": {[]move{{ClassStore, "S", money.Yen(100)}, {ClassStore, "T", money.Yen(100)}}, "must sum to 0"},
		"two currencies":   {[]move{{ClassStore, "S", money.Yen(-100)}, {ClassStore, "T", dollar}}, "must sum to 0"},
		"overdraft":        {[]move{{ClassCustomer, "Hanako", money.Yen(-1)}, {ClassStore, "S", money.Yen(1)}}, "would fall to -1 JPY"},
		"overflow":         {[]move{{ClassStore, "Rich", money.Yen(1)}, {ClassFloat, "issuer", money.Yen(-1)}}, "out of range"},
	} {
		m := NewMemory()
		err := m.Update(func(tx Tx) error {
			_, err := tx.PutAccount(Account{Class: ClassStore, Name: "Rich", Balance: money.Yen(math.MaxInt64)})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		err = m.Update(func(tx Tx) error {
			_, err := post(tx, Txn{Key: "k", Cause: CauseCharge}, c.moves...)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want an error with %q", name, err, c.says)
		}
		err = m.View(func(tx Tx) error {
			txns, err := tx.Txns(0, 10)
			accounts, err2 := tx.Accounts()
			if len(txns) != 0 || len(accounts) != 1 {
				t.Errorf("%s: the books have %+v and %+v", name, txns, accounts)
			}
			return errors.Join(err, err2)
		})
		if err != nil {
			t.Error(err)
		}
	}
}
