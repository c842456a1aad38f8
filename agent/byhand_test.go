package agent_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// tells says whether somebody is told this about a record.
func (s *till) tells(code string, about charge.Key) bool {
	synctest.Wait()
	return slices.ContainsFunc(s.Troubles(), func(tr agent.Trouble) bool { return tr.Code == code && tr.Subject == string(about) })
}

// gaveBack is the manager's word that the customer has the money in hand.
func (s *till) gaveBack(key charge.Key) error {
	s.t.Helper()
	_, err := s.Resolve(key, agent.GaveBack, "sato")
	return err
}

// givenUp is a refund that the wallet does not answer and nobody waits for any
// longer.
func (s *till) givenUp(of charge.Key, yen int64) charge.Record {
	s.t.Helper()
	s.line.will("refunds", deaf)
	back, err := s.refund(of, yen)
	must(s.t, err)
	time.Sleep(10 * time.Second)
	_, err = s.Resolve(back.Key, agent.WriteOff, "sato")
	must(s.t, err)
	time.Sleep(time.Minute)
	return s.is(back.Key, charge.Owed)
}

// While a refund is on its way, nobody may hand out the same money as cash. A
// decision that the books hold back is refused, and never answered as taken.
func TestNothingIsGivenByHandBesideARefund(t *testing.T) {
	for _, yen := range []int64{400, 1000} {
		atTill(t, func(t *testing.T, s *till) {
			of := s.owed("a", 1000)
			s.line.will("refunds", deaf, deaf, deaf, fine)
			back, err := s.refund(of.Key, yen)
			must(t, err)
			for range 2 {
				s.wants(s.gaveBack(of.Key), "charge.not_decidable")
				s.is(of.Key, charge.Owed)
				time.Sleep(5 * time.Second)
			}
			time.Sleep(10 * time.Minute)
			s.is(back.Key, charge.Approved)
			s.has(1000 - yen)
			if yen == 1000 {
				s.is(of.Key, charge.Reversed)
				return
			}
			must(t, s.gaveBack(of.Key)) // the rest
			s.is(of.Key, charge.Reversed)
		})
	}
}

// A refund that was written off and then given by hand counts as given: it
// closes its payment, which nobody can give back once more.
func TestARefundGivenByHandClosesItsPayment(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		of := s.owed("a", 1000)
		back := s.givenUp(of.Key, 1000)
		if !s.tells("refund.owed", back.Key) {
			t.Errorf("troubles are %+v", s.Troubles())
		}
		must(t, s.gaveBack(back.Key))
		s.is(back.Key, charge.Reversed)
		if rec := s.is(of.Key, charge.Reversed); rec.Reason != charge.ReasonRefunded {
			t.Errorf("closed because of %q", rec.Reason)
		}
		s.wants(s.gaveBack(of.Key), "charge.not_decidable")
		if s.tells("refund.owed", back.Key) || s.tells("charge.owed", of.Key) {
			t.Errorf("troubles are %+v", s.Troubles())
		}
	})
}

// The other order: whether a refund that was written off was given is not
// known. Until that is decided, its payment is not given back by hand.
func TestAPaymentWaitsForItsWrittenOffRefund(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		of := s.owed("a", 1000)
		back := s.givenUp(of.Key, 400)
		s.wants(s.gaveBack(of.Key), "charge.not_decidable")
		s.is(of.Key, charge.Owed)
		must(t, s.gaveBack(back.Key))
		s.is(of.Key, charge.Owed) // 600 are left
		must(t, s.gaveBack(of.Key))
		s.is(of.Key, charge.Reversed)
	})
}

// The wallet that refused to reverse a payment goes on saying that it is paid.
// Once it was given back by hand, a probe that hears so opens it no more.
func TestAProbeReopensNothingThatWasGivenByHand(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		refuses := play{after: 300 * ms, event: charge.Refuse, reason: charge.ReasonCannot, deaf: true}
		s.doubt("x", lost) // its inquiries and reversals open the breaker later
		key := s.sells("a").Charge.Key
		s.own.will("charge", lost)
		s.own.will("reverse", refuses)
		s.pays(code(77))
		s.cancels("a")
		time.Sleep(time.Second)
		s.is("a", charge.Owed)
		s.decides(key, agent.GaveBack)
		s.is("a", charge.Reversed)
		s.own.will("inquire", missed)
		s.own.will("reverse", missed)
		time.Sleep(time.Minute)
		if !slices.Contains(s.codes(), "wallet.paused") {
			t.Fatalf("troubles %v: the test proves nothing", s.codes())
		}
		s.own.will("inquire", honest)
		s.own.will("reverse", refuses)
		time.Sleep(time.Minute)
		if slices.Contains(s.codes(), "wallet.paused") {
			t.Errorf("still paused: %v", s.codes())
		}
		if rec := s.is("a", charge.Reversed); rec.Reason != charge.ReasonByHand || rec.Alarms != 0 {
			t.Errorf("it is %+v", rec)
		}
	})
}

// The manager writes off a reversal while it is under way, and the wallet
// confirms it all the same: the customer has the money, and is owed nothing.
func TestAConfirmationThatComesDuringAWriteOff(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.doubt("a", lost)
		s.own.will("reverse", play{after: 2900 * ms})
		s.decides(key, agent.NotPaid)
		for s.own.count("reverse") == 0 {
			time.Sleep(500 * ms)
		}
		time.Sleep(time.Second)
		if rec := s.decides(key, agent.WriteOff); rec.State != charge.Owed {
			t.Fatalf("written off as %s", rec.State)
		}
		s.hasTrouble("charge.owed", key)
		time.Sleep(time.Minute)
		s.is("a", charge.Reversed)
		if slices.Contains(s.codes(), "charge.owed") {
			t.Errorf("troubles %v", s.codes())
		}
		s.even()
	})
}

// The manager writes off a refund while it is under way, and the wallet answers
// that it is given: it counts as given.
func TestARefundThatIsGivenDuringAWriteOff(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		of := s.owed("a", 1000)
		s.line.will("refunds", deaf, fine)
		back, err := s.refund(of.Key, 1000)
		must(t, err)
		for s.line.count("refunds") < 2 {
			time.Sleep(10 * ms)
		}
		_, err = s.Resolve(back.Key, agent.WriteOff, "sato")
		must(t, err)
		s.is(back.Key, charge.Owed)
		time.Sleep(time.Minute)
		s.is(back.Key, charge.Approved)
		s.is(of.Key, charge.Reversed)
		s.has(0)
		s.wants(s.gaveBack(back.Key), "charge.not_decidable")
	})
}
