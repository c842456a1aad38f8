package agent_test

import (
	"slices"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// forwarder is the wallet, if forwards can be signed.
func (s *shop) forwarder() agent.Forwarder {
	if s.unsigned {
		return nil
	}
	return s.own
}

// again starts the shop anew, and the wallet speaks.
func (s *shop) again() {
	s.crash()
	s.Obey(agent.Bulletin{Wallet: "own", Version: 1, Expires: time.Now().Add(1000 * time.Hour)})
}

// The disk says that a charge was not written, and it was. The cashier reads
// "checking" and never a refusal, for which the customer would pay in cash.
func TestAnAcceptanceThatIsNotConfirmedIsADoubt(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, c *taker) {
		s.away(true)
		s.sells("a")
		c.trouble = func() { s.disk.lies(true) }
		if err := s.scan("OP1:taro/1"); err == nil {
			t.Error("it is taken without a word")
		}
		if v, _ := s.Look("a"); v.Charge.State != charge.InDoubt || !v.Checking {
			t.Errorf("the cashier reads %s", v.Charge.State)
		}
		c.trouble = nil
		s.again()
		s.away(false)
		time.Sleep(time.Hour)
		s.is("a", charge.Approved)
		s.even()
	})
}

// After a start with a certificate that cannot sign, or without the wallet,
// somebody is told that money waits. Nothing crashes, and nothing is lost.
func TestAQueueThatCannotBeForwarded(t *testing.T) {
	for trouble, change := range map[string]func(s *shop, yes bool){
		"offline.unsigned": func(s *shop, yes bool) { s.unsigned = yes },
		"wallet.missing": func(s *shop, yes bool) {
			if s.without = ""; yes {
				s.without = "own"
			}
		},
	} {
		t.Run(trouble, func(t *testing.T) {
			counting(t, func(t *testing.T, s *shop, _ *taker) {
				key := s.queued(1)[0]
				change(s, true)
				s.again()
				s.away(false)
				time.Sleep(time.Hour)
				if !slices.Contains(s.codes(), trouble) {
					t.Errorf("troubles %v, want %s", s.codes(), trouble)
				}
				change(s, false)
				s.again()
				time.Sleep(time.Hour)
				if rec, err := s.books.Charge(key); err != nil || rec.State != charge.Approved || s.own.took(key) != 1 {
					t.Errorf("then it is %s, %v", rec.State, err)
				}
				s.even()
			})
		})
	}
}

// What waits for long is a manager's trouble until it is collected. Forwards
// that get no good answer pause no wallet: customers are served.
func TestWhatWaitsForLongIsToldAndPausesNobody(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.queued(3)
		s.again()
		s.away(false)
		s.own.will("forward", play{after: 10 * time.Millisecond, event: charge.Lose, reason: charge.ReasonBadAnswer, deaf: true})
		time.Sleep(11 * time.Hour)
		if slices.Contains(s.codes(), "offline.waiting") || slices.Contains(s.codes(), "wallet.paused") {
			t.Errorf("after 11 hours: %v", s.codes())
		}
		time.Sleep(2 * time.Hour)
		if !slices.Contains(s.codes(), "offline.waiting") {
			t.Errorf("after 13 hours: %v", s.codes())
		}
		s.sells("live")
		s.pays(code(5))
		s.is("live", charge.Approved)
		s.own.will("forward")
		time.Sleep(time.Hour)
		if slices.Contains(s.codes(), "offline.waiting") {
			t.Errorf("after it was collected: %v", s.codes())
		}
		s.even()
	})
}

// A code that is refused leaves no charge behind that nobody knows: the next
// code pays the sale, or cancelling it ends everything.
func TestARefusedCodeLeavesNoChargeBehind(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, c *taker) {
		s.own.will("charge", play{after: time.Millisecond, verdict: charge.Declined})
		s.sells("c")
		s.pays(code(30))
		s.is("c", charge.Declined)
		s.away(true)
		c.limits.PerCharge = 1
		for n := range 3 {
			for _, text := range []string{"OP1:forger/1", "OP1:taro/" + string(rune('1'+n))} {
				if _, refused := s.scan(text).(*agent.Refused); !refused {
					t.Errorf("%s is not refused", text)
				}
			}
		}
		c.limits.PerCharge = 3000
		s.pays("OP1:taro/9")
		s.is("c", charge.Queued)
		s.away(false)
		time.Sleep(time.Hour)
		rows, err := s.books.ChargesOfSale("c")
		must(t, err)
		for _, rec := range rows {
			if rec.State.Open() {
				t.Errorf("%s is still %s", rec.Key, rec.State)
			}
		}
		s.even()
	})
}
