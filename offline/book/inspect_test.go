package book_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/book/memory"
)

// A chain that was cut off at its end, or made anew, fits together; the mark
// beside the books knows better.
func TestTheMarkKnowsTheEnd(t *testing.T) {
	m := newMarked(t)
	m.prepare("one")
	cut := m.store.Snapshot()
	m.prepare("two")
	m.save()
	elsewhere := newFixture(t)
	elsewhere.store = cut.Snapshot()
	elsewhere.open("alpha")
	elsewhere.prepare("another")
	elsewhere.prepare("and another")
	if last, err := m.Verify(t.Context()); err != nil || last.N != 2 {
		t.Errorf("sound books: %d entries, %v", last.N, err)
	}
	for what, c := range map[string]struct {
		rows   *memory.Store
		broken int64
	}{"cut off": {cut, 2}, "made anew": {elsewhere.store, 2}} {
		m.store = c.rows.Snapshot() // beneath the running book
		var broken *book.Broken
		if last, err := m.Verify(t.Context()); !errors.As(err, &broken) || broken.N != c.broken {
			t.Errorf("%s: %d entries, %v", what, last.N, err)
		}
	}
}

// The text of an entry and the hash before are all that its hash needs.
func TestTextIsWhatTheHashCovers(t *testing.T) {
	var before [32]byte
	for _, l := range life(t) {
		if before = sha256.Sum256(append(before[:], l.Text()...)); before != l.Hash {
			t.Fatalf("entry %d: %x, want %x", l.N, before, l.Hash)
		}
	}
}

// Whoever asked went away: the look ends.
func TestVerifyEndsWithItsAsker(t *testing.T) {
	f := newFixture(t)
	f.prepare("a")
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := f.Verify(gone); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if last, err := f.Audit(t.Context()); err != nil || last.N != 1 {
		t.Errorf("%d entries, %v", last.N, err)
	}
}

// leaving are rows whose reader goes away when the first charge is held against
// its entries.
type leaving struct {
	book.Rows
	leave func()
}

func (l leaving) Charges(f book.Filter) ([]book.Row, error) {
	l.leave()
	return l.Rows.Charges(f)
}

type deserted struct {
	*fixture
	leave func()
}

func (d deserted) View(do func(book.Rows) error) error {
	return d.fixture.View(func(rows book.Rows) error { return do(leaving{rows, d.leave}) })
}

// The log waits for an audit, so an audit that nobody waits for ends.
func TestAuditEndsWithItsAsker(t *testing.T) {
	f := newFixture(t)
	f.prepare("a")
	asks, cancel := context.WithCancel(t.Context())
	defer cancel()
	audited := false
	b, err := book.Open(deserted{f, func() {
		if audited {
			cancel()
		}
	}}, book.Options{Store: "S1", Terminal: "T1", Wallets: f.wallets, Now: func() time.Time { return f.now }})
	if err != nil {
		t.Fatal(err)
	}
	audited = true // only now: the start reads charges as well
	if _, err := b.Audit(asks); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
