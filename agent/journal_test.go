package agent_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/drivers/scanner"
)

// The wallet has answered and the disk cannot take it. Nobody is told yes or
// no, nothing more is sold, and the next start settles the charge.
func TestTheOutcomeCannotBeWritten(t *testing.T) {
	for _, verdict := range []charge.State{charge.Approved, charge.Declined, charge.Pending} {
		bubble(t, func(t *testing.T, s *shop) {
			s.sells("a")
			s.own.verdict = verdict
			walked := make(chan error)
			go func() { walked <- s.scan(code(1)) }()
			time.Sleep(200 * ms)
			s.disk.breaks(true)
			if err := <-walked; !errors.Is(err, errDisk) {
				t.Errorf("the walk ended with %v", err)
			}
			v, _ := s.Standing()
			if v.Charge.State != charge.InDoubt || !v.Checking || len(s.press.papers()) != 0 {
				t.Errorf("%s at the wallet: the cashier sees %s, %d papers", verdict, v.Charge.State, len(s.press.papers()))
			}
			if !slices.Contains(s.codes(), "journal.dead") {
				t.Errorf("troubles are %v", s.codes())
			}
			s.disk.breaks(false) // a disk that comes back is not trusted before a restart
			_, err := s.Open(aSale("b", 500), charge.ByCashier)
			s.refused(err, "journal.dead")
			s.refused(s.scan(code(2)), "register.in_doubt")
			if n := s.own.count("charge"); n != 1 {
				t.Errorf("%d requests", n)
			}
			s.crash()
			time.Sleep(2 * time.Minute)
			s.even()
		})
	}
}

// The disk fails in the moment of the mark alone. The outcome brings the mark
// along, and a yes is a yes.
func TestTheMarkCannotBeWritten(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		walked := make(chan error)
		go func() { walked <- s.scan(code(1)) }()
		s.disk.breaks(true)
		time.Sleep(100 * ms)
		s.disk.breaks(false)
		must(t, <-walked)
		if rec := s.is("a", charge.Approved); rec.Attempts != 1 {
			t.Errorf("paid in %d attempts", rec.Attempts)
		}
		s.even()
	})
}

// A cancel that cannot be written is no cancel, and says so.
func TestACancelCannotBeWritten(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("charge", play{after: 2 * time.Second})
		walked := make(chan error)
		go func() { walked <- s.scan(code(1)) }()
		time.Sleep(time.Second)
		s.disk.breaks(true)
		if _, err := s.Cancel("a", charge.ByCashier, ""); !errors.Is(err, errDisk) {
			t.Errorf("the cancel ended with %v", err)
		}
		if err := <-walked; err == nil {
			t.Error("the walk ended well on a broken disk")
		}
		s.crash()
		time.Sleep(2 * time.Minute)
		s.even()
	})
}

// A cancel is on the disk, but its commit came back as an error. A scan that
// waited for it must send nothing: at the next start the charge is found given
// up, and nobody would ask the wallet for it.
func TestACancelThatIsKeptButSaidToHaveFailed(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.disk.takes(100 * ms)
		s.disk.lies(true)
		cancelled := make(chan error, 1)
		go func() {
			_, err := s.Cancel("a", charge.ByCashier, "")
			cancelled <- err
		}()
		time.Sleep(50 * ms) // it holds the charge's pen
		s.refused(s.scan(code(1)), "journal.dead")
		if err := <-cancelled; !errors.Is(err, errDisk) {
			t.Errorf("the cancel ended with %v", err)
		}
		if n := s.own.count("charge"); n != 0 {
			t.Errorf("%d requests were sent", n)
		}
		s.crash()
		time.Sleep(2 * time.Minute)
		s.even()
	})
}

