package agent_test

import (
	"slices"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// doubt is a sale in doubt at a wallet that says nothing for now.
func (s *shop) doubt(id string, p play) charge.Key {
	s.t.Helper()
	key := s.sells(id).Charge.Key
	s.own.will("charge", p)
	s.own.will("inquire", gone)
	s.pays(code(len(s.own.keys()) + 1))
	s.is(id, charge.InDoubt)
	return key
}

func (s *shop) decides(key charge.Key, d agent.Decision) charge.Record {
	s.t.Helper()
	rec, err := s.Resolve(key, d, "sato")
	must(s.t, err)
	return rec
}

// No decision makes a charge Approved, each is possible in the states that it
// is for, and in no other.
func TestDecisions(t *testing.T) {
	want := map[agent.Decision]map[charge.State]charge.State{
		agent.ShownPaid: {charge.InDoubt: charge.Forwarding},
		agent.NotPaid:   {charge.Sent: charge.Reversing, charge.Pending: charge.Reversing, charge.InDoubt: charge.Reversing},
		agent.WriteOff:  {charge.Queued: charge.Unpaid, charge.Forwarding: charge.Unpaid, charge.Reversing: charge.Owed},
		agent.GaveBack:  {charge.Owed: charge.Reversed},
	}
	for _, d := range append(agent.Decisions, "approved", "") {
		for _, s := range charge.States {
			step, may := d.Step(charge.Record{State: s})
			to, arrow := charge.Next(s, step.Event)
			if may && (!arrow || step.By != charge.ByManager || step.Reason == "") {
				t.Errorf("%s of %s is %+v", d, s, step)
			}
			if !may {
				to = ""
			}
			if to != want[d][s] {
				t.Errorf("%s of %s: %q, want %q", d, s, to, want[d][s])
			}
		}
	}
	refund := charge.Record{Kind: charge.Refund, State: charge.Forwarding}
	if step, may := agent.WriteOff.Step(refund); !may || step.Event != charge.Lapse {
		t.Errorf("a refund that is written off: %+v %v", step, may)
	}
	if _, may := agent.ShownPaid.Step(charge.Record{Kind: charge.Topup, State: charge.InDoubt}); may {
		t.Error("a top-up was taken on the word of a phone")
	}
}

// "Shown paid": the goods go, nothing is given up, and the wallet is asked
// more and more seldom until it knows.
func TestShownPaidIsCollected(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.doubt("a", lost)
		began := time.Since(s.own.born)
		rec := s.decides(key, agent.ShownPaid)
		if rec.State != charge.Forwarding || rec.Goods() != charge.HandOver || rec.By != charge.ByManager || rec.Operator != "sato" || rec.Reason != charge.ReasonShownPaid {
			t.Errorf("decided: %+v", rec)
		}
		s.refused(s.scan(code(2)), "register.no_sale")
		s.own.will("inquire", answers(charge.Lose)) // "I do not know this key" is no proof
		time.Sleep(2 * time.Hour)
		if rec = s.is("a", charge.Forwarding); rec.Reason != charge.ReasonShownPaid || s.own.count("reverse") != 0 {
			t.Errorf("after two hours: %q, %d reversals", rec.Reason, s.own.count("reverse"))
		}
		var pauses []time.Duration
		times := s.own.times("inquire")
		for i, at := range times {
			if at >= began && i > 0 {
				pauses = append(pauses, at-times[i-1])
			}
		}
		if n := len(pauses); n < 25 || n > 40 || pauses[n-1] != 5*time.Minute+300*ms {
			t.Errorf("asked %d times, with pauses %v", n, pauses)
		}
		if links, err := s.books.Links(key); err != nil || len(links) > 5 {
			t.Errorf("%d journal entries (%v): silence must not fill the books", len(links), err)
		}
		s.cancels("a") // too late: the goods are gone
		s.is("a", charge.Forwarding)
		s.own.will("inquire", honest)
		time.Sleep(6 * time.Minute)
		s.is("a", charge.Approved)
		s.even()
	})
}

// An inquiry that was under way comes to nothing after the decision: that does
// not hide why the goods are gone.
func TestADecisionDuringAnInquiry(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.doubt("a", lost)
		s.own.will("inquire", play{after: 3 * time.Second, event: charge.Lose, reason: charge.ReasonBadAnswer, deaf: true}, answers(charge.Lose))
		time.Sleep(time.Second)
		s.decides(key, agent.ShownPaid)
		time.Sleep(10 * time.Second)
		if rec := s.is("a", charge.Forwarding); rec.Reason != charge.ReasonShownPaid || rec.By != charge.ByManager {
			t.Errorf("collected because of %q, by %s", rec.Reason, rec.By)
		}
	})
}

