// Package memory is a book.Store that forgets everything when the process
// ends: for simulations, where a power cut is a method, and for tests. It is
// no cache and no stand-in for the shop's database.
//
// Invariant: it answers every call as the store in SQLite does; both join the
// same suite, offline/book/storetest.
package memory

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/posagent/posagent/offline/book"
)

// ErrClosed means that the store was closed or lost its power.
var ErrClosed = errors.New("the store is closed")

// Options of a store.
type Options struct {
	// After calls do once the time has passed, and returns how to call it off.
	// A simulation passes its own clock's; nil is time.AfterFunc.
	After func(wait time.Duration, do func()) (stop func())
}

// Store keeps rows in maps. All methods may be called from any goroutine.
type Store struct {
	after func(time.Duration, func()) func()

	mu     sync.RWMutex // held to write by one transaction, to read by Views
	data   *data
	marks  []*mark
	closed bool
}

// mark is a transaction that waits for company.
type mark struct {
	do   func(book.Tx) error
	stop func()
}

// New is an empty store.
func New(o Options) *Store { return build(o.After, newData()) }

func build(after func(time.Duration, func()) func(), d *data) *Store {
	if after == nil {
		after = func(wait time.Duration, do func()) func() {
			timer := time.AfterFunc(wait, do)
			return func() { timer.Stop() }
		}
	}
	return &Store{after: after, data: d}
}

// Update runs do in one transaction, after the marks that wait.
func (s *Store) Update(do func(book.Tx) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return ErrClosed
	}
	s.flush()
	return s.data.transact(do)
}

// Soon runs do with the next Update, or alone after within, unless cancelled.
func (s *Store) Soon(within time.Duration, do func(book.Tx) error) (cancel func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return func() {}
	}
	m := &mark{do: do}
	s.marks = append(s.marks, m)
	m.stop = s.after(within, func() { s.expire(m) })
	return func() { s.withdraw(m) }
}

func (s *Store) withdraw(m *mark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i := slices.Index(s.marks, m); i >= 0 {
		s.marks = slices.Delete(s.marks, i, i+1)
		m.stop()
	}
}

func (s *Store) expire(m *mark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, waiting := range s.marks {
		if waiting == m {
			s.flush()
			return
		}
	}
}

// flush runs the marks in the order they came. It needs mu.
func (s *Store) flush() {
	marks := s.marks
	s.marks = nil
	for _, m := range marks {
		m.stop()
		_ = s.data.transact(m.do) // a mark that fails is dropped alone
	}
}

// View runs do over the present state.
func (s *Store) View(do func(book.Rows) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return ErrClosed
	}
	return do(rows{s.data})
}

// Close writes the marks that wait. Calls after it return ErrClosed.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.flush()
		s.closed = true
	}
	return nil
}

// Crash is a power cut: marks that wait are lost, this store answers no more,
// and the one that is returned has what was written. The two share rows, which
// is why only one of them lives.
func (s *Store) Crash() *Store {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.marks {
		m.stop()
	}
	s.marks, s.closed = nil, true
	return build(s.after, s.data)
}

// Snapshot is another store with the rows as they are now, such as a backup of
// the database. The two share nothing from then on.
func (s *Store) Snapshot() *Store {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return build(s.after, s.data.clone())
}

// transact runs do and takes back what it wrote when it fails or panics.
func (d *data) transact(do func(book.Tx) error) (err error) {
	t := &tx{rows: rows{d}}
	finished := false
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the transaction panicked and was undone: %v", r)
		}
		if !finished || err != nil {
			t.rollback()
		}
	}()
	err = do(t)
	finished = true
	return err
}
