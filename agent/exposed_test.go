package agent_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// offlineNow is what the pages show of the queue.
func (s *shop) offlineNow() agent.OfflineView {
	s.t.Helper()
	v, is := s.WithoutNetwork()
	if !is {
		s.t.Fatal("the register says nothing of what it takes without a network")
	}
	return v
}

// What waits, what room is left and until when: as it is after each charge
// that was taken, and after it was collected.
func TestWhatWaitsIsShown(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		empty := agent.OfflineView{Taking: true, LeftCount: 500, LeftMinor: 100_000}
		if v := s.offlineNow(); v != empty {
			t.Errorf("at the start: %+v", v)
		}
		s.away(true)
		began := time.Now()
		for n := range 3 {
			s.sells(fmt.Sprint("s", n))
			s.pays(fmt.Sprintf("OP1:phone%d/1", n))
			time.Sleep(time.Minute)
		}
		v := s.offlineNow()
		if v.Count != 3 || v.Minor != 3*1280 || v.LeftCount != 497 || v.LeftMinor != 100_000-3*1280 || !v.Taking || !v.Away {
			t.Errorf("three wait: %+v", v)
		}
		if v.Oldest.Sub(began) > time.Second || !v.Until.Equal(v.Oldest.Add(24*time.Hour)) {
			t.Errorf("the oldest is of %s, until %s; it began at %s", v.Oldest, v.Until, began)
		}
		s.Obey(agent.Bulletin{Wallet: "own", Version: 2, Expires: time.Now().Add(48 * time.Hour), MostOffline: 5000})
		if v := s.offlineNow(); v.LeftMinor != 5000-3*1280 {
			t.Errorf("the wallet takes 5000 altogether, and %d are left", v.LeftMinor)
		}
		s.Obey(agent.Bulletin{Wallet: "own", Version: 3, Expires: time.Now().Add(48 * time.Hour), Stops: agent.Stops{Offline: true}})
		if v := s.offlineNow(); v.Taking || v.Away || v.LeftMinor != 0 || v.Count != 3 {
			t.Errorf("the wallet has stopped it: %+v", v)
		}
		s.Obey(agent.Bulletin{Wallet: "own", Version: 4, Expires: time.Now().Add(48 * time.Hour)})
		s.away(false)
		s.Reached("own", nil)
		time.Sleep(10 * time.Minute)
		if v := s.offlineNow(); v != empty {
			t.Errorf("all are collected: %+v", v)
		}
		s.even()
	})
}

// The books are asked once for a change, however many look.
func TestTheBooksAreNotAskedForEveryLook(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, c *taker) {
		s.away(true)
		s.sells("a")
		s.pays("OP1:taro/1")
		s.offlineNow()
		before := c.looks.Load()
		for range 100 {
			s.offlineNow()
		}
		if c.looks.Load() != before {
			t.Errorf("100 looks without a change read the books %d times", c.looks.Load()-before)
		}
		s.sells("b")
		s.pays("OP1:hanako/1")
		for range 100 {
			s.offlineNow()
		}
		if v := s.offlineNow(); c.looks.Load() != before+1 || v.Count != 2 {
			t.Errorf("after one more: %d reads, %+v", c.looks.Load()-before, v)
		}
	})
}

// A change is told: whoever waits for one looks again and sees it.
func TestAChangeOfWhatWaitsIsTold(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.away(true)
		s.sells("a")
		told := s.Changed()
		s.pays("OP1:taro/1")
		<-told
		if v := s.offlineNow(); v.Count != 1 {
			t.Errorf("taken: %+v", v)
		}
		s.away(false)
		for told = s.Changed(); s.offlineNow().Count > 0; told = s.Changed() {
			<-told
		}
	})
}

// A register that takes nothing so has nothing to say of it.
func TestNothingWithoutANetwork(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		if v, is := s.WithoutNetwork(); is {
			t.Errorf("%+v", v)
		}
	})
}

// What another register took waits beside, counts in no limit, and goes when it
// is collected.
func TestWhatIsCarriedIsShown(t *testing.T) {
	counting(t, func(t *testing.T, s *shop, _ *taker) {
		s.away(true)
		key := s.elsewhere()
		told := s.Changed()
		if s.brings(key, "taro") != charge.HandedTaken {
			t.Fatal("it is not taken in")
		}
		<-told
		v := s.offlineNow()
		if v.Count != 0 || v.Minor != 0 || v.Carried != 1 || v.Brought == 0 || v.LeftCount != 500 || v.LeftMinor != 100_000 || !v.Until.IsZero() {
			t.Errorf("one is carried: %+v", v)
		}
		s.away(false)
		time.Sleep(10 * time.Minute)
		if v := s.offlineNow(); v.Carried != 0 || v.Brought != 0 {
			t.Errorf("it is collected: %+v", v)
		}
		s.even()
	})
}
