package ledgertest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

func testReversal(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	r := w.request("S0001-T01-1-1", w.mint(t, "Hanako"), 1280)
	approved.check(t, w.charge(t, r))
	for _, wrong := range []wire.ReversalRequest{{Amount: 1281, Currency: "JPY"}, {Amount: 1280, Currency: "USD"}} {
		if _, err := w.Reverse(r.Key, wrong); !errors.Is(err, ledger.ErrConflict) {
			t.Fatalf("reversal of %+v: %v, want ErrConflict", wrong, err)
		}
	}
	for range 3 {
		reversed.check(t, w.reverse(t, r.Key, 1280))
		if got := w.balance(t, "Hanako"); got != 10_000 {
			t.Fatalf("Hanako has %d after the reversal, want 10000", got)
		}
	}
	reversed.check(t, w.charge(t, r))
	if d := w.debits(t)[r.Key]; d != 0 {
		t.Fatalf("%d debits after the reversal, want 0", d)
	}
	trial, err := w.Trial()
	if err != nil || trial.Postings != 8 { // two openings, the charge and the reversal stay side by side
		t.Fatalf("trial balance %+v, %v: want 8 postings", trial, err)
	}
	poor := w.request("S0001-T01-1-2", w.mint(t, "Taro"), 501)
	declined(wire.InsufficientFunds).check(t, w.charge(t, poor))
	declined(wire.InsufficientFunds).check(t, w.reverse(t, poor.Key, 501))
	for _, bad := range []wire.ReversalRequest{{Amount: 0, Currency: "JPY"}, {Amount: 5}} {
		if _, err := w.Reverse("S0001-T01-1-3", bad); !errors.Is(err, ledger.ErrInvalid) {
			t.Fatalf("reversal of %+v: %v, want ErrInvalid", bad, err)
		}
	}
	w.checkBooks(t)
}

func testTombstone(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	r := w.request("S0001-T01-1-1", w.mint(t, "Hanako"), 700)
	reversed.check(t, w.reverse(t, r.Key, 700))
	for range 2 {
		reversed.check(t, w.charge(t, r))
		reversed.check(t, w.reverse(t, r.Key, 700))
	}
	other := r
	other.Amount = 701
	if _, err := w.Charge(other); !errors.Is(err, ledger.ErrConflict) {
		t.Fatalf("a blocked key with another amount: %v, want ErrConflict", err)
	}
	if a, err := w.Inquire(r.Key, ""); err != nil || a.Status != wire.Reversed {
		t.Fatalf("inquiry of a blocked key: %+v, %v", a, err)
	}
	if got := w.balance(t, "Hanako"); got != 10_000 || w.debits(t)[r.Key] != 0 {
		t.Fatalf("a blocked key moved money: Hanako has %d", got)
	}
	approved.check(t, w.charge(t, w.request("S0001-T01-1-2", r.Code, 700))) // a blocked charge spends no code
	w.checkBooks(t)
}

func testCustomers(t *testing.T, open Open) {
	store := open(t)
	w := newWallet(t, store)
	approved.check(t, w.charge(t, w.request("S0001-T01-1-1", w.mint(t, "Taro"), 500)))
	w = newWallet(t, store) // a wallet that starts again with the same customers
	if got := w.balance(t, "Taro"); got != 0 {
		t.Fatalf("Taro has %d again after a restart, want 0", got)
	}
	if added, err := w.AddCustomer("Poor", 0); err != nil || !added {
		t.Fatalf("a customer without money: %v, %v", added, err)
	}
	all, err := w.Customers()
	if err != nil || len(all) != 3 || all[2] != (wire.Customer{Name: "Poor"}) {
		t.Fatalf("customers %+v, %v", all, err)
	}
	for _, bad := range []wire.Customer{{Name: "", Balance: 5}, {Name: "X", Balance: -1}} {
		if _, err := w.AddCustomer(bad.Name, bad.Balance); !errors.Is(err, ledger.ErrInvalid) {
			t.Fatalf("customer %+v: %v, want ErrInvalid", bad, err)
		}
	}
	w.checkBooks(t)
}

