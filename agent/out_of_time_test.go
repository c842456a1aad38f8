package agent_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// Once nobody waits for a comparison any more nothing is corrected. What was
// not looked at is left, and the next comparison does it.
func TestAComparisonThatIsOutOfTime(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		const lost = 20
		for i := range lost {
			s.there(charge.Key(fmt.Sprintf("S1-T1-1-%d", 900+i)), 10, charge.Approved)
		}
		unpaid := s.here("a", 500, charge.Approved)
		time.Sleep(time.Second)
		ctx, cancel := context.WithCancel(t.Context())
		lists := 0
		s.line.after = func(what string) {
			if lists++; what == "reconciliation" && lists == 3 { // the day and its neighbours
				cancel()
			}
		}
		report, err := s.Reconcile(ctx, "")
		must(t, err)
		if n := len(report.Wallets[0].Differences); n != lost+1 || report.Left() != n {
			t.Fatalf("%d differences, %d left", n, report.Left())
		}
		for _, d := range report.Wallets[0].Differences {
			rec, err := s.Charge(d.Key)
			if d.Done != agent.OutOfTime || d.After != rec.State || (err == nil) != (d.Key == unpaid) {
				t.Fatalf("%+v, in our books: %v", d, err == nil)
			}
		}
		s.line.after = nil
		if report = s.reconcile(); report.Left() != 0 {
			t.Errorf("%d left", report.Left())
		}
		s.is("S1-T1-1-900", charge.Approved)
		s.is(unpaid, charge.Unpaid)
	})
}
