package ledgertest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// testEightStores presents 300 codes, each in eight stores at the same moment:
// one store has the money of each, and the others hear that it is used.
func testEightStores(t *testing.T, open Open) {
	const codes, stores = 300, 8
	w := newWalletWith(t, open(t), ledger.Options{PointsPerMille: 10})
	if _, err := w.AddCustomer("Ume", codes*10); err != nil {
		t.Fatal(err)
	}
	var paid, used atomic.Int64
	var all sync.WaitGroup
	turns := make(chan struct{}, 4*stores) // as many as a busy server meets at once
	for n := range codes {
		code := w.mint(t, "Ume")
		for store := range stores {
			r := w.request(fmt.Sprintf("S%04d-T01-1-%d", store, n), code, 10)
			r.Store = fmt.Sprintf("S%04d", store)
			turns <- struct{}{}
			all.Go(func() {
				defer func() { <-turns }()
				switch a, err := w.Charge(r); {
				case err != nil:
					t.Error(err)
				case a.Status == wire.Approved:
					paid.Add(1)
				case a.Reason == wire.CodeUsed:
					used.Add(1)
				default:
					t.Errorf("%+v", a)
				}
			})
		}
	}
	all.Wait()
	if paid.Load() != codes || used.Load() != codes*(stores-1) {
		t.Errorf("%d approved and %d used, want %d and %d", paid.Load(), used.Load(), codes, codes*(stores-1))
	}
	w.has(t, "Ume", 0)
	w.checkBooks(t)
}

// testOneAccount is many registers at the account of one customer, whose money
// is enough for some of them: all of it is spent, and not a yen more.
func testOneAccount(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	var approvals, poor atomic.Int64
	var all sync.WaitGroup
	for register := range 32 {
		all.Go(func() {
			for n := range 10 {
				m, err := w.MintCode("Taro") // who has 500
				if err != nil {
					t.Error(err)
					return
				}
				r := w.request(fmt.Sprintf("S0001-T%02d-1-%d", register, n), m.Code, 7)
				r.Terminal = fmt.Sprintf("T%02d", register)
				a, err := w.Charge(r)
				switch {
				case err != nil:
					t.Error(err)
				case a.Status == wire.Approved:
					approvals.Add(1)
				case a.Reason == wire.InsufficientFunds:
					poor.Add(1)
				default:
					t.Errorf("%+v", a)
				}
			}
		})
	}
	all.Wait()
	if approvals.Load() != 71 || poor.Load() != 320-71 {
		t.Errorf("%d approved and %d declined, want 71 of 320", approvals.Load(), poor.Load())
	}
	w.has(t, "Taro", 500-71*7)
	w.checkBooks(t)
}