// The phone was wrong: the goods are gone and the money is not coming. That is
// a trouble, and one more after a restart.
func TestShownPaidAndTheWalletSaysNo(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.own.verdict = charge.Declined
		key := s.doubt("a", lost)
		s.decides(key, agent.ShownPaid)
		s.own.will("inquire", honest)
		time.Sleep(time.Minute)
		s.is("a", charge.Unpaid)
		s.hasTrouble("charge.unpaid", key)
		if tr := s.Troubles(); tr[len(tr)-1].Detail != "1280 JPY own" {
			t.Errorf("detail %q", tr[len(tr)-1].Detail)
		}
	})
}

// A restart goes on collecting; a manager may stop it.
func TestCollectingAfterARestartUntilItIsWrittenOff(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.doubt("a", gone)
		s.decides(key, agent.ShownPaid)
		s.crash()
		s.is("a", charge.Forwarding)
		before := s.own.count("inquire")
		time.Sleep(time.Minute)
		if s.own.count("inquire") == before || s.Unsettled() != 1 {
			t.Errorf("asked %d times, %d unsettled", s.own.count("inquire"), s.Unsettled())
		}
		if rec := s.decides(key, agent.WriteOff); rec.State != charge.Unpaid {
			t.Errorf("written off: %s", rec.State)
		}
		s.hasTrouble("charge.unpaid", key)
		time.Sleep(4 * time.Second) // an inquiry may be under way
		if s.Unsettled() != 0 {
			t.Error("still being collected")
		}
	})
}

// What is to be collected from a wallet that is no longer configured is told
// and not asked for.
func TestCollectingFromAWalletThatIsGone(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.doubt("a", gone)
		s.decides(key, agent.ShownPaid)
		s.without = "own"
		s.crash()
		time.Sleep(time.Hour)
		s.is("a", charge.Forwarding)
		if !slices.Contains(s.codes(), "wallet.missing") || s.Unsettled() != 0 {
			t.Errorf("troubles %v, %d unsettled", s.codes(), s.Unsettled())
		}
	})
}

// "Not paid", and then the wallet turns out to have taken the money: it goes
// back. The decision is not undone.
func TestNotPaidIsReversed(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.doubt("a", lost)
		s.own.will("reverse", gone, gone, honest)
		if rec := s.decides(key, agent.NotPaid); rec.State != charge.Reversing || rec.Reason != charge.ReasonNotPaid || rec.Goods() != charge.Hold {
			t.Errorf("decided: %+v", rec)
		}
		_, err := s.Resolve(key, agent.ShownPaid, "sato")
		s.refused(err, "charge.not_decidable")
		time.Sleep(time.Minute)
		s.is("a", charge.Reversed)
		s.even()
	})
}

// A decision comes while the walk is still under way, and the wallet says yes.
func TestNotPaidWhileTheRequestIsUnderWay(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.sells("a").Charge.Key
		s.own.will("charge", play{after: 2 * time.Second})
		walked := make(chan error, 1)
		go func() { walked <- s.scan(code(1)) }()
		time.Sleep(time.Second)
		s.decides(key, agent.NotPaid)
		must(t, <-walked)
		time.Sleep(time.Minute)
		if rec := s.is("a", charge.Reversed); rec.Alarms != 0 || len(s.press.papers()) != 0 {
			t.Errorf("%d alarms, %d papers", rec.Alarms, len(s.press.papers()))
		}
		s.even()
	})
}

// What may not be decided changes nothing, not even a line in the books.
func TestADecisionThatTheStateDoesNotAllow(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.sells("a").Charge.Key
		s.pays(code(1))
		before, err := s.books.Links(key)
		must(t, err)
		for _, d := range agent.Decisions {
			rec, err := s.Resolve(key, d, "sato")
			s.refused(err, "charge.not_decidable")
			if rec.State != charge.Approved {
				t.Errorf("%s of an approved charge: %s", d, rec.State)
			}
		}
		after, err := s.books.Links(key)
		must(t, err)
		if len(after) != len(before) {
			t.Error("a refused decision is in the books")
		}
		if _, err := s.Resolve("S1-T1-1-999", agent.NotPaid, "sato"); err == nil {
			t.Error("a charge that is not there was decided")
		}
		s.even()
	})
}

// A decision that cannot be written is none.
func TestADecisionCannotBeWritten(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.doubt("a", lost)
		s.disk.breaks(true)
		if _, err := s.Resolve(key, agent.ShownPaid, "sato"); err == nil {
			t.Error("decided on a broken disk")
		}
		s.disk.breaks(false)
		s.is("a", charge.InDoubt)
		if !slices.Contains(s.codes(), "journal.dead") {
			t.Errorf("troubles %v", s.codes())
		}
	})
}
