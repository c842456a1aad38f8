package ledgertest

import (
	"errors"
	"regexp"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

func testCharge(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	r := w.request("S0001-T01-1-1", w.mint(t, "Hanako"), 1280)
	first := w.charge(t, r)
	approved.check(t, first)
	if got := w.balance(t, "Hanako"); got != 10_000-1280 {
		t.Fatalf("Hanako has %d after one charge, want 8720", got)
	}
	w.clock.add(48 * time.Hour) // the standing answer has no end
	again := w.charge(t, r)
	approved.check(t, again)
	if again.Receipt != first.Receipt {
		t.Fatalf("the retry has receipt %s, the charge had %s", again.Receipt, first.Receipt)
	}
	if got := w.balance(t, "Hanako"); got != 10_000-1280 {
		t.Fatalf("Hanako has %d after a retry, want 8720", got)
	}
	inquired, err := w.Inquire(r.Key, "q")
	if err != nil || inquired.Status != wire.Approved || inquired.Receipt != first.Receipt || inquired.Nonce != "q" {
		t.Fatalf("inquiry: %+v, %v", inquired, err)
	}
	if _, err := w.Inquire("S0001-T01-1-2", "q"); !errors.Is(err, ledger.ErrUnknownKey) {
		t.Fatalf("inquiry of an unseen key: %v, want ErrUnknownKey", err)
	}
	w.checkBooks(t)
}

func testIdentity(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	r := w.request("S0001-T01-1-1", w.mint(t, "Hanako"), 100)
	approved.check(t, w.charge(t, r))
	fresh := w.mint(t, "Hanako")
	for name, change := range map[string]func(*wire.ChargeRequest){
		"store":    func(r *wire.ChargeRequest) { r.Store = "S0002" },
		"terminal": func(r *wire.ChargeRequest) { r.Terminal = "T02" },
		"amount":   func(r *wire.ChargeRequest) { r.Amount++ },
		"currency": func(r *wire.ChargeRequest) { r.Currency = "USD" },
		"code":     func(r *wire.ChargeRequest) { r.Code = fresh },
	} {
		other := r
		change(&other)
		if a, err := w.Charge(other); !errors.Is(err, ledger.ErrConflict) {
			t.Errorf("same key, other %s: %+v, %v, want ErrConflict", name, a, err)
		}
	}
	same := r
	same.Mode, same.Nonce, same.ValidUntil = wire.Forwarded, "another", w.clock.Now().Add(-time.Hour)
	approved.check(t, w.charge(t, same))
	if got := w.balance(t, "Hanako"); got != 9900 {
		t.Fatalf("Hanako has %d, want 9900", got)
	}
	approved.check(t, w.charge(t, w.request("S0001-T01-1-2", fresh, 100))) // a conflict spends no code
	for name, change := range map[string]func(*wire.ChargeRequest){
		"no key":         func(r *wire.ChargeRequest) { r.Key = "" },
		"no store":       func(r *wire.ChargeRequest) { r.Store = "" },
		"no code":        func(r *wire.ChargeRequest) { r.Code = "" },
		"amount 0":       func(r *wire.ChargeRequest) { r.Amount = 0 },
		"amount below 0": func(r *wire.ChargeRequest) { r.Amount = -5 },
		"no valid_until": func(r *wire.ChargeRequest) { r.ValidUntil = time.Time{} },
	} {
		bad := w.request("S0001-T01-1-9", "x", 100)
		change(&bad)
		if a, err := w.Charge(bad); !errors.Is(err, ledger.ErrInvalid) {
			t.Errorf("%s: %+v, %v, want ErrInvalid", name, a, err)
		}
	}
	w.checkBooks(t)
}

// testOrder has requests with two faults each: the earlier check must speak.
func testOrder(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	late := func(r wire.ChargeRequest) wire.ChargeRequest {
		r.ValidUntil = w.clock.Now().Add(-time.Nanosecond)
		return r
	}
	declined(wire.CodeUnknown).check(t, w.charge(t, late(w.request("S0001-T01-1-1", "971", 100))))
	code := w.mint(t, "Taro")
	declined(wire.Expired).check(t, w.charge(t, late(w.request("S0001-T01-1-2", code, 501))))
	// The code was shown and spent, although the charge came too late.
	declined(wire.CodeUsed).check(t, w.charge(t, w.request("S0001-T01-1-3", code, 1)))
	code = w.mint(t, "Taro")
	declined(wire.InsufficientFunds).check(t, w.charge(t, w.request("S0001-T01-1-4", code, 501)))
	onTime := w.request("S0001-T01-1-5", w.mint(t, "Taro"), 500)
	onTime.ValidUntil = w.clock.Now()
	approved.check(t, w.charge(t, onTime)) // the last moment and the last yen count
	dollars := w.request("S0001-T01-1-6", w.mint(t, "Hanako"), 1)
	dollars.Currency = "USD"
	declined(wire.InsufficientFunds).check(t, w.charge(t, dollars))
	// A decline stands when the money has come since.
	declined(wire.CodeUnknown).check(t, w.charge(t, w.request("S0001-T01-1-1", "971", 100)))
	w.checkBooks(t)
}

func testCodes(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	form, seen := regexp.MustCompile(`^97[0-9]{18}$`), map[string]bool{}
	for range 50 {
		code := w.mint(t, "Hanako")
		if !form.MatchString(code) || seen[code] {
			t.Fatalf("code %s is not 97 and 18 digits, or came twice", code)
		}
		seen[code] = true
	}
	m, err := w.MintCode("")
	if err != nil || m.Customer != "Hanako" || !m.Expires.Equal(w.clock.Now().Add(60*time.Second)) {
		t.Fatalf("a code of the first customer: %+v, %v", m, err)
	}
	if _, err := w.MintCode("Nobody"); !errors.Is(err, ledger.ErrNoCustomer) {
		t.Fatalf("a code of nobody: %v, want ErrNoCustomer", err)
	}
	w.clock.add(60 * time.Second)
	approved.check(t, w.charge(t, w.request("S0001-T01-1-1", m.Code, 1))) // its last moment
	declined(wire.CodeUsed).check(t, w.charge(t, w.request("S0001-T01-1-2", m.Code, 1)))
	dead := w.mint(t, "Hanako")
	w.clock.add(60*time.Second + time.Nanosecond)
	declined(wire.CodeExpired).check(t, w.charge(t, w.request("S0001-T01-1-3", dead, 1)))
	w.clock.add(25 * time.Hour)
	for range 1100 { // enough to sweep dead codes out
		w.mint(t, "Hanako")
	}
	declined(wire.CodeUnknown).check(t, w.charge(t, w.request("S0001-T01-1-4", dead, 1)))
	approved.check(t, w.charge(t, w.request("S0001-T01-1-1", m.Code, 1)))
	w.checkBooks(t)
}
