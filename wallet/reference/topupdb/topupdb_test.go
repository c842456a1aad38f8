package topupdb_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/ledgerdb"
	"github.com/posagent/posagent/wallet/reference/risk"
	"github.com/posagent/posagent/wallet/reference/topup"
	"github.com/posagent/posagent/wallet/reference/topup/mock"
	"github.com/posagent/posagent/wallet/reference/topupdb"
)

// wallet is the true desk over true files. Its books and its source can be made
// to fail.
type wallet struct {
	t     *testing.T
	desk  *topup.Desk
	books *ledger.Ledger
	store *topupdb.Store
	now   time.Time
	stop  bool
	held  error // of the customer
	fails error // of the books
	card  *counted
}

// counted is what a card company remembers: what it took under each key.
type counted struct {
	mock.Source
	mu   sync.Mutex
	took map[string]int64
	away error // it hears nothing
}

func (c *counted) Take(ctx context.Context, key string, yen int64) (bool, error) {
	if c.away != nil {
		return false, c.away
	}
	ok, err := c.Source.Take(ctx, key, yen)
	c.mu.Lock()
	defer c.mu.Unlock()
	if ok || err != nil { // silent: it has taken it all the same
		c.took[key] = yen
	}
	return ok, err
}

func (w *wallet) Credit(key, customer, source string, yen int64) error {
	if w.fails != nil {
		return w.fails
	}
	return w.books.Credit(key, customer, source, yen)
}

func open(t *testing.T) *wallet {
	t.Helper()
	dir := t.TempDir()
	w := &wallet{t: t, now: time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC), card: &counted{took: map[string]int64{}}}
	var err error
	if w.store, err = topupdb.Open(filepath.Join(dir, "topups.db"), nil); err != nil {
		t.Fatal(err)
	}
	rows, err := ledgerdb.Open(filepath.Join(dir, "ledger.db"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.store.Close(); rows.Close() })
	w.books = ledger.New(rows, ledger.Options{Clock: func() time.Time { return w.now }})
	if _, err := w.books.AddCustomer("hanako", 0); err != nil {
		t.Fatal(err)
	}
	w.desk = w.again()
	return w
}

// again is the desk after a restart.
func (w *wallet) again() *topup.Desk {
	return topup.New(topup.Options{
		Store: w.store, Books: w, Sources: map[string]topup.Source{"card": w.card, "bank": w.card},
		Stopped: func() bool { return w.stop }, Held: func(string) error { return w.held }, Rules: func() risk.Rules { return risk.Default }, Clock: func() time.Time { return w.now },
	})
}

func (w *wallet) ask(id string, yen int64) (topup.Row, error) {
	return w.desk.Ask(context.Background(), topup.Wish{ID: id, Customer: "hanako", Source: "card", Amount: yen, Device: 100 * time.Hour, Recovered: -1})
}

// has compares the balance with what the source took, and with what is wanted.
func (w *wallet) has(want int64) {
	w.t.Helper()
	purse, err := w.books.Purse("hanako")
	if err != nil {
		w.t.Fatal(err)
	}
	took := int64(0)
	for _, yen := range w.card.took {
		took += yen
	}
	if purse.Balance != want || took != want {
		w.t.Errorf("the customer has %d and the card company took %d, want %d", purse.Balance, took, want)
	}
	if trial, err := w.books.Trial(); err != nil || trial.Sum != 0 || trial.Negative+trial.Wrong != 0 {
		w.t.Errorf("the books are wrong: %+v, %v", trial, err)
	}
}

func TestTopUps(t *testing.T) {
	w := open(t)
	for _, id := range []string{"a", "a", "a"} {
		if row, err := w.ask(id, 3000); err != nil || row.State != topup.Credited {
			t.Fatalf("%+v, %v", row, err)
		}
	}
	w.has(3000)
	if _, err := w.ask("a", 4000); !errors.Is(err, topup.ErrConflict) {
		t.Errorf("the same id for another amount: %v", err)
	}
	w.now = w.now.Add(time.Hour)
	if row, err := w.ask("b", 1013); err != nil || row.State != topup.Refused {
		t.Errorf("a card that declines: %+v, %v", row, err)
	}
	w.has(3000)
	for _, yen := range []int64{0, -5, topup.Most + 1} {
		if _, err := w.ask("c", yen); !errors.Is(err, topup.ErrInvalid) {
			t.Errorf("%d yen: %v", yen, err)
		}
	}
	w.stop = true
	if _, err := w.ask("d", 1000); !errors.Is(err, topup.ErrStopped) {
		t.Errorf("while top-ups are stopped: %v", err)
	}
	if row, err := w.ask("a", 3000); err != nil || row.State != topup.Credited {
		t.Errorf("what stands, stands: %+v, %v", row, err)
	}
}

