package agent_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

const ms = time.Millisecond

// A timeout is a doubt, never a no: the agent asks at the pauses of the terms
// until the wallet knows, and prints one receipt then.
func TestADoubtIsAskedAbout(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("charge", lost)
		s.own.will("inquire", answers(charge.Lose), answers(charge.Lose), play{after: 300 * ms})
		s.pays(code(1))
		if rec := s.is("a", charge.InDoubt); rec.Reason != charge.ReasonTimeout {
			t.Errorf("in doubt because of %q", rec.Reason)
		}
		v, _ := s.Standing()
		if !v.Checking || !v.Next.Equal(time.Now().Add(500*ms)) || !v.GiveUp.Equal(time.Now().Add(30*time.Second)) {
			t.Errorf("in doubt, the cashier sees %+v at %s", v, time.Now())
		}
		s.refused(s.scan(code(1)), "register.in_doubt")
		s.refused(s.scan(code(2)), "register.in_doubt")
		if len(s.press.papers()) != 0 {
			t.Error("something was printed in doubt")
		}
		time.Sleep(10 * time.Second)
		s.is("a", charge.Approved)
		// 3 s until the loss, then pauses of 0.5, 1 and 2 s with 0.3 s for each answer.
		want := []time.Duration{3500 * ms, 4800 * ms, 7100 * ms}
		if got := s.own.times("inquire"); !slices.Equal(got, want) {
			t.Errorf("asked at %v, want %v", got, want)
		}
		if n := len(s.press.papers()); n != 1 || s.own.count("charge") != 1 {
			t.Errorf("%d receipts, %d requests", n, s.own.count("charge"))
		}
		s.even()
	})
}

// "I do not know this key" is never proof: the charge is given up after 30
// seconds and reversed until the wallet confirms.
func TestADoubtIsGivenUp(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("charge", gone)
		s.own.will("inquire", play{after: 100 * ms})
		s.own.will("reverse", missed, play{after: 100 * ms, event: charge.Lose, reason: charge.ReasonBadAnswer, deaf: true}, gone, gone, honest)
		s.pays(code(1))
		time.Sleep(29 * time.Second)
		s.is("a", charge.InDoubt)
		time.Sleep(2 * time.Second)
		if rec := s.is("a", charge.Reversing); rec.Reason != charge.ReasonGaveUp {
			t.Errorf("reversing because of %q", rec.Reason)
		}
		if papers := s.press.papers(); len(papers) != 1 || !strings.Contains(papers[0], "UNFINISHED") {
			t.Errorf("printed: %q", papers)
		}
		time.Sleep(time.Minute)
		if rec := s.is("a", charge.Reversed); rec.Reason != charge.ReasonGaveUp || rec.Alarms != 0 {
			t.Errorf("reversed because of %q with %d alarms", rec.Reason, rec.Alarms)
		}
		// Given up 30 s after the loss at 3 s; then 1, 2, 4 and 8 s after each answer.
		want := []time.Duration{33 * time.Second, 34 * time.Second, 36100 * ms, 43100 * ms, 54100 * ms}
		if got := s.own.times("reverse"); !slices.Equal(got, want) {
			t.Errorf("reversed at %v, want %v", got, want)
		}
		if last := slices.Max(s.own.times("inquire")); last >= 33*time.Second {
			t.Errorf("asked how it stands at %s, after giving up", last)
		}
		if got, err := s.books.Links(s.is("a", charge.Reversed).Key); err != nil || len(got) > 7 {
			t.Errorf("%d journal entries (%v): silence must not fill the books", len(got), err)
		}
		s.even()
	})
}

// A wallet that is away for a day is asked more and more seldom, and in the
// end the charge is settled.
func TestAReversalIsRepeatedForADay(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("charge", lost)
		s.own.will("inquire", missed)
		s.own.will("reverse", missed)
		s.pays(code(1))
		time.Sleep(24 * time.Hour)
		s.is("a", charge.Reversing)
		if n := s.own.count("reverse"); n < 2800 || n > 2900 {
			t.Errorf("reversed %d times in a day, want once every 30 s", n)
		}
		s.own.will("reverse", honest)
		time.Sleep(time.Minute)
		s.is("a", charge.Reversed)
		s.even()
	})
}

func TestAWaitForTheCustomer(t *testing.T) {
	for _, c := range []struct {
		decision, want charge.State
	}{{charge.Approved, charge.Approved}, {charge.Declined, charge.Declined}} {
		bubble(t, func(t *testing.T, s *shop) {
			key := s.sells("a").Charge.Key
			s.own.verdict = charge.Pending
			s.pays(code(1))
			s.is("a", charge.Pending)
			s.refused(s.scan(code(2)), "register.in_doubt")
			time.Sleep(50 * time.Second)
			s.is("a", charge.Pending)
			s.own.decide(key, c.decision)
			time.Sleep(9 * time.Second)
			s.is("a", c.want)
			s.even()
		})
	}
}

