package ledgertest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

func testRefunds(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	const paid = "S0001-T01-1-1"
	approved.check(t, w.charge(t, w.request(paid, w.mint(t, "Hanako"), 1000)))
	part := w.refundOf("S0001-T01-1-2", paid, 300)
	first := w.refund(t, part)
	approved.check(t, first)
	w.has(t, "Hanako", 9300)
	w.clock.add(48 * time.Hour)
	again := w.refund(t, part) // the standing answer, and no money
	approved.check(t, again)
	if again.Receipt != first.Receipt {
		t.Fatalf("the retry has receipt %s, the refund had %s", again.Receipt, first.Receipt)
	}
	declined(wire.OverRefund).check(t, w.refund(t, w.refundOf("S0001-T01-1-3", paid, 701)))
	approved.check(t, w.refund(t, w.refundOf("S0001-T01-1-4", paid, 700)))
	declined(wire.OverRefund).check(t, w.refund(t, w.refundOf("S0001-T01-1-5", paid, 1)))
	declined(wire.OverRefund).check(t, w.refund(t, w.refundOf("S0001-T01-1-3", paid, 701))) // as before
	w.has(t, "Hanako", 10_000)
	for _, key := range []string{paid, part.Key} { // refunded, and a refund
		amount := map[string]int64{paid: 1000, part.Key: 300}[key]
		w.stands(t, key, amount)
		if a, err := w.Inquire(key, "q"); err != nil || a.Status != wire.Approved {
			t.Fatalf("%s after a reversal that was refused: %+v, %v", key, a, err)
		}
	}
	declined(wire.OverRefund).check(t, w.reverse(t, "S0001-T01-1-3", 701)) // nothing to undo
	w.has(t, "Hanako", 10_000)
	if a, err := w.Inquire(part.Key, "q"); err != nil || a.Kind != wire.KindRefund || a.Status != wire.Approved || a.Amount != 300 {
		t.Fatalf("inquiry of a refund: %+v, %v", a, err)
	}
	if d := w.debits(t); d[paid] != 1 || d[part.Key] != -1 || d["S0001-T01-1-3"] != 0 {
		t.Fatalf("debits %v", d)
	}
	for name, change := range map[string]func(*wire.RefundRequest){
		"charge":   func(r *wire.RefundRequest) { r.ChargeKey = "S0001-T01-1-9" },
		"store":    func(r *wire.RefundRequest) { r.Store = "S0002" },
		"terminal": func(r *wire.RefundRequest) { r.Terminal = "T02" },
		"amount":   func(r *wire.RefundRequest) { r.Amount++ },
		"currency": func(r *wire.RefundRequest) { r.Currency = "USD" },
	} {
		other := part
		change(&other)
		if a, err := w.Refund(other); !errors.Is(err, ledger.ErrConflict) {
			t.Errorf("same key, other %s: %+v, %v, want ErrConflict", name, a, err)
		}
	}
	w.checkBooks(t)
}

func testNoRefund(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	n := 0
	next := func() string { n++; return fmt.Sprintf("S0001-T01-2-%d", n) }
	no := declined(wire.NotRefundable)
	no.check(t, w.refund(t, w.refundOf(next(), "S0001-T01-1-1", 5))) // never seen
	undone := w.request("S0001-T01-1-2", w.mint(t, "Hanako"), 100)
	approved.check(t, w.charge(t, undone))
	reversed.check(t, w.reverse(t, undone.Key, 100))
	no.check(t, w.refund(t, w.refundOf(next(), undone.Key, 100)))
	poor := w.request("S0001-T01-1-3", w.mint(t, "Taro"), 501)
	declined(wire.InsufficientFunds).check(t, w.charge(t, poor))
	no.check(t, w.refund(t, w.refundOf(next(), poor.Key, 1)))
	cash := topup(w.request("S0001-T01-1-4", w.mint(t, "Taro"), 100))
	approved.check(t, w.topUp(t, cash))
	no.check(t, w.refund(t, w.refundOf(next(), cash.Key, 1)))
	paid := w.request("S0001-T01-1-5", w.mint(t, "Hanako"), 100)
	approved.check(t, w.charge(t, paid))
	given := w.refundOf(next(), paid.Key, 50)
	approved.check(t, w.refund(t, given))
	no.check(t, w.refund(t, w.refundOf(next(), given.Key, 1))) // of a refund
	dollars := w.refundOf(next(), paid.Key, 1)
	dollars.Currency = "USD"
	no.check(t, w.refund(t, dollars))
	elsewhere := w.refundOf(next(), paid.Key, 1)
	elsewhere.Terminal = "T02"
	no.check(t, w.refund(t, elsewhere))
	late := w.refundOf(next(), "S0001-T01-1-1", 5)
	reversed.check(t, w.reverse(t, late.Key, 5)) // blocked before it came
	reversed.check(t, w.refund(t, late))
	w.has(t, "Hanako", 9950)
	w.has(t, "Taro", 600)
	for name, bad := range map[string]wire.RefundRequest{
		"no key":      w.refundOf("", paid.Key, 1),
		"no charge":   w.refundOf(next(), "", 1),
		"of itself":   w.refundOf(paid.Key, paid.Key, 1),
		"amount 0":    w.refundOf(next(), paid.Key, 0),
		"no currency": {Key: next(), ChargeKey: paid.Key, Store: "S0001", Terminal: "T01", Amount: 1},
	} {
		if a, err := w.Refund(bad); !errors.Is(err, ledger.ErrInvalid) {
			t.Errorf("%s: %+v, %v, want ErrInvalid", name, a, err)
		}
	}
	w.checkBooks(t)
}

// testRefundCrowd is eight refunds of a charge at once, with their retries and
// a reversal among them.
func testRefundCrowd(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	for round := range 10 {
		paid := w.request(fmt.Sprintf("S0001-T01-1-%d", round), w.mint(t, "Hanako"), 1000)
		approved.check(t, w.charge(t, paid))
		var all sync.WaitGroup
		for i := range 8 {
			r := w.refundOf(fmt.Sprintf("S0001-T01-2-%d", round*8+i), paid.Key, 300)
			for range 2 {
				all.Go(func() {
					if _, err := w.Refund(r); err != nil {
						t.Error(err)
					}
				})
			}
		}
		all.Go(func() { w.Reverse(paid.Key, wire.ReversalRequest{Amount: 1000, Currency: "JPY"}) })
		all.Wait()
		given := 0
		for i := range 8 {
			a, err := w.Inquire(fmt.Sprintf("S0001-T01-2-%d", round*8+i), "")
			if err != nil {
				t.Fatal(err)
			}
			if a.Status == wire.Approved {
				given++
			}
		}
		standing, err := w.Inquire(paid.Key, "")
		if err != nil {
			t.Fatal(err)
		}
		if undone := standing.Status == wire.Reversed; undone && given != 0 || !undone && given != 3 {
			t.Fatalf("a charge that is %s has %d refunds of 3 that fit", standing.Status, given)
		}
		w.checkBooks(t)
	}
}
