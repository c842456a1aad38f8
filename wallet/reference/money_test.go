package reference_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/authorize/own"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/wallet/reference"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

func TestRefundCall(t *testing.T) {
	s := open(t)
	const paid, part = "S0001-T01-1-1", "S0001-T01-1-2"
	s.charge(t, s.request(t, paid, "Hanako", 1000))
	for range 2 {
		r := s.refund(t, refundOf(part, paid, 400))
		a := r.answer
		if r.status != 200 || a.Status != wire.Approved || a.Kind != wire.KindRefund || a.Key != part || a.Amount != 400 || a.Nonce != "n-"+part || a.Receipt == "" {
			t.Fatalf("refund: %+v", r)
		}
	}
	if r := s.refund(t, refundOf("S0001-T01-1-3", paid, 601)); r.answer.Status != wire.Declined || r.answer.Reason != wire.OverRefund {
		t.Errorf("more than is left: %+v", r)
	}
	if r := s.refund(t, refundOf("S0001-T01-1-4", "S0001-T01-1-9", 1)); r.answer.Status != wire.Declined || r.answer.Reason != wire.NotRefundable {
		t.Errorf("of nothing: %+v", r)
	}
	if r := s.refund(t, refundOf(part, paid, 401)); r.status != http.StatusConflict || r.problem.Type != wire.ProblemConflict {
		t.Errorf("the same key with another amount: %+v", r)
	}
	for key, amount := range map[string]int64{paid: 1000, part: 400} {
		if r := s.reverse(t, key, amount); r.status != http.StatusConflict || r.problem.Type != wire.ProblemCannotReverse {
			t.Errorf("reversal of %s: %+v, want that it cannot be reversed", key, r)
		}
	}
	if r := must(t, s.register, "GET", s.URL()+path(wire.PathCharge, part)+"?nonce=q", nil); r.answer.Kind != wire.KindRefund || r.answer.Status != wire.Approved {
		t.Errorf("inquiry of a refund: %+v", r)
	}
	if st := s.standing(t, part); st.Debits != -1 {
		t.Errorf("the books say %+v", st)
	}
	s.balanced(t)
}

func TestTopUpCall(t *testing.T) {
	s := open(t)
	req := topup(s.request(t, "S0001-T01-1-1", "Taro", 3000))
	r := s.topUp(t, req)
	if a := r.answer; r.status != 200 || a.Status != wire.Approved || a.Kind != wire.KindTopup || a.Key != req.Key || a.Amount != 3000 || a.Nonce != req.Nonce || a.Receipt == "" {
		t.Fatalf("top-up: %+v", r)
	}
	spent := s.request(t, "S0001-T01-1-2", "Taro", 600)
	s.charge(t, spent)
	if r := s.reverse(t, req.Key, 3000); r.status != http.StatusConflict || r.problem.Type != wire.ProblemCannotReverse {
		t.Errorf("reversal of a top-up that is spent: %+v", r)
	}
	second := topup(s.request(t, "S0001-T01-1-3", "Taro", 50))
	s.topUp(t, second)
	if r := s.reverse(t, second.Key, 50); r.status != 200 || r.answer.Status != wire.Reversed || r.answer.Kind != wire.KindTopup {
		t.Errorf("reversal of a top-up: %+v", r)
	}
	dollars := topup(s.request(t, "S0001-T01-1-4", "Taro", 50))
	dollars.Currency = "USD"
	if r := s.topUp(t, dollars); r.status != http.StatusBadRequest || r.problem.Type != wire.ProblemInvalid || !strings.Contains(r.problem.Detail, "JPY only") {
		t.Errorf("dollars: %+v", r)
	}
	s.balanced(t)
}

