package agent_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// What waits for a person waits for that person, also over a restart, and is
// gone when it is done.
func TestTroublesThatLast(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		unpaid := s.doubt("a", gone)
		s.decides(unpaid, agent.ShownPaid)
		s.decides(unpaid, agent.WriteOff)
		owed := s.doubt("b", gone)
		s.own.will("reverse", gone)
		s.decides(owed, agent.NotPaid)
		s.decides(owed, agent.WriteOff)
		for range 2 {
			s.hasTrouble("charge.unpaid", unpaid)
			s.hasTrouble("charge.owed", owed)
			s.crash()
			synctest.Wait()
		}
		s.decides(owed, agent.GaveBack)
		if slices.Contains(s.codes(), "charge.owed") {
			t.Errorf("troubles %v", s.codes())
		}
		s.crash()
		synctest.Wait()
		s.hasTrouble("charge.unpaid", unpaid)
		if slices.Contains(s.codes(), "charge.owed") {
			t.Errorf("after a restart: %v", s.codes())
		}
	})
}

// The books cannot be read for a moment after the start. That is told in the
// log, and selling goes on.
func TestRemindingFromBooksThatCannotBeRead(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.pays(code(1))
		s.crash()
		s.disk.blinds(true)
		synctest.Wait()
		s.disk.blinds(false)
		s.sells("b")
		s.pays(code(2))
		s.is("b", charge.Approved)
	})
}

// An alarm on a charge that is not at its end is raised again after a restart.
func TestAnAlarmOutlivesARestart(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		key := s.sells("a").Charge.Key
		s.own.will("charge", answers(charge.Confirm))
		s.own.will("inquire", missed)
		s.own.will("reverse", missed)
		s.pays(code(1))
		s.hasTrouble("charge.alarm", key)
		for range 2 {
			s.crash()
			s.hasTrouble("charge.alarm", key)
			time.Sleep(50 * time.Hour) // it is still being reversed
		}
	})
}

// Books that cannot take a new charge could not take an outcome either. A sale
// that they refuse is no trouble.
func TestASaleThatCannotBePrepared(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.doubt("a", lost)
		s.sells("b")
		if _, err := s.Open(aSale("a", 1280), charge.ByAPI); err == nil {
			t.Error("a sale in doubt got a second key")
		}
		other := aSale("b", 999)
		if _, err := s.Open(other, charge.ByAPI); err == nil {
			t.Error("a sale changed its amount")
		}
		if slices.Contains(s.codes(), "journal.dead") {
			t.Fatalf("after refusals: %v", s.codes())
		}
		s.disk.breaks(true)
		if _, err := s.Open(aSale("c", 500), charge.ByAPI); err == nil {
			t.Error("opened on a broken disk")
		}
		s.disk.breaks(false)
		if !slices.Contains(s.codes(), "journal.dead") {
			t.Errorf("troubles %v", s.codes())
		}
		_, err := s.Open(aSale("d", 500), charge.ByAPI)
		s.refused(err, "journal.dead")
	})
}

// The wallet's clock and ours differ by so much that good codes count as
// expired: somebody must be told which clock to look at.
func TestAClockThatIsOff(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		for n, c := range []struct {
			off  time.Duration
			told bool
		}{{0, false}, {29 * time.Second, false}, {31 * time.Second, true}, {time.Hour, true}, {-29 * time.Second, false}, {-31 * time.Second, true}, {0, false}} {
			s.own.clock = c.off
			s.sells(string(rune('a' + n)))
			s.pays(code(n))
			if told := slices.Contains(s.codes(), "clock.off"); told != c.told {
				t.Errorf("off by %s: %v, want %v", c.off, told, c.told)
			}
		}
		s.own.clock = time.Hour
		s.own.will("charge", lost) // silence says nothing of a clock
		s.sells("z")
		s.pays(code(50))
		if slices.Contains(s.codes(), "clock.off") {
			t.Errorf("troubles %v", s.codes())
		}
	})
}

func TestBooksThatWereRestored(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.BooksRestored("the mark beside the books is of a later time")
		if tr := s.Troubles(); len(tr) != 1 || tr[0].Code != "books.restored" || tr[0].Detail == "" {
			t.Errorf("troubles %+v", tr)
		}
		s.sells("a") // selling goes on: keys are never issued twice
		s.pays(code(1))
		s.is("a", charge.Approved)
	})
}
