package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
)

// golden compares what a command says with a reviewed text.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		must(t, os.WriteFile(path, []byte(got), 0o644))
	}
	want, err := os.ReadFile(path)
	must(t, err)
	if string(want) != got {
		t.Errorf("%s is not what it says: look at the change, then go test ./cmd/posctl -run Golden -update\n%s", path, got)
	}
}

// inTokyo runs posctl with the times of a shop.
func inTokyo(t *testing.T, args ...string) result {
	t.Helper()
	var out, errOut bytes.Buffer
	tool := &tool{retry: time.Millisecond, zone: time.FixedZone("JST", 9*3600), out: &out, errOut: &errOut}
	code := tool.execute(t.Context(), args)
	return result{code, out.String(), errOut.String()}
}

// aDoubt is a charge that went through everything: no answer, a restart, a
// late yes, a manager, and a refund at last.
func aDoubt() control.Charge {
	at := time.Date(2026, 11, 25, 14, 59, 50, 0, time.UTC) // ten seconds before midnight in Tokyo
	after := func(d time.Duration) time.Time { return at.Add(d) }
	hold := "hold"
	return control.Charge{
		Key: key, Kind: "charge", SaleID: "sale1", Amount: 1280, Currency: "JPY", State: "owed", Goods: hold, Wallet: "own", WalletNameE: "Sample Pay",
		Reason: "cannot_reverse", ReasonTextE: "The wallet does not undo this payment any more. Give the money back with a refund.",
		Code: "972397…99", Paper: "unprinted", Alarms: 1, Prepared: at, Changed: after(2 * time.Hour),
		Steps: []control.Step{
			{At: at, To: "prepared", Moved: true, By: "api", Note: "sale sale1, 1280 JPY", ShownE: "Ready to scan", Goods: hold},
			{At: after(2 * time.Second), Event: "send", From: "prepared", To: "sent", Moved: true, Wallet: "own", By: "cashier", Operator: "hanako", ShownE: "Asking the wallet", Goods: hold},
			{At: after(5 * time.Second), Asked: after(2 * time.Second), Event: "lose", From: "sent", To: "indoubt", Moved: true, Wallet: "own", By: "wallet", Reason: "timeout", ReasonTextE: "The wallet did not answer in time.", ShownE: "Checking the result", Goods: hold},
			{At: after(6 * time.Second), Asked: after(5500 * time.Millisecond), Event: "wait", From: "indoubt", To: "pending", Moved: true, Wallet: "own", By: "wallet", Reason: "confirm_on_phone", ReasonTextE: "The customer has to confirm the payment in the app.", ShownE: "Waiting for the customer", Goods: hold},
			{At: after(20 * time.Second), Event: "lose", From: "pending", To: "indoubt", Moved: true, By: "recovery", Reason: "restart", ReasonTextE: "The register was restarted in the middle of this charge.", ShownE: "Checking the result", Goods: hold},
			{At: after(80 * time.Second), Event: "cancel", From: "indoubt", To: "reversing", Moved: true, By: "timer", Reason: "gave_up", ReasonTextE: "No result came for a while, so the payment is undone.", ShownE: "Being undone", Goods: hold},
			{At: after(81 * time.Second), Asked: after(80500 * time.Millisecond), Event: "approve", From: "reversing", To: "reversing", Moved: true, Wallet: "own", By: "wallet", Receipt: "W-1", ShownE: "Being undone", Goods: hold},
			{At: after(82 * time.Second), Event: "queue", From: "reversing", To: "reversing", By: "manager", Operator: "taro", Reason: "shown_paid", ReasonTextE: "The customer's phone said paid, so a manager let the goods go."},
			{At: after(2 * time.Hour), Asked: after(2*time.Hour - 40*time.Millisecond), Event: "refuse", From: "reversing", To: "owed", Moved: true, Wallet: "own", By: "wallet", Reason: "cannot_reverse", ReasonTextE: "The wallet does not undo this payment any more.", ShownE: "Money is owed to the customer", Goods: hold},
			{At: after(2*time.Hour + time.Second), Asked: after(time.Second), Event: "decline", From: "owed", To: "owed", Wallet: "own", By: "wallet", Note: "late reply, dropped"},
		},
		Refunds: []control.Charge{{Key: "S0001-T01-217000000-43", Kind: "refund", Amount: 1280, Currency: "JPY", State: "forwarding"}},
	}
}

