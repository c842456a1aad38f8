package agent_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

func (s *shop) cancels(id string) agent.View {
	s.t.Helper()
	v, err := s.Cancel(id, charge.ByCashier, "hanako")
	must(s.t, err)
	return v
}

func TestCancelBeforeAScan(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		if v := s.cancels("a"); v.Charge.State != charge.Abandoned {
			t.Errorf("shown as %s", v.Charge.State)
		}
		s.refused(s.scan(code(1)), "register.no_sale")
		_, err := s.Cancel("b", charge.ByCashier, "")
		s.refused(err, "register.not_standing")
		if rec := s.is("a", charge.Abandoned); rec.By != charge.ByCashier || rec.Operator != "hanako" || rec.Reason != charge.ReasonCancelled {
			t.Errorf("given up by %s %s because of %q", rec.By, rec.Operator, rec.Reason)
		}
		if s.own.count("charge")+s.own.count("reverse") != 0 {
			t.Errorf("the wallet was asked: %v", s.own.calls)
		}
	})
}

// A cancel while the request is under way is a wish. Whatever the answer is,
// the charge is reversed, never handed over and never forgotten.
func TestCancelWhileTheRequestIsUnderWay(t *testing.T) {
	plays := map[string]play{
		"approved after it":   {after: 2 * time.Second},
		"arrives after it":    {travel: 1500 * ms, after: 2 * time.Second},
		"declined after it":   {after: 2 * time.Second, event: charge.Decline, deaf: true},
		"pending after it":    {after: 2 * time.Second, event: charge.Wait},
		"lost after it":       lost,
		"never arrives":       gone,
		"missed after it":     {after: 2 * time.Second, event: charge.Miss, deaf: true},
		"answers at the same": {after: time.Second},
	}
	for name, p := range plays {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, s *shop) {
				s.sells("a")
				s.own.will("charge", p)
				walked := make(chan error, 1)
				go func() { walked <- s.scan(code(1)) }()
				time.Sleep(time.Second - time.Microsecond)
				if v := s.cancels("a"); v.Charge.State != charge.Reversing || v.Charge.State.Goods() != charge.Hold {
					t.Errorf("after the cancel: %s", v.Charge.State)
				}
				must(t, <-walked)
				time.Sleep(5 * time.Second)
				if rec := s.is("a", charge.Reversed); rec.Alarms != 0 {
					t.Errorf("%d alarms for a story without contradiction", rec.Alarms)
				}
				if len(s.press.papers()) != 0 {
					t.Error("a receipt was printed")
				}
				s.even()
			})
		})
	}
}

// The approval is on its way to the disk when the cashier cancels. It counts:
// the receipt comes out, so the goods may be gone, and the money is not given
// back behind the customer's back.
func TestCancelComesTooLate(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.disk.takes(10 * ms)
		s.own.will("charge", play{after: 300 * ms})
		walked := make(chan error, 1)
		go func() { walked <- s.scan(code(1)) }()
		time.Sleep(305 * ms) // answered, not yet written
		if v := s.cancels("a"); v.Charge.State != charge.Approved {
			t.Errorf("shown as %s", v.Charge.State)
		}
		must(t, <-walked)
		time.Sleep(time.Second)
		s.is("a", charge.Approved)
		s.cancels("a")
		s.is("a", charge.Approved)
		if len(s.press.papers()) != 1 || s.own.count("reverse") != 0 {
			t.Errorf("%d receipts, %d reversals", len(s.press.papers()), s.own.count("reverse"))
		}
		s.even()
	})
}

// A scan comes while a cancel is being written: either the cancel sees the
// request, or there is none.
func TestAScanDuringACancel(t *testing.T) {
	for _, after := range []time.Duration{0, 5 * ms, 10 * ms, 15 * ms} {
		bubble(t, func(t *testing.T, s *shop) {
			s.sells("a")
			s.disk.takes(10 * ms)
			go s.cancels("a")
			time.Sleep(after)
			_ = s.scan(code(1))
			time.Sleep(10 * time.Second)
			s.even()
			v, err := s.Look("a")
			must(t, err)
			want := map[charge.State]int{charge.Abandoned: 0, charge.Reversed: 1}
			if n, ok := want[v.Charge.State]; !ok || n != s.own.count("charge") || v.Charge.Alarms != 0 {
				t.Errorf("scanned %s into the cancel: %s with %d requests and %d alarms", after, v.Charge.State, s.own.count("charge"), v.Charge.Alarms)
			}
			s.neverAfterGivingUp(t)
		})
	}
}

