package agent_test

import (
	"slices"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// A wallet that refuses to reverse too early is not asked too early: not after
// a cancel, and not while the request may still be leaving.
func TestAReversalWaitsUntilTheWalletTakesOne(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.under(func(w *charge.Terms) { w.ReverseAfter = 15 * time.Second })
		time.Sleep(time.Minute) // the start of the register is long ago
		s.sells("a")
		s.own.will("charge", play{after: 2 * time.Second})
		began := time.Since(s.own.born)
		walked := make(chan error, 1)
		go func() { walked <- s.scan(code(1)) }()
		time.Sleep(time.Second)
		s.cancels("a")
		must(t, <-walked)
		time.Sleep(14 * time.Second)
		s.is("a", charge.Reversing)
		if n := s.own.count("reverse"); n != 0 {
			t.Fatalf("reversed %d times within 15 s", n)
		}
		time.Sleep(2 * time.Second)
		s.is("a", charge.Reversed)
		// The answer came after 2 s: until then the request may have been leaving.
		if got := s.own.times("reverse"); !slices.Equal(got, []time.Duration{began + 17*time.Second}) {
			t.Errorf("reversed at %v, sold at %s", got, began)
		}
		s.even()
	})
}

// A doubt that was given up long after the request waits no more.
func TestAReversalDoesNotWaitTwice(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.under(func(w *charge.Terms) { w.ReverseAfter = 15 * time.Second })
		s.sells("a")
		s.own.will("charge", lost)
		s.own.will("inquire", gone)
		s.pays(code(1))
		time.Sleep(20 * time.Second)
		s.cancels("a")
		time.Sleep(4 * time.Second) // an inquiry may be under way
		s.is("a", charge.Reversed)
		s.even()
	})
}

// After a restart the running clock of the run before is gone, so the wait
// begins again, whatever the stored times say.
func TestTheWaitForAReversalBeginsAgainAfterARestart(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.under(func(w *charge.Terms) { w.ReverseAfter = 15 * time.Second })
		s.sells("a")
		s.own.will("charge", lost)
		s.pays(code(1))
		s.cancels("a")
		time.Sleep(10 * time.Second)
		s.crash()
		time.Sleep(14 * time.Second)
		s.is("a", charge.Reversing)
		time.Sleep(2 * time.Second)
		s.is("a", charge.Reversed)
		s.even()
	})
}

// A wallet without tombstones approves a request that its network held back
// although a reversal came first. Only the reversal after its quiet time
// counts, and it gives that money back.
func TestARequestThatIsHeldBackPastTheReversal(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.own.forgets, s.own.closes = true, 45*time.Second
		s.under(func(w *charge.Terms) { w.Quiet = time.Minute })
		key := s.sells("a").Charge.Key
		s.own.will("charge", play{after: 3 * time.Second, event: charge.Lose, reason: charge.ReasonTimeout, held: 30 * time.Second})
		s.pays(code(1))
		s.cancels("a")
		time.Sleep(10 * time.Second)
		if n := s.own.count("reverse"); n != 1 {
			t.Errorf("reversed %d times at once, want one", n)
		}
		if rec := s.is("a", charge.Reversing); len(rec.Confirmed) != 0 {
			t.Errorf("the early confirmation was written: %v", rec.Confirmed)
		}
		time.Sleep(30 * time.Second)
		if s.own.took(key) != 1 {
			t.Fatal("the request did not arrive: the test proves nothing")
		}
		s.is("a", charge.Reversing)
		time.Sleep(30 * time.Second)
		s.is("a", charge.Reversed)
		if n := s.own.count("reverse"); n != 2 {
			t.Errorf("reversed %d times, want an early and a late one", n)
		}
		s.even()
	})
}

func TestTheQuietTimeBeginsAgainAfterARestart(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.own.forgets = true
		s.under(func(w *charge.Terms) { w.Quiet = time.Minute })
		s.sells("a")
		s.own.will("charge", gone)
		s.pays(code(1))
		s.cancels("a")
		time.Sleep(50 * time.Second)
		s.crash()
		time.Sleep(59 * time.Second)
		s.is("a", charge.Reversing)
		time.Sleep(2 * time.Second)
		s.is("a", charge.Reversed)
		s.even()
	})
}

// Each wallet of the route is asked at its own pauses: one that is away does
// not slow the other down, and one that has confirmed is left alone.
func TestEachWalletHasPausesOfItsOwn(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("reverse", missed)
		s.paypay.will("reverse", missed, missed, honest)
		s.crash() // nobody knows which wallet it was: both
		time.Sleep(time.Minute)
		own, paypay := s.own.times("reverse"), s.paypay.times("reverse")
		if want := []time.Duration{0, time.Second, 3 * time.Second}; !slices.Equal(paypay, want) {
			t.Errorf("paypay was asked at %v, want %v", paypay, want)
		}
		want := []time.Duration{0, time.Second, 3 * time.Second, 7 * time.Second, 15 * time.Second, 31 * time.Second}
		if !slices.Equal(own, want) {
			t.Errorf("own was asked at %v, want %v", own, want)
		}
		if rec := s.is("a", charge.Reversing); !slices.Equal(rec.Confirmed, []string{"paypay"}) {
			t.Errorf("confirmed by %v", rec.Confirmed)
		}
	})
}