// A full disk refuses before anything is sent, and lets go when there is room.
func TestADiskWithoutRoom(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.room = errors.New("3 MB free")
		s.refused(s.scan(code(1)), "disk.full")
		_, err := s.Open(aSale("b", 500), charge.ByCashier)
		s.refused(err, "disk.full")
		if !slices.Contains(s.codes(), "disk.full") || s.own.count("charge") != 0 {
			t.Errorf("troubles %v, %d requests", s.codes(), s.own.count("charge"))
		}
		s.is("a", charge.Prepared)
		s.room = nil
		s.pays(code(1))
		s.is("a", charge.Approved)
		if len(s.codes()) != 0 {
			t.Errorf("troubles %v", s.codes())
		}
	})
}

func TestBooksThatAreDamaged(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.Damaged(errors.New("page 7"))
		s.refused(s.scan(code(1)), "journal.dead")
		if s.own.count("charge") != 0 {
			t.Error("something was sent")
		}
	})
}

// An answer that contradicts the books calls for the manager.
func TestAnAlarm(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("charge", answers(charge.Confirm))
		s.pays(code(1))
		if rec := s.is("a", charge.Sent); rec.Alarms != 1 || !slices.Contains(s.codes(), "charge.alarm") {
			t.Errorf("%d alarms, troubles %v", rec.Alarms, s.codes())
		}
	})
}

// Leaving lets a walk come to its outcome and its receipt, and takes nothing
// new.
func TestLeaveDuringAWalk(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.press.takes = time.Second
		s.own.will("charge", play{after: 2 * time.Second})
		walked := make(chan error, 1)
		go func() { walked <- s.scan(code(1)) }()
		time.Sleep(time.Second)
		left := make(chan struct{})
		go func() { s.Leave(); close(left) }()
		time.Sleep(500 * ms)
		_, err := s.Open(aSale("b", 500), charge.ByAPI)
		s.refused(err, "register.busy")
		<-left
		must(t, <-walked)
		if rec := s.is("a", charge.Approved); rec.Paper != charge.PaperDone {
			t.Errorf("paper is %s", rec.Paper)
		}
		_, err = s.Open(aSale("b", 500), charge.ByAPI)
		s.refused(err, "register.busy")
		s.refused(s.scan(code(2)), "register.busy")
		s.even()
	})
}

// A doubt does not hold leaving up; the next start goes on with it.
func TestLeaveDuringADoubt(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		s.sells("a")
		s.own.will("charge", lost)
		s.own.will("inquire", gone, honest)
		s.pays(code(1))
		time.Sleep(time.Second) // an inquiry is under way
		before := time.Now()
		s.Leave()
		if took := time.Since(before); took > 100*ms {
			t.Errorf("leaving took %s", took)
		}
		s.is("a", charge.InDoubt)
		s.crash()
		time.Sleep(time.Minute)
		s.is("a", charge.Approved)
		s.even()
	})
}

// Run takes the scanner's scans, gives up what nobody paid for half an hour,
// and what nobody paid when it ends.
func TestRun(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		ctx, stop := context.WithCancel(t.Context())
		scans := make(chan scanner.Scan)
		ended := make(chan struct{})
		go func() { s.Run(ctx, scans); close(ended) }()
		s.sells("a")
		scans <- scanner.Scan{Data: []byte(code(1))}
		scans <- scanner.Scan{Data: []byte("hello")}
		time.Sleep(time.Second)
		s.is("a", charge.Approved)
		s.sells("b")
		time.Sleep(29 * time.Minute)
		s.is("b", charge.Prepared)
		time.Sleep(2 * time.Minute)
		if rec := s.is("b", charge.Abandoned); rec.Reason != charge.ReasonIdle || rec.By != charge.ByTimer {
			t.Errorf("given up by %s because of %q", rec.By, rec.Reason)
		}
		s.refused(s.scan(code(2)), "register.no_sale")
		close(scans) // the scanner leaves; the register stays
		s.sells("c")
		time.Sleep(time.Minute)
		stop()
		<-ended
		s.is("c", charge.Abandoned)
		s.even()
	})
}
