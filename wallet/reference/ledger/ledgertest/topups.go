package ledgertest

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

func testTopUp(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	r := topup(w.request("S0001-T01-1-1", w.mint(t, "Taro"), 3000))
	first := w.topUp(t, r)
	approved.check(t, first)
	w.has(t, "Taro", 3500)
	w.clock.add(48 * time.Hour)
	if again := w.topUp(t, r); again.Receipt != first.Receipt || again.Status != wire.Approved || first.Balance != 3500 || again.Balance != 3500 {
		t.Fatalf("the retry is %+v, the top-up was %+v", again, first)
	}
	w.has(t, "Taro", 3500)
	late := topup(w.request("S0001-T01-1-2", w.mint(t, "Taro"), 1))
	late.ValidUntil = w.clock.Now().Add(-time.Nanosecond)
	declined(wire.Expired).check(t, w.topUp(t, late))
	declined(wire.CodeUsed).check(t, w.topUp(t, topup(w.request("S0001-T01-1-3", late.Code, 1))))
	declined(wire.CodeUnknown).check(t, w.topUp(t, topup(w.request("S0001-T01-1-4", "971", 1))))
	declined(wire.OverLimit).check(t, w.topUp(t, topup(w.request("S0001-T01-1-5", w.mint(t, "Taro"), math.MaxInt64))))
	for range 2 {
		reversed.check(t, w.reverse(t, r.Key, 3000))
		w.has(t, "Taro", 500)
	}
	reversed.check(t, w.topUp(t, r))
	blocked := topup(w.request("S0001-T01-1-6", w.mint(t, "Taro"), 700))
	reversed.check(t, w.reverse(t, blocked.Key, 700))
	reversed.check(t, w.topUp(t, blocked))
	w.has(t, "Taro", 500)
	if d := w.debits(t); d[r.Key] != 0 || d[blocked.Key] != 0 {
		t.Fatalf("debits %v", d)
	}
	dollars := topup(w.request("S0001-T01-1-7", w.mint(t, "Taro"), 1))
	dollars.Currency = "USD"
	noCode := topup(w.request("S0001-T01-1-7", "", 1))
	noTime := topup(w.request("S0001-T01-1-7", "97", 1))
	noTime.ValidUntil = time.Time{}
	for name, bad := range map[string]wire.TopupRequest{
		"dollars": dollars, "no code": noCode, "no valid_until": noTime, "amount 0": topup(w.request("S0001-T01-1-7", "97", 0)),
	} {
		if a, err := w.TopUp(bad); !errors.Is(err, ledger.ErrInvalid) {
			t.Errorf("%s: %+v, %v, want ErrInvalid", name, a, err)
		}
	}
	dollars.Currency = "JPY"
	approved.check(t, w.topUp(t, dollars)) // what was refused has used neither key nor code
	w.checkBooks(t)
}

// testMostTopUp: a register that asks for more than anybody tops up fills no
// account, which would keep every other register of the store from booking.
func testMostTopUp(t *testing.T, open Open) {
	store := open(t)
	w := newWallet(t, store)
	paid := w.request("S0001-T01-1-1", w.mint(t, "Hanako"), 100)
	approved.check(t, w.charge(t, paid))
	for i, amount := range []int64{math.MaxInt64 - 1000, 1_000_000_000, ledger.MostTopUp + 1} {
		declined(wire.OverLimit).check(t, w.topUp(t, topup(w.request(fmt.Sprint("S0001-T01-1-1", i), w.mint(t, "Taro"), amount))))
	}
	approved.check(t, w.topUp(t, topup(w.request("S0001-T01-1-2", w.mint(t, "Taro"), ledger.MostTopUp))))
	approved.check(t, w.topUp(t, topup(w.request("S0001-T01-1-3", w.mint(t, "Hanako"), 3000))))
	approved.check(t, w.refund(t, w.refundOf("S0001-T01-1-4", paid.Key, 40)))
	w.checkBooks(t)
	// Where the limit allows it, the store's account may still be as low as
	// can be.
	high := ledger.New(store, ledger.Options{Clock: w.clock.Now, MostTopUp: math.MaxInt64})
	for i, want := range []wire.Status{wire.Approved, wire.Declined} {
		name := []string{"Taro", "Hanako"}[i]
		a, err := high.TopUp(topup(w.request(fmt.Sprint("S0001-T01-1-5", i), w.mint(t, name), math.MaxInt64-2_000_000)))
		if err != nil || a.Status != want {
			t.Fatalf("%s: %+v, %v", name, a, err)
		}
	}
	approved.check(t, w.refund(t, w.refundOf("S0001-T01-1-6", paid.Key, 60)))
}

