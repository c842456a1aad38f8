package server_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/agent/operator"
)

func rules(r operator.Rules) func(*server.Options) {
	return func(o *server.Options) { o.Rules = r }
}

// paidSale is a payment that can be refunded.
func (s *shop) paidSale(t *testing.T, yen int64) string {
	t.Helper()
	got := s.scan(t, s.prepare(t, "sale", yen).ID, "code", goodCode)
	want(t, got, http.StatusOK)
	return got.sale(t).ChargeKey
}

func refused(t *testing.T, got reply, why string) {
	t.Helper()
	want(t, got, http.StatusForbidden)
	if p := got.problem(t); p.Why != why || p.Text == "" || p.TextE == "" {
		t.Errorf("%+v, want %s", p, why)
	}
}

// A large refund of a program needs a manager's approval of that very act; it
// is spent once, and too late is too late.
func TestAnApprovalOfARefund(t *testing.T) {
	s := start(t, rules(operator.Rules{SecondAbove: 500}), token("both", control.ScopeRefund, control.ScopeRead))
	key := s.paidSale(t, 5000)
	who := bearer("both")
	refund := func(wished string, yen int64, approval string) reply {
		return s.ask(t, "POST", control.PathRefunds, control.NewRefund{ChargeKey: key, Amount: yen, Approval: approval}, who, wish(wished))
	}
	approve := func() string {
		got := s.ask(t, "POST", control.PathApprovals, control.NewApproval{Kind: "refund", Key: key, Amount: 1000, Operator: "taro", PIN: managerPIN}, who)
		want(t, got, http.StatusOK)
		return decode[control.Approval](t, got).ID
	}
	refused(t, refund("a", 1000, ""), "approval.needed")
	refused(t, refund("a", 1000, "nonsense"), "approval.unknown")
	refused(t, refund("a", 1001, approve()), "approval.other")
	old := approve()
	s.pass(time.Minute)
	refused(t, refund("a", 1000, old), "approval.expired")
	good := approve()
	if got := refund("a", 1000, good); got.status >= 300 {
		t.Fatalf("%d %s", got.status, got.body)
	}
	if got := refund("a", 1000, good); got.status >= 300 {
		t.Errorf("the same wish again: %d %s", got.status, got.body)
	}
	refused(t, refund("b", 1000, good), "approval.spent")
	got := s.ask(t, "POST", control.PathApprovals, control.NewApproval{Kind: "refund", Key: key, Amount: 1000, Operator: "hanako", PIN: cashierPIN}, who)
	refused(t, got, "approval.manager")
	notes := ""
	links, err := s.books.Journal(0, 500)
	must(t, err)
	for _, l := range links {
		notes += l.Note + "\n"
	}
	for _, says := range []string{"approval.needed", "approval.other", "approval.expired", "approval.spent", "spent the approval of refund", "approved refund"} {
		if !strings.Contains(notes, says) {
			t.Errorf("the journal does not say %q", says)
		}
	}
}

func TestNobodyApprovesTheirOwnRequest(t *testing.T) {
	s := start(t, rules(operator.Rules{SecondAbove: 500, TwoAbove: 2000}))
	key := s.paidSale(t, 5000)
	taro := s.signIn(t, "taro", managerPIN)
	got := s.ask(t, "POST", control.PathApprovals, control.NewApproval{Kind: "refund", Key: key, Amount: 3000, Operator: "taro", PIN: managerPIN}, taro.both()...)
	refused(t, got, "approval.own")
	got = s.ask(t, "POST", control.PathRefunds, control.NewRefund{ChargeKey: key, Amount: 3000}, append(taro.both(), wish("a"))...)
	refused(t, got, "approval.two_people")
}

// A PIN is set on the socket; a manager of a session is sent there.
func TestAPINIsSetAtTheMachine(t *testing.T) {
	s := start(t)
	taro := s.signIn(t, "taro", managerPIN)
	got := s.ask(t, "POST", control.PathOperators, control.NewOperator{ID: "jiro", Name: "次郎", Role: "cashier", PIN: "7204"}, taro.both()...)
	want(t, got, http.StatusOK)
	refused(t, s.ask(t, "POST", "/v1/operators/jiro/pin", control.NewPIN{PIN: "9150"}, taro.both()...), "operator.socket_only")
	if _, err := s.socket(t).SetPIN(t.Context(), "jiro", "9150"); err != nil {
		t.Fatal(err)
	}
	s.signIn(t, "jiro", "9150")
}

func TestTheFirstManager(t *testing.T) {
	var setup *operator.Setup
	s := start(t, func(o *server.Options) {
		var err error
		o.Staff, err = operator.NewStaff(nil, nil)
		must(t, err)
		setup = operator.NewSetup(o.Now)
		o.Setup = setup
	})
	first := func(code string) reply {
		return s.ask(t, "POST", control.PathSetup, control.NewSetup{Code: code, ID: "taro", Name: "太郎", PIN: managerPIN})
	}
	code := setup.Code()
	refused(t, first("AAAA-AAAA-AAAA"), "setup.wrong")
	want(t, first(code), http.StatusOK)
	refused(t, first(code), "setup.over")
	s.signIn(t, "taro", managerPIN)
}

// Whoever does nothing signs in again; what a page asks by itself is no act.
func TestIdleSessionsEnd(t *testing.T) {
	s := start(t, func(o *server.Options) { o.Idle = map[operator.Role]time.Duration{operator.Cashier: 10 * time.Minute} })
	who := s.signIn(t, "hanako", cashierPIN)
	s.pass(9 * time.Minute)
	want(t, s.ask(t, "GET", control.PathCharges, nil, who.both()...), 200)
	s.pass(9 * time.Minute)
	want(t, s.ask(t, "GET", control.PathHealth, nil, who.both()...), 200)
	s.pass(2 * time.Minute)
	want(t, s.ask(t, "GET", control.PathCharges, nil, who.both()...), 401)
}
