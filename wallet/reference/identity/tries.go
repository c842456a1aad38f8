package identity

import (
	"errors"
	"net/netip"
	"time"
)

// window is for how long a wrong try counts.
const window = 10 * time.Minute

// bounds are how many wrong tries in a window make the next ones wait. A wait
// doubles with every try after that, up to an hour. Nobody is locked out for
// good: a phone that is signed in, and a passkey, are not asked here.
var bounds = map[string]int{"account": 5, "address": 20, "network": 200}

// manyTries is how many wrong tries at all accounts in a window raise an alarm:
// customers mistype less.
const manyTries = 300

// From is where a request comes from.
type From struct {
	Addr  netip.Addr
	Agent string // what the browser says it is
}

func (f From) keys(contact string) []string {
	return []string{"account:" + digest(contact)[:32], "address:" + f.Addr.Unmap().String(), "network:" + network(f.Addr)}
}

func kindOf(key string) string {
	for kind := range bounds {
		if len(key) > len(kind) && key[:len(kind)+1] == kind+":" {
			return kind
		}
	}
	return ""
}

// mayTry tells whether a try is due, for an account that exists and for one
// that does not.
func (s *Service) mayTry(contact string, from From) error {
	err := s.o.Store.View(func(tx Tx) error {
		now := s.now()
		for _, key := range from.keys(contact) {
			t, err := tx.Tries(key)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
			if wait := t.Until.Sub(now); wait > 0 {
				return &Slow{For: wait}
			}
		}
		return nil
	})
	if errors.Is(err, ErrSlow) {
		s.turnedAway()
	}
	return err
}

// turnedAway counts the tries that were not even looked at: whoever tries a list
// from one address is slowed at once, and must raise the alarm all the same. They
// are counted in memory only, or each would cost a write.
func (s *Service) turnedAway() {
	s.mu.Lock()
	now := s.o.Clock()
	if now.Sub(s.away.Since) > window {
		s.away = Tries{What: "away", Since: now}
	}
	s.away.Count++
	n := s.away.Count
	s.mu.Unlock()
	if n%manyTries == 0 && s.o.Alarm != nil {
		s.o.Alarm("list", n)
	}
}

// wrong counts a try that failed, durable over a restart.
func (s *Service) wrong(contact string, from From) error {
	alarm := 0
	err := s.o.Store.Update(func(tx Tx) error {
		alarm = 0
		now := s.now()
		for _, key := range append(from.keys(contact), "all") {
			t, err := tx.Tries(key)
			if err != nil && !errors.Is(err, ErrNotFound) {
				return err
			}
			if t.What = key; now.Sub(t.Since) > window && now.After(t.Until) {
				t.Count, t.Since = 0, now
			}
			t.Count++
			if bound := bounds[kindOf(key)]; bound > 0 && t.Count >= bound {
				t.Until = now.Add(min(30*time.Second<<min(t.Count-bound, 7), time.Hour))
			}
			if key == "all" && t.Count >= manyTries && t.Count%manyTries == 0 {
				alarm = t.Count
			}
			if err := tx.PutTries(t); err != nil {
				return err
			}
		}
		return nil
	})
	if alarm > 0 && s.o.Alarm != nil {
		s.o.Alarm("list", alarm)
	}
	return err
}

// right forgets the tries at an account whose owner has come. Those of the
// address stay: it may have tried many.
func (s *Service) right(tx Tx, contact string, from From) error {
	return tx.PutTries(Tries{What: from.keys(contact)[0]})
}
