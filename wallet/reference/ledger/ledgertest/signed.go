package ledgertest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// testSigned: a signed code pays from what is put aside, once, whatever text
// carries it.
func testSigned(t *testing.T, open Open) {
	w := newIssuing(t, open(t), ledger.Options{})
	h := w.phone(t, "Hanako", 3000, 5000)
	w.owns(t, "Hanako", 5000, 5000)
	raw := h.show(t)
	r := w.request("S0001-T01-1-1", oda.Encode(raw, oda.Base45), 2000)
	first := w.charge(t, r)
	approved.check(t, first)
	w.owns(t, "Hanako", 5000, 3000)
	if d := w.debits(t)[r.Key]; d != 1 {
		t.Fatalf("%d debits, want 1", d)
	}
	w.clock.add(48 * time.Hour) // the standing answer outlives code and certificate
	for _, c := range []oda.Carrier{oda.Base45, oda.Base64, oda.Decimal} {
		again := r
		again.Code = oda.Encode(raw, c)
		if a := w.charge(t, again); a.Status != wire.Approved || a.Receipt != first.Receipt {
			t.Fatalf("the retry as %s: %+v", c, a)
		}
		elsewhere := w.request("S0001-T01-1-2"+string(c), again.Code, 2000)
		elsewhere.Terminal = "T02"
		declined(wire.CodeUsed).check(t, w.charge(t, elsewhere))
	}
	other := r
	other.Code = h.text(t)
	if a, err := w.Charge(other); !errors.Is(err, ledger.ErrConflict) {
		t.Fatalf("the key with another code: %+v, %v, want ErrConflict", a, err)
	}
	w.checkBooks(t)
}

// testSignedDeclines: why a signed code does not pay. What is genuine is spent
// by its decline; a forgery spends nothing, or anybody could spend a customer's
// codes.
func testSignedDeclines(t *testing.T, open Open) {
	w := newIssuing(t, open(t), ledger.Options{})
	h := w.phone(t, "Hanako", 2500, 4000)
	n := 0
	next := func(text string, amount int64) wire.ChargeRequest {
		n++
		return w.request(fmt.Sprint("S0001-T01-1-", n), text, amount)
	}
	spent := func(name string, raw oda.Raw, amount int64, why wire.Reason) {
		t.Helper()
		t.Log(name)
		declined(why).check(t, w.charge(t, next(oda.Encode(raw, oda.Base45), amount)))
		declined(wire.CodeUsed).check(t, w.charge(t, next(oda.Encode(raw, oda.Decimal), 1)))
	}
	spent("over the certificate's maximum", h.show(t), 2501, wire.OverLimit)
	spent("over the code's maximum", h.show(t, func(o *oda.Offer) { o.MaxAmount = 99 }), 100, wire.OverLimit)
	spent("too old", h.show(t, func(o *oda.Offer) { o.IssuedAt = o.IssuedAt.Add(-61 * time.Second) }), 1, wire.CodeExpired)
	spent("from the future", h.show(t, func(o *oda.Offer) { o.IssuedAt = o.IssuedAt.Add(31 * time.Second) }), 1, wire.CodeExpired)
	last := h.show(t, func(o *oda.Offer) { o.IssuedAt = o.IssuedAt.Add(-60 * time.Second) })
	approved.check(t, w.charge(t, next(oda.Encode(last, oda.Base64), 2500)))
	spent("over what the certificate has left", h.show(t), 1501, wire.OverLimit)
	approved.check(t, w.charge(t, next(h.text(t), 1500))) // the last yen
	spent("nothing left", h.show(t), 1, wire.OverLimit)

	raw := h.show(t)
	forged := append(oda.Raw(nil), raw...)
	forged[len(forged)-1] ^= 1
	declined(wire.CodeUnknown).check(t, w.charge(t, next(oda.Encode(forged, oda.Base45), 1)))
	declined(wire.OverLimit).check(t, w.charge(t, next(oda.Encode(raw, oda.Base45), 1))) // known, and not used
	declined(wire.CodeUnknown).check(t, w.charge(t, next(oda.Encode(h.show(t), oda.Base45)+" ", 1)))
	dollars := next(h.text(t), 1)
	dollars.Currency = "USD"
	declined(wire.InsufficientFunds).check(t, w.charge(t, dollars))
	stranger := newWallet(t, ledger.NewMemory())
	declined(wire.CodeUnknown).check(t, stranger.charge(t, next(h.text(t), 1)))
	declined(wire.CodeUnknown).check(t, w.topUp(t, topup(next(h.text(t), 1)))) // top-ups take no signed codes
	w.owns(t, "Hanako", 6000, 0)
	w.checkBooks(t)
}

