package demo_test

import (
	"context"
	"strings"
	"time"
)

// flipsStopSwitches: what the wallet stops, the register refuses within
// seconds in words for the cashier, and takes again when the stop is lifted.
func (s *stage) flipsStopSwitches() {
	show := func() string {
		out, err := s.posctl("bulletin", "show")
		check(s.T, err)
		return out
	}
	eventually(s.T, "the first bulletin has come", func() bool { return strings.Contains(show(), "stopped: nothing") })
	sale := s.ring(290)
	ordered := time.Now()
	s.order("wallet", "stop-switch", "pay", "on")
	eventually(s.T, "the register has it", func() bool { return strings.Contains(show(), "stopped: pay") })
	if took := time.Since(ordered); took > 5*time.Second {
		s.Errorf("the stop acts after %s, and must within 5 s", took)
	}
	s.scan(s.order("code"))
	eventually(s.T, "the cashier reads that the wallet has stopped", func() bool {
		r, err := s.agent.Register(context.Background())
		check(s.T, err)
		return r.Refusal != nil && r.Refusal.Why == "wallet.stopped" && r.Refusal.Text != "" && r.Refusal.TextE != ""
	})
	if now, err := s.agent.Sale(context.Background(), sale.ID, 0); err != nil || now.State != "prepared" {
		s.Errorf("the sale is %+v, %v", now, err)
	}
	s.order("wallet", "stop-switch", "pay", "off")
	eventually(s.T, "the stop is lifted", func() bool { return strings.Contains(show(), "stopped: nothing") })
	s.scan(s.order("code"))
	s.await(sale, "approved")
}
