package agent_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// breaks lets requests to own be lost, each for a sale of its own, until the
// wallet is paused, and gives the doubts up to the background.
func (s *shop) breaks(p play) {
	s.t.Helper()
	s.own.will("charge", p)
	s.own.will("inquire", gone)
	s.own.will("reverse", gone)
	for n := range 5 {
		s.sells(fmt.Sprintf("lost-%d", n))
		if err := s.scan(code(900 + n)); err != nil {
			s.refused(err, "wallet.paused") // inquiries of the first ones count as well
		}
	}
	synctest.Wait()
	if !slices.Contains(s.codes(), "wallet.paused") {
		s.t.Fatalf("five requests were lost, and the troubles are %v", s.codes())
	}
}

// A paused wallet gets nothing of a customer's: the scan is refused before a
// mark or a byte, and the sale stays for another wallet.
func TestAPausedWallet(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.breaks(lost)
		key := s.sells("a").Charge.Key
		before := s.own.count("charge")
		s.refused(s.scan(code(1)), "wallet.paused")
		rec := s.is("a", charge.Prepared)
		if links, err := s.books.Links(key); err != nil || len(links) != 1 || rec.Attempts != 0 || s.own.count("charge") != before {
			t.Errorf("after the refusal: %+v, %d journal entries (%v), %d requests", rec, len(links), err, s.own.count("charge")-before)
		}
		if v := s.LastRefusal(); v == nil || v.Why != "wallet.paused" || s.Counts().Paused["own"] != 1 {
			t.Errorf("the cashier reads %+v, counted %v", v, s.Counts().Paused)
		}
		s.pays(payPay(1)) // the other wallet takes it, under the same key
		if rec = s.is("a", charge.Approved); rec.Key != key || rec.Wallet != "paypay" {
			t.Errorf("paid: %+v", rec)
		}
	})
}

// A refused scan has not used the code up.
func TestACodeThatWasRefusedByThePauseIsTakenLater(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.breaks(lost)
		s.sells("a")
		s.refused(s.scan(code(1)), "wallet.paused")
		for _, what := range []string{"charge", "inquire", "reverse"} {
			s.own.will(what, honest)
		}
		time.Sleep(20 * time.Second)
		s.pays(code(1))
		s.is("a", charge.Approved)
		if slices.Contains(s.codes(), "wallet.paused") {
			t.Errorf("troubles %v", s.codes())
		}
		time.Sleep(5 * time.Minute)
		s.even()
	})
}

// Any word of the wallet ends the pause, also one that proves nothing about a
// charge; silence does not.
func TestWhatEndsAPause(t *testing.T) {
	for name, c := range map[string]struct {
		word play
		ends bool
	}{
		"approved":        {answers(charge.Approve), true},
		"declined":        {answers(charge.Decline), true},
		"pending":         {answers(charge.Wait), true},
		"unknown key":     {answers(charge.Lose), true},
		"nothing left":    {missed, false},
		"nothing came":    {gone, false},
		"nonsense":        {play{event: charge.Lose, reason: charge.ReasonBadAnswer, deaf: true}, false},
		"another's words": {play{event: charge.Lose, reason: charge.ReasonAnswerOther, deaf: true}, false},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, s *shop) {
				s.breaks(lost)
				s.own.will("inquire", c.word)
				time.Sleep(20 * time.Second)
				if open := slices.Contains(s.codes(), "wallet.paused"); open == c.ends {
					t.Errorf("paused: %v, want %v", open, !c.ends)
				}
			})
		})
	}
}

// When nothing is in doubt any more, the register itself asks about the newest
// key, every five seconds, and never with a customer's charge.
func TestAPausedWalletIsProbed(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("charge", missed)
		s.own.will("inquire", missed)
		for n := range 5 {
			s.pays(code(n)) // nothing leaves, so nothing is in doubt
		}
		s.refused(s.scan(code(6)), "wallet.paused")
		began := time.Since(s.own.born)
		time.Sleep(26 * time.Second)
		want := []time.Duration{}
		for n := 1; n <= 5; n++ {
			want = append(want, began+time.Duration(n)*5*time.Second)
		}
		if got := s.own.times("inquire"); !slices.Equal(got, want) || s.own.count("charge") != 5 {
			t.Errorf("probed at %v, want %v; %d requests", got, want, s.own.count("charge"))
		}
		s.own.will("charge", honest)
		s.own.will("inquire", honest)
		time.Sleep(5 * time.Second)
		s.pays(code(6))
		probes := s.own.count("inquire")
		time.Sleep(time.Minute)
		s.is("a", charge.Approved)
		if s.own.count("inquire") != probes {
			t.Error("a wallet that answers is still probed")
		}
		s.even()
	})
}

