package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

// lift asks for a leave.
func (s *shop) lift(t testing.TB, id string, o control.Override, head ...header) reply {
	t.Helper()
	return s.ask(t, "POST", "/v1/sales/"+id+"/override", o, head...)
}

// over opens a sale over the limit of one charge, and lets a code be refused.
func (s *shop) over(t testing.TB, wished string, head ...header) control.Sale {
	t.Helper()
	got := s.ask(t, "POST", control.PathSales, control.NewSale{Amount: 3001, Currency: "JPY"}, append(head, wish(wished))...)
	want(t, got, http.StatusOK)
	sale := got.sale(t)
	got = s.ask(t, "POST", "/v1/sales/"+sale.ID+"/code", control.Code{Text: "OP1:" + wished + "/1"}, append(head, wish(wished+" code"))...)
	want(t, got, http.StatusConflict)
	p := got.problem(t)
	if p.Why != "offline.per_charge" || p.Override != "per_charge" || !strings.Contains(p.TextE, "Left: 3000 JPY") || !strings.Contains(p.TextE, "A manager may let this one sale pass") || !strings.Contains(p.Text, "店長") {
		t.Fatalf("refused with %+v", p)
	}
	return sale
}

// paysAgain shows the refused code once more, and wants it to be taken.
func (s *shop) paysAgain(t testing.TB, id, wished, note string, head ...header) {
	t.Helper()
	got := s.ask(t, "POST", "/v1/sales/"+id+"/code", control.Code{Text: "OP1:" + wished + "/1"}, append(head, wish(wished+" again"))...)
	want(t, got, http.StatusOK)
	if sale := got.sale(t); sale.State != "queued" || len(sale.Lifted) != 0 {
		t.Fatalf("%+v", sale)
	}
	key := got.sale(t).ChargeKey
	steps := decode[control.Charge](t, s.ask(t, "GET", "/v1/charges/"+key, nil, bearer("reader"))).Steps
	last := steps[len(steps)-1]
	if last.Event != "queue" || last.By != "cashier" || last.Note != note {
		t.Errorf("the journal says %+v, want the note %q", last, note)
	}
}

// At a cashier's session the manager enters a PIN; a manager's own session
// needs none. What the cashier does stays the cashier's.
func TestAManagerLetsASalePass(t *testing.T) {
	s := startAway(t)
	hanako, taro := s.signIn(t, "hanako", cashierPIN), s.signIn(t, "taro", managerPIN)
	sale := s.over(t, "a", hanako.both()...)
	r := decode[control.Register](t, s.ask(t, "GET", control.PathOpenSale, nil, hanako.both()...))
	if r.Sale.Refusal == nil || r.Sale.Refusal.Override != "per_charge" || !strings.Contains(r.Sale.Refusal.TextE, "Call the manager") {
		t.Errorf("the page reads %+v", r.Sale.Refusal)
	}
	got := s.lift(t, sale.ID, control.Override{Limit: "per_charge", PIN: managerPIN}, hanako.both()...)
	want(t, got, http.StatusOK)
	if now := got.sale(t); now.Refusal != nil || len(now.Lifted) != 1 || now.Lifted[0] != "per_charge" || !strings.Contains(now.LiftedTextE, "show the code again") || !strings.Contains(now.LiftedText, "もう一度") {
		t.Errorf("after the leave: %+v", now)
	}
	s.paysAgain(t, sale.ID, "a", "limit per_charge lifted by 太郎/taro", hanako.both()...)

	sale = s.over(t, "b", taro.both()...) // a manager alone at the register
	want(t, s.lift(t, sale.ID, control.Override{Limit: "per_charge"}, taro.both()...), http.StatusOK)
	s.paysAgain(t, sale.ID, "b", "limit per_charge lifted by 太郎/taro", taro.both()...)

	sale = s.over(t, "c", bearer("till")) // POS software with a PIN pad of its own
	want(t, s.lift(t, sale.ID, control.Override{Limit: "per_charge", Operator: "taro", PIN: managerPIN}, bearer("till")), http.StatusOK)
	s.paysAgain(t, sale.ID, "c", "limit per_charge lifted by 太郎/taro", bearer("till"))
}

