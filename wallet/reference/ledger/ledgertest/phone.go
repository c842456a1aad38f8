package ledgertest

import (
	"errors"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

func (w wallet) onPhone(t failer, r wire.ChargeRequest) wire.Answer {
	t.Helper()
	a, err := w.ChargeOnPhone(r)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (w wallet) confirm(t failer, key string, yes bool) wire.Answer {
	t.Helper()
	a, err := w.Confirm(key, yes)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func testOnThePhone(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	ask := func(key string, amount int64) wire.ChargeRequest {
		r := w.request(key, w.mint(t, "Taro"), amount)
		r.ValidUntil = w.clock.Now().Add(time.Hour)
		return r
	}
	first, second := ask("S0001-T01-1-1", 300), ask("S0001-T01-1-2", 200)
	for range 2 {
		pending.check(t, w.onPhone(t, first))
	}
	pending.check(t, w.charge(t, first)) // the standing answer, however it is asked for
	pending.check(t, w.onPhone(t, second))
	w.has(t, "Taro", 0) // held
	w.checkBooks(t)
	declined(wire.InsufficientFunds).check(t, w.onPhone(t, ask("S0001-T01-1-3", 1)))
	if a := w.confirm(t, "", true); a.Key != second.Key || a.Status != wire.Approved { // the newest
		t.Fatalf("%+v", a)
	}
	declined(wire.Refused).check(t, w.confirm(t, first.Key, false))
	w.has(t, "Taro", 300)
	declined(wire.Refused).check(t, w.confirm(t, first.Key, true)) // too late to think again
	approved.check(t, w.confirm(t, second.Key, false))
	if d := w.debits(t); d[first.Key] != 0 || d[second.Key] != 1 {
		t.Fatalf("debits %v", d)
	}
	third := ask("S0001-T01-1-4", 300)
	pending.check(t, w.onPhone(t, third))
	declined(wire.NotRefundable).check(t, w.refund(t, w.refundOf("S0001-T01-1-5", third.Key, 1)))
	reversed.check(t, w.reverse(t, third.Key, 300))
	w.has(t, "Taro", 300)
	reversed.check(t, w.confirm(t, third.Key, true))
	reversed.check(t, w.reverse(t, second.Key, 200)) // confirmed, and undone like any other
	w.has(t, "Taro", 500)
	for _, key := range []string{"", "S0001-T01-1-9"} {
		if a, err := w.Confirm(key, true); !errors.Is(err, ledger.ErrUnknownKey) {
			t.Fatalf("a confirmation of %q: %+v, %v, want ErrUnknownKey", key, a, err)
		}
	}
	w.checkBooks(t)
}

func testOutOfTime(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	looks := map[string]func(string) wire.Answer{
		"inquiry": func(key string) wire.Answer {
			a, err := w.Inquire(key, "")
			if err != nil {
				t.Fatal(err)
			}
			return a
		},
		"confirmation": func(key string) wire.Answer { return w.confirm(t, key, true) },
		"reversal":     func(key string) wire.Answer { return w.reverse(t, key, 500) },
	}
	for name, look := range looks {
		for valid, life := range map[time.Duration]time.Duration{time.Hour: ledger.ConfirmLife, 20 * time.Second: 20 * time.Second} {
			r := w.request("S0001-T01-1-"+name+valid.String(), w.mint(t, "Taro"), 500)
			r.ValidUntil = w.clock.Now().Add(valid)
			pending.check(t, w.onPhone(t, r))
			w.clock.add(life)
			pending.check(t, w.charge(t, r)) // its last moment
			w.clock.add(time.Nanosecond)
			declined(wire.Expired).check(t, look(r.Key))
			w.has(t, "Taro", 500)
		}
	}
	r := w.request("S0001-T01-1-1", w.mint(t, "Taro"), 500)
	r.ValidUntil = w.clock.Now().Add(time.Hour)
	pending.check(t, w.onPhone(t, r))
	w.clock.add(ledger.ConfirmLife + 1)
	// Nobody has looked at it, and the money is free all the same.
	approved.check(t, w.charge(t, w.request("S0001-T01-1-2", w.mint(t, "Taro"), 500)))
	if d := w.debits(t); d[r.Key] != 0 {
		t.Fatalf("debits %v", d)
	}
	w.checkBooks(t)
}

// testWindow is a wallet that reverses for a day only, and not while a
// customer is confirming.
func testWindow(t *testing.T, open Open) {
	w := newWalletWith(t, open(t), ledger.Options{ReverseWithin: 24 * time.Hour, Firm: true})
	early := w.request("S0001-T01-1-1", w.mint(t, "Hanako"), 100)
	late := w.request("S0001-T01-1-2", w.mint(t, "Hanako"), 100)
	approved.check(t, w.charge(t, early))
	approved.check(t, w.charge(t, late))
	w.clock.add(24 * time.Hour)
	reversed.check(t, w.reverse(t, early.Key, 100))
	w.clock.add(time.Nanosecond)
	w.stands(t, late.Key, 100)
	reversed.check(t, w.reverse(t, early.Key, 100)) // as before
	approved.check(t, w.refund(t, w.refundOf("S0001-T01-1-3", late.Key, 100)))
	asked := w.request("S0001-T01-1-4", w.mint(t, "Hanako"), 100)
	pending.check(t, w.onPhone(t, asked))
	if a, err := w.Reverse(asked.Key, wire.ReversalRequest{Amount: 100, Currency: "JPY"}); !errors.Is(err, ledger.ErrConfirming) {
		t.Fatalf("a reversal while the customer confirms: %+v, %v", a, err)
	}
	approved.check(t, w.confirm(t, asked.Key, true))
	reversed.check(t, w.reverse(t, asked.Key, 100))
	w.has(t, "Hanako", 10_000)
	w.checkBooks(t)
}
