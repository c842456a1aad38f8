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
	operators []Operator // who may sign in: those of the settings, and of the roll
	settled   []Operator // those of the settings
	roll      Roll
	roster    Roster            // nil: the roll is not kept
	enrolling map[string]string // secrets that nobody has confirmed yet
	decoy     string            // hashed against when nobody has the id that was given
	tries     Tries
	guesses   Guesses
}

// NewStaff takes the operators of a register, and fails on the first one that
// Check refuses or whose id is not its own. With nil for tries, wrong PINs are
// forgotten at a restart.
func NewStaff(operators []Operator, tries Tries) (*Staff, error) {
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
	s := &Staff{operators: append([]Operator(nil), operators...), settled: append([]Operator(nil), operators...), enrolling: map[string]string{}, decoy: decoy(operators), tries: tries}
	if tries != nil {
		var err error
		if s.guesses, err = tries.Load(); err != nil {
			return nil, err
		}
		s.forget()
	}
	return s, nil
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
// the operator whose PIN fits, as long as there are at most Few operators. After
// MaxInARow wrong PINs without an id it is a manager or nobody, and after MaxAlone
// nobody.
//
// It fails with ErrWrong, ErrWhich, *Waiting or *Locked, and with an error of its
// own when a wrong PIN could not be counted. An unknown id costs the same work
// as a known one.
func (s *Staff) SignIn(id, pin string) (Operator, error) {
	return s.signIn(id, pin)
}

// signIn is SignIn, and with codes also proves whom the PIN fits. A wrong code
// counts as a wrong PIN.
func (s *Staff) signIn(id, pin string, codes ...string) (Operator, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if until, ok := s.waiting(now); ok {
		return Operator{}, &Waiting{Until: until}
	}
	before := s.guesses
	if err := s.begin(id, now); err != nil {
		return Operator{}, err
	}
	find := s.byID
	if id == alone {
		find = s.byPIN
	}
	who, err := find(id, pin)
	for _, code := range codes {
		if err == nil {
			err = s.prove(who, code)
		}
	}
	account := s.account(id)
	switch {
	case guessed(err) && s.guesses.InARow[account] >= MaxInARow:
		return Operator{}, &Locked{ID: id, Now: before.InARow[account] < MaxInARow}
	case guessed(err):
		return Operator{}, err
	case err != nil: // it was no guess
		return Operator{}, errors.Join(err, s.keep(before))
	}
	return who, s.right(who, before, len(codes) > 0)
}

// guessed tells errors that count from those of a form that is not filled in.
func guessed(err error) bool {
	return errors.Is(err, ErrWrong) || errors.Is(err, ErrCode) || errors.Is(err, ErrCodeUsed)
}

// waiting tells until when the register waits, and forgets the failures that
// no longer count. Failures from the future are of a clock that was set back:
// they count as of now.
func (s *Staff) waiting(now time.Time) (time.Time, bool) {
	recent := s.guesses.Recent
	for i, at := range recent {
		if at.After(now) {
			recent[i] = now
		}
	}
	if n := len(recent); n >= MaxFailures {
		if until := recent[n-1].Add(Pause); now.Before(until) {
			return until, true
		}
		recent = nil
	}
	for len(recent) > 0 && now.Sub(recent[0]) >= Pause {
		recent = recent[1:]
	}
	s.guesses.Recent = recent
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
// nothing about whose PIN it was. At a register that is locked a hit counts only
// when it is a manager's.
func (s *Staff) byPIN(_, pin string) (Operator, error) {
	if len(s.operators) > Few {
		return Operator{}, ErrWhich
	}
	var found []Operator
	for _, o := range s.operators {
		fits, err := Verify(o.Hash, pin)
		if err != nil {
			return Operator{}, err
		}
		if fits && (s.guesses.InARow[alone] <= MaxInARow || o.Role == Manager) { // this try is counted already
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