// testSignedStops: the stop switch, the list of denied customers and the time
// limit hold for signed codes that are shown online.
func testSignedStops(t *testing.T, open Open) {
	stopped, denied := false, false
	w := newIssuing(t, open(t), ledger.Options{
		Stopped: func(wire.Kind) bool { return stopped },
		Denied:  func(oda.Token) bool { return denied },
	})
	h := w.phone(t, "Hanako", 3000, 5000)
	late := w.request("S0001-T01-1-1", h.text(t), 1)
	late.ValidUntil = w.clock.Now().Add(-time.Nanosecond)
	declined(wire.Expired).check(t, w.charge(t, late))
	stopped = true
	declined(wire.Stopped).check(t, w.charge(t, w.request("S0001-T01-1-2", h.text(t), 1)))
	stopped, denied = false, true
	declined(wire.Blocked).check(t, w.charge(t, w.request("S0001-T01-1-3", h.text(t), 1)))
	denied = false
	approved.check(t, w.charge(t, w.request("S0001-T01-1-4", h.text(t), 1)))
	w.checkBooks(t)
}

// testSignedReversal: a reversal before the charge blocks it and spends no
// code; one after it gives the money back to where the phone can show codes
// for it, or to the balance when it cannot any more.
func testSignedReversal(t *testing.T, open Open) {
	w := newIssuing(t, open(t), ledger.Options{})
	h := w.phone(t, "Hanako", 3000, 5000)
	blocked := w.request("S0001-T01-1-1", h.text(t), 1000)
	reversed.check(t, w.reverse(t, blocked.Key, 1000))
	reversed.check(t, w.charge(t, blocked))
	w.owns(t, "Hanako", 5000, 5000)
	paid := w.request("S0001-T01-1-2", blocked.Code, 1000)
	approved.check(t, w.charge(t, paid))
	for range 2 {
		reversed.check(t, w.reverse(t, paid.Key, 1000))
		w.owns(t, "Hanako", 5000, 5000)
	}
	reversed.check(t, w.charge(t, paid))
	declined(wire.CodeUsed).check(t, w.charge(t, w.request("S0001-T01-1-3", paid.Code, 1)))

	second := w.request("S0001-T01-1-4", h.text(t), 2000)
	approved.check(t, w.charge(t, second))
	part := w.request("S0001-T01-1-5", h.text(t), 500)
	approved.check(t, w.charge(t, part))
	w.clock.add(life + time.Second)
	reversed.check(t, w.reverse(t, second.Key, 2000)) // the certificate has ended
	w.owns(t, "Hanako", 7000, 2500)
	approved.check(t, w.refund(t, w.refundOf("S0001-T01-1-6", part.Key, 500)))
	w.owns(t, "Hanako", 7500, 2500)
	if d := w.debits(t); d[second.Key] != 0 || d[part.Key] != 1 {
		t.Fatalf("debits %v", d)
	}
	w.checkBooks(t)
}

// testSignedOnThePhone: what waits for the customer is held, and goes back to
// what was put aside.
func testSignedOnThePhone(t *testing.T, open Open) {
	w := newIssuing(t, open(t), ledger.Options{})
	h := w.phone(t, "Hanako", 3000, 5000)
	for i, yes := range []bool{true, false} {
		r := w.request(fmt.Sprint("S0001-T01-1-", i), h.text(t), 1000)
		a, err := w.ChargeOnPhone(r)
		if err != nil {
			t.Fatal(err)
		}
		pending.check(t, a)
		w.owns(t, "Hanako", 5000, 4000-1000*int64(i))
		w.checkBooks(t)
		if _, err := w.Confirm(r.Key, yes); err != nil {
			t.Fatal(err)
		}
	}
	w.owns(t, "Hanako", 5000, 4000)
	w.checkBooks(t)
}

// testSignedCrowd is one code in three carriers at eight registers at once, and
// more codes at once than the certificate covers.
func testSignedCrowd(t *testing.T, open Open) {
	w := newIssuing(t, open(t), ledger.Options{})
	h := w.phone(t, "Hanako", 3000, 5000)
	carriers := []oda.Carrier{oda.Base45, oda.Base64, oda.Decimal}
	one := h.show(t)
	var asked []wire.ChargeRequest
	for i := range 8 {
		r := w.request(fmt.Sprintf("S0001-T0%d-1-1", i), oda.Encode(one, carriers[i%3]), 100)
		r.Terminal = fmt.Sprint("T0", i)
		asked = append(asked, r)
	}
	for i := range 8 {
		r := w.request(fmt.Sprintf("S0001-T0%d-1-2", i), h.text(t), 1000)
		r.Terminal = fmt.Sprint("T0", i)
		asked = append(asked, r)
	}
	var mu sync.Mutex
	var all sync.WaitGroup
	yes := map[int64]int{}
	for _, r := range asked {
		all.Go(func() {
			a, err := w.Charge(r)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			if a.Status == wire.Approved {
				yes[a.Amount]++
			}
		})
	}
	all.Wait()
	if small, large := yes[100], yes[1000]; (small != 1 || large != 4) && (small != 0 || large != 5) { // five large ones may have been first
		t.Fatalf("approved by amount: %v, want 1 of 100 and 4 of 1000, or 5 of 1000", yes)
	}
	w.owns(t, "Hanako", 5000, 5000-100*int64(yes[100])-1000*int64(yes[1000]))
	w.checkBooks(t)
}
