package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/agent/operator"
)

// Ten wrong PINs lock an operator, a manager opens the lock, nobody opens their
// own, and the journal knows.
func TestLockAndUnlock(t *testing.T) {
	locked := &lockedOut{}
	s := start(t, func(o *server.Options) {
		staff, err := operator.NewStaff([]operator.Operator{
			{ID: "hanako", Name: "花子", Role: operator.Cashier, Hash: cheapHash(cashierPIN)},
			{ID: "taro", Name: "太郎", Role: operator.Manager, Hash: cheapHash(managerPIN)},
		}, locked)
		must(t, err)
		o.Staff = staff
	})
	taro := s.signIn(t, "taro", managerPIN)
	for _, wrong := range []string{"1029", "1029"} {
		if got := s.ask(t, "POST", control.PathSession, control.SignIn{Operator: "hanako", PIN: wrong}); got.status != http.StatusForbidden || got.problem(t).Why != "sign_in.locked" {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
	list := decode[control.Operators](t, s.ask(t, "GET", control.PathOperators, nil, taro.both()...))
	if len(list.Operators) != 2 || !list.Operators[0].Locked || list.Operators[0].WrongPINs != 10 || list.Operators[1].Locked {
		t.Errorf("%+v", list)
	}
	path := func(id string) string { return strings.Replace(control.PathUnlock, "{id}", id, 1) }
	if got := s.ask(t, "POST", path("taro"), nil, taro.both()...); got.status != http.StatusForbidden || got.problem(t).Why != "operator.self" {
		t.Errorf("%d %s", got.status, got.body)
	}
	want(t, s.ask(t, "POST", path("nobody"), nil, taro.both()...), http.StatusNotFound)
	want(t, s.ask(t, "POST", path("hanako"), nil, bearer("judge")), http.StatusForbidden)
	list = decode[control.Operators](t, s.ask(t, "POST", path("hanako"), nil, taro.both()...))
	if list.Operators[0].Locked || list.Operators[0].WrongPINs != 0 {
		t.Errorf("%+v", list)
	}
	s.signIn(t, "hanako", cashierPIN)
	var notes []string
	links, err := s.books.Journal(0, 100)
	must(t, err)
	for _, l := range links {
		if l.Key == "" {
			notes = append(notes, string(l.Step.By)+" "+l.Step.Operator+" "+l.Note)
		}
	}
	if got := strings.Join(notes, "\n"); got != "manager taro signed in\ntimer  locked operator hanako after too many wrong PINs\nmanager taro let operator hanako in again\ncashier hanako signed in" {
		t.Errorf("the journal says\n%s", got)
	}
}

// lockedOut is a register where nine wrong PINs were entered long ago.
type lockedOut struct{}

func (l *lockedOut) Load() (operator.Guesses, error) {
	return operator.Guesses{InARow: map[string]int{"hanako": operator.MaxInARow - 1}}, nil
}
func (l *lockedOut) Save(operator.Guesses) error { return nil }
