package main

import (
	"testing"

	"github.com/posagent/posagent/agent/control"
)

func TestSalesList(t *testing.T) {
	t.Parallel()
	page := control.Findings{Found: []control.Finding{aFinding("2", "Sample Pay")}, Next: "4-4"}
	a := newAgent(t, map[string][]any{"GET " + control.PathSearch: {page}})
	got := inTokyo(t, "sales", "list", "--day", "2026-11-25", "--operator", "hanako", "--reference", "A-1", "--limit", "1", "--agent", a.url)
	got.want(t, exitDone, "2026-11-25", "12:04:05", "1280 JPY", "Sample Pay", "hanako", "sale2", "S0001-T01-217000000-2", "more: --after 4-4\n")
	a.said(t, "from=2026-11-25&kind=charge&limit=1&operator=hanako&reference=A-1&to=2026-11-25")
	shape(t, posctl(t, "sales", "list", "--limit", "1", "--json", "--agent", a.url), "found", "next")
	b := newAgent(t, map[string][]any{"GET " + control.PathSearch: {control.Findings{}, problem{Status: 422, Detail: "a day is not right"}}})
	posctl(t, "sales", "list", "--agent", b.url).want(t, exitDone, "no sales\n")
	posctl(t, "sales", "list", "--day", "yesterday", "--agent", b.url).want(t, exitUsage, "a day is not right")
}

// A sale is found by its id, by a key and by a reference.
func TestSalesShow(t *testing.T) {
	t.Parallel()
	one := sale("approved")
	one.Lines = []control.Line{{Name: "茶", Quantity: 2, Amount: 1280, Rate: "reduced"}}
	gone := problem{Status: 404, Detail: "there is no such sale"}
	f := aFinding("1", "Sample Pay")
	found := control.Findings{Found: []control.Finding{f}}
	a := newAgent(t, map[string][]any{watching: {one}, "GET /v1/sales/" + f.Key: {gone}, "GET /v1/sales/A-1": {gone}, "GET /v1/sales/none": {gone},
		"GET " + control.PathSearch: {found, control.Findings{}, found, control.Findings{}}})
	for _, name := range []string{"sale1", f.Key, "A-1"} {
		posctl(t, "sales", "show", name, "--agent", a.url).want(t, exitDone, "1280 JPY  approved", "goods: hand_over", "2 x 茶  1280 JPY  reduced", "posctl charges show "+key)
	}
	posctl(t, "sales", "show", "none", "--agent", a.url).want(t, exitFailed, `no sale has the id, the key or the reference "none"`)
	shape(t, posctl(t, "sales", "show", "sale1", "--json", "--agent", a.url), "id", "state", "goods", "lines")
}

const counting = "POST /v1/topups"

// What a top-up comes to is the exit code, and what happens to the cash.
func TestTopUp(t *testing.T) {
	t.Parallel()
	for state, c := range map[string]struct {
		code int
		says string
	}{
		"approved":  {exitDone, "approved  cash: keep\n"},
		"declined":  {exitDeclined, "declined  cash: give back\n"},
		"abandoned": {exitDeclined, "abandoned  cash: give back\n"},
		"reversed":  {exitDeclined, "reversed  cash: give back\n"},
		"owed":      {exitUnknown, "owed  cash: give back, and posctl charges resolve " + key + " --decision gave_back\n"},
		"something": {exitUnknown, "something  cash: keep\n"}, // of a newer agent
	} {
		top := sale(state)
		top.TopUp = true
		a := newAgent(t, map[string][]any{counting: {sale("prepared")}, watching: {sale("sent"), sale("indoubt"), top}})
		posctl(t, "topup", "--amount", "1280", "--wait", "--agent", a.url).want(t, c.code, c.says, "asking the wallet …\n")
		a.said(t, counting+` {"amount":1280,"currency":"JPY"}`)
		b := newAgent(t, map[string][]any{watching: {top}})
		posctl(t, "topup", "show", "sale1", "--agent", b.url).want(t, c.code, c.says)
	}
}

func TestTopUpWithCode(t *testing.T) {
	t.Parallel()
	for state, code := range map[string]int{"approved": exitDone, "declined": exitDeclined, "indoubt": exitUnknown, "reversing": exitUnknown, "prepared": exitFailed} {
		a := newAgent(t, map[string][]any{counting: {sale(state)}})
		posctl(t, "topup", "--amount", "1280", "--code", "97239712345678901234", "--reference", "T-7", "--agent", a.url).want(t, code, state)
		a.said(t, `"reference":"T-7"`)
		a.said(t, `"code":{"text":"97239712345678901234"}`)
	}
	a := newAgent(t, map[string][]any{counting: {sale("prepared"), problem{Status: 409, Why: "topup.too_much", TextE: "Over the limit of one top-up."}, hangUp}, watching: {sale("approved")}})
	posctl(t, "topup", "--amount", "1280", "--agent", a.url).want(t, exitDone, "prepared  cash: keep") // only begun, as asked
	posctl(t, "topup", "--amount", "999999", "--agent", a.url).want(t, exitFailed, "posctl: Over the limit of one top-up.")
	posctl(t, "topup", "--amount", "1", "--agent", a.url).want(t, exitUnknown, "look at the charges")
	posctl(t, "topup", "show", "sale1", "--agent", a.url).want(t, exitFailed, "is a sale and no top-up")
}

func TestTopUpList(t *testing.T) {
	t.Parallel()
	a := newAgent(t, map[string][]any{"GET " + control.PathSearch: {control.Findings{}}})
	posctl(t, "topup", "list", "--day", "2026-11-25", "--agent", a.url).want(t, exitDone, "no top-ups\n")
	a.said(t, "from=2026-11-25&kind=topup")
}
