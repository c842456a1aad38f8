package agent_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
)

func TestARefundGivesMoneyBack(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		of := s.paid("a", 1000)
		part, err := s.refund(of.Key, 300)
		must(t, err)
		if part.State != charge.Forwarding || part.Kind != charge.Refund || part.Of != of.Key || part.Goods() != charge.Hold || part.Attempts != 1 {
			t.Errorf("it began as %+v", part)
		}
		time.Sleep(time.Second)
		s.is(part.Key, charge.Approved)
		s.is(of.Key, charge.Approved) // the sale stands
		s.has(700)
		_, err = s.refund(of.Key, 701)
		s.wants(err, "refund.too_much")
		rest, err := s.refund(of.Key, 700)
		must(t, err)
		time.Sleep(time.Second)
		s.is(rest.Key, charge.Approved)
		s.has(0)
		if v, err := s.Look("a"); err != nil || v.Charge.Key != of.Key {
			t.Errorf("the sale shows %s, %v", v.Charge.Key, err)
		}
	})
}

// Money that is owed is owed no more once all of it has gone back; then the
// charge is closed and nothing is given back again.
func TestWhatIsOwedIsRefunded(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		of := s.owed("a", 1000)
		_, err := s.refund(of.Key, 400)
		must(t, err)
		time.Sleep(time.Second)
		s.is(of.Key, charge.Owed)
		_, err = s.refund(of.Key, 600)
		must(t, err)
		time.Sleep(time.Second)
		if rec := s.is(of.Key, charge.Reversed); rec.Reason != charge.ReasonRefunded {
			t.Errorf("closed because of %q", rec.Reason)
		}
		_, err = s.refund(of.Key, 1)
		s.wants(err, "refund.not_refundable")
		s.has(0)
	})
}

func TestWhatIsNotRefunded(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.line.will("charges", deaf)
		doubt := s.sells("doubt", 1000, false)
		_, err := s.refund(doubt.Key, 1000)
		s.wants(err, "refund.not_refundable")
		s.line.will("reversal", deaf)
		_, err = s.Cancel("doubt", charge.ByCashier, "")
		must(t, err)
		s.is(doubt.Key, charge.Reversing)
		_, err = s.refund(doubt.Key, 1000)
		s.wants(err, "refund.not_refundable") // while it is being undone
		s.line.will("charges")
		of := s.paid("b", 500)
		for _, yen := range []int64{0, -1} {
			_, err = s.refund(of.Key, yen)
			s.wants(err, "refund.not_refundable")
		}
		back, err := s.refund(of.Key, 100)
		must(t, err)
		time.Sleep(time.Second)
		_, err = s.refund(back.Key, 50) // a refund of a refund
		s.wants(err, "refund.not_refundable")
		s.has(400)
	})
}

// Whatever happens to the requests on their way, the same key is sent until
// the wallet answers, and the money goes back once.
func TestARefundIsRepeatedUntilItIsAnswered(t *testing.T) {
	for name, faults := range map[string][]fault{
		"the answer is lost":     {mute, fine},
		"the request is lost":    {deaf, fine},
		"nothing leaves":         {unsent, unsent, fine},
		"it arrives twice":       {twofold},
		"one trouble after next": {unsent, deaf, mute, unsent, mute, deaf, twofold},
	} {
		t.Run(name, func(t *testing.T) {
			atTill(t, func(t *testing.T, s *till) {
				of := s.owed("a", 1000)
				s.line.will("refunds", faults...)
				rec, err := s.refund(of.Key, 1000)
				must(t, err)
				time.Sleep(3 * time.Minute)
				s.is(rec.Key, charge.Approved)
				s.is(of.Key, charge.Reversed)
				s.has(0)
				if n := s.line.count("refunds"); n != len(faults) {
					t.Errorf("sent %d times, want %d", n, len(faults))
				}
			})
		})
	}
}

// A refund that a crash finds anywhere on its way goes on under its own key.
func TestARefundSurvivesACrash(t *testing.T) {
	for name, c := range map[string]struct {
		faults []fault
		after  time.Duration
	}{
		"before the first byte":      {nil, 0},
		"while the request is there": {[]fault{mute, fine}, 150 * time.Millisecond},
		"while it is on its way":     {[]fault{deaf, fine}, 50 * time.Millisecond},
		"while it is repeated":       {[]fault{deaf, deaf, deaf, fine}, 8 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			atTill(t, func(t *testing.T, s *till) {
				of := s.owed("a", 1000)
				s.line.will("refunds", c.faults...)
				rec, err := s.refund(of.Key, 1000)
				must(t, err)
				time.Sleep(c.after)
				s.crash()
				time.Sleep(3 * time.Minute)
				s.is(rec.Key, charge.Approved)
				s.is(of.Key, charge.Reversed)
				s.has(0)
			})
		})
	}
}

