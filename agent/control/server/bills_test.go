package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

func (r reply) bill(t testing.TB) control.Bill { t.Helper(); return decode[control.Bill](t, r) }

// A bill is opened once for a wish and a reference, paid by a code and in cash,
// and each wish pays once.
func TestABillOverTheAPI(t *testing.T) {
	s := start(t)
	opens := func(key string, b control.NewBill) reply {
		return s.ask(t, "POST", control.PathBills, b, bearer("till"), wish(key))
	}
	pays := func(key, id string, p control.NewPart) reply {
		return s.ask(t, "POST", strings.Replace(control.PathBillParts, "{id}", id, 1), p, bearer("till"), wish(key))
	}
	b := opens("one", control.NewBill{Amount: 2000, Currency: "JPY", Reference: "R-1"}).bill(t)
	if b.State != "open" || b.Left != 2000 || b.ID == "" || b.Parts == nil {
		t.Errorf("%+v", b)
	}
	for key, want := range map[string]control.NewBill{"one": {Amount: 2000, Currency: "JPY", Reference: "R-1"}, "two": {Amount: 2000, Currency: "JPY", Reference: "R-1"}} {
		if again := opens(key, want).bill(t); again.ID != b.ID {
			t.Errorf("%s is another bill", key)
		}
	}
	opens("one", control.NewBill{Amount: 2001, Currency: "JPY", Reference: "R-1"}).why(t, http.StatusConflict, "bill.conflict")
	opens("three", control.NewBill{Amount: 1999, Currency: "JPY", Reference: "R-1"}).why(t, http.StatusConflict, "bill.conflict")
	want(t, opens("four", control.NewBill{Amount: 0, Currency: "JPY"}), http.StatusUnprocessableEntity)
	pays("x", "none", control.NewPart{Way: "cash", Amount: 1}).why(t, http.StatusNotFound, "bill.unknown")
	want(t, pays("x", b.ID, control.NewPart{Way: "gold", Amount: 1}), http.StatusUnprocessableEntity)
	pays("x", b.ID, control.NewPart{Way: "cash", Amount: 2001}).why(t, http.StatusConflict, "bill.too_much")

	part := pays("p1", b.ID, control.NewPart{Way: "code", Amount: 1500}).bill(t)
	if !part.Waiting || len(part.Parts) != 1 || part.Parts[0].Sale.State != "prepared" || part.Parts[0].Sale.Bill != b.ID {
		t.Fatalf("%+v", part)
	}
	paid := s.scan(t, part.Parts[0].Sale.ID, "scan", goodCode)
	want(t, paid, http.StatusOK)
	if one := paid.sale(t); one.State != "approved" || one.Goods != "hold" { // the bill is not paid yet
		t.Errorf("the first part is %s, and the goods: %s", one.State, one.Goods)
	}
	cash := control.NewPart{Way: "cash", Amount: 500, Handed: 1000}
	for range 2 {
		got := pays("p2", b.ID, cash).bill(t)
		if got.State != "paid" || got.Left != 0 || len(got.Parts) != 2 || got.Parts[1].Change != 500 || got.Parts[1].Sale.State != "approved" || got.Parts[1].Sale.Goods != "hand_over" || got.Parts[0].Sale.Goods != "hold" {
			t.Errorf("%+v", got)
		}
	}
	cash.Amount = 400
	pays("p2", b.ID, cash).why(t, http.StatusConflict, "bill.conflict")
	pays("p3", b.ID, control.NewPart{Way: "cash", Amount: 1}).why(t, http.StatusConflict, "bill.over")
	s.ask(t, "POST", strings.Replace(control.PathBillCancel, "{id}", b.ID, 1), nil, bearer("till")).why(t, http.StatusConflict, "bill.over")

	s = s.again(t)
	got := s.ask(t, "GET", strings.Replace(control.PathBill, "{id}", b.ID, 1), nil, bearer("reader")).bill(t)
	if got.State != "paid" || len(got.Parts) != 2 || got.Parts[0].Paid != 1500 || got.Parts[1].Paid != 500 {
		t.Errorf("after a restart: %+v", got)
	}
}

// A sale has one formal receipt; a copy is for who may resolve.
func TestAFormalReceipt(t *testing.T) {
	s := start(t)
	of := s.paid(t, 1)
	asks := func(who string, f control.NewFormal) reply {
		return s.ask(t, "POST", strings.Replace(control.PathFormal, "{key}", of, 1), f, bearer(who))
	}
	words := control.NewFormal{To: "株式会社みほん", For: "お品代"}
	asks("till", control.NewFormal{Copy: true}).why(t, http.StatusForbidden, "formal.copy")
	taro := s.signIn(t, "taro", managerPIN)
	copies := func() reply {
		return s.ask(t, "POST", strings.Replace(control.PathFormal, "{key}", of, 1), control.NewFormal{Copy: true}, taro.both()...)
	}
	copies().why(t, http.StatusConflict, "formal.none")
	want(t, asks("till", control.NewFormal{To: "みほん\x1b商事", For: "x"}), http.StatusUnprocessableEntity)
	want(t, asks("till", control.NewFormal{To: "みほん"}), http.StatusUnprocessableEntity)
	f := decode[control.Formal](t, asks("till", words))
	if f.Number != 1 || f.Key != of || f.Amount != 1001 || f.Copies != 0 || f.Paper == "" {
		t.Errorf("%+v", f)
	}
	asks("till", words).why(t, http.StatusConflict, "formal.issued")
	if f = decode[control.Formal](t, copies()); f.Number != 1 || f.Copies != 1 || f.To != words.To {
		t.Errorf("the copy is %+v", f)
	}
}
