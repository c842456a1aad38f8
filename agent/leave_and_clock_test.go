package agent_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// Wallets have said at ten in the evening what time it is. The agent is stopped,
// the clock set back to eleven in the morning, which is after the last start and
// the last entry of the journal (so ClockBack is not told), and started again.
func TestARestartForgetsWhatWalletsHaveSaid(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		old := agent.Bulletin{Wallet: "own", Version: 2, Issued: time.Now(), Expires: time.Now().Add(48 * time.Hour)}
		s.Obey(old)
		time.Sleep(12 * time.Hour)
		s.ClockHeard(time.Now())
		said := s.TimeSaid() // which the mark beside the books keeps
		s.Leave()
		s.set(-11 * time.Hour)
		s.start()
		s.TimeWasSaid(said)
		s.Obey(old) // as the books have kept it
		s.away(true)
		s.sells("a")
		if err := s.scan("OP1:taro/1"); err == nil {
			t.Error("taken on a clock that is 11 hours behind what a wallet said before the restart")
		}
		s.away(false)
		time.Sleep(time.Hour)
	})
}

// A code that is scanned for one sale never pays another one that POS software
// opens while it is looked at: it is refused, and may be shown again.
func TestAScanPaysTheSaleItWasShownFor(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.away(true)
		for range 40 { // until the wallet is paused
			s.sells("warm")
			_ = s.scan(code(1))
		}
		v, _ := s.Standing()
		if v.Refusal == nil || v.Refusal.Why != "wallet.paused" {
			t.Fatalf("it is not paused: %+v", v.Refusal)
		}
		s.costing("a", 100)
		rests := s.Changed()
		done := make(chan struct{})
		go func() {
			defer close(done)
			<-rests
			_, _ = s.Open(aSale("b", 2900), charge.ByAPI)
		}()
		_ = s.scan("OP1:taro/1")
		<-done
		if v, _ := s.Look("b"); v.Charge.State == charge.Queued {
			t.Errorf("the code was scanned for 100 yen and has paid %s", v.Charge.Amount)
		}
		s.away(false)
		time.Sleep(time.Hour)
	})
}

// A leave is spent within a minute: another customer who comes later is none of
// its business.
func TestALeaveIsSpentSoon(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.away(true)
		s.costing("a", 3001)
		s.over("OP1:taro/1", charge.PerCharge, true)
		s.lifts("a", charge.PerCharge, taro)
		time.Sleep(10 * time.Minute)
		if err := s.scan("OP1:hanako/1"); err == nil {
			t.Error("a leave of ten minutes ago lets another customer's code pass")
		}
		s.away(false)
		time.Sleep(time.Hour)
	})
}