// Prepared and not yet marked as sent: a request may have been under way.
func TestAPreparedRefundIsSentAfterACrash(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		of := s.owed("a", 1000)
		rec, err := s.books.PrepareRefundOnce("w", of.Key, money.Yen(1000), charge.ByManager, "taro")
		must(t, err)
		s.crash()
		time.Sleep(time.Second)
		s.is(rec.Key, charge.Approved)
		s.is(of.Key, charge.Reversed)
		s.has(0)
	})
}

// The refund was done and the crash came before the payment was closed.
func TestWhatWasGivenBackIsClosedAtTheNextStart(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		of := s.owed("a", 1000)
		rec, err := s.books.PrepareRefundOnce("w", of.Key, money.Yen(1000), charge.ByManager, "taro")
		must(t, err)
		_, err = s.books.Apply(rec.Key, charge.Step{Event: charge.Send, Wallet: "own", By: charge.ByManager}, charge.Step{Event: charge.Approve, Wallet: "own", By: charge.ByManager})
		must(t, err)
		s.crash()
		s.is(of.Key, charge.Reversed)
	})
}

// The wallet says no: the customer is still owed the money, the manager hears
// of it, and another refund may be tried.
func TestADeclinedRefund(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		of := s.owed("a", 1000)
		_, err := s.line.books.Reverse(string(of.Key), reversalOf(of)) // the wallet gave it back by itself
		must(t, err)
		rec, err := s.refund(of.Key, 1000)
		must(t, err)
		time.Sleep(time.Second)
		if rec = s.is(rec.Key, charge.Declined); rec.Reason != charge.ReasonNoRefund {
			t.Errorf("declined because of %q", rec.Reason)
		}
		s.is(of.Key, charge.Owed)
		told := func() bool {
			return slices.ContainsFunc(s.Troubles(), func(tr agent.Trouble) bool { return tr.Code == "refund.declined" && tr.Subject == string(of.Key) })
		}
		if !told() {
			t.Errorf("troubles are %+v", s.Troubles())
		}
		_, err = s.refund(of.Key, 1000)
		must(t, err)
		s.has(0)
	})
}

// The same wish is one refund, also when it comes twice at once and after a
// restart.
func TestTheSameWishIsOneRefund(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		of := s.paid("a", 1000)
		want := agent.Refunding{Of: of.Key, Amount: money.Yen(400), By: charge.ByAPI, Wish: "w"}
		keys := make([]charge.Key, 5)
		var all sync.WaitGroup
		for i := range keys[1:] {
			all.Go(func() {
				rec, err := s.Refund(want)
				if err != nil {
					t.Error(err)
				}
				keys[i] = rec.Key
			})
		}
		all.Wait()
		time.Sleep(time.Second)
		s.crash()
		rec, err := s.Refund(want)
		must(t, err)
		keys[4] = rec.Key
		if slices.Sort(keys); len(slices.Compact(keys)) != 1 || rec.State != charge.Approved {
			t.Errorf("one wish made %v, at last %s", keys, rec.State)
		}
		want.Amount = money.Yen(401)
		_, err = s.Refund(want)
		s.wants(err, "refund.conflict")
		s.has(600)
	})
}

// Many refunds at once, bad lines and crashes: never more than was paid goes
// back, and what the books say was given back is what the customer has.
func TestRefundsOnABadDay(t *testing.T) {
	for seed := range uint64(20) {
		atTill(t, func(t *testing.T, s *till) {
			r := rand.New(rand.NewPCG(seed, 7))
			payments := []charge.Record{s.owed("a", 1000), s.paid("b", 1000), s.owed("c", 1000)}
			var faults []fault
			for range 200 {
				faults = append(faults, []fault{fine, deaf, mute, twofold, unsent}[r.IntN(5)])
			}
			s.line.will("refunds", faults...)
			for range 12 {
				for range r.IntN(4) {
					of := payments[r.IntN(3)]
					go func(yen int64, wish string) {
						_, _ = s.Register.Refund(agent.Refunding{Of: of.Key, Amount: money.Yen(yen), By: charge.ByAPI, Wish: wish})
					}(100*int64(1+r.IntN(9)), fmt.Sprint(r.IntN(30)))
				}
				time.Sleep(time.Duration(r.IntN(5000)) * time.Millisecond)
				if r.IntN(3) == 0 {
					s.crash()
				}
			}
			s.line.will("refunds")
			time.Sleep(5 * time.Minute)
			left := int64(0)
			for _, of := range payments {
				given := int64(0)
				refunds, err := s.books.RefundsOf(of.Key)
				must(t, err)
				for _, rec := range refunds {
					switch {
					case rec.State.Open():
						t.Errorf("seed %d: refund %s is still %s", seed, rec.Key, rec.State)
					case rec.State == charge.Approved:
						given += rec.Amount.Minor
					}
				}
				now, err := s.Charge(of.Key)
				must(t, err)
				if given > 1000 || (of.State == charge.Owed && given == 1000) != (now.State == charge.Reversed) {
					t.Errorf("seed %d: %d yen of %s were given back, and it is %s", seed, given, of.Key, now.State)
				}
				left += 1000 - given
			}
			s.has(left)
		})
	}
}