func TestMoreBodiesThatAreRefused(t *testing.T) {
	s := open(t)
	s.charge(t, s.request(t, "S0001-T01-1-1", "Hanako", 100))
	refund := `{"key":"S0001-T01-1-2","charge_key":"S0001-T01-1-1","terminal":"T01","store":"S0001","amount":50,"currency":"JPY","nonce":"n"}`
	code := s.request(t, "", "Hanako", 1).Code
	topup := `{"key":"S0001-T01-1-3","terminal":"T01","store":"S0001","amount":50,"currency":"JPY","code":"` + code + `","valid_until":"2099-01-01T00:00:00Z","nonce":"n"}`
	reversal := `{"amount":100,"currency":"JPY","nonce":"n"}`
	for _, c := range []struct{ path, good, old, new string }{
		{wire.PathRefunds, refund, `"nonce"`, `"valid_until":"2099-01-01T00:00:00Z","nonce"`},
		{wire.PathRefunds, refund, `"amount":50`, `"amount":50,"amount":1`},
		{wire.PathRefunds, refund, `50`, `0`},
		{wire.PathRefunds, refund, `JPY`, `yen`},
		{wire.PathRefunds, refund, `"nonce":"n"`, `"nonce":""`},
		{wire.PathRefunds, refund, `"charge_key":"S0001-T01-1-1"`, `"charge_key":"S0001-T01-1-2"`},
		{wire.PathRefunds, refund, `"charge_key":"S0001-T01-1-1"`, `"charge_key":"S0001-T01-` + strings.Repeat("1", 30) + `"`},
		{wire.PathTopups, topup, `"nonce"`, `"mode":"online","nonce"`},
		{wire.PathTopups, topup, `50`, `-50`},
		{wire.PathTopups, topup, code, ``},
		{wire.PathTopups, topup, `"valid_until":"2099-01-01T00:00:00Z",`, ``},
		{wire.PathTopups, topup, `S0001-T01-1-3`, `S0001-T01-/3`},
		{path(wire.PathReversal, "S0001-T01-1-1"), reversal, `"nonce"`, `"kind":"gift","nonce"`},
	} {
		if !strings.Contains(c.good, c.old) {
			t.Fatalf("%q is not in the good body", c.old)
		}
		body := strings.Replace(c.good, c.old, c.new, 1)
		r := must(t, s.register, "POST", s.URL()+c.path, body)
		if r.status != http.StatusBadRequest || r.problem.Type != wire.ProblemInvalid || strings.Contains(r.problem.Detail, code) {
			t.Errorf("%s %s: %+v, want 400", c.path, body, r)
		}
	}
	for path, good := range map[string]string{wire.PathRefunds: refund, wire.PathTopups: topup} {
		if r := must(t, s.register, "POST", s.URL()+path, good); r.answer.Status != wire.Approved {
			t.Errorf("the good body at %s: %+v", path, r)
		}
	}
	s.balanced(t)
}

// Every error of the books has its status and type, and nothing else has.
func TestOutcome(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		kind   string
	}{
		{ledger.ErrUnknownKey, 404, wire.ProblemUnknownKey},
		{ledger.ErrConflict, 409, wire.ProblemConflict},
		{ledger.ErrCannotReverse, 409, wire.ProblemCannotReverse},
		{ledger.ErrConfirming, 409, wire.ProblemConfirmPending},
		{ledger.ErrInvalid, 400, wire.ProblemInvalid},
		{ledger.ErrEarly, 503, wire.ProblemBusy},
		{ledger.ErrQuota, 503, wire.ProblemBusy},
		{errors.New("disk on fire"), 503, wire.ProblemBusy},
	} {
		status, p := reference.Outcome(fmt.Errorf("charge k: %w", c.err), "n1")
		if status != c.status || p == nil || p.Type != c.kind || p.Status != status || p.Title == "" || p.Nonce != "n1" || p.Detail == "" || strings.Contains(p.Detail, "fire") {
			t.Errorf("%v is %d %+v", c.err, status, p)
		}
	}
	if status, p := reference.Outcome(nil, "n1"); status != 200 || p != nil {
		t.Errorf("an answer is %d %+v", status, p)
	}
}

// agent is the register's own client, over a real line.
func (s *shop) agent(t *testing.T) *own.Client {
	t.Helper()
	line := authorize.NewLine(s.URL(), authorize.Identity{Certificate: pair(t)(s.authority.Client("S0001", "T01")), Roots: s.authority.Pool()})
	t.Cleanup(line.Close)
	terms := charge.Standard()
	terms.Deadline = 20 * time.Second // no test waits for it
	return &own.Client{ID: "ours", Store: "S0001", Terminal: "T01", Line: line, Terms: terms}
}

func (s *shop) code(t *testing.T, customer string) paycode.Code {
	t.Helper()
	return paycode.Code{Text: paycode.Secret(s.request(t, "", customer, 1).Code)}
}