// "The customer is just confirming" is not yet: asked again, and nothing of it
// fills the books or hides why the charge is undone.
func TestAReversalWhileTheCustomerConfirms(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.verdict = charge.Pending
		waits := play{after: 100 * ms, event: charge.Wait, reason: charge.ReasonConfirmPhone, deaf: true}
		s.own.will("reverse", waits, waits, waits, honest)
		s.pays(code(1))
		s.cancels("a")
		time.Sleep(2 * time.Second)
		if rec := s.is("a", charge.Reversing); rec.Reason != charge.ReasonCancelled {
			t.Errorf("reversing because of %q", rec.Reason)
		}
		time.Sleep(10 * time.Second)
		rec := s.is("a", charge.Reversed)
		if links, err := s.books.Links(rec.Key); err != nil || len(links) > 5 || s.own.count("reverse") != 4 {
			t.Errorf("%d journal entries for %d reversals (%v)", len(links), s.own.count("reverse"), err)
		}
		s.even()
	})
}

// What a wallet will never reverse is owed to the customer: a trouble until
// the manager has given it back, also after a restart.
func TestAReversalThatIsRefusedForEver(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("charge", lost)
		s.own.will("reverse", play{after: 100 * ms, event: charge.Refuse, reason: charge.ReasonCannot, deaf: true})
		s.pays(code(1))
		s.cancels("a")
		time.Sleep(time.Second)
		rec := s.is("a", charge.Owed)
		if rec.Reason != charge.ReasonCannot || s.own.count("reverse") != 1 || s.Unsettled() != 0 {
			t.Errorf("owed because of %q after %d reversals, %d unsettled", rec.Reason, s.own.count("reverse"), s.Unsettled())
		}
		s.hasTrouble("charge.owed", rec.Key)
		_, err := s.Resolve(rec.Key, agent.GaveBack, "sato")
		must(t, err)
		if rec = s.is("a", charge.Reversed); rec.By != charge.ByManager || rec.Operator != "sato" || rec.Reason != charge.ReasonByHand {
			t.Errorf("given back: %+v", rec)
		}
		if len(s.codes()) != 0 {
			t.Errorf("troubles %v", s.codes())
		}
	})
}

// A reversal without an end is shown after an hour, and no longer than it
// lasts.
func TestAReversalThatTakesLong(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("charge", lost)
		s.own.will("reverse", gone)
		s.pays(code(1))
		s.cancels("a")
		time.Sleep(59 * time.Minute)
		if slices.Contains(s.codes(), "charge.reversing_long") {
			t.Error("a trouble within the hour")
		}
		time.Sleep(2 * time.Minute)
		rec := s.is("a", charge.Reversing)
		s.hasTrouble("charge.reversing_long", rec.Key)
		s.crash()
		time.Sleep(time.Minute)
		s.hasTrouble("charge.reversing_long", rec.Key)
		s.own.will("reverse", honest)
		time.Sleep(time.Minute)
		s.is("a", charge.Reversed)
		if slices.Contains(s.codes(), "charge.reversing_long") {
			t.Errorf("troubles %v", s.codes())
		}
	})
}

// hasTrouble wants exactly one trouble of this code about this charge.
func (s *shop) hasTrouble(code string, key charge.Key) {
	s.t.Helper()
	n := 0
	for _, tr := range s.Troubles() {
		if tr.Code == code && tr.Subject == string(key) {
			n++
		}
	}
	if n != 1 {
		s.t.Errorf("%d troubles %s about %s among %v", n, code, key, s.Troubles())
	}
}

func TestWhenTheNextReversalGoes(t *testing.T) {
	zero := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	at := func(seconds int) time.Time { return zero.Add(time.Duration(seconds) * time.Second) }
	slow := charge.Terms{ReverseAfter: 15 * time.Second}
	quiet := charge.Terms{Quiet: time.Minute}
	both := charge.Terms{ReverseAfter: 15 * time.Second, Quiet: time.Minute}
	for _, c := range []struct {
		name   string
		v      agent.Reversal
		terms  charge.Terms
		now    time.Time
		want   time.Time
		counts bool
	}{
		{"at once", agent.Reversal{Began: at(30), Left: at(0)}, charge.Terms{}, at(30), at(30), true},
		{"after a pause", agent.Reversal{Began: at(30), Left: at(0), Tries: 1, Asked: at(33), Pause: time.Second}, charge.Terms{}, at(33), at(34), true},
		{"not too early", agent.Reversal{Began: at(5), Left: at(3)}, slow, at(5), at(18), true},
		{"long enough ago", agent.Reversal{Began: at(30), Left: at(3)}, slow, at(30), at(30), true},
		{"early, for the customer", agent.Reversal{Began: at(5), Left: at(3)}, quiet, at(5), at(5), false},
		{"early was not confirmed", agent.Reversal{Began: at(5), Left: at(3), Tries: 1, Asked: at(6), Pause: time.Second}, quiet, at(6), at(7), false},
		{"early was confirmed", agent.Reversal{Began: at(5), Left: at(3), Tries: 1, Asked: at(6), Pause: time.Second, Early: true}, quiet, at(6), at(65), true},
		{"a request left after that", agent.Reversal{Began: at(5), Left: at(8), Tries: 1, Asked: at(6), Pause: time.Second, Early: true}, quiet, at(8), at(8), false},
		{"quiet since it left", agent.Reversal{Began: at(5), Left: at(8), Tries: 2, Asked: at(9), Pause: time.Second, Early: true}, quiet, at(9), at(68), true},
		{"quiet by now", agent.Reversal{Began: at(5), Left: at(3)}, quiet, at(65), at(5), true},
		{"not quiet by a moment", agent.Reversal{Began: at(5), Left: at(3)}, quiet, at(64), at(5), false},
		{"both", agent.Reversal{Began: at(5), Left: at(3)}, both, at(5), at(18), false},
	} {
		if got, counts := c.v.Next(c.terms, c.now); !got.Equal(c.want) || counts != c.counts {
			t.Errorf("%s: %s, counts %v; want %s, %v", c.name, got.Sub(zero), counts, c.want.Sub(zero), c.counts)
		}
	}
}
