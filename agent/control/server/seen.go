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

// seen remembers the idempotency keys of codes that were walked, and what was
// refused of them, so that a repeated request tells how the first one stands
// instead of scanning again; and those of refunds, with their payments. It
// keeps no code.
type seen struct {
	now func() time.Time
	mu  sync.Mutex
	at  map[[32]byte]walked
}

type walked struct {
	at      time.Time
	refused error  // nil while it is under way, too
	of      string // of a refund: the payment
}

func newSeen(now func() time.Time) *seen { return &seen{now: now, at: make(map[[32]byte]walked)} }

// first remembers a request. again tells that it came before; otherwise done
// must be told what came of it.
func (s *seen) first(source, key, sale, body string) (done func(error), again bool) {
	id := identity(source, key, sale, body)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if w, known := s.at[id]; known && now.Sub(w.at) < seenFor {
		return nil, true
	}
	s.forget(now)
	s.at[id] = walked{at: now}
	return func(err error) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.at[id] = walked{at: now, refused: err}
	}, false
}

// repeat is what the first of equal requests was refused for, nil when it was
// not, or is not known any more.
func (s *seen) repeat(source, key, sale, body string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at[identity(source, key, sale, body)].refused
}

// bound tells whether the key of a refund stands for this payment, which is
// the first that came with it. That holds for seenFor and until a restart. The
// books find a refund under its payment only, so that afterwards the same key
// makes a refund of another payment; of the same payment it never makes a
// second one.
func (s *seen) bound(source, key, of string) bool {
	id := identity("refund", source, key)
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	if w, known := s.at[id]; known && now.Sub(w.at) < seenFor {
		return w.of == of
	}
	s.forget(now)
	s.at[id] = walked{at: now, of: of}
	return true
}

func identity(parts ...string) [32]byte {
	h := sha256.New()
	for _, part := range parts {
		sum := sha256.Sum256([]byte(part))
		h.Write(sum[:])
	}
	return [32]byte(h.Sum(nil))
}

// forget makes room: what is old goes first, then whatever comes; s.mu is
// held.
func (s *seen) forget(now time.Time) {
	if len(s.at) < seenMax {
		return
	}
	for id, w := range s.at {
		if now.Sub(w.at) >= seenFor {
			delete(s.at, id)
		}
	}
	for id := range s.at {
		if len(s.at) < seenMax {
			return
		}
		delete(s.at, id)
	}
}
