package agent_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// The wallet's list says that nothing is owed any more, and the books hold that
// back while a refund is on its way. The report says what is: nothing was
// corrected, and the difference is left.
func TestAReportOfWhatWasHeldBack(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		of := s.owed("a", 1000)
		_, err := s.line.books.Reverse(string(of.Key), reversalOf(of))
		must(t, err)
		s.line.will("refunds", busy)
		back, err := s.refund(of.Key, 1000)
		must(t, err)
		time.Sleep(time.Second)
		compared := func() map[charge.Key]agent.Difference {
			out := map[charge.Key]agent.Difference{}
			for _, d := range s.reconcile().Wallets[0].Differences {
				out[d.Key] = d
			}
			return out
		}
		found := compared()
		if d := found[of.Key]; d.What != agent.NothingOwed || d.Done != agent.ForManager || d.After != charge.Owed || !d.Left {
			t.Errorf("held back as %+v", d)
		}
		if d := found[back.Key]; d.What != agent.OpenHere || d.Done != agent.Settling || !d.Left {
			t.Errorf("its refund is %+v", d)
		}
		s.is(of.Key, charge.Owed)
		s.line.will("refunds")
		time.Sleep(10 * time.Minute)
		s.is(back.Key, charge.Declined) // there was nothing to give
		if d := compared()[of.Key]; d.Done != agent.Corrected || d.After != charge.Reversed || d.Left {
			t.Errorf("afterwards %+v", d)
		}
		s.has(0)
	})
}

// The clock was a month ahead when a charge was declined, and was set right
// since. What the wallet lists now is news all the same: the money goes back.
func TestWhatAClockThatWasAheadHasWritten(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		rec, err := s.books.Prepare(aSale("a", 1000), charge.ByCashier)
		must(t, err)
		ahead := time.Now().Add(30 * 24 * time.Hour)
		for _, e := range paths[charge.Declined] {
			_, err = s.books.Apply(rec.Key, charge.Step{Event: e, Wallet: "own", By: charge.ByWallet, At: ahead, Asked: ahead})
			must(t, err)
		}
		s.is(rec.Key, charge.Declined)
		s.there(rec.Key, 1000, charge.Approved)
		time.Sleep(time.Hour)
		s.only(s.reconcile(), rec.Key, agent.PaidThere, agent.Corrected, charge.Reversing, true)
		time.Sleep(5 * time.Minute)
		s.is(rec.Key, charge.Reversed)
		s.has(0)
	})
}
