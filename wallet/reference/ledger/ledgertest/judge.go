package ledgertest

import (
	"fmt"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// strict has a word for each amount, and keeps what it was told.
type strict struct {
	says map[int64]ledger.Verdict
	told []ledger.Payment
}

func (s *strict) Looks(_ string, yen int64) bool { return yen > 100 }

func (s *strict) Says(p ledger.Payment) ledger.Verdict {
	s.told = append(s.told, p)
	return s.says[p.Amount]
}

// testJudge: what a judge wants a yes for waits for it, and what it declines is
// declined; it is told what the books know, and not asked about what it does not
// look at.
func testJudge(t *testing.T, open Open) {
	j := &strict{says: map[int64]ledger.Verdict{700: ledger.Asks, 800: ledger.Stays}}
	w := newWalletWith(t, open(t), ledger.Options{Judge: j})
	if err := w.Credit("topup-1", "Hanako", "card", 5000); err != nil {
		t.Fatal(err)
	}
	for n := range 60 { // what is declined pushes nothing out of sight
		w.clock.add(time.Millisecond)
		declined(wire.CodeUnknown).check(t, w.charge(t, w.request(fmt.Sprintf("S0001-T01-2-%d", n), "97000000000000000000", 1)))
		spent := w.request(fmt.Sprintf("S0001-T01-3-%d", n), w.mint(t, "Hanako"), 1)
		spent.ValidUntil = w.clock.Now().Add(-time.Nanosecond)
		declined(wire.Expired).check(t, w.charge(t, spent))
	}
	w.clock.add(time.Second)
	approved.check(t, w.charge(t, w.request("S0001-T01-1-1", w.mint(t, "Hanako"), 100)))
	w.clock.add(time.Second)
	approved.check(t, w.charge(t, w.request("S0001-T01-1-2", w.mint(t, "Hanako"), 500)))
	w.clock.add(time.Second)
	waits := w.request("S0001-T01-1-3", w.mint(t, "Hanako"), 700)
	if a := w.charge(t, waits); a.Status != wire.Pending {
		t.Fatalf("%+v, want it to wait", a)
	}
	declined(wire.Blocked).check(t, w.charge(t, w.request("S0001-T01-1-4", w.mint(t, "Hanako"), 800)))
	if a, err := w.Confirm(waits.Key, true); err != nil || a.Status != wire.Approved {
		t.Fatalf("%+v, %v", a, err)
	}
	want := []ledger.Payment{
		{Customer: "Hanako", Store: "S0001", Amount: 500, Spent: 100, Largest: 100, Fresh: 4900},
		{Customer: "Hanako", Store: "S0001", Amount: 700, Spent: 600, Largest: 500, Fresh: 4400},
		{Customer: "Hanako", Store: "S0001", Amount: 800, Spent: 1300, Largest: 500, Fresh: 3700},
	}
	if len(j.told) != len(want) {
		t.Fatalf("it was told %+v", j.told)
	}
	for i := range want {
		if j.told[i] != want[i] {
			t.Errorf("of payment %d it was told %+v, want %+v", i, j.told[i], want[i])
		}
	}
	w.checkBooks(t)
}
