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
// many goroutines.
type Source struct {
	mu    sync.Mutex
	asked map[string]bool
}

// Take is topup.Source.Take.
func (s *Source) Take(_ context.Context, key string, yen int64) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.asked == nil {
		s.asked = map[string]bool{}
	}
	again := s.asked[key]
	s.asked[key] = true
	if yen%100 == Silent && !again {
		return false, ErrSilent
	}
	return yen%100 != Declines, nil
}
