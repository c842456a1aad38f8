package ledgertest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

func (w wallet) presentation(key string, amount int64) wire.ChargeRequest {
	r := w.request(key, "", amount)
	r.Mode, r.ValidUntil = wire.Presented, w.clock.Now().Add(3*time.Minute)
	return r
}

func (w wallet) present(t failer, r wire.ChargeRequest) wire.Answer {
	t.Helper()
	a, err := w.Present(r)
	if err != nil {
		t.Fatal(err)
	}
	if (a.Show != "") != (a.Status == wire.Pending) || a.ExpiresAt.IsZero() == (a.Status == wire.Pending) {
		t.Fatalf("a code is shown while it is pending, and only then: %+v", a)
	}
	return a
}

func (w wallet) payShown(t failer, customer, show string) wire.Answer {
	t.Helper()
	a, err := w.PayShown(customer, show)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// testPresented: nothing moves until a customer pays, once, and then it is a
// charge like any other.
func testPresented(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	r := w.presentation("S0001-T01-1-1", 300)
	a := w.present(t, r)
	pending.check(t, a)
	if want := w.clock.Now().Add(3 * time.Minute); !a.ExpiresAt.Equal(want) {
		t.Fatalf("it can be paid until %s, want %s", a.ExpiresAt, want)
	}
	if again := w.present(t, r); again.Show != a.Show || again.Status != wire.Pending {
		t.Fatalf("the same key again: %+v", again)
	}
	if asked, err := w.Inquire(r.Key, "q"); err != nil || asked.Show != a.Show || !asked.ExpiresAt.Equal(a.ExpiresAt) {
		t.Fatalf("an inquiry must tell the code, for a register that was restarted: %+v, %v", asked, err)
	}
	w.checkBooks(t)
	w.has(t, "Taro", 500)
	if _, err := w.Confirm("", true); !errors.Is(err, ledger.ErrUnknownKey) {
		t.Fatalf("no customer is asked about a code that is shown: %v", err)
	}
	if _, err := w.Confirm(r.Key, true); !errors.Is(err, ledger.ErrUnknownKey) {
		t.Fatalf("nor by its key: %v", err)
	}
	approved.check(t, w.payShown(t, "Taro", a.Show))
	approved.check(t, w.payShown(t, "Taro", a.Show)) // the phone asks again
	w.has(t, "Taro", 200)
	if _, err := w.PayShown("Hanako", a.Show); !errors.Is(err, ledger.ErrClosed) {
		t.Fatalf("a second customer pays the same code: %v", err)
	}
	approved.check(t, w.present(t, r))
	w.has(t, "Hanako", 10_000)
	approved.check(t, w.refund(t, w.refundOf("S0001-T01-1-2", r.Key, 100)))
	w.has(t, "Taro", 300)
	other := r
	other.Amount = 301
	if _, err := w.Present(other); !errors.Is(err, ledger.ErrConflict) {
		t.Fatalf("another amount under the same key: %v", err)
	}
	other = w.request(r.Key, w.mint(t, "Hanako"), 300)
	if _, err := w.Charge(other); !errors.Is(err, ledger.ErrConflict) {
		t.Fatalf("a customer's code under the key of a shown one: %v", err)
	}
	w.checkBooks(t)
}

// testPresentedEnds: what has run out, was taken back, was never there, or is
// stopped cannot be paid, and nobody loses money by it.
func testPresentedEnds(t *testing.T, open Open) {
	stopped := false
	w := newWalletWith(t, open(t), ledger.Options{Firm: true, Stopped: func(wire.Kind) bool { return stopped }})
	refused := func(customer, show string, want error) {
		t.Helper()
		if a, err := w.PayShown(customer, show); !errors.Is(err, want) {
			t.Fatalf("%s pays %s: %+v, %v, want %v", customer, show, a, err, want)
		}
	}
	late := w.presentation("S0001-T01-1-1", 300)
	shown := w.present(t, late).Show
	refused("Taro", "97012345678901234567", ledger.ErrUnknownKey)
	refused("Taro", shown+"0", ledger.ErrUnknownKey)
	refused("Jiro", shown, ledger.ErrNoCustomer)
	w.clock.add(3*time.Minute + time.Second)
	refused("Taro", shown, ledger.ErrClosed)
	declined(wire.Expired).check(t, w.present(t, late))

	back := w.presentation("S0001-T01-1-2", 300)
	shown = w.present(t, back).Show
	reversed.check(t, w.reverse(t, back.Key, 300)) // also a firm wallet: no customer is confirming
	refused("Taro", shown, ledger.ErrClosed)
	reversed.check(t, w.present(t, back))

	paid := w.presentation("S0001-T01-1-3", 300)
	approved.check(t, w.payShown(t, "Taro", w.present(t, paid).Show))
	reversed.check(t, w.reverse(t, paid.Key, 300)) // paid in the last moment: it goes back
	w.has(t, "Taro", 500)

	poor := w.presentation("S0001-T01-1-4", 501)
	shown = w.present(t, poor).Show
	refused("Taro", shown, ledger.ErrFunds)
	approved.check(t, w.payShown(t, "Hanako", shown)) // somebody else has the money

	reversed.check(t, w.reverse(t, "S0001-T01-1-5", 300)) // before it was ever seen
	reversed.check(t, w.present(t, w.presentation("S0001-T01-1-5", 300)))
	refused("Taro", "PWP1:S0001-T01-1-5", ledger.ErrUnknownKey)

	open6 := w.presentation("S0001-T01-1-6", 300)
	shown = w.present(t, open6).Show
	stopped = true
	declined(wire.Stopped).check(t, w.present(t, w.presentation("S0001-T01-1-7", 300)))
	declined(wire.Stopped).check(t, w.payShown(t, "Taro", shown))

	old := w.presentation("S0001-T01-1-8", 300)
	old.ValidUntil = w.clock.Now().Add(-time.Second)
	declined(wire.Expired).check(t, w.present(t, old))
	bad := w.presentation("S0001-T01-1-9", 300)
	bad.Code = "970"
	if _, err := w.Present(bad); !errors.Is(err, ledger.ErrInvalid) {
		t.Fatalf("with a code: %v", err)
	}
	w.has(t, "Taro", 500)
	w.checkBooks(t)
}

// testPresentedCrowd: of many who pay one code at once, and a register that
// takes it back meanwhile, one pays or none.
func testPresentedCrowd(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	r := w.presentation("S0001-T01-1-1", 400)
	shown := w.present(t, r).Show
	var all sync.WaitGroup
	for i := range 8 {
		customer := []string{"Hanako", "Taro"}[i%2]
		all.Go(func() {
			if _, err := w.PayShown(customer, shown); err != nil && !errors.Is(err, ledger.ErrClosed) {
				t.Error(err)
			}
		})
	}
	all.Go(func() {
		if _, err := w.Reverse(r.Key, wire.ReversalRequest{Amount: 400, Currency: "JPY", Nonce: "r"}); err != nil {
			t.Error(err)
		}
	})
	all.Wait()
	w.has(t, "Hanako", 10_000)
	w.has(t, "Taro", 500)
	if d := w.debits(t)[r.Key]; d != 0 {
		t.Fatalf("%d debits stand after the reversal", d)
	}
	w.checkBooks(t)
}
