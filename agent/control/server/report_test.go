package server_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/money"
)

// A register that lost its books gets an answer that a client can read: the
// differences that are left first, and the number of all.
func TestAReportOfThousands(t *testing.T) {
	s := start(t)
	const lost, twice = 2000, 30
	var list []charge.StatementEntry
	for i := range lost {
		list = append(list, charge.StatementEntry{
			Key: charge.Key(fmt.Sprintf("S0001-T01-1-%d", i+1)), Kind: charge.Payment, State: charge.Approved, Amount: money.Yen(1), At: time.Now(),
		})
	}
	for i := range twice { // nobody knows what is right: they come last by key, and are left
		list = append(list, charge.StatementEntry{
			Key: charge.Key(fmt.Sprintf("S0001-T01-1-%d", 10_001+i)), Kind: charge.Payment, State: charge.Pending, Amount: money.Yen(1), At: time.Now(),
		})
	}
	s.wallet.mu.Lock()
	s.wallet.list = list
	s.wallet.mu.Unlock()
	got, err := control.Dial(s.url, "token of judge").Reconcile(t.Context(), "")
	must(t, err)
	day := got.Wallets[0]
	if len(day.Differences) != 1000 || day.Unlisted != lost+twice-1000 || day.Left != twice || got.Left != twice || got.Equal {
		t.Fatalf("%d listed, %d not; %d left of the wallet, %d of all, equal: %v", len(day.Differences), day.Unlisted, day.Left, got.Left, got.Equal)
	}
	for i, d := range day.Differences {
		if d.Left != (i < twice) {
			t.Errorf("difference %d of the list: left is %v", i, d.Left)
		}
	}
	for _, total := range day.Totals {
		if total.State == string(charge.Approved) && total.OursAfter.Count != lost {
			t.Errorf("totals are of %+v", total)
		}
	}
}

// Of two comparisons at once the second is refused in words, and at once: it
// is no failure of the register.
func TestASecondComparison(t *testing.T) {
	s := start(t)
	s.wallet.holds()
	answers := make(chan reply, 2)
	for range 2 {
		go func() {
			answers <- s.ask(t, "POST", control.PathReconcile, control.NewReconciliation{}, bearer("judge"))
		}()
	}
	refused := <-answers
	want(t, refused, http.StatusConflict)
	if p := decode[control.Problem](t, refused); p.Why != "reconcile.under_way" || p.Text == "" || p.TextE == "" {
		t.Errorf("%+v", p)
	}
	s.wallet.release()
	want(t, <-answers, http.StatusOK)
}
