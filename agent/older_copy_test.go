package agent_test

import (
	"slices"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/book/memory"
)

// goesBack starts the register with an older copy of its books, which it
// notices.
func (s *till) goesBack(copied *memory.Store) {
	s.t.Helper()
	must(s.t, s.books.SaveMark())
	time.Sleep(time.Second)
	s.Leave()
	s.store = copied
	s.start()
	if _, older := s.books.Restored(); !older {
		s.t.Fatal("not noticed as an older copy: the test proves nothing")
	}
	_, err := s.Recover()
	must(s.t, err)
}

// handedOver is a sale that was paid, whose goods are gone, and a copy of the
// books from when it was not yet: prepared, or in doubt.
func (s *till) handedOver(then charge.State) (charge.Record, *memory.Store) {
	s.t.Helper()
	s.paid("before", 100)
	_, err := s.Open(aSale("a", 1000), charge.ByCashier)
	must(s.t, err)
	copied := s.store.Snapshot()
	if then == charge.InDoubt {
		s.line.will("charges", mute, fine)
	}
	must(s.t, s.scans())
	if then == charge.InDoubt {
		copied = s.store.Snapshot()
		time.Sleep(10 * time.Second) // an inquiry
	}
	v, err := s.Look("a")
	must(s.t, err)
	rec := s.is(v.Charge.Key, charge.Approved)
	if rec.Goods() != charge.HandOver {
		s.t.Fatalf("the goods of %+v are not gone", rec)
	}
	s.paid("after", 200)
	return rec, copied
}

// A copy of the books from before a sale was paid takes nothing back: its goods
// are gone. The wallet is asked first, and its yes is what the books say then.
func TestAnOlderCopyAsksBeforeItUndoes(t *testing.T) {
	for _, then := range []charge.State{charge.Prepared, charge.InDoubt} {
		t.Run(string(then), func(t *testing.T) {
			atTill(t, func(t *testing.T, s *till) {
				rec, copied := s.handedOver(then)
				s.goesBack(copied)
				time.Sleep(time.Minute)
				if now := s.is(rec.Key, charge.Approved); now.Reason != charge.ReasonRecovered || now.By != charge.ByRecovery || now.Wallet != "own" {
					t.Errorf("it is %+v", now)
				}
				if n := s.line.count("reversal"); n != 0 {
					t.Errorf("%d reversals were sent", n)
				}
				if report := s.reconcile(); report.Left() != 0 {
					t.Errorf("%+v", report)
				}
				s.has(1300)
			})
		})
	}
}

// The same holds for a copy of books that are an older copy already, while
// nobody has compared those with the wallets.
func TestACopyOfAnOlderCopyAsksBeforeItUndoes(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.paid("first", 100)
		copied := s.store.Snapshot()
		s.paid("lost", 300)
		s.goesBack(copied)
		rec, copied := s.handedOver(charge.Prepared)
		s.goesBack(copied)
		time.Sleep(time.Minute)
		if now := s.is(rec.Key, charge.Approved); now.Reason != charge.ReasonRecovered {
			t.Errorf("it is %+v", now)
		}
		if n := s.line.count("reversal"); n != 0 {
			t.Errorf("%d reversals were sent", n)
		}
	})
}

// The wallet's yes comes, and cannot be written down: that is no reason to undo
// what is paid. The next start asks again.
func TestAnOlderCopyThatCannotWriteTheYes(t *testing.T) {
	for _, then := range []charge.State{charge.Prepared, charge.InDoubt} {
		t.Run(string(then), func(t *testing.T) {
			atTill(t, func(t *testing.T, s *till) {
				rec, copied := s.handedOver(then)
				s.goesBack(copied)
				s.disk.takes(100 * ms)
				s.disk.breaks(true)
				for !slices.ContainsFunc(s.Troubles(), func(w agent.Trouble) bool { return w.Code == "journal.dead" }) {
					time.Sleep(ms)
				}
				s.disk.breaks(false) // the next write would be kept
				time.Sleep(time.Hour)
				s.is(rec.Key, then)
				s.crash()
				time.Sleep(time.Minute)
				s.is(rec.Key, charge.Approved)
				if n := s.line.count("reversal"); n != 0 {
					t.Errorf("%d reversals were sent", n)
				}
				s.has(1300)
			})
		})
	}
}

