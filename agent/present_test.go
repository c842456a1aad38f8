package agent_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// shows opens a sale and has a code shown for it.
func (s *shop) shows(id string) agent.View {
	s.t.Helper()
	s.sells(id)
	v, err := s.Present(id, "own", "hanako")
	must(s.t, err)
	if v.Charge.State != charge.Pending || v.Shown == nil || v.Shown.Text != "PAY "+string(v.Charge.Key) {
		s.t.Fatalf("shown: %s, %+v", v.Charge.State, v.Shown)
	}
	return v
}

func TestAShownCodeIsPaid(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		v := s.shows("a")
		if left := time.Until(v.Shown.Until); left > 3*time.Minute || left < 3*time.Minute-time.Second {
			t.Errorf("it can be paid for %s", left)
		}
		if v.Charge.Goods() != charge.Hold {
			t.Error("nothing is paid, and the goods go")
		}
		time.Sleep(40 * time.Second)
		s.own.pay(v.Charge.Key)
		time.Sleep(3 * time.Second) // nobody waits for longer than that at a counter
		rec := s.is("a", charge.Approved)
		if rec.Key != v.Charge.Key || rec.Receipt == "" || rec.Paper != charge.PaperDone {
			t.Errorf("paid: %+v", rec)
		}
		if after, err := s.Look("a"); err != nil || after.Shown != nil {
			t.Errorf("the code of a paid sale is still shown: %+v, %v", after.Shown, err)
		}
		if papers := s.press.papers(); len(papers) != 1 {
			t.Errorf("printed: %q", papers)
		}
		s.even()
	})
}

// Of one sale there is one open code: asking again shows the same one, and
// nothing else pays the sale meanwhile.
func TestOneShownCodeForASale(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		v := s.shows("a")
		for _, wallet := range []string{"own", ""} {
			again, err := s.Present("a", wallet, "hanako")
			must(t, err)
			if again.Charge.Key != v.Charge.Key || again.Shown == nil || *again.Shown != *v.Shown {
				t.Errorf("asked again: %+v", again)
			}
		}
		_, err := s.Present("a", "paypay", "hanako")
		s.refused(err, "register.code_shown")
		s.refused(s.scan(code(1)), "register.code_shown")
		s.refused(s.scan(payPay(1)), "register.code_shown")
		if n := s.own.count("present") + s.paypay.count("present") + s.own.count("charge") + s.paypay.count("charge"); n != 1 {
			t.Errorf("%d requests for one code", n)
		}
		s.own.pay(v.Charge.Key)
		time.Sleep(3 * time.Second)
		s.is("a", charge.Approved)
		s.even()
	})
}

// A code that nobody pays is closed by the wallet, and the sale can be paid
// otherwise under another key.
func TestAShownCodeRunsOut(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.own.payable = time.Minute
		v := s.shows("a")
		time.Sleep(time.Minute)
		if now, err := s.Look("a"); err != nil || now.Shown == nil || now.Shown.Text != "" {
			t.Errorf("a code is shown that nobody can pay: %+v, %v", now.Shown, err)
		}
		time.Sleep(3 * time.Second)
		s.is("a", charge.Declined)
		s.own.pay(v.Charge.Key)
		s.pays(code(1))
		if rec := s.is("a", charge.Approved); rec.Key == v.Charge.Key {
			t.Error("the key of a code that ran out was used again")
		}
		s.even()
	})
}

// A wallet that leaves the code open for ever is asked to take it back.
func TestAShownCodeIsTakenBack(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.own.payable = time.Hour
		v := s.shows("a")
		if left := time.Until(v.Shown.Until); left > 3*time.Minute {
			t.Errorf("it is shown for %s, longer than the register waits", left)
		}
		time.Sleep(3*time.Minute + 5*time.Second + 500*time.Millisecond)
		rec := s.is("a", charge.Reversed)
		if rec.Reason != charge.ReasonGaveUp || s.own.count("reverse") != 1 {
			t.Errorf("taken back: %+v, %d reversals", rec, s.own.count("reverse"))
		}
		s.own.pay(v.Charge.Key)
		s.even()
	})
}

// Whatever comes first at the wallet: the money of a cancelled code is not
// kept, also when the customer paid in the same moment.
func TestAShownCodeIsCancelled(t *testing.T) {
	for name, payBefore := range map[string]bool{"not paid": false, "paid in the last moment": true} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, s *shop) {
				v := s.shows("a")
				time.Sleep(10 * time.Second)
				if payBefore {
					s.own.pay(v.Charge.Key)
				}
				after, err := s.Cancel("a", charge.ByCashier, "hanako")
				must(t, err)
				if after.Charge.State != charge.Reversing || after.Shown != nil {
					t.Errorf("cancelled: %s, %+v", after.Charge.State, after.Shown)
				}
				s.pays(code(1)) // the sale can be paid at once, under another key
				s.is("a", charge.Approved)
				time.Sleep(time.Minute)
				if rec, err := s.Charge(v.Charge.Key); err != nil || rec.State != charge.Reversed {
					t.Errorf("the shown one: %+v, %v", rec, err)
				}
				s.own.pay(v.Charge.Key)
				s.even()
			})
		})
	}
}

