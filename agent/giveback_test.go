package agent_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/offline/book"
)

func (s *till) giveBack(of charge.Key, yen int64, way agent.Way, wish string) (charge.Record, agent.Way, error) {
	return s.GiveBack(agent.Refunding{Of: of, Amount: money.Yen(yen), Reason: charge.ReasonReturned, By: charge.ByManager, Operator: "taro", Wish: wish}, way)
}

// All of a payment of today is voided: no record of its own, and the customer
// has the money back once. The same wish again, and any other, finds the void.
func TestAllOfItOnTheSameDayIsAVoid(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		of := s.paid("a", 1000)
		rec, way, err := s.giveBack(of.Key, 1000, agent.Either, "w1")
		must(t, err)
		if way != agent.Voids || rec.Key != of.Key || rec.State != charge.Reversing || rec.Reason != charge.ReasonVoided {
			t.Errorf("%s %s (%s) by %s", rec.Key, rec.State, rec.Reason, way)
		}
		time.Sleep(time.Second)
		if rec := s.is(of.Key, charge.Reversed); rec.Reason != charge.ReasonVoided || !s.HasPaper(rec) {
			t.Errorf("it ended as %+v", rec)
		}
		s.has(0)
		for _, wish := range []string{"w1", "w2"} {
			again, way, err := s.giveBack(of.Key, 1000, agent.Either, wish)
			must(t, err)
			if way != agent.Voids || again.State != charge.Reversed {
				t.Errorf("again it is %s by %s", again.State, way)
			}
		}
		_, _, err = s.giveBack(of.Key, 1000, agent.Gives, "w3")
		s.wants(err, "refund.not_refundable")
		s.has(0)
		minted, err := s.line.books.MintCode("sachi")
		must(t, err)
		if err := s.Walk(scanner.Scan{Data: []byte(minted.Code), Device: "scanner", At: time.Now()}); err == nil {
			t.Error("the next code paid the voided sale")
		}
		s.has(0)
	})
}

// A void that the network holds up pays nothing twice: it goes on until the
// wallet answers, and no refund is made beside it.
func TestAVoidInDoubtGoesOn(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		of := s.paid("a", 1000)
		s.line.will("reversal", deaf)
		_, _, err := s.giveBack(of.Key, 1000, agent.Either, "w1")
		must(t, err)
		time.Sleep(10 * time.Second)
		rec := s.is(of.Key, charge.Reversing)
		if s.HasPaper(rec) {
			t.Error("a slip says that it is voided")
		}
		_, err = s.refund(of.Key, 1000)
		s.wants(err, "refund.not_refundable")
		s.line.will("reversal")
		time.Sleep(2 * time.Minute)
		s.is(of.Key, charge.Reversed)
		s.has(0)
	})
}

func TestWhatIsNoVoidIsARefund(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		part := s.paid("part", 1000)
		_, _, err := s.giveBack(part.Key, 400, agent.Voids, "w1")
		s.wants(err, "void.part")
		rec, way, err := s.giveBack(part.Key, 400, agent.Either, "w2")
		must(t, err)
		if way != agent.Gives || rec.Kind != charge.Refund {
			t.Errorf("%s by %s", rec.Kind, way)
		}
		time.Sleep(time.Second)
		_, _, err = s.giveBack(part.Key, 1000, agent.Voids, "w3") // a part has gone back
		s.wants(err, "void.part")

		old := s.paid("old", 500)
		time.Sleep(24 * time.Hour)
		_, _, err = s.giveBack(old.Key, 500, agent.Voids, "w4")
		s.wants(err, "void.day_over")
		_, way, err = s.giveBack(old.Key, 500, agent.Either, "w5")
		must(t, err)
		time.Sleep(time.Second)
		if way != agent.Gives {
			t.Errorf("yesterday's went back by %s", way)
		}
		s.is(old.Key, charge.Approved)
		s.has(600)
	})
}

// The wallet's own clock decides, and not the shop's day: a window that closes
// within the deadline of a request counts as closed.
func TestAVoidKeepsToTheWalletsWindow(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.window = charge.Window{For: 59*time.Minute + time.Second}
		s.crash()
		of := s.paid("a", 500)
		time.Sleep(59 * time.Minute)
		_, _, err := s.giveBack(of.Key, 500, agent.Voids, "w1")
		s.wants(err, "void.window_over")
		_, way, err := s.giveBack(of.Key, 500, agent.Either, "w2")
		must(t, err)
		if way != agent.Gives {
			t.Errorf("it went back by %s", way)
		}
	})
}

// turning are books in which something happens to a payment between the look at
// it and the void.
type turning struct {
	*book.Book
	after int // looks at a charge from now on
	do    func()
}

func (b *turning) Charge(key charge.Key) (charge.Record, error) {
	if b.after--; b.after == 0 {
		b.do()
	}
	return b.Book.Charge(key)
}

// A reconciliation that finds a payment unpaid while it is being voided leaves
// nothing to void: nobody may read that the money goes back.
func TestAVoidOfWhatTurnedUnpaidIsNone(t *testing.T) {
	for _, way := range []agent.Way{agent.Voids, agent.Either} {
		atTill(t, func(t *testing.T, s *till) {
			books := &turning{}
			s.looks = func(b *book.Book) agent.Memory { books.Book = b; return books }
			s.crash()
			of := s.paid("a", 1000)
			books.do = func() {
				_, err := s.books.Apply(of.Key, charge.Step{Event: charge.Confirm, Wallet: "own", By: charge.ByRecovery, At: time.Now()})
				must(t, err)
			}
			books.after = 2 // the first look is the one that decides for a void
			rec, got, err := s.giveBack(of.Key, 1000, way, "w1")
			s.wants(err, "refund.not_refundable")
			if got == agent.Voids && rec.State == charge.Approved {
				t.Errorf("it is answered as %s by %q", rec.State, got)
			}
			s.is(of.Key, charge.Unpaid)
		})
	}
}
