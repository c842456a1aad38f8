package main

import (
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

// aBill is a bill of 2000 yen with these parts.
func aBill(state string, left int64, parts ...control.Part) control.Bill {
	b := control.Bill{ID: "bill1", Amount: 2000, Currency: "JPY", State: state, Left: left, Parts: parts}
	for _, p := range parts {
		b.Waiting = b.Waiting || p.Sale.State == "prepared" || p.Sale.State == "indoubt"
	}
	return b
}

func aPart(way, state string, amount, paid int64) control.Part {
	return control.Part{Part: 1, Way: way, Paid: paid, Sale: control.Sale{ID: "p1", Amount: amount, State: state, ChargeKey: "S1-T1-1-1"}}
}

// Each answer says what to do next, and cash says the change.
func TestBill(t *testing.T) {
	t.Parallel()
	cash := aPart("cash", "approved", 500, 500)
	cash.Handed, cash.Change = 1000, 500
	a := newAgent(t, map[string][]any{
		"POST /v1/bills":              {aBill("open", 2000)},
		"POST /v1/bills/bill1/parts":  {aBill("open", 2000, aPart("code", "prepared", 1500, 0)), aBill("paid", 0, cash)},
		"GET /v1/bills/bill1":         {aBill("open", 500, aPart("code", "approved", 1500, 1500)), aBill("open", 2000, aPart("code", "indoubt", 1500, 0))},
		"POST /v1/bills/bill1/cancel": {problem{Status: 409, Why: "bill.parts_paid", TextE: "Give each part back first."}},
	})
	posctl(t, "bill", "open", "--amount", "2000", "--reference", "R-1", "--agent", a.url).want(t, 0, "bill bill1  2000 JPY  open, 2000 left", "posctl bill part bill1 --amount 2000")
	a.said(t, `POST /v1/bills {"reference":"R-1","amount":2000,"currency":"JPY"}`)
	posctl(t, "bill", "part", "bill1", "--amount", "1500", "--agent", a.url).want(t, 0, "let the customer show the code")
	a.said(t, `POST /v1/bills/bill1/parts {"way":"code","amount":1500}`)
	posctl(t, "bill", "part", "bill1", "--amount", "500", "--cash", "--handed", "1000", "--agent", a.url).want(t, 0, "paid", "change: 500")
	a.said(t, `POST /v1/bills/bill1/parts {"way":"cash","amount":500,"handed":1000}`)
	posctl(t, "bill", "show", "bill1", "--agent", a.url).want(t, 0, "500 left", "S1-T1-1-1")
	posctl(t, "bill", "show", "bill1", "--agent", a.url).want(t, 0, "wait until the part is settled; take no cash")
	posctl(t, "bill", "cancel", "bill1", "--agent", a.url).want(t, exitFailed, "Give each part back first.")
	for _, wrong := range []string{"open", "open --amount -1", "part bill1", "part bill1 --amount 1 --handed 2"} {
		posctl(t, append(append([]string{"bill"}, strings.Fields(wrong)...), "--agent", a.url)...).want(t, exitUsage)
	}
}

// A formal receipt has both words, and a copy none.
func TestChargesFormal(t *testing.T) {
	t.Parallel()
	const path = "POST /v1/charges/K/formal"
	a := newAgent(t, map[string][]any{path: {control.Formal{Number: 12, Key: "K", To: "株式会社みほん", Amount: 1280, Currency: "JPY", Paper: "confirmed"}}})
	posctl(t, "charges", "formal", "K", "--to", "株式会社みほん", "--for", "お品代", "--agent", a.url).want(t, 0, "formal receipt 12 to 株式会社みほん over 1280 JPY: paper confirmed, copies 0")
	a.said(t, path+` {"to":"株式会社みほん","for":"お品代"}`)
	posctl(t, "charges", "formal", "K", "--copy", "--agent", a.url).want(t, 0, "formal receipt 12")
	a.said(t, path+` {"copy":true}`)
	for _, wrong := range []string{"", "--to x", "--for x", "--copy --to x --for y"} {
		posctl(t, append(append([]string{"charges", "formal", "K"}, strings.Fields(wrong)...), "--agent", a.url)...).want(t, exitUsage)
	}
}
