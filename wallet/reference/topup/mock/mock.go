// Package mock plays a card company or a bank for trying a wallet out. It moves
// no money anywhere.
//
// Invariant: for one key it always says the same, as a real one must, once it
// has said anything.
package mock

import (
	"context"
	"errors"
	"sync"
)

// Amounts that choose what happens, by their last two digits.
const (
	Declines = 13 // it refuses
	Silent   = 99 // it has taken the money, and its first answer does not arrive
)

// ErrSilent is an answer that did not arrive.
var ErrSilent = errors.New("no answer came")

// Source takes all but the amounts above. The zero value is ready, and safe for
// many goroutines. What it remembers ends with the process: in that it is none.
type Source struct {
	mu    sync.Mutex
	asked map[string]bool // taken or not; what is not there was never heard of
}

// Take is topup.Source.Take.
func (s *Source) Take(_ context.Context, key string, yen int64) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked == nil {
		s.asked = map[string]bool{}
	}
	if taken, again := s.asked[key]; again {
		return taken, nil
	}
	s.asked[key] = yen%100 != Declines
	if yen%100 == Silent {
		return false, ErrSilent
	}
	return s.asked[key], nil
}

// End is topup.Source.End.
func (s *Source) End(_ context.Context, key string, _ int64) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked == nil {
		s.asked = map[string]bool{}
	}
	taken := s.asked[key]
	s.asked[key] = taken
	return taken, nil
}