// While the wallet is away an older copy waits, for however long and over
// another restart: it neither gives a doubt up nor undoes what it has as not
// sent, because it cannot know.
func TestAnOlderCopyWaitsForTheWallet(t *testing.T) {
	for _, then := range []charge.State{charge.Prepared, charge.InDoubt} {
		for _, away := range []fault{deaf, unsent, busy} {
			t.Run(string(then)+", "+string(away), func(t *testing.T) {
				atTill(t, func(t *testing.T, s *till) {
					rec, copied := s.handedOver(then)
					s.line.will("inquiry", away)
					s.line.will("reversal", fine)
					s.goesBack(copied)
					time.Sleep(time.Hour)
					s.is(rec.Key, then)
					s.crash()
					time.Sleep(time.Hour)
					s.is(rec.Key, then)
					if n := s.line.count("reversal"); n != 0 {
						t.Errorf("%d reversals were sent", n)
					}
					s.line.will("inquiry")
					time.Sleep(10 * time.Minute)
					s.is(rec.Key, charge.Approved)
					s.has(1300)
				})
			})
		}
	}
}

// What the wallet has not taken any money for is undone by an older copy as by
// any books, once the wallet has been asked.
func TestAnOlderCopyUndoesWhatWasNotPaid(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.paid("before", 100)
		v, err := s.Open(aSale("a", 1000), charge.ByCashier)
		must(t, err)
		copied := s.store.Snapshot()
		s.paid("after", 200)
		s.goesBack(copied)
		time.Sleep(time.Minute)
		s.is(v.Charge.Key, charge.Reversed)
		if asked := s.line.count("inquiry"); asked == 0 {
			t.Error("undone without a question")
		}
		s.has(300)
	})
}

// A program repeats a wish that the copy has forgotten. It is no second refund:
// until the books are compared with the wallet's, nothing old is refunded.
func TestAWishThatAnOlderCopyHasForgotten(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		of := s.paid("a", 1000)
		copied := s.store.Snapshot()
		want := agent.Refunding{Of: of.Key, Amount: money.Yen(400), By: charge.ByAPI, Wish: "w"}
		_, err := s.Refund(want)
		must(t, err)
		time.Sleep(time.Second)
		s.has(600)
		s.goesBack(copied)
		for range 3 {
			_, err = s.Refund(want)
			s.wants(err, "refund.books_restored")
			time.Sleep(time.Minute)
		}
		s.has(600)
		s.reconcile() // the lost refund is adopted, without its wish
		if _, older := s.books.Restored(); older {
			t.Fatal("the day was compared, and the books are still an older copy")
		}
		_, err = s.Refund(want)
		s.wants(err, "refund.recovered")
		s.has(600)
		want.By, want.Wish = charge.ByManager, "another"
		_, err = s.Refund(want) // a person knows that it is another one
		must(t, err)
		time.Sleep(time.Second)
		s.has(200)
	})
}

// compares a day, and wants these days to be left before the books count as
// whole again.
func (s *till) compares(date string, left ...string) {
	s.t.Helper()
	report, err := s.Reconcile(s.t.Context(), date)
	must(s.t, err)
	switch r := report.Restored; {
	case r == nil:
		s.t.Errorf("%s: the books count as whole, with %d differences left", report.Day.Date, report.Left())
	case !slices.Equal(r.Days, left) || len(left) == 0 && report.Left() > 0:
		s.t.Errorf("%s: %v are to be compared, want %v; %d differences left", report.Day.Date, r.Days, left, report.Left())
	}
}

// The copy's newest entry is of a later day than the clock shows now. Today is
// to be compared all the same, and no day counts that was not.
func TestAnOlderCopyAndAClockThatIsBehind(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		time.Sleep(6 * time.Hour)
		s.paid("a", 100)
		rec, err := s.books.Prepare(aSale("x", 50), charge.ByCashier)
		must(t, err)
		_, err = s.books.Apply(rec.Key, charge.Step{Event: charge.Cancel, By: charge.ByCashier, At: time.Now().Add(72 * time.Hour)})
		must(t, err)
		copied := s.store.Snapshot()
		lost := s.paid("b", 200)
		s.goesBack(copied)
		s.line.will("reconciliation", deaf)
		s.compares("", "2000-01-01")
		s.line.will("reconciliation")
		s.compares("")
		s.is(lost.Key, charge.Approved)
		if _, older := s.books.Restored(); older {
			t.Error("compared, and still an older copy")
		}
	})
}

// The wallet's clock is some seconds behind, so that the first charge of our
// new day is of the old one there. The copy was made between the two: the old
// day is to be compared as well.
func TestAnOlderCopyOfTheCutOver(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		time.Sleep(29*time.Hour - time.Second)
		s.clocks.Lock()
		s.ahead = -20 * time.Second
		s.clocks.Unlock()
		time.Sleep(3 * time.Second) // 05:00:02
		s.paid("a", 100)
		copied := s.store.Snapshot()
		lost := s.paid("b", 200)
		time.Sleep(time.Minute)
		late := s.paid("c", 300)
		s.goesBack(copied)
		s.compares("", "2000-01-01")
		s.is(late.Key, charge.Approved)
		s.compares("2000-01-01")
		s.is(lost.Key, charge.Approved)
		s.has(600)
	})
}
