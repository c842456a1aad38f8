package operator

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// MaxInARow is how many wrong PINs in a row an operator may have. Then only a
// manager, or the machine's own user, lets that operator in again.
const MaxInARow = 10

// MaxAlone is how many wrong PINs without an id a register takes in all, until a
// manager was there. From MaxInARow on only managers' PINs are looked at.
const MaxAlone = 100

// mostStrangers is how many accounts ids that nobody has share. They are counted
// so that a lock does not tell who works here.
const mostStrangers = 64

// alone is the account of sign-ins with the PIN alone.
const alone = ""

// Guesses are the wrong PINs that still count.
type Guesses struct {
	Recent []time.Time    `json:"recent"` // of the whole register, oldest first
	InARow map[string]int `json:"in_a_row"`
}

func (g Guesses) copied() Guesses {
	g.Recent, g.InARow = slices.Clone(g.Recent), maps.Clone(g.InARow)
	if g.InARow == nil {
		g.InARow = make(map[string]int)
	}
	return g
}

// Tries keeps them over a restart and a power cut.
type Tries interface {
	Load() (Guesses, error) // the zero Guesses when there are none
	Save(Guesses) error     // durable when it returns
}

// Locked is the error of a sign-in of somebody who has had MaxInARow wrong PINs
// in a row. The PIN was not looked at, unless Now says that this was the last of
// them. It is the same for ids that nobody has. An empty ID is the register: the
// PIN alone lets nobody in but a manager, whose sign-in opens it for all.
type Locked struct {
	ID  string
	Now bool
}

func (l *Locked) Error() string {
	return fmt.Sprintf("%d wrong PINs in a row: a manager has to let this operator in again", MaxInARow)
}

// Unlock lets an operator in again, and PINs without an id, and reports false
// when nobody has that id. Who may do so is for the caller to know.
func (s *Staff) Unlock(id string) (bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.ContainsFunc(s.operators, func(o Operator) bool { return o.ID == id }) {
		return false, nil
	}
	g := s.guesses.copied()
	delete(g.InARow, id)
	delete(g.InARow, codesOf(id))
	delete(g.InARow, alone)
	return true, s.keep(g)
}

// keep makes the guesses durable, and only then those that hold.
func (s *Staff) keep(g Guesses) error {
	if s.tries != nil {
		if err := s.tries.Save(g); err != nil {
			return fmt.Errorf("wrong PINs cannot be counted, so that nobody is let in: %w", err)
		}
	}
	s.guesses = g
	return nil
}

// begin counts a guess before the PIN is looked at: power that goes away in
// between makes no guess free.
func (s *Staff) begin(id string, now time.Time) error {
	account := s.account(id)
	switch n := s.guesses.InARow[account]; {
	case id == alone && n >= MaxAlone:
		return ErrWhich
	case id != alone && n >= MaxInARow:
		return &Locked{ID: id}
	}
	g := s.guesses.copied()
	g.Recent = append(g.Recent, now)
	g.InARow[account]++
	return s.keep(g)
}

func (s *Staff) known(id string) bool {
	return id == alone || slices.ContainsFunc(s.operators, func(o Operator) bool { return o.ID == id })
}

// account is where the wrong PINs of an id are counted. One that nobody has may
// be a PIN that was typed in its place: of it no more is kept than which of the
// strangers' accounts it is, and no operator's id looks like one of these.
func (s *Staff) account(id string) string {
	if s.known(id) {
		return id
	}
	sum := sha256.Sum256([]byte(id))
	return stranger(int(sum[0]) % mostStrangers)
}

func stranger(n int) string { return "?" + strconv.Itoa(n) }

// forget drops accounts that there are none of: of operators who have left, and
// of ids that nobody had, which an earlier version kept as they were typed.
func (s *Staff) forget() {
	g := s.guesses.copied()
	accounts := map[string]bool{}
	for n := range mostStrangers {
		accounts[stranger(n)] = true
	}
	maps.DeleteFunc(g.InARow, func(id string, _ int) bool { return !s.known(strings.TrimPrefix(id, "#")) && !accounts[id] })
	s.guesses = g
}

// right takes the guess back that was no wrong one. A right PIN forgives the
// wrong ones of the same operator, and nobody else's: otherwise a cashier could
// guess the manager's PIN by signing in between. A manager forgives those that
// came without an id as well.
func (s *Staff) right(who Operator, before Guesses, proved bool) error {
	g := before.copied()
	delete(g.InARow, who.ID)
	if proved {
		delete(g.InARow, codesOf(who.ID))
	}
	if who.Role == Manager {
		delete(g.InARow, alone)
	}
	return s.keep(g)
}