// An engineer reads what happened without knowing the program.
func TestTimelineGolden(t *testing.T) {
	t.Parallel()
	a := newAgent(t, map[string][]any{"GET /v1/charges/" + key: {aDoubt()}})
	got := inTokyo(t, "charges", "--timeline", key, "--agent", a.url)
	got.want(t, 0)
	golden(t, "timeline.txt", got.out)
	shape(t, inTokyo(t, "charges", "--timeline", key, "--json", "--agent", a.url), "key", "steps", "refunds", "kind")
}

// Every event has a sentence of its own, whoever asked for it.
func TestEveryEventIsASentence(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, event := range []string{"", "send", "approve", "decline", "wait", "miss", "lose", "queue", "cancel", "confirm", "refuse", "lapse"} {
		said := happened(control.Step{Event: event, By: "wallet", Wallet: "own", From: "reversing", To: "reversed"})
		if said == "" || strings.HasSuffix(said, ": "+event) || seen[said] != "" {
			t.Errorf("%q is told as %q, like %q", event, said, seen[said])
		}
		seen[said] = event
	}
	for _, c := range []struct {
		step control.Step
		says string
	}{
		{control.Step{Event: "confirm", From: "approved", By: "recovery", Reason: "reconciled", Wallet: "own"}, "the reconciliation of the day found that own has no such payment"},
		{control.Step{Event: "approve", From: "declined", By: "recovery", Reason: "reconciled", Wallet: "own"}, "the reconciliation of the day found that own says yes"},
		{control.Step{Event: "confirm", From: "owed", By: "manager", Operator: "taro"}, "manager (taro) noted that the customer has the money back"},
		{control.Step{Event: "lapse", By: "timer"}, "the register's timer gave it up"},
	} {
		if got := happened(c.step); got != c.says {
			t.Errorf("%q, want %q", got, c.says)
		}
	}
}

func aReconciliation() control.Reconciliation {
	at := time.Date(2026, 11, 25, 3, 30, 0, 0, time.UTC)
	from := time.Date(2026, 11, 24, 20, 0, 0, 0, time.UTC)
	one := func(state string) *control.Side {
		return &control.Side{Kind: "charge", State: state, Amount: 1280, Currency: "JPY", At: at}
	}
	paid := control.Sum{Count: 12, Amount: 15360}
	return control.Reconciliation{
		Date: "2026-11-25", From: from, To: from.Add(24 * time.Hour), At: at, Left: 3,
		Wallets: []control.WalletDay{
			{Wallet: "paypay", WalletNameE: "PayPay", Answered: true, Totals: []control.Total{
				{Kind: "charge", State: "approved", Currency: "JPY", Ours: paid, Theirs: paid, OursAfter: paid, TheirsAfter: paid},
			}},
			{Wallet: "own", WalletNameE: "Sample Pay", Answered: true, Left: 2, Unlisted: 16, Totals: []control.Total{
				{Kind: "charge", State: "approved", Currency: "JPY", Ours: control.Sum{Count: 2, Amount: 2560}, OursAfter: control.Sum{Count: 1, Amount: 1280}, Theirs: control.Sum{Count: 2, Amount: 2560}, TheirsAfter: control.Sum{Count: 2, Amount: 2560}},
			}, Differences: []control.Difference{
				{Key: key, What: "missing_there", Ours: one("approved"), Done: "corrected", After: "unpaid", TitleE: "Paid here, unknown to the wallet", DoneTE: "Corrected", TextE: "No money will come. If you know the customer, ask to be paid again."},
				{Key: "S0001-T01-217000000-43", What: "unknown_here", Theirs: one("approved"), Done: "adopted", After: "approved", TitleE: "Paid at the wallet, unknown here", DoneTE: "Adopted", TextE: "Find the sale that it belongs to. If there is none, refund it."},
				{Key: "S0001-T01-217000000-44", What: "paid_there", Ours: one("declined"), Theirs: one("approved"), Done: "corrected", After: "reversing", Left: true, TitleE: "Not paid here, paid at the wallet", DoneTE: "Corrected", TextE: "The register undoes it, and the customer gets the money back."},
				{Key: "S0001-T01-217000000-45", What: "unlike", Ours: one("approved"), Theirs: one("approved"), Done: "manager", After: "approved", Left: true, Note: "for an engineer", TitleE: "Amount or kind differ", DoneTE: "For the manager", TextE: "Nothing was changed. Tell the wallet and your engineer."},
			}},
			{Wallet: "away", Problem: "read the day 2026-11-25 at wallet away: context deadline exceeded"},
		},
		Restored: &control.Restored{Why: "the books are an older copy of themselves", Since: from, Days: []string{"2026-11-25", "2026-11-26"}},
	}
}

