package server

import (
	"crypto/sha256"
	"sync"
	"time"
)

// seenFor is how long a repeated code is recognised by its idempotency key. A
// code is one-time and lives for minutes; the journal refuses it for ever.
const (
	seenFor = time.Hour
	seenMax = 10_000
)

// seen remembers the idempotency keys of codes that were walked, so that a
// repeated request tells how the first one stands instead of scanning again.
type seen struct {
	now func() time.Time
	mu  sync.Mutex
	at  map[[32]byte]time.Time
}

func newSeen(now func() time.Time) *seen { return &seen{now: now, at: make(map[[32]byte]time.Time)} }

// before tells whether this very request came before, and remembers it.
func (s *seen) before(who, key, sale string, body []byte) bool {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(who), []byte(key), []byte(sale), body} {
		sum := sha256.Sum256(part)
		h.Write(sum[:])
	}
	id := [32]byte(h.Sum(nil))
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if at, known := s.at[id]; known && now.Sub(at) < seenFor {
		return true
	}
	if len(s.at) >= seenMax {
		for k, at := range s.at {
			if now.Sub(at) >= seenFor || len(s.at) >= seenMax {
				delete(s.at, k)
			}
		}
	}
	s.at[id] = now
	return false
}
