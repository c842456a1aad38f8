package powercut_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/powercut"
)

var wallets = []string{"alpha", "beta"}

var t0 = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// ack is what the register was told: from this call of the trace on it must
// be on the disk.
type ack struct {
	At    int // calls recorded when it was told
	Key   charge.Key
	Sale  string
	State charge.State
	Links int // journal entries of the charge
	Paper charge.Paper
	Again int // reprints

	Carried bool // taken without a network by another register
	Moved   bool // it has left with a queue file
}

// shop is a register's day on the real books, as the agent uses them.
type shop struct {
	store *offline.Store
	*book.Book
	dir string
	rec *powercut.Recorder

	mu    sync.Mutex
	acks  []ack
	marks []saved
}

func bookOptions(mark book.HighWater) book.Options {
	return book.Options{Store: "S1", Terminal: "T1", Wallets: wallets, Now: func() time.Time { return t0 }, Mark: mark}
}

// saved is a high-water mark that was begun to be written. It is no file of
// SQLite's, so it is noted and not recorded; from then on the disk may hold it.
type saved struct {
	At   int // calls recorded when it began
	Mark book.Mark
}

// Save makes a shop the high-water mark of its own book.
func (s *shop) Save(m book.Mark) error {
	if s.rec != nil {
		at, err := s.rec.At()
		if err != nil {
			return err
		}
		s.mu.Lock()
		s.marks = append(s.marks, saved{at, m})
		s.mu.Unlock()
	}
	return offline.NewHighWater(s.dir).Save(m)
}

// Load is the mark beside the books.
func (s *shop) Load() (book.Mark, error) { return offline.NewHighWater(s.dir).Load() }

// openShop opens the books in dir as the agent does at its start. rec may be
// nil.
func openShop(dir string, grown bool, rec *powercut.Recorder) (*shop, error) {
	s := &shop{dir: dir, rec: rec}
	return s, s.open(grown)
}

func (s *shop) open(grown bool) (err error) {
	if s.store, err = offline.Open(s.dir, offline.Options{LogAsFound: !grown}); err != nil {
		return err
	}
	if s.Book, err = book.Open(s.store, bookOptions(s)); err != nil {
		_ = s.store.Close()
	}
	return err
}

// told notes an acknowledgement. The number of calls is asked after it, so
// that everything it rests on was recorded before.
func (s *shop) told(a ack) error {
	if s.rec == nil {
		return nil
	}
	at, err := s.rec.At()
	a.At = at
	s.mu.Lock()
	s.acks = append(s.acks, a)
	s.mu.Unlock()
	return err
}

// aSale is the sale of an id; what it holds follows from the id.
func aSale(id string) sale.Sale {
	return sale.Sale{
		ID: id, Source: "pos", Reference: "R" + id, BusinessDate: "2026-11-22", Amount: money.Yen(int64(100 + len(id))), At: t0,
		Lines: []sale.Line{{Name: strings.Repeat("弁当 "+id+" ", 20), Quantity: 1, Amount: money.Yen(int64(100 + len(id))), Rate: sale.Reduced}},
	}
}

func codeOf(id string) charge.CodeMark {
	return charge.CodeMark{Kind: "digits", Masked: "2800…", Hash: "hash of " + id}
}

// sell is one customer: a total, a code, an answer, a receipt, and the copies
// of it that somebody wants. What it is depends on n.
func (s *shop) sell(id string, n, copies int) error {
	rec, err := s.Prepare(aSale(id), charge.ByCashier)
	if err != nil {
		return err
	}
	a := ack{Key: rec.Key, Sale: id, State: rec.State, Links: 1, Paper: rec.Paper}
	if err := s.told(a); err != nil || n%7 == 6 {
		return err // the customer went away: the charge stays prepared
	}
	send := charge.Step{Event: charge.Send, Wallet: wallets[n%2], By: charge.ByCashier, Code: codeOf(id)}
	if n%3 == 0 {
		s.Mark(rec.Key, send)
		if n%2 == 0 {
			time.Sleep(25 * time.Millisecond) // longer than a mark waits for company
		}
		rec, err = s.Apply(rec.Key, s.answer(n))
	} else {
		rec, err = s.Apply(rec.Key, send, s.answer(n))
	}
	if err != nil {
		return err
	}
	a.State, a.Links = rec.State, 3
	if err := s.told(a); err != nil || rec.State != charge.Approved {
		return err
	}
	return errors.Join(s.print(a, copies), s.SaveMark())
}

func (s *shop) answer(n int) charge.Step {
	event := []charge.Event{charge.Approve, charge.Approve, charge.Approve, charge.Decline, charge.Lose}[n%5]
	return charge.Step{Event: event, Wallet: wallets[n%2], By: charge.ByWallet, Asked: t0, Receipt: fmt.Sprint("slip ", n)}
}

func (s *shop) print(a ack, copies int) error {
	for i, paper := range []charge.Paper{charge.PaperSent, charge.PaperDone} {
		rec, err := s.Printed(a.Key, paper, false)
		if err != nil {
			return err
		}
		if a.Paper = rec.Paper; a.Paper != paper {
			return fmt.Errorf("receipt %d is %s, want %s", i, a.Paper, paper)
		}
		if err := s.told(a); err != nil {
			return err
		}
	}
	for range copies {
		rec, err := s.Printed(a.Key, a.Paper, true)
		if err != nil {
			return err
		}
		a.Again = rec.Reprints
		if err := s.told(a); err != nil {
			return err
		}
	}
	return nil
}

// day lets several counters sell at the same time, so that they share commits.
func (s *shop) day(counters int, name string, customers, copies int) error {
	var all sync.WaitGroup
	failed := make([]error, counters)
	for c := range counters {
		all.Go(func() {
			for n := c; n < customers && failed[c] == nil; n += counters {
				failed[c] = s.sell(fmt.Sprintf("%s-%d", name, n), n, copies)
			}
		})
	}
	all.Wait()
	for _, err := range failed {
		if err != nil {
			return err
		}
	}
	return nil
}

// links is the whole journal of the store.
func links(t testing.TB, store *offline.Store) []book.Link {
	t.Helper()
	var out []book.Link
	if err := store.View(func(rows book.Rows) (err error) { out, err = rows.LinksAfter(0, 1_000_000); return err }); err != nil {
		t.Fatal(err)
	}
	return out
}
