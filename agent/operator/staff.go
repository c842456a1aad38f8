package operator

import (
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Few is how many operators may sign in with the PIN alone. Every one of them
// makes a guess that much likelier to hit somebody.
const Few = 8

// The throttle: this many failures within the pause, and the register waits
// until the pause after the last one is over.
const (
	MaxFailures = 5
	Pause       = 5 * time.Minute
)

// ErrWrong is the one answer to an unknown operator, a wrong PIN, and a PIN
// that fits nobody.
var ErrWrong = errors.New("operator or PIN is wrong")

// ErrWhich means that the PIN alone does not say who it is: it fits several
// operators, or there are more than Few. Ask for the operator's id.
var ErrWhich = errors.New("the PIN alone is not enough here: choose the operator first")

// Waiting is the error of a sign-in that was not even tried: too many failed
// before. The PIN was not looked at.
type Waiting struct{ Until time.Time }

func (w *Waiting) Error() string {
	return "too many wrong PINs: wait until " + w.Until.Format("15:04:05")
}

// Staff are the operators of one register. It may be used by several
// goroutines; sign-ins wait for each other, so that parallel guesses cannot
// slip past the throttle and only one hash is in memory.
type Staff struct {
	mu        sync.Mutex
	operators []Operator
	decoy     string // hashed against when nobody has the id that was given
	failures  []time.Time
}

// NewStaff takes the operators of a register, and fails on the first one that
// Check refuses or whose id is not its own.
func NewStaff(operators []Operator) (*Staff, error) {
	seen := map[string]bool{}
	for _, o := range operators {
		if err := o.Check(); err != nil {
			return nil, err
		}
		if seen[o.ID] {
			return nil, fmt.Errorf("operator id %q is there twice: give each operator an id of their own", o.ID)
		}
		seen[o.ID] = true
	}
	return &Staff{operators: append([]Operator(nil), operators...), decoy: decoy(operators)}, nil
}

// decoy is a hash of no PIN that costs what the operators' hashes cost.
func decoy(operators []Operator) string {
	p := phc{passes: passes, memory: memory, lanes: lanes, salt: make([]byte, 16), want: make([]byte, 32)}
	if len(operators) > 0 {
		if like, err := parse(operators[0].Hash); err == nil {
			p = like
		}
	}
	p.salt, p.want = make([]byte, len(p.salt)), make([]byte, len(p.want))
	_, _ = rand.Read(p.salt) // never fails: it ends the program instead
	_, _ = rand.Read(p.want)
	return p.String()
}

// SignIn finds the operator whose id and PIN these are. With an empty id it is
// the operator whose PIN fits, as long as there are at most Few operators.
//
// It fails with ErrWrong, ErrWhich or *Waiting. An unknown id costs the same
// work as a known one. A success does not forgive earlier failures: otherwise
// a cashier could guess the manager's PIN by signing in between.
func (s *Staff) SignIn(id, pin string) (Operator, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if until, ok := s.waiting(now); ok {
		return Operator{}, &Waiting{Until: until}
	}
	var who Operator
	var err error
	if id == "" {
		who, err = s.byPIN(pin)
	} else {
		who, err = s.byID(id, pin)
	}
	if errors.Is(err, ErrWrong) {
		s.failures = append(s.failures, now)
	}
	return who, err
}

// waiting tells until when the register waits, and forgets the failures that
// no longer count.
func (s *Staff) waiting(now time.Time) (time.Time, bool) {
	if n := len(s.failures); n >= MaxFailures {
		if until := s.failures[n-1].Add(Pause); now.Before(until) {
			return until, true
		}
		s.failures = nil
	}
	for len(s.failures) > 0 && now.Sub(s.failures[0]) >= Pause {
		s.failures = s.failures[1:]
	}
	return time.Time{}, false
}

func (s *Staff) byID(id, pin string) (Operator, error) {
	hash, who := s.decoy, Operator{}
	for _, o := range s.operators {
		if o.ID == id {
			hash, who = o.Hash, o
		}
	}
	fits, err := Verify(hash, pin)
	if err != nil {
		return Operator{}, err
	}
	if !fits || who.ID == "" {
		return Operator{}, ErrWrong
	}
	return who, nil
}

// byPIN tries every operator, also after a hit: the time it takes tells
// nothing about whose PIN it was.
func (s *Staff) byPIN(pin string) (Operator, error) {
	if len(s.operators) > Few {
		return Operator{}, ErrWhich
	}
	var found []Operator
	for _, o := range s.operators {
		fits, err := Verify(o.Hash, pin)
		if err != nil {
			return Operator{}, err
		}
		if fits {
			found = append(found, o)
		}
	}
	switch len(found) {
	case 0:
		return Operator{}, ErrWrong
	case 1:
		return found[0], nil
	}
	return Operator{}, ErrWhich
}
