package agent_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

func TestAPaidSale(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		v := s.sells("a")
		if v.Charge.State != charge.Prepared || v.Charge.Key == "" {
			t.Fatalf("an opened sale has the charge %+v", v.Charge)
		}
		s.pays(code(1))
		rec := s.is("a", charge.Approved)
		if rec.Key != v.Charge.Key || rec.Attempts != 1 || rec.Wallet != "own" || rec.Receipt == "" || rec.Paper != charge.PaperDone {
			t.Errorf("paid: %+v", rec)
		}
		if papers := s.press.papers(); len(papers) != 1 || strings.Contains(papers[0], "COPY") {
			t.Errorf("printed: %q", papers)
		}
		s.refused(s.scan(code(2)), "register.no_sale")
		if s.own.count("charge") != 1 || s.own.count("inquire")+s.own.count("reverse") != 0 || s.paypay.count("charge") != 0 {
			t.Errorf("asked: %v and %v", s.own.calls, s.paypay.calls)
		}
		s.even()
	})
}

func TestScansThatAreNotTaken(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.refused(s.scan(code(1)), "register.no_sale")
		v := s.sells("a")
		for text, why := range map[string]string{
			"":                        "code.empty",
			strings.Repeat("9", 7000): "code.too_long",
			"97\x00" + code(1):        "code.not_text",
			"https://example.com/pay": "code.web_address",
			"4901234567894":           "code.product",
			"135056725249518813":      "code.no_wallet",
			"hello":                   "code.unknown",
		} {
			s.refused(s.scan(text), why)
			if got := s.LastRefusal(); got == nil || got.Why != why {
				t.Errorf("%.20q: the cashier reads %+v, want %s", text, got, why)
			}
		}
		if rec := s.is("a", charge.Prepared); rec.Key != v.Charge.Key || rec.Attempts != 0 {
			t.Errorf("after refusals: %+v", rec)
		}
		s.pays(code(1))
		if s.LastRefusal() != nil || s.Counts().Refused["code.no_wallet"] != 1 {
			t.Errorf("after a code that was taken: %+v, counted %v", s.LastRefusal(), s.Counts().Refused)
		}
		s.is("a", charge.Approved)
	})
}

// A no is final for its key. Another code goes under a new key for the same
// sale; the same code does not go again.
func TestDeclinedThenAnotherCode(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		first := s.sells("a").Charge.Key
		s.own.verdict = charge.Declined
		s.pays(code(1))
		s.is("a", charge.Declined)
		s.refused(s.scan(code(1)), "register.code_again")
		s.own.verdict = charge.Approved
		s.pays(code(2))
		if rec := s.is("a", charge.Approved); rec.Key == first {
			t.Error("the declined key was used again")
		}
		if n := len(s.own.keys()); n != 2 || s.own.count("charge") != 2 {
			t.Errorf("%d keys in %d requests", n, s.own.count("charge"))
		}
		s.even()
	})
}

// When no byte left, the sale waits on under the same key, for any code.
func TestAMissKeepsTheKey(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.sells("a").Charge.Key
		s.own.will("charge", missed, missed, honest)
		s.pays(code(1))
		if rec := s.is("a", charge.Prepared); rec.Key != key || len(rec.Route) != 0 || rec.Reason != charge.ReasonUnreachable {
			t.Errorf("after a miss: %+v", rec)
		}
		if tr := s.Troubles(); len(tr) != 1 || tr[0].Code != "wallet.unreachable" {
			t.Errorf("troubles: %+v", tr)
		}
		s.pays(code(1))
		s.pays(code(2))
		if rec := s.is("a", charge.Approved); rec.Key != key || rec.Attempts != 3 {
			t.Errorf("paid: %+v", rec)
		}
		if len(s.Troubles()) != 0 {
			t.Errorf("troubles: %+v", s.Troubles())
		}
		s.even()
	})
}

// A code that never left may pay another sale; one that did may not, whatever
// became of it.
func TestACodePaysOnce(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("charge", missed, honest)
		s.pays(code(1))
		s.sells("b") // gives the first sale up
		s.pays(code(1))
		s.is("b", charge.Approved)
		s.sells("c")
		s.refused(s.scan(code(1)), "register.code_again")
		s.own.verdict = charge.Declined
		s.pays(code(2))
		s.is("c", charge.Declined)
		s.sells("d")
		s.refused(s.scan(code(2)), "register.code_again")
		s.is("d", charge.Prepared)
		if n := s.own.count("charge"); n != 3 {
			t.Errorf("%d requests left, want 3", n)
		}
		s.even()
	})
}

