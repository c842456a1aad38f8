package agent_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

// Books that are an older copy of themselves say so until every day since the
// copy has been compared and nothing is left.
func TestRestoredBooksAreMadeWhole(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.paid("a", 100)
		copied := s.store.Snapshot()
		time.Sleep(6 * time.Hour) // to the next business day
		lost := s.paid("b", 200)
		time.Sleep(24 * time.Hour)
		late := s.paid("c", 300)
		must(t, s.books.SaveMark())
		time.Sleep(time.Second)
		old := s.Register
		s.store = copied
		s.start()
		go old.Leave()
		_, err := s.Recover()
		must(t, err)
		s.BooksRestored("older")
		dates := []string{"1999-12-31", "2000-01-01", "2000-01-02"}
		for i, date := range dates {
			report, err := s.Reconcile(t.Context(), date)
			must(t, err)
			if r := report.Restored; r == nil || r.Why == "" || !slices.Equal(r.Days, dates[i+1:]) {
				t.Errorf("%s: %+v", date, r)
			}
		}
		if tr := s.Troubles(); len(tr) != 0 {
			t.Errorf("troubles are %+v", tr)
		}
		s.is(lost.Key, charge.Approved)
		s.is(late.Key, charge.Approved)
		if report := s.reconcile(); report.Restored != nil || report.Left() != 0 {
			t.Errorf("%+v", report)
		}
		s.has(600)
	})
}

// A day with a difference left does not count.
func TestADayThatDiffersLeavesTheBooksRestored(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.paid("a", 100)
		copied := s.store.Snapshot()
		s.paid("b", 200)
		must(t, s.books.SaveMark())
		time.Sleep(time.Second)
		old := s.Register
		s.store = copied
		s.start()
		go old.Leave()
		s.line.will("reconciliation", deaf)
		for range 2 {
			if r := s.reconcile().Restored; r == nil || len(r.Days) != 1 {
				t.Errorf("%+v", r)
			}
		}
		s.line.will("reconciliation")
		if r := s.reconcile().Restored; r == nil || len(r.Days) != 0 {
			t.Errorf("%+v", r)
		}
		if r := s.reconcile().Restored; r != nil {
			t.Errorf("%+v", r)
		}
	})
}

// Reconciling again changes nothing more, to the last entry of the journal.
func TestReconcilingTwiceChangesNothingMore(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		n := 0
		for _, ours := range []charge.State{charge.Approved, charge.Unpaid, charge.Declined, charge.Reversed, charge.Owed, charge.InDoubt, charge.Reversing} {
			for _, theirs := range []charge.State{"", charge.Approved, charge.Reversed, charge.Declined} {
				n++
				s.there(s.here(fmt.Sprint(n), 1000, ours), 1000, theirs)
			}
		}
		s.there("S1-T1-1-900", 1000, charge.Approved)
		time.Sleep(time.Second)
		s.reconcile()
		time.Sleep(10 * time.Minute) // the settlers end what was begun
		entries := func() (n int64) {
			must(t, s.store.View(func(rows book.Rows) error {
				last, err := rows.LastLink()
				n = last.N
				return err
			}))
			return n
		}
		before := entries()
		again := s.reconcile()
		time.Sleep(10 * time.Minute)
		if after := entries(); after != before {
			t.Errorf("%d more entries in the journal", after-before)
		}
		for _, d := range again.Wallets[0].Differences {
			if d.What != agent.NothingOwed || d.Theirs != nil {
				t.Errorf("still different: %+v", d)
			}
		}
		held := int64(0)
		for _, total := range again.Wallets[0].Totals {
			if total.State == charge.Approved && total.Ours != total.Theirs {
				held += total.Theirs.Minor - total.Ours.Minor
			}
			if total.State == charge.Owed {
				held -= 1000 // one of them is held by the wallet; the other it does not know
			}
		}
		if held != 0 {
			t.Errorf("the wallet holds %d yen more than our books say: %+v", held, again.Wallets[0].Totals)
		}
	})
}
