package operator

import (
	"errors"
	"fmt"
	"maps"
	"slices"
)

// Kept is an operator whom the register keeps by itself, beside those of the
// settings. Nobody is ever taken off the roll: the journal names them.
type Kept struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Role     Role   `json:"role"`
	Hash     string `json:"hash"`
	Disabled bool   `json:"disabled,omitempty"`
}

// Roll is what the register keeps of its people: operators, and the second
// factors of all, also of those of the settings.
type Roll struct {
	Operators []Kept            `json:"operators,omitempty"`
	Seconds   map[string]Second `json:"seconds,omitempty"` // by operator id
}

func (r Roll) copied() Roll {
	r.Operators, r.Seconds = slices.Clone(r.Operators), maps.Clone(r.Seconds)
	if r.Seconds == nil {
		r.Seconds = make(map[string]Second)
	}
	return r
}

// Roster keeps the roll over a restart and a power cut.
type Roster interface {
	Load() (Roll, error) // the zero Roll when there is none
	Save(Roll) error     // durable when it returns
}

// Errors of a change of the roll. Nothing is changed by any of them.
var (
	ErrThere    = errors.New("there is such an operator already: an id is given out once")
	ErrNobody   = errors.New("there is no such operator")
	ErrSettings = errors.New("this operator is in the settings: change [[operator]] there")
	ErrLast     = errors.New("this is the last manager who may sign in: make another one first")
)

// Faulty is the error of an operator or a PIN that Check or CheckPIN refuses.
type Faulty struct{ Why error }

func (f *Faulty) Error() string { return f.Why.Error() }

// Standing is an operator and the wrong PINs since the last right one.
type Standing struct {
	Operator
	Wrong    int
	Locked   bool
	Settings bool // of the settings, and not to be changed here
	Disabled bool
	Second   bool // has a second factor
}

// Keep takes the operators of the roll in, and keeps changes there. An id that
// the settings have too is theirs.
func (s *Staff) Keep(r Roster) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	roll, err := r.Load()
	if err != nil {
		return err
	}
	for _, k := range roll.Operators {
		if err := k.operator().Check(); err != nil {
			return fmt.Errorf("the register's own list of operators: %w", err)
		}
	}
	s.roster = r
	s.take(roll.copied())
	if s.tries != nil {
		if s.guesses, err = s.tries.Load(); err != nil {
			return err
		}
		s.forget()
	}
	return nil
}

func (k Kept) operator() Operator {
	return Operator{ID: k.ID, Name: k.Name, Role: k.Role, Hash: k.Hash}
}

// take makes a roll the one that holds; s.mu is held.
func (s *Staff) take(r Roll) {
	s.roll = r
	s.operators = slices.Clone(s.settled)
	for _, k := range r.Operators {
		if !k.Disabled && !s.ofSettings(k.ID) {
			s.operators = append(s.operators, k.operator())
		}
	}
	s.decoy = decoy(s.operators)
}

func (s *Staff) ofSettings(id string) bool {
	return slices.ContainsFunc(s.settled, func(o Operator) bool { return o.ID == id })
}

// write makes a roll durable, and only then the one that holds.
func (s *Staff) write(r Roll) error {
	if s.roster != nil {
		if err := s.roster.Save(r); err != nil {
			return fmt.Errorf("the operators cannot be kept, so that nothing is changed: %w", err)
		}
	}
	s.take(r)
	return nil
}

// Standings are all operators: those of the settings in their order, and then
// the register's own.
func (s *Staff) Standings() []Standing {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []Standing
	add := func(o Operator, settings, disabled bool) {
		wrong := s.guesses.InARow[o.ID]
		_, second := s.roll.Seconds[o.ID]
		out = append(out, Standing{o, wrong, wrong >= MaxInARow, settings, disabled, second})
	}
	for _, o := range s.settled {
		add(o, true, false)
	}
	for _, k := range s.roll.Operators {
		if !s.ofSettings(k.ID) {
			add(k.operator(), false, k.Disabled)
		}
	}
	return out
}

// Names are the operators' names by id, also of those who are disabled.
func (s *Staff) Names() map[string]string {
	out := make(map[string]string)
	for _, o := range s.Standings() {
		out[o.ID] = o.Name
	}
	return out
}

// Nobody tells that there is no operator at all who may sign in.
func (s *Staff) Nobody() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.operators) == 0
}

// Add puts a new operator on the roll. It fails with *Faulty or ErrThere: who
// was disabled comes back by Enable, under the same id and nobody else's.
func (s *Staff) Add(id, name string, r Role, pin string) error {
	hash, err := Hash(r, pin)
	if err != nil {
		return &Faulty{err}
	}
	k := Kept{ID: id, Name: name, Role: r, Hash: hash}
	if err := k.operator().Check(); err != nil {
		return &Faulty{err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ofSettings(id) || s.kept(id) >= 0 {
		return ErrThere
	}
	roll := s.roll.copied()
	roll.Operators = append(roll.Operators, k)
	return s.write(roll)
}

func (s *Staff) kept(id string) int {
	return slices.IndexFunc(s.roll.Operators, func(k Kept) bool { return k.ID == id })
}

// change lets one operator of the roll be changed.
func (s *Staff) change(id string, do func(*Kept) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.kept(id)
	switch {
	case s.ofSettings(id):
		return ErrSettings
	case i < 0:
		return ErrNobody
	}
	roll := s.roll.copied()
	if err := do(&roll.Operators[i]); err != nil {
		return err
	}
	if s.managersWith(s.roll) > 0 && s.managersWith(roll) == 0 {
		return ErrLast
	}
	return s.write(roll)
}

func (s *Staff) managersWith(r Roll) int {
	n := 0
	for _, o := range s.settled {
		if o.Role == Manager {
			n++
		}
	}
	for _, k := range r.Operators {
		if k.Role == Manager && !k.Disabled && !s.ofSettings(k.ID) {
			n++
		}
	}
	return n
}

// Disable lets an operator sign in no more, and Enable lets them again.
func (s *Staff) Disable(id string) error {
	return s.change(id, func(k *Kept) error { k.Disabled = true; return nil })
}

// Enable undoes Disable. The PIN is the one that it was.
func (s *Staff) Enable(id string) error {
	return s.change(id, func(k *Kept) error { k.Disabled = false; return nil })
}

// SetPIN gives an operator another PIN, and forgives the wrong ones.
func (s *Staff) SetPIN(id, pin string) error {
	err := s.change(id, func(k *Kept) error {
		hash, err := Hash(k.Role, pin)
		if err != nil {
			return &Faulty{err}
		}
		k.Hash = hash
		return nil
	})
	if err == nil {
		_, err = s.Unlock(id)
	}
	return err
}

// SetRole trusts an operator with other work. Whoever is to have more digits
// than the PIN may have needs a new PIN with it; "" keeps the one that is there.
func (s *Staff) SetRole(id string, r Role, pin string) error {
	return s.change(id, func(k *Kept) error {
		switch {
		case !r.Known():
			return &Faulty{fmt.Errorf("role %q is not known: use %s, %s or %s", r, Cashier, Manager, Engineer)}
		case pin == "" && r.Shortest() > k.Role.Shortest():
			return &Faulty{fmt.Errorf("the PIN of a %s has at least %d digits: give a new one with the role", r, r.Shortest())}
		case pin != "":
			hash, err := Hash(r, pin)
			if err != nil {
				return &Faulty{err}
			}
			k.Hash = hash
		}
		k.Role = r
		return nil
	})
}