// testRollback writes each kind of row and fails: nothing may be kept.
func testRollback(t *testing.T, open Open) {
	store := open(t)
	w := newWallet(t, store)
	charged := w.request("S0001-T01-1-1", w.mint(t, "Hanako"), 100)
	approved.check(t, w.charge(t, charged))
	code := ledger.Hash(charged.Code)
	broken := errors.New("power cut")
	err := store.Update(func(tx ledger.Tx) error {
		a, err := tx.Account(ledger.ClassCustomer, "Hanako", money.JPY)
		a.Balance.Minor = 1
		_, err2 := tx.PutAccount(a)
		b, err3 := tx.PutAccount(ledger.Account{Class: ledger.ClassStore, Name: "S9", Balance: money.Yen(5)})
		_, err4 := tx.AppendTxn(ledger.Txn{Cause: ledger.CauseCharge, Key: "k", Postings: []ledger.Posting{{Account: b.ID, Amount: money.Yen(5)}}})
		st, err5 := tx.Standing(charged.Key)
		st.Status = wire.Reversed
		err6 := tx.PutStanding(st)
		st.Key = "k"
		err7 := tx.PutStanding(st)
		err8 := tx.PutCode(ledger.Code{Hash: code, Customer: "Taro"})
		err9 := tx.PutCode(ledger.Code{Hash: ledger.Hash("k"), Customer: "Taro"})
		st.Key, st.Status, st.Until = "waits", wire.Pending, w.clock.Now()
		err10 := tx.PutStanding(st)
		st.Key, st.Status, st.Until, st.Kind, st.ChargeKey = "gives", wire.Declined, time.Time{}, wire.KindRefund, charged.Key
		err11 := tx.PutStanding(st)
		return errors.Join(err, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11, broken)
	})
	if !errors.Is(err, broken) || err.Error() != broken.Error() {
		t.Fatalf("the failed transaction says %v, want only %v", err, broken)
	}
	err = store.View(func(tx ledger.Tx) error {
		if _, err := tx.Account(ledger.ClassStore, "S9", money.JPY); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("account S9: %v, want ErrNotFound", err)
		}
		if _, err := tx.Standing("k"); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("standing k: %v, want ErrNotFound", err)
		}
		if _, err := tx.Code(ledger.Hash("k")); !errors.Is(err, ledger.ErrNotFound) {
			t.Errorf("code k: %v, want ErrNotFound", err)
		}
		waiting, err := tx.Pending()
		refunds, err2 := tx.Refunds(charged.Key)
		if err := errors.Join(err, err2); err != nil || len(waiting)+len(refunds) != 0 {
			t.Errorf("pending %+v, refunds %+v, %v", waiting, refunds, err)
		}
		c, err := tx.Code(code)
		if c.Customer != "Hanako" || c.UsedBy != charged.Key {
			t.Errorf("code is %+v", c)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	approved.check(t, w.charge(t, charged))
	if got := w.balance(t, "Hanako"); got != 9900 {
		t.Fatalf("Hanako has %d, want 9900", got)
	}
	approved.check(t, w.charge(t, w.request("S0001-T01-1-2", w.mint(t, "Hanako"), 1)))
	w.checkBooks(t)
}

// testCrowd is one code at eight registers at once, one key sent eight times
// at once, and a reversal among them.
func testCrowd(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	for round := range 20 {
		code := w.mint(t, "Hanako")
		yes := map[wire.Status]int{}
		var mu sync.Mutex
		var all sync.WaitGroup
		for i := range 8 {
			r := w.request("S0001-T01-1-"+string(rune('a'+round))+string(rune('a'+i)), code, 10)
			for range 2 {
				all.Go(func() {
					a, err := w.Charge(r)
					if err != nil {
						t.Error(err)
					}
					mu.Lock()
					defer mu.Unlock()
					yes[a.Status]++
				})
			}
		}
		all.Wait()
		if yes[wire.Approved] != 2 || yes[wire.Declined] != 14 { // one key, asked twice
			t.Fatalf("one code at eight registers: %v, want 2 approved and 14 declined", yes)
		}
		if got := w.balance(t, "Hanako"); got != 10_000-10*int64(round+1) {
			t.Fatalf("round %d: Hanako has %d", round, got)
		}
		r := w.request("S0001-T01-2-"+string(rune('a'+round)), w.mint(t, "Taro"), 500)
		all.Go(func() { w.Charge(r) })
		all.Go(func() { w.Reverse(r.Key, wire.ReversalRequest{Amount: 500, Currency: "JPY"}) })
		all.Wait()
		reversed.check(t, w.charge(t, r)) // whoever came first
		if got := w.balance(t, "Taro"); got != 500 {
			t.Fatalf("round %d: Taro has %d", round, got)
		}
	}
	w.checkBooks(t)
}