func TestCancelledWhileTheCodeIsAskedFor(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("present", play{travel: time.Second, after: 2 * time.Second})
		done := make(chan agent.View)
		go func() {
			v, err := s.Present("a", "", "hanako")
			if err != nil {
				t.Error(err)
			}
			done <- v
		}()
		time.Sleep(500 * time.Millisecond)
		_, err := s.Cancel("a", charge.ByCashier, "hanako")
		must(t, err)
		if v := <-done; v.Shown != nil || v.Charge.State != charge.Reversing && v.Charge.State != charge.Reversed {
			t.Errorf("after the answer: %s, %+v", v.Charge.State, v.Shown)
		}
		time.Sleep(time.Minute)
		s.is("a", charge.Reversed)
		s.even()
	})
}

// When the answer with the code is lost, the code comes with the next inquiry.
func TestTheAnswerWithTheCodeIsLost(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("present", lost)
		v, err := s.Present("a", "own", "hanako")
		must(t, err)
		if v.Charge.State != charge.InDoubt || v.Shown != nil {
			t.Fatalf("lost: %s, %+v", v.Charge.State, v.Shown)
		}
		s.refused(s.scan(code(1)), "register.code_shown")
		time.Sleep(2 * time.Second)
		s.is("a", charge.Pending)
		if v, err = s.Look("a"); err != nil || v.Shown == nil {
			t.Fatalf("the inquiry told the code: %+v, %v", v.Shown, err)
		}
		s.own.pay(v.Charge.Key)
		time.Sleep(3 * time.Second)
		s.is("a", charge.Approved)
		s.even()
	})
}

// A bad network while the code is shown does not take it back before its time.
func TestLostInquiriesWhileACodeIsShown(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		v := s.shows("a")
		s.own.will("inquire", lost, honest, honest, honest, lost, honest, honest, honest, honest, honest, honest, honest, honest, lost, honest)
		time.Sleep(100 * time.Second)
		if rec := s.is("a", charge.Pending); s.own.count("inquire") < 30 || s.own.count("reverse") > 0 {
			t.Errorf("%d inquiries, %d reversals, %+v", s.own.count("inquire"), s.own.count("reverse"), rec)
		}
		s.own.pay(v.Charge.Key)
		time.Sleep(3 * time.Second)
		s.is("a", charge.Approved)
		s.even()
	})
}

// Without a word of the wallet for as long as any doubt lasts, it is undone.
func TestTheWalletGoesAwayWhileACodeIsShown(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		v := s.shows("a")
		s.own.will("inquire", gone)
		time.Sleep(40 * time.Second)
		s.own.pay(v.Charge.Key) // the customer's phone has a network of its own
		time.Sleep(time.Minute)
		s.is("a", charge.Reversed)
		s.even()
	})
}

// Whoever goes on to the next sale has taken the code away.
func TestTheNextSaleTakesTheCodeBack(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		v := s.shows("a")
		s.sells("b")
		time.Sleep(5 * time.Second)
		s.own.pay(v.Charge.Key)
		s.is("a", charge.Reversed)
		s.pays(code(1))
		s.is("b", charge.Approved)
		s.even()
	})
}

func TestCodesThatAreNotShown(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		refused := func(id, wallet, why string) {
			t.Helper()
			_, err := s.Present(id, wallet, "hanako")
			s.refused(err, why)
		}
		refused("a", "", "register.not_standing")
		s.sells("a")
		refused("b", "", "register.not_standing")
		refused("a", "nobody", "show.no_wallet")
		s.own.will("present", missed, honest)
		v, err := s.Present("a", "own", "hanako")
		must(t, err)
		if v.Charge.State != charge.Prepared || v.Charge.Reason != charge.ReasonUnreachable || v.Shown != nil {
			t.Errorf("nothing left: %+v", v)
		}
		s.pays(code(1)) // the same key, by a customer's code
		if rec := s.is("a", charge.Approved); rec.Key != v.Charge.Key || rec.Shown() {
			t.Errorf("%+v", rec)
		}
		refused("a", "own", "register.no_sale")
		s.own.verdict = charge.Declined
		s.sells("c")
		s.pays(code(2))
		declined := s.is("c", charge.Declined).Key
		v, err = s.Present("c", "paypay", "hanako") // after a no, under a new key
		must(t, err)
		if v.Charge.Key == declined || v.Shown == nil || v.Charge.Wallet != "paypay" {
			t.Errorf("%+v", v)
		}
		s.paypay.pay(v.Charge.Key)
		time.Sleep(3 * time.Second)
		s.is("c", charge.Approved)
		synctest.Wait()
		s.even()
	})
}
