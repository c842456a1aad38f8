package agent_test

import (
	"slices"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/closing"
	"github.com/posagent/posagent/agent/money"
)

// brings takes in a charge that another register of the store took.
func (s *shop) brings(key charge.Key, phone string) charge.Handed {
	s.t.Helper()
	became, _, err := s.books.TakeOver([]charge.Carried{{
		Key: key, Wallet: "own", Amount: money.Yen(700), Code: charge.CodeMark{Kind: "op1", Hash: phone}, Accepted: time.Now().Add(-time.Hour),
		Proof: charge.Proof{Token: phone, Serial: phone, Until: time.Now().Add(time.Hour), Sealed: []byte("OP1:" + phone), Signature: []byte("theirs")},
		From:  "queue file Q1",
	}}, func(time.Time) string { return "2000-01-01" }, charge.ByManager, "m")
	must(s.t, err)
	s.Collect()
	return became[0]
}

// elsewhere is the key of a charge of another register in the same store.
func (s *shop) elsewhere() charge.Key {
	s.sells("own")
	v, _ := s.Look("own")
	store, _, _, _, err := v.Charge.Key.Parts()
	must(s.t, err)
	key, err := charge.NewKey(store, "T9", 1, 4)
	must(s.t, err)
	return key
}

// What another register took is collected under its key, with its signature and
// without an inquiry: the wallet tells only that register how its key stands.
func TestAChargeOfAnotherRegisterIsCollected(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		key := s.elsewhere()
		s.own.will("forward", lost, gone, honest)
		if got := s.brings(key, "taro"); got != charge.HandedTaken {
			t.Fatalf("brought: %s", got)
		}
		time.Sleep(time.Hour)
		rec, err := s.books.Charge(key)
		if err != nil || rec.State != charge.Approved || s.own.took(key) != 1 || s.own.count("inquire") != 0 {
			t.Errorf("it is %s, %v, debited %d times after %d inquiries", rec.State, err, s.own.took(key), s.own.count("inquire"))
		}
		if got := s.brings(key, "taro"); got != charge.HandedKnown {
			t.Errorf("brought again: %s", got)
		}
		time.Sleep(time.Hour)
		if n := s.own.took(key); n != 1 {
			t.Errorf("debited %d times", n)
		}
	})
}

// What another register sold is in that one's X report, and not in the net of
// the register that collects it as well.
func TestWhatAnotherRegisterSoldIsNoTakingHere(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		key := s.elsewhere()
		time.Sleep(12 * time.Hour) // so that it was taken on this day
		before, err := s.Closing("")
		must(t, err)
		s.own.will("forward", lost, gone, honest)
		s.brings(key, "taro")
		for _, collected := range []bool{false, true} {
			c, err := s.Closing(before.Day.Date)
			must(t, err)
			if got, was := c.Takings[0], before.Takings[0]; got.Net() != was.Net() || got.Brought != (closing.Sum{Count: 1, Minor: 700}) || got.Paid != was.Paid {
				t.Errorf("collected %v: brought %v, %s", collected, got.Brought, told(c))
			}
			if len(c.Rates) != len(before.Rates) || len(c.Rates) > 0 && c.Rates[0] != before.Rates[0] {
				t.Errorf("collected %v: the rates became %v", collected, c.Rates)
			}
			time.Sleep(time.Hour)
		}
	})
}

// One that is refused is on this register's list: the other one may be gone.
func TestAChargeOfAnotherRegisterIsRefused(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		key := s.elsewhere()
		s.own.will("forward", play{after: time.Millisecond, verdict: charge.Declined})
		s.brings(key, "taro")
		time.Sleep(time.Hour)
		if !slices.Contains(s.codes(), "charge.unpaid") {
			t.Errorf("troubles are %v", s.codes())
		}
	})
}

// What left with a queue file is not sent from here, and asked about until it
// is known how it ended; whoever waits for it for long is told.
func TestWhatLeftIsOnlyAskedAbout(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		keys := s.queued(2)
		moved, err := s.books.MoveOut(keys, "Q1", false, charge.ByManager, "m")
		must(t, err)
		s.Reread(moved)
		s.away(false)
		time.Sleep(23 * time.Hour)
		if len(moved) != 2 || s.own.count("forward") != 0 || slices.Contains(s.codes(), "offline.moved") {
			t.Fatalf("%d left, %d were sent from here, troubles %v", len(moved), s.own.count("forward"), s.codes())
		}
		s.own.mu.Lock()
		s.own.rule(keys[0], charge.Approved) // the other register has forwarded it
		s.own.mu.Unlock()
		time.Sleep(3 * time.Hour)
		s.is("q0", charge.Approved)
		s.is("q1", charge.Forwarding)
		if !slices.Contains(s.codes(), "offline.moved") {
			t.Errorf("after 26 hours: %v", s.codes())
		}
		again := s.own.count("forward")
		_, err = s.books.MoveBack(keys, charge.ByManager, "m")
		must(t, err)
		s.Collect()
		time.Sleep(time.Hour)
		s.is("q1", charge.Approved)
		if slices.Contains(s.codes(), "offline.moved") || s.own.count("forward") != again+1 {
			t.Errorf("taken back: %v, %d forwards", s.codes(), s.own.count("forward")-again)
		}
		s.even()
	})
}
