package agent_test

import (
	"context"
	"testing"
	"time"

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
