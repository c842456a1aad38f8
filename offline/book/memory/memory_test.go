package memory_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/book/memory"
	"github.com/posagent/posagent/offline/book/storetest"
)

func TestConforms(t *testing.T) {
	storetest.Run(t, func(t *testing.T) (book.Store, func() book.Store) {
		s := memory.New(memory.Options{})
		t.Cleanup(func() { _ = s.Close() })
		return s, func() book.Store { return s.Crash() }
	})
}

// A simulation brings its own clock, and so decides when a mark is due.
func TestMarksFollowTheCallersClock(t *testing.T) {
	var waits []time.Duration
	var due []func()
	s := memory.New(memory.Options{After: func(wait time.Duration, do func()) func() {
		waits, due = append(waits, wait), append(due, do)
		return func() {}
	}})
	s.Soon(20*time.Millisecond, set("first", 1))
	s.Soon(30*time.Millisecond, set("second", 1))
	if len(waits) != 2 || waits[0] != 20*time.Millisecond || waits[1] != 30*time.Millisecond {
		t.Fatalf("the clock was asked for %v", waits)
	}
	due[0]()
	due[1]() // its mark went along with the first; nothing is left to do
	s.Soon(time.Second, set("third", 1))
	after := s.Crash()
	due[2]()
	if got := number(t, after, "first") + number(t, after, "second"); got != 2 {
		t.Errorf("%d marks were kept, want 2", got)
	}
	if got := number(t, after, "third"); got != 0 {
		t.Error("a mark outlived the power cut")
	}
	if err := s.Update(set("ghost", 1)); !errors.Is(err, memory.ErrClosed) {
		t.Errorf("error is %v, want ErrClosed", err)
	}
}

func set(name string, n int64) func(book.Tx) error {
	return func(tx book.Tx) error { return tx.SetMeta(name, n) }
}

func number(t *testing.T, s *memory.Store, name string) (n int64) {
	t.Helper()
	err := s.Update(func(tx book.Tx) (err error) {
		n, err = tx.Meta(name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// A snapshot is what a backup is: nothing that happens to the one is seen in
// the other.
func TestASnapshotSharesNothing(t *testing.T) {
	s := memory.New(memory.Options{})
	sell := func(s *memory.Store, seq int64, n int64) {
		t.Helper()
		key, err := charge.NewKey("S1", "T1", 7, seq)
		if err != nil {
			t.Fatal(err)
		}
		err = s.Update(func(tx book.Tx) error {
			if _, err := tx.Sale("a"); err != nil {
				if err := tx.PutSale(sale.Sale{ID: "a", Amount: money.Yen(1)}); err != nil {
					return err
				}
			}
			row := book.Row{Seq: seq, Epoch: 7, Record: charge.Record{Key: key, SaleID: "a", Amount: money.Yen(1), State: charge.Prepared}}
			return errors.Join(tx.AddCharge(row), tx.AppendLink(book.Link{N: n, Key: key}), tx.SetMeta("n", n))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	sell(s, 5, 1)
	copied := s.Snapshot()
	sell(s, 3, 2) // before the other in every list
	sell(copied, 9, 2)
	for name, want := range map[string]struct {
		s    *memory.Store
		keys string
	}{"the store": {s, "[S1-T1-7-3 S1-T1-7-5]"}, "the copy": {copied, "[S1-T1-7-5 S1-T1-7-9]"}} {
		err := want.s.View(func(rows book.Rows) error {
			var errs []error
			for what, read := range map[string]func() ([]book.Row, error){
				"open": func() ([]book.Row, error) { return rows.OpenCharges(0, 10) }, "of the sale": func() ([]book.Row, error) { return rows.ChargesOfSale("a") },
			} {
				found, err := read()
				var keys []charge.Key
				for _, r := range found {
					keys = append(keys, r.Key)
				}
				if got := fmt.Sprint(keys); got != want.keys {
					t.Errorf("%s of %s: %s, want %s", what, name, got, want.keys)
				}
				errs = append(errs, err)
			}
			return errors.Join(errs...)
		})
		if err != nil {
			t.Error(err)
		}
	}
}
