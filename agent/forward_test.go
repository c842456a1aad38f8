package agent_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// queued takes so many charges without a network, each of another customer.
func (s *shop) queued(n int) (keys []charge.Key) {
	s.t.Helper()
	s.away(true)
	for i := range n {
		id := fmt.Sprint("q", i)
		s.sells(id)
		s.pays(fmt.Sprintf("OP1:phone%d/1", i))
		keys = append(keys, s.is(id, charge.Queued).Key)
	}
	return keys
}

// A forward whose answer was lost is asked about before it is sent again; one
// that never arrived is sent again, under its key. Either takes the money once.
func TestAForwardIsAskedAboutBeforeItIsRepeated(t *testing.T) {
	for name, c := range map[string]struct {
		first play
		sent  int
	}{
		"the answer was lost":  {lost, 1},
		"the request was lost": {gone, 2},
	} {
		t.Run(name, func(t *testing.T) {
			counting(t, func(t *testing.T, s *shop, _ *taker) {
				key := s.queued(1)[0]
				s.away(false)
				s.own.will("forward", c.first, honest)
				time.Sleep(time.Hour)
				s.is("q0", charge.Approved)
				if n := s.own.count("forward"); n != c.sent || s.own.took(key) != 1 {
					t.Errorf("it was sent %d times, want %d, and debited %d times", n, c.sent, s.own.took(key))
				}
				s.even()
			})
		})
	}
}

// What a wallet refuses afterwards is unpaid and on the manager's list, and
// that customer is not trusted again.
func TestAForwardThatIsRefused(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.queued(1)
		s.away(false)
		s.own.will("forward", play{after: 300 * time.Millisecond, verdict: charge.Declined})
		time.Sleep(time.Hour)
		s.is("q0", charge.Unpaid)
		if !slices.Contains(s.codes(), "charge.unpaid") {
			t.Errorf("troubles are %v", s.codes())
		}
		s.away(true)
		s.sells("again")
		s.refused(s.scan("OP1:phone0/2"), "offline.denied")
		s.is("again", charge.Prepared)
	})
}

// A crash, at whatever moment, changes no key and takes no money twice.
func TestAQueueOutlivesCrashes(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		keys := s.queued(5)
		s.crash()
		s.Obey(agent.Bulletin{Wallet: "own", Version: 1, Expires: time.Now().Add(48 * time.Hour)})
		s.own.will("inquire")
		s.own.will("forward", lost, gone, honest)
		time.Sleep(time.Second)
		s.crash() // while it forwards
		time.Sleep(2 * time.Hour)
		for _, key := range keys {
			if rec, err := s.books.Charge(key); err != nil || rec.State != charge.Approved || s.own.took(key) != 1 {
				t.Errorf("%s is %s, %v, debited %d times", key, rec.State, err, s.own.took(key))
			}
		}
		s.even()
	})
}

// A long queue is gone through a few at a time, those whose code ends first
// before the others, and nobody who pays meanwhile waits for it.
func TestALongQueueGivesWay(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, c *taker) {
		c.limits.Outstanding = 10_000_000
		const many, atOnce = 250, 16
		s.queued(many)
		s.away(false)
		s.own.will("forward", play{after: 100 * time.Millisecond})
		for s.own.count("forward") < 20 {
			time.Sleep(10 * time.Second)
		}
		s.sells("live")
		began := time.Now()
		before := s.own.count("forward")
		s.pays(code(7))
		if took := time.Since(began); took != 300*time.Millisecond || s.own.count("forward") > before+atOnce {
			t.Errorf("a customer waited %s, and %d were forwarded meanwhile", took, s.own.count("forward")-before)
		}
		time.Sleep(time.Hour)
		times := s.own.times("forward")
		for i := atOnce; i < len(times); i++ {
			if times[i]-times[i-atOnce] < 100*time.Millisecond {
				t.Fatalf("%d were forwarded within %s", atOnce+1, times[i]-times[i-atOnce])
			}
		}
		if len(times) != many {
			t.Errorf("%d were forwarded, want %d", len(times), many)
		}
		if e, err := s.books.Exposure(); err != nil || e.Count != 0 {
			t.Errorf("left are %+v, %v", e, err)
		}
		s.even()
	})
}

// A manager writes a charge off while its forward is on its way: the wallet's
// yes is the last word, and nobody has to find it in a list.
func TestAYesAfterAWriteOff(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		key := s.queued(1)[0]
		s.away(false)
		s.own.will("forward", play{after: 2 * time.Second})
		for s.own.count("forward") == 0 {
			time.Sleep(time.Second)
		}
		_, err := s.Resolve(key, agent.WriteOff, "manager")
		must(t, err)
		s.is("q0", charge.Unpaid)
		time.Sleep(time.Hour)
		s.is("q0", charge.Approved)
		if slices.Contains(s.codes(), "charge.unpaid") {
			t.Errorf("troubles are %v", s.codes())
		}
		s.even()
	})
}