// neverAfterGivingUp wants nothing sent for a charge that was given up before
// anything was sent.
func (s *shop) neverAfterGivingUp(t *testing.T) {
	t.Helper()
	var links []book.Link
	for n := int64(0); ; n = links[len(links)-1].N {
		must(t, s.store.View(func(rows book.Rows) (err error) { links, err = rows.LinksAfter(n, 1000); return err }))
		for _, l := range links {
			if l.From == charge.Abandoned {
				t.Errorf("charge %s was given up, and then came %s: %s", l.Key, l.Step.Event, l.To)
			}
		}
		if len(links) == 0 {
			return
		}
	}
}

// The same with the give-up timer: an approval that is being written counts.
func TestGivingUpComesTooLate(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.disk.takes(10 * ms)
		s.own.will("charge", lost)
		s.own.will("inquire", gone, gone, gone, gone, honest)
		s.pays(code(1))
		time.Sleep(2 * time.Minute)
		rec := s.is("a", charge.Approved)
		if rec.Alarms != 0 {
			t.Errorf("%d alarms", rec.Alarms)
		}
		s.even()
	})
}

func TestCancelInDoubt(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("charge", lost)
		s.own.will("inquire", gone)
		s.pays(code(1))
		time.Sleep(10 * time.Second)
		s.cancels("a")
		time.Sleep(4 * time.Second) // an inquiry may be under way
		if rec := s.is("a", charge.Reversed); rec.Reason != charge.ReasonCancelled {
			t.Errorf("reversed because of %q", rec.Reason)
		}
		s.even()
	})
}

// While a charge is being reversed the same sale may be paid with another
// code: under a new key, because the old one can never be paid any more.
func TestAnotherCodeWhileReversing(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		first := s.sells("a").Charge.Key
		s.own.will("charge", lost, honest)
		s.own.will("inquire", gone)
		s.own.will("reverse", gone, gone, honest)
		s.pays(code(1))
		s.cancels("a")
		s.is("a", charge.Reversing)
		s.refused(s.scan(code(1)), "register.code_again")
		s.pays(code(2))
		if rec := s.is("a", charge.Approved); rec.Key == first {
			t.Error("the old key was used again")
		}
		time.Sleep(time.Minute)
		if rec, err := s.books.Charge(first); err != nil || rec.State != charge.Reversed {
			t.Errorf("the first charge ended as %s (%v)", rec.State, err)
		}
		s.is("a", charge.Approved)
		s.even()
	})
}

// A cancel with nothing left to undo closes the sale: the next customer's code
// must not pay it.
func TestCancelClosesASale(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.verdict = charge.Declined
		s.pays(code(1))
		s.own.verdict = charge.Approved
		if v := s.cancels("a"); v.Charge.State != charge.Declined {
			t.Errorf("shown as %s", v.Charge.State)
		}
		s.refused(s.scan(code(2)), "register.no_sale")
		s.sells("b")
		s.pays(code(2))
		s.is("b", charge.Approved)
		s.even()
	})
}

// The old sale is given up, and then the new one cannot be opened: no scan may
// pay the old one.
func TestASaleThatCannotBeOpened(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		first := aSale("a", 500)
		first.Reference = "R-1"
		if _, err := s.Open(first, charge.ByAPI); err != nil {
			t.Fatal(err)
		}
		twin := aSale("b", 700)
		twin.Reference = "R-1"
		if _, err := s.Open(twin, charge.ByAPI); err == nil {
			t.Fatal("two sales with one reference")
		}
		s.refused(s.scan(code(1)), "register.no_sale")
		if rec := s.is("a", charge.Abandoned); rec.Alarms != 0 || s.own.count("charge") != 0 {
			t.Errorf("%d alarms, %d requests", rec.Alarms, s.own.count("charge"))
		}
		s.sells("c") // and the desk is free
	})
}
