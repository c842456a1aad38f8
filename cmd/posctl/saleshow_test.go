package main

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
)

const showing = "POST /v1/sales/sale1/show"

func shownSale() control.Sale {
	s := sale("pending")
	s.Show = &control.Shown{Text: "PWP1:S0001-T01-217000000-42", Until: time.Now().Add(time.Minute)}
	return s
}

// The code is drawn for whoever sits at the shell; a program gets its text.
func TestSaleShow(t *testing.T) {
	t.Parallel()
	open := sale("prepared")
	a := newAgent(t, map[string][]any{"GET /v1/register": {control.Register{Sale: &open}}, showing: {shownSale()}, showing + "/print": {shownSale()}, watching: {shownSale(), sale("approved")}})
	got := posctl(t, "sale", "show", "--agent", a.url)
	got.want(t, 0, "█", "PWP1:S0001-T01-217000000-42  to be paid until", "pending", "goods: hold")
	a.said(t, showing+` {}`)
	posctl(t, "sale", "show", "sale1", "--wallet", "own", "--print", "--json", "--agent", a.url).want(t, 0, `"text": "PWP1:S0001-T01-217000000-42"`)
	a.said(t, showing+` {"wallet":"own"}`)
	posctl(t, "sale", "show", "--wait", "--agent", a.url).want(t, 0, "waiting for the customer to read the code", "approved", "goods: hand_over")
	b := newAgent(t, map[string][]any{opening: {sale("prepared")}, showing: {shownSale()}, watching: {sale("declined")}})
	posctl(t, "pay", "--amount", "1280", "--show", "--wait", "--agent", b.url).want(t, exitDeclined, "declined")
	c := newAgent(t, map[string][]any{opening: {sale("prepared")}, showing: {sale("indoubt")}})
	posctl(t, "pay", "--amount", "1280", "--show", "--agent", c.url).want(t, exitUnknown, "indoubt")
	d := newAgent(t, map[string][]any{showing: {problem{Status: 409, Why: "show.no_wallet", TextE: "No wallet of this register gives a code to show."}}})
	posctl(t, "sale", "show", "sale1", "--agent", d.url).want(t, exitFailed, "No wallet of this register")
}
