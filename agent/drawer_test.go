package agent_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/drivers/drawer"
)

// cashDrawer counts how often it was opened.
type cashDrawer struct {
	mu      sync.Mutex
	opened  int
	becomes drawer.Result
}

func (d *cashDrawer) Open(context.Context) drawer.Outcome {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.opened++
	return drawer.Outcome{Result: d.becomes}
}

func (d *cashDrawer) times() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.opened
}

// The cash of a top-up belongs into the drawer, which opens once when the
// wallet has said yes, and for nothing else. A drawer that does not open changes
// nothing of the top-up.
func TestTheDrawerOpensForATopUp(t *testing.T) {
	for _, becomes := range []drawer.Result{drawer.Opened, drawer.Stuck, drawer.Refused} {
		atTill(t, func(t *testing.T, s *till) {
			s.drawer.becomes = becomes
			s.is(s.sells("a", 500, false).Key, charge.Approved)
			synctest.Wait()
			if n := s.drawer.times(); n != 0 {
				t.Errorf("a sale opened the drawer %d times", n)
			}
			s.is(s.sells("b", 3000, true).Key, charge.Approved)
			synctest.Wait()
			if n := s.drawer.times(); n != 1 {
				t.Errorf("a top-up opened the drawer %d times", n)
			}
			s.line.will("topups", deaf)
			rec := s.sells("c", 3000, true)
			s.is(rec.Key, charge.InDoubt)
			time.Sleep(time.Minute) // the inquiry finds that it stands
			want := 1
			if r, err := s.books.Charge(rec.Key); err == nil && r.State == charge.Approved {
				want = 2
			}
			if n := s.drawer.times(); n != want {
				t.Errorf("a top-up in doubt opened the drawer %d times, want %d", n-1, want-1)
			}
		})
	}
}
