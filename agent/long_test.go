package agent_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// A refund goes on until the wallet answers. When that takes more than an hour
// a person is told, until it is done.
func TestARefundThatTakesLongIsTold(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		of := s.paid("a", 1000)
		s.line.will("refunds", busy)
		back, err := s.refund(of.Key, 1000)
		must(t, err)
		time.Sleep(59 * time.Minute)
		if s.tells("refund.long", back.Key) {
			t.Error("told before an hour is over")
		}
		time.Sleep(11 * time.Minute)
		for range 2 {
			if !s.tells("refund.long", back.Key) {
				t.Errorf("troubles are %+v", s.Troubles())
			}
			s.is(back.Key, charge.Forwarding)
			s.crash()
			time.Sleep(72 * time.Hour)
		}
		s.line.will("refunds")
		time.Sleep(10 * time.Minute)
		s.is(back.Key, charge.Approved)
		if s.tells("refund.long", back.Key) {
			t.Error("done, and still told")
		}
		s.has(0)
	})
}

// The goods are gone on the word of a phone, and the wallet never heard of the
// charge. After an hour a person is told; the manager who writes it off ends
// that.
func TestCollectingThatTakesLongIsTold(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.line.will("charges", deaf)
		rec := s.sells("a", 1000, false)
		_, err := s.Resolve(rec.Key, agent.ShownPaid, "sato")
		must(t, err)
		time.Sleep(59 * time.Minute)
		if s.tells("charge.collecting_long", rec.Key) {
			t.Error("told before an hour is over")
		}
		time.Sleep(72 * time.Hour)
		s.is(rec.Key, charge.Forwarding)
		if !s.tells("charge.collecting_long", rec.Key) {
			t.Errorf("troubles are %+v", s.Troubles())
		}
		_, err = s.Resolve(rec.Key, agent.WriteOff, "sato")
		must(t, err)
		if s.tells("charge.collecting_long", rec.Key) || !s.tells("charge.unpaid", rec.Key) {
			t.Errorf("written off, troubles are %+v", s.Troubles())
		}
	})
}

// A payment whose refund the wallet refused waits for the manager, also over a
// restart.
func TestADeclinedRefundIsToldAfterARestart(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		of, other := s.owed("a", 1000), s.paid("b", 500)
		_, err := s.line.books.Reverse(string(of.Key), reversalOf(of)) // there is nothing left to refund
		must(t, err)
		back, err := s.refund(of.Key, 1000)
		must(t, err)
		done, err := s.refund(other.Key, 100)
		must(t, err)
		time.Sleep(time.Second)
		s.is(back.Key, charge.Declined)
		s.is(done.Key, charge.Approved)
		for range 3 {
			if !s.tells("refund.declined", of.Key) || s.tells("refund.declined", other.Key) {
				t.Errorf("troubles are %+v", s.Troubles())
			}
			s.crash()
		}
	})
}

// A refund that was given after one that was declined ends the wait, also at a
// start that finds both in the books.
func TestARefundAfterADeclinedOne(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		of := s.paid("a", 1000)
		for _, e := range []charge.Event{charge.Decline, charge.Approve} {
			back, err := s.books.PrepareRefundOnce(string(e), of.Key, of.Amount, charge.ByManager, "")
			must(t, err)
			_, err = s.books.Apply(back.Key, charge.Step{Event: charge.Send, Wallet: "own", By: charge.ByManager}, charge.Step{Event: e, Wallet: "own", By: charge.ByManager})
			must(t, err)
		}
		s.crash()
		if s.tells("refund.declined", of.Key) {
			t.Errorf("troubles are %+v", s.Troubles())
		}
	})
}