// Equal or not is the exit code, and the text says what to do next.
func TestReconcileGolden(t *testing.T) {
	t.Parallel()
	a := newAgent(t, map[string][]any{"POST /v1/reconciliations": {aReconciliation()}})
	got := inTokyo(t, "reconcile", "--date", "2026-11-25", "--agent", a.url)
	got.want(t, exitFailed)
	golden(t, "reconcile.txt", got.out)
	a.said(t, `{"date":"2026-11-25"}`)
	shape(t, inTokyo(t, "reconcile", "--json", "--agent", a.url), "date", "equal", "left", "wallets", "restored")
	a.said(t, "POST /v1/reconciliations {}")
	equal := control.Reconciliation{Date: "2026-11-25", Equal: true, Wallets: []control.WalletDay{{Wallet: "own", Answered: true}}, Restored: &control.Restored{Why: "older"}}
	b := newAgent(t, map[string][]any{"POST /v1/reconciliations": {equal}})
	posctl(t, "reconcile", "--agent", b.url).want(t, exitDone, "own: equal", "nothing on either side", "counts as whole again", "\nequal\n")
	c := newAgent(t, map[string][]any{"POST /v1/reconciliations": {problem{Status: 422, Detail: "date \"x\" must be a business day"}}})
	posctl(t, "reconcile", "--date", "x", "--agent", c.url).want(t, exitUsage, "must be a business day")
}

func TestRefund(t *testing.T) {
	t.Parallel()
	for state, code := range map[string]int{"approved": exitDone, "declined": exitDeclined, "abandoned": exitDeclined, "forwarding": exitUnknown, "prepared": exitUnknown, "owed": exitUnknown} {
		a := newAgent(t, map[string][]any{"POST /v1/refunds": {control.Charge{Key: "R", Kind: "refund", Of: key, Amount: 280, Currency: "JPY", State: state, ReasonTextE: "The wallet gives nothing back."}}})
		got := posctl(t, "refund", key, "--amount", "280", "--reason", "returned", "--agent", a.url)
		got.want(t, code, "R  refund of 280 JPY of "+key+"  "+state+"\n")
		if code == exitUnknown {
			got.want(t, code, "posctl charges --timeline R")
		}
		a.said(t, `{"charge_key":"`+key+`","amount":280,"reason":"returned","way":"auto"}`)
		shape(t, posctl(t, "refund", key, "--amount", "280", "--json", "--agent", a.url), "key", "kind", "of", "state")
	}
	for state, code := range map[string]int{"reversed": exitDone, "reversing": exitUnknown, "owed": exitFailed} {
		a := newAgent(t, map[string][]any{"POST /v1/refunds": {control.Charge{Key: key, Kind: "charge", Way: "void", Amount: 280, Currency: "JPY", State: state}}})
		posctl(t, "refund", key, "--amount", "280", "--way", "void", "--agent", a.url).want(t, code, key+"  void of 280 JPY  "+state+"\n")
		a.said(t, `"way":"void"`)
	}
	posctl(t, "refund", key, "--amount", "280", "--way", "cash").want(t, exitUsage, "--way must be")
	b := newAgent(t, map[string][]any{"POST /v1/refunds": {problem{Status: 409, TextE: "The refund is too much."}}})
	posctl(t, "refund", key, "--amount", "9", "--agent", b.url).want(t, exitFailed, "posctl: The refund is too much.")
}

func TestResolve(t *testing.T) {
	t.Parallel()
	path := "POST /v1/charges/" + key + "/resolve"
	a := newAgent(t, map[string][]any{path: {control.Charge{Key: key, Amount: 1280, Currency: "JPY", State: "reversing", Goods: "hold"}}})
	posctl(t, "charges", "resolve", key, "--decision", "not_paid", "--note", "customer left", "--agent", a.url).want(t, exitDone, key+"  1280 JPY  reversing  goods: hold")
	a.said(t, `{"decision":"not_paid","note":"customer left"}`)
	shape(t, posctl(t, "charges", "resolve", key, "--decision", "not_paid", "--json", "--agent", a.url), "key", "state")
	b := newAgent(t, map[string][]any{path: {problem{Status: 409, TextE: "This cannot be decided now."}}})
	posctl(t, "charges", "resolve", key, "--decision", "gave_back", "--agent", b.url).want(t, exitFailed, "posctl: This cannot be decided now.")
}
