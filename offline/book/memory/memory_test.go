package memory_test

import (
	"errors"
	"testing"
	"time"

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