// testSpentTopUp: once the customer has spent it, it is never taken back, also
// not when there is money again.
func testSpentTopUp(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	r := topup(w.request("S0001-T01-1-1", w.mint(t, "Taro"), 1000))
	approved.check(t, w.topUp(t, r))
	spent := w.request("S0001-T01-1-2", w.mint(t, "Taro"), 501)
	approved.check(t, w.charge(t, spent))
	w.stands(t, r.Key, 1000)
	w.has(t, "Taro", 999)
	reversed.check(t, w.reverse(t, spent.Key, 501)) // the money is back
	w.stands(t, r.Key, 1000)                        // and the word stands
	w.has(t, "Taro", 1500)
	if a, err := w.Inquire(r.Key, ""); err != nil || a.Status != wire.Approved || a.Kind != wire.KindTopup {
		t.Fatalf("%+v, %v", a, err)
	}
	w.checkBooks(t)
}

// testKinds: one key space, and each key is of one kind.
func testKinds(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	paid := w.request("S0001-T01-1-1", w.mint(t, "Hanako"), 100)
	approved.check(t, w.charge(t, paid))
	cash := topup(w.request("S0001-T01-1-2", w.mint(t, "Hanako"), 100))
	approved.check(t, w.topUp(t, cash))
	_, err := w.TopUp(topup(paid))
	_, err2 := w.Refund(w.refundOf(cash.Key, paid.Key, 100))
	_, err3 := w.Charge(wire.ChargeRequest{Key: cash.Key, Store: cash.Store, Terminal: cash.Terminal, Amount: 100, Currency: "JPY", Code: cash.Code, ValidUntil: cash.ValidUntil})
	for what, err := range map[string]error{"top-up": err, "refund": err2, "charge": err3} {
		if !errors.Is(err, ledger.ErrConflict) {
			t.Errorf("a %s under a key of another kind: %v, want ErrConflict", what, err)
		}
	}
	back := wire.ReversalRequest{Kind: wire.KindTopup, Amount: 100, Currency: "JPY"}
	if a, err := w.Reverse(paid.Key, back); !errors.Is(err, ledger.ErrConflict) {
		t.Errorf("a charge reversed as a top-up: %+v, %v", a, err)
	}
	if a, err := w.Reverse(cash.Key, back); err != nil || a.Kind != wire.KindTopup || a.Status != wire.Reversed {
		t.Errorf("the top-up reversed as such: %+v, %v", a, err)
	}
	// A key that was blocked before it was seen is of the kind that is asked for.
	if a, err := w.Reverse("S0001-T01-1-3", back); err != nil || a.Kind != wire.KindTopup || a.Status != wire.Reversed {
		t.Errorf("an unseen key reversed as a top-up: %+v, %v", a, err)
	}
	if a, err := w.Inquire("S0001-T01-1-3", ""); err != nil || a.Kind != wire.KindTopup {
		t.Errorf("inquiry: %+v, %v", a, err)
	}
	reversed.check(t, w.refund(t, w.refundOf("S0001-T01-1-3", paid.Key, 100)))
	reversed.check(t, w.charge(t, w.request("S0001-T01-1-3", "97", 100)))
	w.checkBooks(t)
}