// Two scans at the same moment are one request.
func TestTwoScansAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		results := make(chan error)
		for n := range 2 {
			go func() { results <- s.scan(code(n)) }()
		}
		first, second := <-results, <-results
		if second != nil {
			first, second = second, first
		}
		s.refused(first, "register.busy")
		must(t, second)
		if n := s.own.count("charge"); n != 1 {
			t.Errorf("%d requests left, want 1", n)
		}
		s.is("a", charge.Approved)
		s.even()
	})
}

// While the wallet is silent the cashier sees a countdown, then "checking",
// and nothing else goes on at the desk.
func TestWhileTheWalletIsAsked(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("charge", play{after: 2500 * time.Millisecond})
		s.begins(code(1))
		time.Sleep(500 * time.Millisecond)
		v, _ := s.Standing()
		if v.Charge.State != charge.Sent || v.Checking || !v.Deadline.Equal(time.Now().Add(2500*time.Millisecond)) {
			t.Errorf("after half a second: %+v", v)
		}
		soft := s.Changed()
		time.Sleep(500 * time.Millisecond)
		synctest.Wait()
		select {
		case <-soft:
		default:
			t.Error("nobody was told of the soft mark")
		}
		if v, _ = s.Standing(); !v.Checking {
			t.Error("not checking after the soft mark")
		}
		s.refused(s.scan(code(2)), "register.busy")
		_, err := s.Open(aSale("b", 500), charge.ByCashier)
		s.refused(err, "register.busy")
		time.Sleep(1500 * time.Millisecond)
		s.is("a", charge.Approved)
		if v, _ = s.Standing(); v.Checking || !v.Deadline.IsZero() {
			t.Errorf("when it is over: %+v", v)
		}
	})
}

// A code that the POS software sends is for one sale. When another one stands
// at the desk by the time it is taken, it does not pay that one.
func TestPayIsForOneSale(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.refused(s.Pay("other", "", []byte(code(1)), "pos"), "register.not_standing")
		must(t, s.Pay("a", "", []byte(code(1)), "pos"))
		s.is("a", charge.Approved)
		s.sells("b")
		s.refused(s.Pay("a", "", []byte(code(2)), "pos"), "register.not_standing")
		s.is("b", charge.Prepared)
	})
}

// Reading a picture takes a moment, and the cashier may have gone on to the
// next sale by then.
func TestAPictureIsForTheSaleItCameFor(t *testing.T) {
	for _, id := range []string{"", "a"} {
		bubble(t, func(t *testing.T, s *shop) {
			s.refused(s.PayPicture(t.Context(), id, strings.NewReader(code(1))), "register.no_sale")
			s.sells("a")
			result := make(chan error)
			go func() { result <- s.PayPicture(t.Context(), id, strings.NewReader(code(1))) }()
			time.Sleep(500 * time.Millisecond)
			s.sells("b")
			s.refused(<-result, "register.not_standing")
			s.is("b", charge.Prepared)
			must(t, s.PayPicture(t.Context(), "", strings.NewReader(code(1))))
			s.is("b", charge.Approved)
			s.even()
		})
	}
}

// A picture shows what lies around as well. The payment code is taken wherever
// it is; of two nobody knows whose money is meant.
func TestSeveralCodesInAPicture(t *testing.T) {
	for name, c := range map[string]struct{ picture, why string }{
		"a poster in the middle":     {"https://shop.example\n" + code(1), ""},
		"a poster beside":            {code(1) + "\nhttps://shop.example\n4006381333931", ""},
		"the same code twice":        {code(1) + "\n" + code(1), ""},
		"two customers":              {code(1) + "\n" + code(2), "picture.several"},
		"two customers and a poster": {"https://shop.example\n" + code(1) + "\n" + code(2), "picture.several"},
		"no payment code among them": {"https://shop.example\n4006381333931", "code.web_address"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, s *shop) {
				s.sells("a")
				err := s.PayPicture(t.Context(), "a", strings.NewReader(c.picture))
				if c.why != "" {
					s.refused(err, c.why)
					s.is("a", charge.Prepared)
					return
				}
				must(t, err)
				s.is("a", charge.Approved)
			})
		})
	}
}

func TestASaleThatIsNone(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		for _, bad := range []int64{0, -1, 1e12} {
			_, err := s.Open(aSale("a", bad), charge.ByAPI)
			if _, ok := err.(*agent.Invalid); !ok {
				t.Errorf("amount %d: %v", bad, err)
			}
		}
		if _, ok := s.Standing(); ok {
			t.Error("a sale stands at the desk")
		}
	})
}
