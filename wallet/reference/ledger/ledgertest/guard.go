package ledgertest

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// requests are payments of customers with fresh keys and codes.
func requests(t *testing.T, w wallet) func(customer string, amount int64) wire.ChargeRequest {
	n := 0
	return func(customer string, amount int64) wire.ChargeRequest {
		n++
		return w.request(fmt.Sprintf("S0001-T01-1-%d", n), w.mint(t, customer), amount)
	}
}

// testGuard is a customer whose payments are frozen, and one whose new phone pays
// little in a day.
func testGuard(t *testing.T, open Open) {
	guards := map[string]ledger.Guard{}
	set := func(customer string, g ledger.Guard) { guards[customer] = g } // between calls
	w := newWalletWith(t, open(t), ledger.Options{Guard: func(c string) ledger.Guard { return guards[c] }})
	request := requests(t, w)
	waits := request("Hanako", 100)
	if _, err := w.ChargeOnPhone(waits); err != nil {
		t.Fatal(err)
	}
	set("Hanako", ledger.Guard{Frozen: true})
	declined(wire.Blocked).check(t, w.charge(t, request("Hanako", 1)))
	if a, err := w.Confirm(waits.Key, true); err != nil || a.Status != wire.Declined || a.Reason != wire.Blocked {
		t.Fatalf("a yes after the freeze: %+v, %v", a, err)
	}
	w.has(t, "Hanako", 10_000)
	declined(wire.Blocked).check(t, w.topUp(t, topup(request("Hanako", 1000))))
	approved.check(t, w.charge(t, request("Taro", 1)))
	set("Taro", ledger.Guard{NoTopUp: true})
	declined(wire.Blocked).check(t, w.topUp(t, topup(request("Taro", 1000))))
	approved.check(t, w.charge(t, request("Taro", 1)))

	set("Hanako", ledger.Guard{DayMost: 1000})
	paid := request("Hanako", 600)
	approved.check(t, w.charge(t, paid))
	declined(wire.OverLimit).check(t, w.charge(t, request("Hanako", 401)))
	approved.check(t, w.charge(t, request("Hanako", 400)))
	declined(wire.OverLimit).check(t, w.charge(t, request("Hanako", 1)))
	reversed.check(t, w.reverse(t, paid.Key, 600)) // which was not spent after all
	approved.check(t, w.charge(t, request("Hanako", 600)))
	w.clock.add(24*time.Hour + time.Second)
	approved.check(t, w.charge(t, request("Hanako", 1000)))

	w.checkBooks(t)
}

// testGuardCrowd is payments of one day at once: together they are not more than
// the day's limit.
func testGuardCrowd(t *testing.T, open Open) {
	w := newWalletWith(t, open(t), ledger.Options{Guard: func(string) ledger.Guard { return ledger.Guard{DayMost: 1000} }})
	request := requests(t, w)
	var all sync.WaitGroup
	for range 8 {
		r := request("Hanako", 300)
		all.Go(func() {
			if _, err := w.Charge(r); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	list, err := w.History("Hanako", w.clock.Now().Add(time.Second), 8)
	if err != nil || len(list) != 8 {
		t.Fatalf("%d keys, %v", len(list), err)
	}
	sum := int64(0)
	for _, st := range list {
		if st.Status == wire.Approved {
			sum += st.Amount.Minor
		}
	}
	if sum != 900 {
		t.Fatalf("eight at once paid %d, of 1000 in a day", sum)
	}
	if p, err := w.Purse("Hanako"); err != nil || p.Balance != w.balance(t, "Hanako") {
		t.Fatalf("%+v, %v", p, err)
	}
	w.checkBooks(t)
}