func TestACustomerWhoNeverConfirms(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.sells("a").Charge.Key
		s.own.verdict = charge.Pending
		s.pays(code(1))
		time.Sleep(59 * time.Second)
		s.is("a", charge.Pending)
		time.Sleep(2 * time.Second)
		s.is("a", charge.Reversed)
		s.own.decide(key, charge.Approved) // too late: the key is blocked
		s.even()
	})
}

// A wallet that says "wait" and is silent in turns does not get new patience
// each time.
func TestBackAndForthIsNotForEver(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.verdict = charge.Pending
		var plays []play
		for range 200 {
			plays = append(plays, honest, lost)
		}
		s.own.will("inquire", plays...)
		s.pays(code(1))
		time.Sleep(3 * time.Minute)
		s.is("a", charge.Reversed)
		s.even()
	})
}

// The next customer does not wait for a doubt: it is parked and settled in
// the background.
func TestANewSaleParksADoubt(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("charge", lost, honest)
		s.own.will("inquire", gone, honest)
		s.pays(code(1))
		s.is("a", charge.InDoubt)
		s.sells("b")
		s.pays(code(2))
		s.is("b", charge.Approved)
		if v, _ := s.Standing(); v.Sale.ID != "b" {
			t.Errorf("sale %s stands at the desk", v.Sale.ID)
		}
		if s.Unsettled() != 1 {
			t.Errorf("%d charges are being settled, want 1", s.Unsettled())
		}
		_, err := s.Open(aSale("a", 1280), charge.ByCashier)
		if err == nil {
			t.Error("a sale in doubt got a second key")
		}
		time.Sleep(20 * time.Second)
		s.is("a", charge.Approved)
		if n := len(s.press.papers()); n != 2 {
			t.Errorf("%d receipts, want one for each sale", n)
		}
		s.even()
	})
}

// A charge that cannot be read is not forgotten: nobody else looks after it.
func TestAReadErrorDoesNotEndTheSettling(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("charge", lost)
		s.pays(code(1))
		s.disk.blinds(true)
		time.Sleep(5 * time.Second)
		s.disk.blinds(false)
		time.Sleep(30 * time.Second)
		s.is("a", charge.Approved)
		s.even()
	})
}

// While the customer is to confirm, the cashier sees it, until when, and when
// the wallet is asked next.
func TestAWaitIsShown(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.verdict = charge.Pending
		s.pays(code(1))
		s.is("a", charge.Pending)
		v, _ := s.Standing()
		if !v.GiveUp.Equal(time.Now().Add(time.Minute)) || !v.Next.Equal(time.Now().Add(500*ms)) || v.Charge.Goods() != charge.Hold {
			t.Errorf("shown at %s: %+v", time.Now(), v)
		}
		time.Sleep(30 * time.Second)
		polls := s.own.times("inquire")
		want := []time.Duration{800 * ms, 2100 * ms, 4400 * ms, 8700 * ms, 17 * time.Second, 25300 * ms}
		if !slices.Equal(polls, want) {
			t.Errorf("polled at %v, want %v", polls, want)
		}
		if links, err := s.books.Links(v.Charge.Key); err != nil || len(links) > 3 {
			t.Errorf("%d journal entries (%v): waiting must not fill the books", len(links), err)
		}
	})
}

// A cancel while the customer is to confirm is a wish: the wallet may refuse it
// while the customer confirms, the money may be taken then, and it goes back.
func TestACancelWhilePendingIsAWish(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.sells("a").Charge.Key
		s.own.verdict = charge.Pending
		busy := play{after: 100 * ms, event: charge.Wait, deaf: true}
		s.own.will("reverse", busy, busy, honest)
		s.pays(code(1))
		v, err := s.Cancel("a", charge.ByCashier, "hanako")
		must(t, err)
		if v.Charge.State != charge.Reversing || v.Charge.Goods() != charge.Hold {
			t.Errorf("after the cancel: %s", v.Charge.State)
		}
		s.own.decide(key, charge.Approved) // the customer was quicker than the wallet
		time.Sleep(2 * time.Second)
		s.is("a", charge.Reversing)
		time.Sleep(5 * time.Second)
		s.is("a", charge.Reversed)
		if s.own.took(key) != 1 || len(s.press.papers()) != 0 {
			t.Errorf("%d debits, %d papers", s.own.took(key), len(s.press.papers()))
		}
		s.even()
	})
}