// The inquiries of a charge in doubt are probe enough.
func TestADoubtIsProbeEnough(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.under(func(w *charge.Terms) {
			w.Inquiries, w.GiveUp, w.GiveUpPending = []time.Duration{time.Second}, time.Hour, time.Hour
		})
		s.own.will("charge", lost)
		s.own.will("inquire", missed)
		s.sells("a")
		s.pays(code(1))
		time.Sleep(10500 * ms) // between two inquiries
		if !slices.Contains(s.codes(), "wallet.paused") {
			t.Fatalf("troubles %v", s.codes())
		}
		before := s.own.count("inquire")
		time.Sleep(20 * time.Second)
		if n := s.own.count("inquire") - before; n != 20 {
			t.Errorf("asked %d times in 20 s, want the 20 of the doubt", n)
		}
		s.own.will("inquire", honest)
		time.Sleep(2 * time.Second)
		s.is("a", charge.Approved)
		if slices.Contains(s.codes(), "wallet.paused") {
			t.Errorf("troubles %v", s.codes())
		}
	})
}

// What the probe learns about a charge that counted as settled is proof: the
// wallet said no and took the money, and now it goes back.
func TestAProbeThatFindsMoney(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.doubt("x", lost)
		key := s.sells("a").Charge.Key
		s.own.will("charge", play{after: 300 * ms, event: charge.Decline})
		s.pays(code(77))
		s.is("a", charge.Declined)
		s.own.will("inquire", missed)
		s.own.will("reverse", missed)
		time.Sleep(time.Minute)
		if !slices.Contains(s.codes(), "wallet.paused") || s.own.took(key) != 1 {
			t.Fatalf("troubles %v, %d debits: the test proves nothing", s.codes(), s.own.took(key))
		}
		s.own.will("inquire", honest)
		time.Sleep(10 * time.Second)
		s.is("a", charge.Reversing)
		s.own.will("reverse", honest)
		time.Sleep(time.Minute)
		s.is("a", charge.Reversed)
		s.is("x", charge.Reversed)
		s.even()
	})
}

// The wallet denies what it approved. Nothing is taken back for that alone, but
// a person must look, also after a restart.
func TestAProbeThatContradicts(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.doubt("x", gone)
		key := s.sells("a").Charge.Key
		s.own.will("charge", honest)
		s.pays(code(77))
		s.is("a", charge.Approved)
		s.own.will("inquire", missed)
		s.own.will("reverse", missed)
		time.Sleep(time.Minute)
		s.own.will("inquire", answers(charge.Decline))
		time.Sleep(10 * time.Second)
		if rec := s.is("a", charge.Approved); rec.Alarms != 1 {
			t.Errorf("%d alarms", rec.Alarms)
		}
		s.hasTrouble("charge.alarm", key)
		s.crash()
		synctest.Wait()
		s.hasTrouble("charge.alarm", key)
		time.Sleep(49 * time.Hour)
		s.crash()
		synctest.Wait()
		if slices.Contains(s.codes(), "charge.alarm") {
			t.Errorf("two days later: %v", s.codes())
		}
	})
}

// Declines are words, however many; losses that are far apart are bad luck.
func TestWhatDoesNotPause(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.own.verdict = charge.Declined
		s.sells("a")
		for n := range 12 {
			s.pays(code(n))
		}
		if len(s.codes()) != 0 {
			t.Errorf("after twelve declines: %v", s.codes())
		}
		s.own.will("charge", missed)
		s.own.will("inquire", missed) // no probe may end a pause unseen
		for n := range 12 {
			s.sells(fmt.Sprint(n))
			s.pays(code(100 + n))
			time.Sleep(16 * time.Second)
		}
		if slices.Contains(s.codes(), "wallet.paused") {
			t.Error("five losses in over a minute paused the wallet")
		}
	})
}

// The pause ends with the run of the register: a start tries anew.
func TestLeavingWhilePaused(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.breaks(lost)
		began := time.Now()
		s.Leave()
		if took := time.Since(began); took > 100*ms {
			t.Errorf("leaving took %s", took)
		}
		s.crash()
		if slices.Contains(s.codes(), "wallet.paused") {
			t.Errorf("troubles %v", s.codes())
		}
	})
}

func TestUnknown(t *testing.T) {
	for _, c := range []struct {
		event  charge.Event
		reason charge.Reason
		want   bool
	}{
		{charge.Miss, charge.ReasonUnreachable, true},
		{charge.Lose, charge.ReasonTimeout, true},
		{charge.Lose, charge.ReasonBadAnswer, true},
		{charge.Lose, charge.ReasonAnswerOther, true},
		{charge.Lose, charge.ReasonCodeUnknown, false},
		{charge.Approve, "", false}, {charge.Decline, charge.ReasonFunds, false}, {charge.Wait, "", false},
		{charge.Confirm, "", false}, {charge.Refuse, charge.ReasonCannot, false},
	} {
		if got := agent.Unknown(charge.Answer{Step: charge.Step{Event: c.event, Reason: c.reason}}); got != c.want {
			t.Errorf("%s %s: unknown is %v", c.event, c.reason, got)
		}
	}
}
