package agent_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// Whoever breaks comparisons off says nothing of the wallet: customers are not
// turned away for it, however often it happens.
func TestComparisonsThatAreBrokenOff(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		key := s.here("a", 500, charge.Approved) // the wallet does not know it
		time.Sleep(time.Second)
		for range 6 {
			ctx, cancel := context.WithCancel(t.Context())
			lists := 0
			s.line.after = func(what string) {
				if lists++; what == "reconciliation" && lists == 3 { // the day and its neighbours: inquiries come next
					cancel()
				}
			}
			report, err := s.Reconcile(ctx, "")
			must(t, err)
			if report.Left() != 1 {
				t.Errorf("%d left", report.Left())
			}
			cancel()
		}
		s.line.after = nil
		if all := s.Troubles(); len(all) != 0 {
			t.Errorf("troubles are %+v", all)
		}
		s.is(key, charge.Approved)
		s.paid("b", 100)
	})
}

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

// Two comparisons at once would do everything twice: the second one is told so
// at once, and the first one goes on.
func TestASecondComparison(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		time.Sleep(time.Second)
		s.line.after = func(string) {
			s.line.after = nil
			began := time.Now()
			_, err := s.Reconcile(t.Context(), "")
			s.wants(err, "reconcile.under_way")
			if took := time.Since(began); took > 0 {
				t.Errorf("told after %s", took)
			}
		}
		if r := s.reconcile(); r.Left() != 0 || s.line.after != nil {
			t.Errorf("%+v", r)
		}
		if r := s.reconcile(); r.Left() != 0 {
			t.Errorf("%+v", r)
		}
	})
}
