package server_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

// A day is added up for who decides, and only in the way that there is.
func TestXReport(t *testing.T) {
	s := start(t)
	want(t, s.ask(t, "POST", control.PathSales, control.NewSale{Amount: 1280, Currency: "JPY"}, bearer("till"), wish("w")), http.StatusOK)
	c := decode[control.Closing](t, s.ask(t, "POST", control.PathClosings, control.NewClosing{Kind: "x"}, bearer("judge")))
	if c.Kind != "x" || c.Finished || len(c.Takings) != 1 || c.Takings[0].Open != (control.Sum{Count: 1, Amount: 1280}) || len(c.Rows) != 1 || c.Rates == nil {
		t.Errorf("%+v", c)
	}
	want(t, s.ask(t, "POST", control.PathClosings, control.NewClosing{Kind: "y"}, bearer("judge")), http.StatusUnprocessableEntity)
	want(t, s.ask(t, "POST", control.PathClosings, control.NewClosing{Kind: "x", Date: "never"}, bearer("judge")), http.StatusUnprocessableEntity)
	want(t, s.ask(t, "POST", control.PathClosings, control.NewClosing{Kind: "x"}, bearer("till")), http.StatusForbidden)
}

// A Z is made once, by who may decide, and is the same whenever it is read.
func TestZReport(t *testing.T) {
	s := start(t)
	closes := func(who string) reply {
		return s.ask(t, "POST", control.PathClosings, control.NewClosing{Kind: "z", Reason: "the wallet's list is not there", Drawer: &control.DrawerCount{Float: 30_000, Counted: 29_000}}, bearer(who))
	}
	sale := s.prepare(t, "w", 1280)
	got := closes("judge")
	want(t, got, http.StatusConflict)
	if p := decode[control.Problem](t, got); p.Why != "closing.sale" || p.TextE == "" {
		t.Errorf("in mid-sale: %+v", p)
	}
	want(t, s.scan(t, sale.ID, "scan", goodCode), http.StatusOK)
	want(t, closes("till"), http.StatusForbidden)
	got = closes("judge")
	want(t, got, http.StatusOK)
	z := decode[control.Closing](t, got)
	if z.Kind != "z" || z.Z == nil || z.Z.Number != 1 || len(z.Takings) != 1 || z.Takings[0].Paid != (control.Sum{Count: 1, Amount: 1280}) || z.Takings[0].Net != 1280 || z.Z.Drawer.Over != -1000 {
		t.Fatalf("it closed as %+v", z)
	}
	if sum := sha256.Sum256([]byte(z.Z.Document)); hex.EncodeToString(sum[:]) != z.Z.SHA256 {
		t.Error("the hash is not that of the document")
	}
	got = closes("judge")
	want(t, got, http.StatusConflict)
	if p := decode[control.Problem](t, got); p.Why != "closing.done" {
		t.Errorf("the second one: %+v", p)
	}
	again := s.ask(t, "GET", control.PathClosings+"/1", nil, bearer("judge"))
	want(t, again, http.StatusOK)
	if !reflect.DeepEqual(decode[control.Closing](t, again), z) {
		t.Errorf("read again it is %s", again.body)
	}
	list := decode[control.Closings](t, s.ask(t, "GET", control.PathClosings, nil, bearer("judge")))
	if len(list.Closings) != 1 || list.Next != 0 || !reflect.DeepEqual(list.Closings[0], z) {
		t.Errorf("listed: %+v", list)
	}
	want(t, s.ask(t, "GET", control.PathClosings+"/2", nil, bearer("judge")), http.StatusNotFound)
	want(t, s.ask(t, "GET", control.PathClosings+"/1", nil, bearer("till")), http.StatusForbidden)
	links, err := s.books.Journal(0, 1000)
	must(t, err)
	var notes []string
	for _, l := range links {
		if l.Key == "" {
			notes = append(notes, l.Note)
		}
	}
	all := strings.Join(notes, "\n")
	for _, note := range []string{"was refused close_day", ": closing.sale", ": closing.done", "closing Z 1 of " + z.Date + ", entries 1 to", z.Z.SHA256} {
		if !strings.Contains(all, note) {
			t.Errorf("%q is not in the journal:\n%s", note, all)
		}
	}
}
