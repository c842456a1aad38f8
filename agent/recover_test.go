package agent_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// A power cut before anything was scanned: nobody can know that, so the key is
// blocked at every wallet, and the next sale does not wait for it, although
// one of the wallets is away.
func TestRecoverAPreparedCharge(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.sells("a").Charge.Key
		s.paypay.will("reverse", missed)
		s.crash()
		rec := s.is("a", charge.Reversing)
		if !slices.Equal(rec.Route, []string{"own", "paypay"}) || rec.Key != key {
			t.Errorf("recovered as %+v", rec)
		}
		s.sells("b")
		s.pays(code(1))
		s.is("b", charge.Approved)
		time.Sleep(time.Hour)
		if rec = s.is("a", charge.Reversing); !slices.Equal(rec.Confirmed, []string{"own"}) {
			t.Errorf("confirmed by %v", rec.Confirmed)
		}
		if n := s.own.count("reverse"); n != 1 {
			t.Errorf("the wallet that confirmed was asked %d times", n)
		}
		s.paypay.will("reverse", honest)
		time.Sleep(time.Minute)
		s.is("a", charge.Reversed)
		s.even()
	})
}

// The same 10 ms after a scan: the mark of the request is lost with the power,
// the request is not.
func TestRecoverWithoutTheMark(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("charge", play{after: 2 * time.Second}, honest)
		s.begins(code(1))
		time.Sleep(10 * ms)
		s.crash()
		s.is("a", charge.Reversing)
		time.Sleep(5 * time.Second)
		s.is("a", charge.Reversed)
		if s.own.debits[s.own.keys()[0]] != 1 {
			t.Error("the request did not arrive: the test proves nothing")
		}
		s.even()
	})
}

// With the mark on the disk, the charge is asked about and may still be paid.
func TestRecoverASentCharge(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("charge", play{after: 2 * time.Second})
		s.begins(code(1))
		time.Sleep(time.Second)
		s.paypay.will("reverse", missed)
		s.crash()
		if rec := s.is("a", charge.InDoubt); rec.Reason != charge.ReasonRestart || !slices.Equal(rec.Route, []string{"own"}) {
			t.Errorf("recovered as %+v", rec)
		}
		time.Sleep(5 * time.Second)
		s.is("a", charge.Approved)
		if len(s.press.papers()) != 1 || s.paypay.count("reverse") != 0 {
			t.Errorf("%d receipts, %d reversals at the wrong wallet", len(s.press.papers()), s.paypay.count("reverse"))
		}
		s.even()
	})
}

func TestRecoverWhatWasBeingSettled(t *testing.T) {
	t.Run("pending", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *shop) {
			key := s.sells("a").Charge.Key
			s.own.verdict = charge.Pending
			s.pays(code(1))
			s.crash()
			s.is("a", charge.Pending)
			s.own.decide(key, charge.Approved)
			time.Sleep(5 * time.Second)
			s.is("a", charge.Approved)
			s.even()
		})
	})
	t.Run("in doubt", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *shop) {
			s.sells("a")
			s.own.will("charge", gone)
			s.pays(code(1))
			s.crash()
			s.is("a", charge.InDoubt)
			time.Sleep(time.Minute)
			s.is("a", charge.Reversed)
			s.even()
		})
	})
	t.Run("reversing", func(t *testing.T) {
		bubble(t, func(t *testing.T, s *shop) {
			s.sells("a")
			s.own.will("charge", lost)
			s.own.will("inquire", gone)
			s.own.will("reverse", gone, gone, honest)
			s.pays(code(1))
			s.cancels("a")
			s.crash()
			s.is("a", charge.Reversing)
			time.Sleep(time.Minute)
			s.is("a", charge.Reversed)
			s.even()
		})
	})
}

// Many crashes in a row, at any moment of a charge and of its recovery.
func TestCrashAtAnyMoment(t *testing.T) {
	for after := time.Duration(0); after < 5*time.Second; after += 97 * ms {
		bubble(t, func(t *testing.T, s *shop) {
			s.sells("a")
			s.own.will("charge", play{travel: 50 * ms, after: 400 * ms, event: charge.Lose}, honest)
			s.own.will("inquire", gone, honest)
			s.begins(code(1))
			time.Sleep(after)
			s.crash()
			time.Sleep(after / 2)
			s.crash()
			time.Sleep(2 * time.Minute)
			s.even()
		})
	}
}

// After a final state there is nothing to recover.
func TestRecoverLeavesFinalsAlone(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.pays(code(1))
		s.sells("b")
		s.cancels("b")
		s.crash()
		synctest.Wait()
		if s.Unsettled() != 0 || s.own.count("inquire")+s.own.count("reverse") != 0 {
			t.Errorf("%d unsettled, asked %v", s.Unsettled(), s.own.calls)
		}
		if _, ok := s.Standing(); ok {
			t.Error("a sale stands at the desk after a restart")
		}
		s.is("a", charge.Approved)
		s.is("b", charge.Abandoned)
	})
}