// Whatever does not answer, and whenever the wallet ends, what was taken is
// booked once.
func TestNothingTakenIsLost(t *testing.T) {
	w := open(t)
	row, err := w.ask("silent", 2099)
	if err != nil || row.State != topup.Asked {
		t.Fatalf("a card company that is silent: %+v, %v", row, err)
	}
	w.fails = errors.New("the disk is full")
	if err := w.again().Resume(context.Background()); err == nil {
		t.Error("the ledger failed, and nobody heard")
	}
	w.fails = nil
	for range 2 {
		if err := w.again().Resume(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	w.has(2099)
	// Booked, and ended before that was noted.
	if err := w.books.Credit("topup-x", "hanako", "card", 500); err != nil {
		t.Fatal(err)
	}
	if err := w.books.Credit("topup-x", "hanako", "card", 500); err != nil {
		t.Fatal(err)
	}
	w.card.took["topup-x"] = 500
	w.has(2599)
}

// The third in ten minutes is declined, also when twenty come at once, and so is
// what is over the day's most.
func TestHowMuchAndHowOften(t *testing.T) {
	w := open(t)
	var all sync.WaitGroup
	var mu sync.Mutex
	done := 0
	for n := range 20 {
		all.Go(func() {
			if row, err := w.ask(string(rune('a'+n)), 1000); err == nil && row.State == topup.Credited {
				mu.Lock()
				done++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if done != 2 {
		t.Errorf("%d of 20 at once went through, want 2", done)
	}
	w.has(2000)
	for n := range 10 {
		w.now = w.now.Add(15 * time.Minute)
		w.ask(string(rune('A'+n)), 50_000)
	}
	w.has(152_000) // three more, and the day's 200,000 is reached
	w.now = w.now.Add(25 * time.Hour)
	if _, err := w.desk.Ask(context.Background(), topup.Wish{ID: "r", Customer: "hanako", Source: "card", Amount: 1, Recovered: time.Hour}); !errors.Is(err, topup.ErrHeld) {
		t.Errorf("an hour after a reset: %v", err)
	}
}

// While nothing may be taken, nothing is: not for a wish of before, either. What
// was taken before is booked all the same.
func TestNothingIsTakenAfterAStop(t *testing.T) {
	for what, stop := range map[string]func(*wallet){
		"top-ups are stopped":    func(w *wallet) { w.stop = true },
		"the customer is frozen": func(w *wallet) { w.held = topup.ErrHeld },
		"the customer has gone":  func(w *wallet) { w.now = w.now.Add(11 * time.Minute) },
	} {
		t.Run(what, func(t *testing.T) {
			w := open(t)
			w.card.away = errors.New("no route")
			if row, err := w.ask("unheard", 1000); err != nil || row.State != topup.Asked {
				t.Fatalf("%+v, %v", row, err)
			}
			w.card.away = nil
			if row, err := w.ask("silent", 2099); err != nil || row.State != topup.Asked {
				t.Fatalf("%+v, %v", row, err)
			}
			stop(w)
			if err := w.again().Resume(context.Background()); err != nil {
				t.Fatal(err)
			}
			w.has(2099)
			if row, err := w.ask("unheard", 1000); err != nil || row.State != topup.Refused {
				t.Errorf("the wish again: %+v, %v", row, err)
			}
			w.stop, w.held = false, nil
			if row, err := w.ask("unheard", 1000); err != nil || row.State != topup.Refused {
				t.Errorf("and when it goes on: %+v, %v", row, err)
			}
			w.has(2099)
		})
	}
}