// A program that decides is no manager in the journal, also when the two are
// called the same.
func TestAProgramThatLetsASalePass(t *testing.T) {
	s := startAway(t, token("taro", control.ScopePrepare, control.ScopeResolve))
	sale := s.over(t, "a", bearer("taro"))
	want(t, s.lift(t, sale.ID, control.Override{Limit: "per_charge"}, bearer("taro")), http.StatusOK)
	got := s.ask(t, "POST", "/v1/sales/"+sale.ID+"/code", control.Code{Text: "OP1:a/1"}, bearer("taro"), wish("again"))
	want(t, got, http.StatusOK)
	steps := decode[control.Charge](t, s.ask(t, "GET", "/v1/charges/"+got.sale(t).ChargeKey, nil, bearer("reader"))).Steps
	if last := steps[len(steps)-1]; last.Note != "limit per_charge lifted by program taro" {
		t.Errorf("%+v", last)
	}
}

// Who gives no leave, and how it is said. None of it is a 401, which would
// send the cashier away.
func TestWhoLetsNoSalePass(t *testing.T) {
	s := startAway(t)
	hanako, taro := s.signIn(t, "hanako", cashierPIN), s.signIn(t, "taro", managerPIN)
	sale := s.over(t, "a", taro.both()...)
	for _, c := range []struct {
		what   string
		o      control.Override
		head   []header
		status int
		why    string
	}{
		{"a cashier without a PIN", control.Override{Limit: "per_charge"}, hanako.both(), 403, "override.manager"},
		{"a till without a PIN", control.Override{Limit: "per_charge"}, []header{bearer("till")}, 403, "override.manager"},
		{"a cashier's own PIN", control.Override{Limit: "per_charge", PIN: cashierPIN}, hanako.both(), 403, "override.manager"},
		{"a wrong PIN", control.Override{Limit: "per_charge", PIN: "987650"}, hanako.both(), 403, "sign_in.wrong"},
		{"the manager's PIN under another name", control.Override{Limit: "per_charge", Operator: "hanako", PIN: managerPIN}, hanako.both(), 403, "sign_in.wrong"},
		{"the one whose sale it is, asked by another", control.Override{Limit: "per_charge", PIN: managerPIN}, hanako.both(), 409, "override.own"},
		{"another limit", control.Override{Limit: "per_customer"}, taro.both(), 409, "override.not_reached"},
		{"a limit that is none", control.Override{Limit: "certificate"}, taro.both(), 422, "invalid"},
		{"no limit", control.Override{}, taro.both(), 422, "invalid"},
	} {
		got := s.lift(t, sale.ID, c.o, c.head...)
		want(t, got, c.status)
		if p := got.problem(t); p.Why != c.why || c.status != 422 && (p.Text == "" || p.TextE == "") {
			t.Errorf("%s: %+v, want %s", c.what, p, c.why)
		}
		if strings.Contains(string(got.body), "987650") {
			t.Errorf("%s: the answer holds the PIN", c.what)
		}
	}
	want(t, s.lift(t, "nothing", control.Override{Limit: "per_charge"}, taro.both()...), 404)
	want(t, s.lift(t, sale.ID, control.Override{Limit: "per_charge"}, taro.both()...), 200)
	s.prepare(t, "next", 100)
	got := s.lift(t, sale.ID, control.Override{Limit: "per_charge"}, taro.both()...)
	want(t, got, 409)
	if p := got.problem(t); p.Why != "register.not_standing" {
		t.Errorf("%+v", p)
	}
	if strings.Contains(s.log.String(), "987650") || strings.Contains(s.log.String(), managerPIN) {
		t.Error("a PIN is in the log")
	}
}

// PINs are tried no faster here than at the door, and the wait is the same.
func TestPINsOfALeaveAreThrottled(t *testing.T) {
	s := startAway(t)
	hanako := s.signIn(t, "hanako", cashierPIN)
	sale := s.over(t, "a", hanako.both()...)
	for range 5 {
		want(t, s.lift(t, sale.ID, control.Override{Limit: "per_charge", PIN: "987650"}, hanako.both()...), 403)
	}
	got := s.lift(t, sale.ID, control.Override{Limit: "per_charge", PIN: managerPIN}, hanako.both()...)
	want(t, got, http.StatusTooManyRequests)
	if got.header.Get("Retry-After") == "" || got.problem(t).Why != "sign_in.waiting" {
		t.Errorf("%s", got.body)
	}
	want(t, s.ask(t, "POST", control.PathSession, control.SignIn{Operator: "taro", PIN: managerPIN}), http.StatusTooManyRequests)
}
