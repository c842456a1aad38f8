package server_test

import (
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/agent/operator"
)

// The sign-in screen knows names and nothing else, without a session and
// without a word in the journal; a page of elsewhere does not.
func TestNamesOfTheSignInScreen(t *testing.T) {
	s := start(t)
	got := s.ask(t, "GET", control.PathPeople, nil)
	want(t, got, 200)
	if p := decode[control.People](t, got); p.Choose || p.SetUp || len(p.People) != 2 || p.People[0] != (control.Person{ID: "hanako", Name: "花子"}) {
		t.Errorf("those of the settings share the keypad: %+v", p)
	}
	taro := s.signIn(t, "taro", managerPIN)
	want(t, s.ask(t, "POST", control.PathOperators, control.NewOperator{ID: "jiro", Name: "次郎", Role: "cashier", PIN: "9150"}, taro.both()...), 200)
	got = s.ask(t, "GET", control.PathPeople, nil)
	if p := decode[control.People](t, got); !p.Choose || len(p.People) != 3 {
		t.Errorf("with people of its own the name comes first: %+v", p)
	}
	if strings.Contains(string(got.body), "cashier") || strings.Contains(string(got.body), "locked") {
		t.Errorf("it tells more than names: %s", got.body)
	}
	yes := true
	want(t, s.ask(t, "PATCH", "/v1/operators/jiro", control.OperatorChange{Disabled: &yes}, taro.both()...), 200)
	if p := decode[control.People](t, s.ask(t, "GET", control.PathPeople, nil)); p.Choose || len(p.People) != 2 {
		t.Errorf("whoever may not sign in has no tile: %+v", p)
	}
	want(t, s.ask(t, "GET", control.PathPeople, nil, header{"Origin", "https://evil.example"}), 403)
	want(t, s.ask(t, "GET", control.PathPeople, nil, header{"Origin", "https://pos.example"}), 403)
}

// A register that knows nobody says that the set-up code is wanted, as long as
// there is one.
func TestNobodyYet(t *testing.T) {
	var setup *operator.Setup
	s := start(t, func(o *server.Options) {
		var err error
		o.Staff, err = operator.NewStaff(nil, nil)
		must(t, err)
		setup = operator.NewSetup(o.Now)
		o.Setup = setup
	})
	if p := decode[control.People](t, s.ask(t, "GET", control.PathPeople, nil)); !p.SetUp || len(p.People) != 0 {
		t.Errorf("%+v", p)
	}
	want(t, s.ask(t, "POST", control.PathSetup, control.NewSetup{Code: setup.Code(), ID: "taro", Name: "太郎", PIN: managerPIN}), 200)
	if p := decode[control.People](t, s.ask(t, "GET", control.PathPeople, nil)); p.SetUp || !p.Choose {
		t.Errorf("%+v", p)
	}
}

// A touch is an act: whoever types for long, or waits for a charge, is not
// signed out in the middle of it.
func TestTouchKeepsASession(t *testing.T) {
	s := start(t, func(o *server.Options) {
		o.Idle = map[operator.Role]time.Duration{operator.Manager: 3 * time.Minute}
	})
	who := s.signIn(t, "taro", managerPIN)
	if got := decode[control.Session](t, s.ask(t, "GET", control.PathSession, nil, who.both()...)); got.Idle != 180 {
		t.Errorf("the page must know when to lock: %+v", got)
	}
	for range 3 {
		s.pass(2 * time.Minute)
		want(t, s.ask(t, "POST", control.PathTouch, nil, who.both()...), 204)
	}
	s.pass(4 * time.Minute)
	want(t, s.ask(t, "POST", control.PathTouch, nil, who.both()...), 401)
}

// A closing without a date can be approved: its act has an empty key.
func TestApprovalOfAClosingWithoutADate(t *testing.T) {
	s := start(t, token("closer", control.ScopeResolve, control.ScopeRead))
	got := s.ask(t, "POST", control.PathApprovals, control.NewApproval{Kind: "close_day", Operator: "taro", PIN: managerPIN}, bearer("closer"))
	want(t, got, 200)
	leave := decode[control.Approval](t, got)
	want(t, s.ask(t, "POST", control.PathClosings, control.NewClosing{Kind: "z", Approval: leave.ID}, bearer("closer")), 200)
}
