package agent_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// A register that has sold nothing yet asks about charges only while it
// compares a day. When that pauses the wallet, there is a key to probe it with,
// and the pause ends once the wallet answers.
func TestAPauseOfARegisterThatHasSoldNothing(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.here("a", 1000, charge.Approved) // and the wallet does not list it
		time.Sleep(time.Second)
		s.line.will("inquiry", busy)
		for range 5 {
			s.reconcile()
		}
		if !s.tells("wallet.paused", "own") {
			t.Fatal("not paused: the test proves nothing")
		}
		asked := s.line.count("inquiry")
		time.Sleep(time.Minute)
		if n := s.line.count("inquiry") - asked; n < 10 {
			t.Errorf("probed %d times in a minute", n)
		}
		s.line.will("inquiry")
		time.Sleep(10 * time.Second)
		if s.tells("wallet.paused", "own") {
			t.Error("the wallet answers, and is still paused")
		}
		s.paid("b", 100)
	})
}

// After a restart nothing was sold yet, and the wallet could not do refunds of
// older payments. The key of one of them is good enough to probe it with: the
// next customer can pay.
func TestAPauseThatOnlyRefundsHaveBrought(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		var paid []charge.Record
		for n := range 6 {
			paid = append(paid, s.paid(fmt.Sprint("p", n), 100))
		}
		s.crash()
		s.line.will("refunds", busy)
		for _, of := range paid {
			_, err := s.refund(of.Key, 100)
			must(t, err)
		}
		time.Sleep(200 * ms)
		if !s.tells("wallet.paused", "own") {
			t.Fatal("not paused: the test proves nothing")
		}
		for began := time.Now(); s.tells("wallet.paused", "own"); time.Sleep(100 * ms) {
			if time.Since(began) > 10*time.Second {
				t.Fatal("nothing ends the pause")
			}
		}
		s.paid("later", 100)
	})
}

// Refunds that the wallet cannot do just now keep the line busy, but they say
// nothing of charges: the probe is made all the same, and customers can pay.
func TestRefundsThatFailKeepNoProbeAway(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		var paid []charge.Record
		for n := range 12 {
			paid = append(paid, s.paid(fmt.Sprint("p", n), 100))
		}
		s.line.will("refunds", busy)
		for _, of := range paid {
			_, err := s.refund(of.Key, 100)
			must(t, err)
			time.Sleep(2700 * ms)
		}
		if n := s.line.count("refunds"); n < 20 || s.line.count("inquiry") == 0 {
			t.Fatalf("%d refunds were sent and %d inquiries: the test proves nothing", n, s.line.count("inquiry"))
		}
		paused := 0
		for n := range 100 {
			time.Sleep(13 * time.Second)
			if s.tells("wallet.paused", "own") {
				time.Sleep(6 * time.Second) // longer than a probe is away
				if paused++; s.tells("wallet.paused", "own") {
					t.Fatalf("paused for good after %d refunds and %d inquiries", s.line.count("refunds"), s.line.count("inquiry"))
				}
			}
			s.paid(fmt.Sprint("later ", n), 100)
		}
		if paused == 0 {
			t.Error("never paused: the test proves nothing")
		}
	})
}

// Whoever asked for a comparison has gone. What that cuts off is no silence of
// the wallet, which is not paused for it.
func TestAReconciliationThatIsCutOffSaysNothingOfTheWallet(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		key := s.here("a", 1000, charge.Approved) // and the wallet does not list it
		time.Sleep(time.Second)
		s.line.will("inquiry", deaf)
		for range 6 {
			ctx, cancel := context.WithCancel(t.Context())
			time.AfterFunc(330*ms, cancel) // three lists, then the inquiry
			if _, err := s.Reconcile(ctx, ""); err != nil {
				t.Errorf("cut off: %v", err)
			}
		}
		if n := s.line.count("inquiry"); n != 6 {
			t.Fatalf("%d inquiries were cut off: the test proves nothing", n)
		}
		s.is(key, charge.Approved)
		if tr := s.Troubles(); len(tr) != 0 {
			t.Errorf("the wallet is well, and troubles are %+v", tr)
		}
		s.paid("b", 100)
	})
}
