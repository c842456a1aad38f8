package agent_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/book"
)

// Books that are an older copy of themselves say so until every day since the
// copy has been compared and nothing is left.
func TestRestoredBooksAreMadeWhole(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		time.Sleep(24 * time.Hour) // into the first day that can be named
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
		dates := []string{"2000-01-01", "2000-01-02", "2000-01-03"}
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

// An older copy may have forgotten a refund, and not every wallet counts what a
// shop gives back: until the days are compared, only what was paid since this
// start goes back. The same wish as before still finds its refund.
func TestNothingOldIsRefundedFromAnOlderCopy(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		of := s.paid("a", 100)
		wish := agent.Refunding{Of: of.Key, Amount: money.Yen(10), By: charge.ByManager, Wish: "before the copy"}
		known, err := s.Refund(wish)
		must(t, err)
		time.Sleep(time.Second)
		copied := s.store.Snapshot()
		_, err = s.refund(of.Key, 80)
		must(t, err)
		time.Sleep(time.Second)
		must(t, s.books.SaveMark())
		old := s.Register
		s.store = copied
		s.start()
		go old.Leave()
		_, err = s.Recover()
		must(t, err)
		_, err = s.refund(of.Key, 80)
		s.wants(err, "refund.books_restored")
		if again, err := s.Refund(wish); err != nil || again.Key != known.Key {
			t.Errorf("the wish of before the copy is %s, %v; want %s", again.Key, err, known.Key)
		}
		today := s.paid("b", 50)
		_, err = s.refund(today.Key, 50)
		must(t, err)
		time.Sleep(time.Second)
		s.reconcile()
		if _, older := s.books.Restored(); older {
			t.Fatal("the day was compared and the books are still an older copy")
		}
		_, err = s.refund(of.Key, 80)
		s.wants(err, "refund.too_much") // the lost one was adopted
		_, err = s.refund(of.Key, 10)
		must(t, err)
		time.Sleep(time.Second)
		s.has(0)
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
