package ledgertest

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"testing"

	"github.com/posagent/posagent/wallet/reference/ledger"
)

// testCredit: what a card or a bank has taken is booked once, also when twenty
// say so at once and a register tops up meanwhile.
func testCredit(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	var all sync.WaitGroup
	for n := range 20 {
		all.Go(func() {
			if err := w.Credit("topup-1", "Taro", "card", 3000); err != nil {
				t.Errorf("the same, again: %v", err)
			}
			if err := w.Credit(fmt.Sprint("topup-of-", n), "Taro", "bank", 10); err != nil {
				t.Errorf("another: %v", err)
			}
		})
	}
	all.Go(func() { approved.check(t, w.topUp(t, topup(w.request("S0001-T01-1-1", w.mint(t, "Taro"), 1000)))) })
	all.Wait()
	w.has(t, "Taro", 500+3000+20*10+1000)
	for name, c := range map[string]struct {
		err error
		yen int64
		who string
	}{
		"another amount":      {ledger.ErrConflict, 3001, "Taro"},
		"another customer":    {ledger.ErrConflict, 3000, "Hanako"},
		"nobody":              {ledger.ErrNoCustomer, 3000, "Nobody"},
		"less than one yen":   {ledger.ErrInvalid, 0, "Taro"},
		"less than no yen":    {ledger.ErrInvalid, -3000, "Taro"},
		"nobody has a name":   {ledger.ErrInvalid, 3000, ""},
		"the account is full": {nil, math.MaxInt64, "Taro"},
	} {
		key := "topup-1"
		if c.err != ledger.ErrConflict {
			key = "topup-" + name
		}
		err := w.Credit(key, c.who, "card", c.yen)
		if err == nil || c.err != nil && !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", name, err, c.err)
		}
	}
	w.has(t, "Taro", 4700)
	w.checkBooks(t)
}