// Both sides of the contract, against each other.
func TestTheRegistersClient(t *testing.T) {
	s := open(t)
	c, ctx := s.agent(t), t.Context()
	start := time.Now()
	rec := func(n int, kind charge.Kind, amount int64) charge.Record {
		return charge.Record{Key: charge.Key(fmt.Sprintf("S0001-T01-1-%d", n)), Kind: kind, Amount: money.Yen(amount)}
	}
	came := func(what string, a charge.Answer, event charge.Event, reason charge.Reason) {
		t.Helper()
		if a.Event != event || a.Reason != reason {
			t.Errorf("%s: %s %s (%s), want %s %s", what, a.Event, a.Reason, a.Note, event, reason)
		}
	}
	paid, back, cash, unseen, asked := rec(1, charge.Payment, 1000), rec(2, charge.Refund, 300), rec(3, charge.Topup, 50), rec(4, charge.Topup, 70), rec(5, charge.Payment, 20)
	came("charge", c.Charge(ctx, paid, s.code(t, "Hanako")), charge.Approve, "")
	came("refund", c.Refund(ctx, back, paid.Key), charge.Approve, "")
	came("refund again", c.Refund(ctx, back, paid.Key), charge.Approve, "")
	came("inquiry of a refund", c.Inquire(ctx, back), charge.Approve, "")
	came("refund of too much", c.Refund(ctx, rec(6, charge.Refund, 701), paid.Key), charge.Decline, charge.ReasonOverRefund)
	came("refund of nothing", c.Refund(ctx, rec(7, charge.Refund, 1), "S0001-T01-1-99"), charge.Decline, charge.ReasonNoRefund)
	came("reversal of what was refunded", c.Reverse(ctx, paid), charge.Refuse, charge.ReasonCannot)
	came("reversal of a refund", c.Reverse(ctx, back), charge.Refuse, charge.ReasonCannot)
	came("top-up", c.TopUp(ctx, cash, s.code(t, "Taro")), charge.Approve, "")
	came("reversal of a top-up", c.Reverse(ctx, cash), charge.Confirm, "")
	came("reversal of an unseen top-up", c.Reverse(ctx, unseen), charge.Confirm, "")
	came("top-up that was blocked", c.TopUp(ctx, unseen, s.code(t, "Taro")), charge.Decline, charge.ReasonBlocked)
	came("inquiry of it", c.Inquire(ctx, unseen), charge.Decline, charge.ReasonBlocked)
	if err := s.SetFault(wire.FaultOrder{Fault: wire.FaultConfirm, Count: 1}); err != nil {
		t.Fatal(err)
	}
	came("charge to be confirmed", c.Charge(ctx, asked, s.code(t, "Hanako")), charge.Wait, charge.ReasonConfirmPhone)
	day := charge.Day{Date: "2026-11-25", From: start.Add(-time.Minute), To: start.Add(time.Hour)}
	statement, err := c.Statement(ctx, day)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range statement.Entries {
		got = append(got, fmt.Sprint(e.Key, " ", e.Kind, " ", e.State, " ", e.Amount.Minor, " ", e.Of))
	}
	want := []string{
		"S0001-T01-1-1 charge approved 1000 ", "S0001-T01-1-2 refund approved 300 S0001-T01-1-1",
		"S0001-T01-1-6 refund declined 701 S0001-T01-1-1", "S0001-T01-1-7 refund declined 1 S0001-T01-1-99",
		"S0001-T01-1-3 topup reversed 50 ", "S0001-T01-1-4 topup reversed 70 ", "S0001-T01-1-5 charge pending 20 ",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the statement is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	came("reversal before the customer confirmed", c.Reverse(ctx, asked), charge.Confirm, "")
	s.balanced(t)
}

// A day of several pages arrives whole, within what a register reads.
func TestALongDay(t *testing.T) {
	s := open(t)
	c, start := s.agent(t), time.Now()
	const keys = 2*wire.PageOfEntries + 10
	for i := range keys {
		if _, err := s.ledger.Reverse(fmt.Sprintf("S0001-T01-1-%d", i+1), wire.ReversalRequest{Amount: 5, Currency: "JPY", Nonce: "r"}); err != nil {
			t.Fatal(err)
		}
	}
	statement, err := c.Statement(t.Context(), charge.Day{Date: "2026-11-25", From: start.Add(-time.Minute), To: start.Add(time.Hour)})
	if err != nil || len(statement.Entries) != keys {
		t.Errorf("%d entries, %v, want %d", len(statement.Entries), err, keys)
	}
	c.Terminal = "T02"
	if _, err := c.Statement(t.Context(), statement.Day); err == nil || !strings.Contains(err.Error(), wire.ProblemForbidden) {
		t.Errorf("the day of another register: %v", err)
	}
}

func TestReconciliationsThatAreRefused(t *testing.T) {
	s := open(t)
	good := "store=S0001&terminal=T01&business_date=2026-11-25&from=2026-11-25T00:00:00Z&to=2026-11-26T00:00:00Z&nonce=n"
	if r := must(t, s.register, "GET", s.URL()+wire.PathReconciliation+"?"+good, nil); r.status != 200 {
		t.Fatalf("%+v", r)
	}
	for _, c := range []struct {
		old, new string
		status   int
	}{
		{"S0001", "S0002", 403}, {"T01", "T02", 403}, {"store=S0001&", "", 403}, {"store=S0001&terminal=T01", "store=S0001-T01&terminal=", 403},
		{"2026-11-25&", "yesterday&", 400}, {"2026-11-25&", "2026-13-25&", 400}, {"from=2026-11-25T00:00:00Z&", "", 400},
		{"to=2026-11-26", "to=2026-11-24", 400}, {"to=2026-11-26", "to=2026-12-26", 400}, {"from=2026", "from=0001", 400},
		{"nonce=n", "nonce=", 400}, {"nonce=n", "nonce=n&nonce=m", 400}, {"nonce=n", "nonce=n&limit=5", 400},
		{"nonce=n", "nonce=n&after=x", 400}, {"nonce=n", "nonce=n&after=-1", 400},
	} {
		query := strings.Replace(good, c.old, c.new, 1)
		r := must(t, s.register, "GET", s.URL()+wire.PathReconciliation+"?"+query, nil)
		if r.status != c.status || r.problem.Type == "" {
			t.Errorf("%s: %+v, want %d", query, r, c.status)
		}
	}
}
