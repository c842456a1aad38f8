package main

import (
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
)

const overriding = "POST /v1/sales/sale1/override"

func lifted(state string) control.Sale {
	s := sale(state)
	s.Lifted = []string{"per_charge"}
	return s
}

// The open sale is meant when none is named; with a code it is paid at once.
func TestSaleOverride(t *testing.T) {
	t.Parallel()
	open := sale("prepared")
	a := newAgent(t, map[string][]any{"GET /v1/register": {control.Register{Sale: &open}}, overriding: {lifted("prepared")}, "POST /v1/sales/sale1/code": {sale("queued")}})
	posctl(t, "sale", "override", "--limit", "per_charge", "--agent", a.url).want(t, 0, "it may pass: per_charge", "let the customer show the code again")
	a.said(t, overriding+` {"limit":"per_charge"}`)
	posctl(t, "sale", "override", "sale1", "--limit", "per_customer", "--code", "OP1:X", "--agent", a.url).want(t, 0, "queued")
	a.said(t, overriding+` {"limit":"per_customer"}`)
	a.said(t, `POST /v1/sales/sale1/code {"text":"OP1:X"}`)
	b := newAgent(t, map[string][]any{"GET /v1/register": {control.Register{}}})
	posctl(t, "sale", "override", "--limit", "age", "--agent", b.url).want(t, exitFailed, "no sale is open")
	c := newAgent(t, map[string][]any{overriding: {problem{Status: 409, Why: "override.not_reached", TextE: "This sale has not met that limit."}}})
	posctl(t, "sale", "override", "sale1", "--limit", "count", "--agent", c.url).want(t, exitFailed, "This sale has not met that limit.")
}

// A manager's PIN comes from standard input, never from a flag.
func TestSaleOverrideByPIN(t *testing.T) {
	a := newAgent(t, map[string][]any{overriding: {lifted("prepared")}})
	typed(t, "604713\n")
	posctl(t, "sale", "override", "sale1", "--limit", "per_charge", "--manager", "taro", "--agent", a.url).want(t, 0, "may pass")
	a.said(t, overriding+` {"limit":"per_charge","operator":"taro","pin":"604713"}`)
}

// A refusal that a manager may lift says how, while it is waited for and when
// the code was at hand; another one does not.
func TestPayNamesTheLeave(t *testing.T) {
	t.Parallel()
	over := sale("prepared")
	over.Refusal = &control.Refusal{Why: "offline.per_charge", TextE: "It is more than is taken at once.", Override: "per_charge", At: time.Now()}
	a := newAgent(t, map[string][]any{opening: {sale("prepared")}, watching: {over, sale("queued")}})
	posctl(t, "pay", "--amount", "3001", "--wait", "--agent", a.url).want(t, 0, "not taken: It is more", "a manager: posctl sale override --limit per_charge")
	b := newAgent(t, map[string][]any{opening: {problem{Status: 409, Why: "offline.per_charge", TextE: "It is more than is taken at once.", Override: "per_charge"}}})
	posctl(t, "pay", "--amount", "3001", "--code", "OP1:X", "--agent", b.url).want(t, exitFailed, "a manager: posctl sale override --limit per_charge")
	c := newAgent(t, map[string][]any{opening: {problem{Status: 409, Why: "offline.certificate", TextE: "It is more than the wallet affords."}}})
	if got := posctl(t, "pay", "--amount", "3001", "--code", "OP1:X", "--agent", c.url); strings.Contains(got.err, "override") {
		t.Errorf("%s", got.err)
	}
}
