package server_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
)

// back asks for a refund as the program that may.
func (s *shop) back(t testing.TB, key, of string, amount int64) reply {
	t.Helper()
	return s.ask(t, "POST", control.PathRefunds, control.NewRefund{ChargeKey: of, Amount: amount, Reason: "returned"}, bearer("back"), wish(key))
}

func (r reply) charge(t testing.TB) control.Charge { t.Helper(); return decode[control.Charge](t, r) }

// why wants a refusal with words for a person.
func (r reply) why(t testing.TB, status int, why string) {
	t.Helper()
	want(t, r, status)
	if p := r.problem(t); p.Why != why || p.Text == "" || p.TextE == "" {
		t.Errorf("%+v, want %s", p, why)
	}
}

func TestRefund(t *testing.T) {
	s := start(t)
	of := s.paid(t, 1) // 1001 yen
	got := s.back(t, "one", of, 400)
	want(t, got, 200)
	first := got.charge(t)
	if first.Kind != "refund" || first.Of != of || first.Amount != 400 || first.State != "approved" || first.Goods != "hold" || first.Key == of {
		t.Errorf("%+v", first)
	}
	var story []string
	for _, step := range first.Steps {
		story = append(story, fmt.Sprintf("%s %s>%s by %s %s", step.Event, step.From, step.To, step.By, step.Reason))
	}
	if got := strings.Join(story, "; "); got != " >prepared by api ; send prepared>forwarding by api returned; approve forwarding>approved by wallet " {
		t.Errorf("%s", got)
	}
	s.back(t, "two", of, 602).why(t, http.StatusConflict, "refund.too_much")
	want(t, s.back(t, "three", of, 601), 200)
	one := s.ask(t, "GET", "/v1/charges/"+of, nil, bearer("reader")).charge(t)
	if one.Kind != "charge" || one.State != "approved" || len(one.Refunds) != 2 || one.Refunds[0].Key != first.Key || one.Refunds[1].Amount != 601 {
		t.Errorf("%+v", one)
	}
	s.back(t, "four", first.Key, 1).why(t, http.StatusConflict, "refund.not_refundable")
	want(t, s.back(t, "five", "S0001-T01-1-1", 1), http.StatusNotFound)
	if got := s.ask(t, "GET", "/v1/charges/"+first.Key+"/receipt", nil, bearer("reader")); got.status != 200 || !strings.Contains(string(got.body), "返金伝票") || !strings.Contains(string(got.body), of) {
		t.Errorf("%d %s", got.status, got.body)
	}
	if sale := s.ask(t, "GET", "/v1/sales/"+one.SaleID, nil, bearer("reader")).sale(t); sale.ChargeKey != of || sale.State != "approved" || sale.Goods != "hand_over" {
		t.Errorf("the sale became %+v", sale)
	}
}

// The same wish is one refund, however often it comes, and for an agent that
// was started anew; another caller's is another one.
func TestSameWishSameRefund(t *testing.T) {
	s := start(t)
	of := s.paid(t, 1)
	first := s.back(t, "w", of, 100).charge(t)
	for _, key := range []string{"w", `"w"`} {
		got := s.back(t, key, of, 100)
		want(t, got, 200)
		if got.charge(t).Key != first.Key {
			t.Errorf("%s is another refund", key)
		}
	}
	s = s.again(t)
	got := s.back(t, "w", of, 100)
	want(t, got, 200)
	if got.charge(t).Key != first.Key {
		t.Error("after a restart it is another refund")
	}
	s.back(t, "w", of, 101).why(t, http.StatusConflict, "refund.conflict")
	taro := s.signIn(t, "taro", managerPIN)
	other := s.ask(t, "POST", control.PathRefunds, control.NewRefund{ChargeKey: of, Amount: 100}, append(taro.both(), wish("w"))...)
	want(t, other, 200)
	if c := other.charge(t); c.Key == first.Key || c.Steps[0].By != "manager" || c.Steps[0].Operator != "taro" {
		t.Errorf("%+v", c)
	}
}

// One key is one wish: it makes no refund of a second payment, whatever came
// of the first.
func TestOneWishForTwoPayments(t *testing.T) {
	s := start(t)
	one, two := s.paid(t, 1), s.paid(t, 2)
	first := s.back(t, "w", one, 100).charge(t)
	s.back(t, "w", two, 100).why(t, http.StatusConflict, "refund.conflict")
	s.back(t, `"w"`, two, 200).why(t, http.StatusConflict, "refund.conflict")
	want(t, s.back(t, "x", two, 100), 200)
	taro := s.signIn(t, "taro", managerPIN)
	want(t, s.ask(t, "POST", control.PathRefunds, control.NewRefund{ChargeKey: two, Amount: 100}, append(taro.both(), wish("w"))...), 200)
	s.back(t, "y", one, 9999).why(t, http.StatusConflict, "refund.too_much")
	s.back(t, "y", two, 100).why(t, http.StatusConflict, "refund.conflict")
	s.ahead.Store(int64(24 * time.Hour))
	s.back(t, "w", two, 300).why(t, http.StatusConflict, "refund.conflict")
	for _, s := range []*shop{s, s.again(t)} {
		if got := s.back(t, "w", one, 100).charge(t); got.Key != first.Key {
			t.Errorf("refund %s, want %s", got.Key, first.Key)
		}
	}
}

// A wallet's silence is a state, and the refund goes on.
func TestRefundOfASilentWallet(t *testing.T) {
	s := start(t)
	of := s.paid(t, 1)
	s.wallet.mu.Lock()
	s.wallet.gives = charge.Lose
	s.wallet.mu.Unlock()
	got := s.back(t, "w", of, 100)
	want(t, got, http.StatusAccepted)
	c := got.charge(t)
	if c.State != "forwarding" || c.Goods != "hold" {
		t.Errorf("%+v", c)
	}
	s.wallet.mu.Lock()
	s.wallet.gives = charge.Decline
	s.wallet.mu.Unlock()
	s.comes(t, c.Key, charge.Declined)
	// The trouble follows the state by a moment, and nothing tells when.
	var h control.Health
	for until := time.Now().Add(10 * time.Second); time.Now().Before(until); time.Sleep(5 * time.Millisecond) {
		h = decode[control.Health](t, s.ask(t, "GET", control.PathHealth, nil, bearer("reader")))
		for _, tr := range h.Troubles {
			if tr.Code == "refund.declined" && tr.Subject == of && tr.Act == "manager" {
				return
			}
		}
	}
	t.Errorf("%+v", h)
}

// comes waits for a charge to come to a state.
func (s *shop) comes(t testing.TB, key string, state charge.State) {
	t.Helper()
	for {
		changed := s.register.Changed()
		rec, err := s.register.Charge(charge.Key(key))
		must(t, err)
		if rec.State == state {
			return
		}
		select {
		case <-changed:
		case <-t.Context().Done():
			t.Fatal("the test ended first")
		}
	}
}

// A payment has fifty refunds at most: each is a row in the books and, while the
// wallet is away, a call of its own.
func TestManyRefunds(t *testing.T) {
	s := start(t)
	of := s.paid(t, 1)
	for n := range 50 {
		want(t, s.back(t, fmt.Sprint("w", n), of, 1), 200)
	}
	s.back(t, "one more", of, 1).why(t, http.StatusConflict, "refund.too_many")
	want(t, s.back(t, "w7", of, 1), 200) // said again, it is the one that there is
	if refunds, err := s.register.RefundsOf(charge.Key(of)); err != nil || len(refunds) != 50 {
		t.Errorf("%d refunds, %v", len(refunds), err)
	}
}

func TestRefundBodies(t *testing.T) {
	s := start(t)
	of := s.paid(t, 1)
	for _, body := range []string{
		`{}`, `{"charge_key": "` + of + `"}`, `{"charge_key": "` + of + `", "amount": 0}`, `{"charge_key": "` + of + `", "amount": -5}`,
		`{"charge_key": "` + of + `", "amount": 1, "reason": "because"}`, `{"charge_key": "", "amount": 1}`, `{"charge_key": "` + of + `", "amount": 1, "currency": "JPY"}`,
	} {
		want(t, s.ask(t, "POST", control.PathRefunds, body, bearer("back"), wish("w")), http.StatusUnprocessableEntity)
	}
	for _, body := range []string{`{"charge_key": "` + of + `", "amount": 1.5}`, `{"charge_key": "` + of + `", "amount": 1, "amount": 2}`, `{"Amount": 1}`} {
		want(t, s.ask(t, "POST", control.PathRefunds, body, bearer("back"), wish("w")), http.StatusBadRequest)
	}
	want(t, s.ask(t, "POST", control.PathRefunds, control.NewRefund{ChargeKey: of, Amount: 1}, bearer("back")), http.StatusUnprocessableEntity)
	if refunds, err := s.register.RefundsOf(charge.Key(of)); err != nil || len(refunds) != 0 {
		t.Errorf("%+v, %v", refunds, err)
	}
}

// A top-up goes the way of a sale: same wish, same states, but nothing is
// handed over and there is no receipt of goods.
func TestTopUp(t *testing.T) {
	s := start(t)
	open := func(key string, amount int64) reply {
		return s.ask(t, "POST", control.PathTopUps, control.NewTopUp{Amount: amount, Currency: "JPY", Code: &control.Code{Text: codeNumber(7)}}, bearer("counter"), wish(key))
	}
	got := open("w", 3000)
	want(t, got, 200)
	top := got.sale(t)
	if !top.TopUp || top.State != "approved" || top.Goods != "hold" || top.Amount != 3000 {
		t.Errorf("%+v", top)
	}
	if again := open("w", 3000); again.status != 200 || again.sale(t).ID != top.ID || s.wallet.asked() != 1 {
		t.Errorf("%d %s", again.status, again.body)
	}
	want(t, open("w", 3001), http.StatusConflict)
	want(t, s.ask(t, "POST", control.PathSales, yen(3000), bearer("counter"), wish("w")), http.StatusConflict) // a sale is no top-up
	if c := s.charges(t)[0]; c.Kind != "topup" || c.Goods != "hold" {
		t.Errorf("%+v", c)
	}
	if got := s.ask(t, "GET", "/v1/charges/"+top.ChargeKey+"/receipt", nil, bearer("reader")); got.status != 200 || !strings.Contains(string(got.body), "チャージ伝票") {
		t.Errorf("%d %s", got.status, got.body)
	}
	s.back(t, "r", top.ChargeKey, 3000).why(t, http.StatusConflict, "refund.not_refundable") // the customer would have it twice
}

// One button: the agent chooses the way, and the answer tells it.
func TestAVoidByTheOneButton(t *testing.T) {
	s := start(t)
	of := s.paid(t, 1) // 1001 yen
	back := func(key, way string, amount int64) reply {
		return s.ask(t, "POST", control.PathRefunds, control.NewRefund{ChargeKey: of, Amount: amount, Way: way}, bearer("back"), wish(key))
	}
	back("v0", "void", 1).why(t, http.StatusConflict, "void.part")
	for _, key := range []string{"v1", "v1", "v2"} {
		got := back(key, "auto", 1001)
		if c := got.charge(t); got.status != 200 || c.Way != "void" || c.Key != of || c.State != "reversed" || c.Reason != "voided" {
			t.Errorf("%d %s", got.status, got.body)
		}
	}
	if got := s.ask(t, "GET", "/v1/charges/"+of+"/receipt", nil, bearer("reader")); got.status != 200 || !strings.Contains(string(got.body), "取消伝票") {
		t.Errorf("%d %s", got.status, got.body)
	}
	back("v3", "refund", 1).why(t, http.StatusConflict, "refund.not_refundable")
}

// A top-up over the limit is refused in words before anything is made for it.
func TestATopUpOverTheLimit(t *testing.T) {
	s := start(t)
	for amount, status := range map[int64]int{50_001: http.StatusConflict, 1_000_000_000: http.StatusConflict, 1_000_000_001: http.StatusUnprocessableEntity} {
		got := s.ask(t, "POST", control.PathTopUps, control.NewTopUp{Amount: amount, Currency: "JPY", Code: &control.Code{Text: codeNumber(7)}}, bearer("topper"), wish("w"))
		want(t, got, status)
		if status == http.StatusConflict {
			got.why(t, status, "topup.too_much")
		}
	}
	if n := len(s.charges(t)); n != 0 || s.wallet.asked() != 0 {
		t.Errorf("%d charges, and the wallet was asked %d times", n, s.wallet.asked())
	}
	want(t, s.ask(t, "POST", control.PathTopUps, control.NewTopUp{Amount: 50_000, Currency: "JPY", Code: &control.Code{Text: codeNumber(7)}}, bearer("topper"), wish("w")), 200)
	want(t, s.ask(t, "POST", control.PathSales, yen(50_001), bearer("till"), wish("x")), 200) // of a sale it says nothing
}

// doubt is a charge that nobody knows the result of.
func (s *shop) doubt(t testing.TB, n int) string {
	t.Helper()
	s.wallet.will(charge.Lose, charge.ReasonTimeout)
	id := s.prepare(t, fmt.Sprint("doubt ", n), int64(2000+n)).ID
	got := s.scan(t, id, "scan", codeNumber(100+n))
	want(t, got, http.StatusAccepted)
	return got.sale(t).ChargeKey
}

func (s *shop) resolve(t testing.TB, key, decision, note string, who ...header) reply {
	t.Helper()
	if who == nil {
		who = []header{bearer("judge")}
	}
	return s.ask(t, "POST", "/v1/charges/"+key+"/resolve", control.Decision{Decision: decision, Note: note}, append(who, wish(fmt.Sprintf("%s%s%x", key, decision, note)))...)
}

func TestResolve(t *testing.T) {
	s := start(t)
	key := s.doubt(t, 1)
	taro := s.signIn(t, "taro", managerPIN)
	got := s.resolve(t, key, "shown_paid", "お客様の画面を見ました", taro.both()...)
	want(t, got, http.StatusAccepted)
	c := got.charge(t)
	last := c.Steps[len(c.Steps)-1]
	if c.State != "forwarding" || c.Goods != "hand_over" || c.ReasonTextE == "" || last.By != "manager" || last.Operator != "taro" || last.Reason != "shown_paid" || last.Note != "お客様の画面を見ました" || last.Shown == "" || last.ReasonTextE == "" || last.Goods != "hand_over" {
		t.Errorf("%+v, last step %+v", c, last)
	}
	again := s.resolve(t, key, "shown_paid", "", taro.both()...)
	want(t, again, http.StatusAccepted)
	if n := len(again.charge(t).Steps); n != len(c.Steps) {
		t.Errorf("the same decision made %d steps", n-len(c.Steps))
	}
	s.resolve(t, key, "gave_back", "").why(t, http.StatusConflict, "charge.not_decidable")
	other := s.doubt(t, 2)
	want(t, s.resolve(t, other, "not_paid", ""), http.StatusAccepted)
	s.comes(t, other, charge.Reversed)
	want(t, s.resolve(t, other, "not_paid", ""), 200) // said again, later
	s.resolve(t, other, "shown_paid", "").why(t, http.StatusConflict, "charge.not_decidable")
	want(t, s.resolve(t, "S0001-T01-1-1", "not_paid", ""), http.StatusNotFound)
	for _, body := range []string{`{}`, `{"decision": "approved"}`, `{"decision": ""}`, `{"decision": "not_paid", "note": "a\nb"}`} {
		want(t, s.ask(t, "POST", "/v1/charges/"+key+"/resolve", body, bearer("judge"), wish("w")), http.StatusUnprocessableEntity)
	}
	want(t, s.ask(t, "POST", "/v1/charges/"+key+"/resolve", control.Decision{Decision: "not_paid"}, bearer("judge")), http.StatusUnprocessableEntity)
}

// A comparison says for each wallet what differs, what was done and what to do
// next, in words.
func TestReconciliation(t *testing.T) {
	s := start(t)
	known, gone := s.paid(t, 1), s.paid(t, 2)
	s.wallet.mu.Lock()
	rec, err := s.register.Charge(charge.Key(known))
	must(t, err)
	s.wallet.list = []charge.StatementEntry{{Key: rec.Key, Kind: charge.Payment, State: charge.Approved, Amount: rec.Amount, At: time.Now()}}
	s.wallet.mu.Unlock()
	compare := func() control.Reconciliation {
		got := s.ask(t, "POST", control.PathReconcile, control.NewReconciliation{}, bearer("judge"))
		want(t, got, 200)
		return decode[control.Reconciliation](t, got)
	}
	r := compare()
	if r.Equal || r.Left != 1 || r.Date != day(time.Now()) || len(r.Wallets) != 1 || !r.Wallets[0].Answered || r.Restored != nil {
		t.Fatalf("%+v", r)
	}
	d := r.Wallets[0].Differences
	if len(d) != 1 || d[0].Key != gone || d[0].What != "missing_there" || d[0].Done != "unanswered" || !d[0].Left || d[0].Ours.Amount != 1002 || d[0].Theirs != nil ||
		d[0].TitleE == "" || d[0].DoneTE == "" || d[0].TextE == "" || d[0].Text == "" {
		t.Errorf("%+v", d)
	}
	if total := r.Wallets[0].Totals; len(total) != 1 || total[0].Ours != (control.Sum{Count: 2, Amount: 2003}) || total[0].Theirs != (control.Sum{Count: 1, Amount: 1001}) || total[0].OursAfter.Count != 2 {
		t.Errorf("%+v", total)
	}
	s.wallet.mu.Lock()
	s.wallet.away = true
	s.wallet.mu.Unlock()
	if r := compare(); r.Wallets[0].Answered || r.Wallets[0].Problem == "" || r.Equal {
		t.Errorf("%+v", r)
	}
	for _, date := range []string{"today", "2026-13-01", "2026-02-30", "26-1-1", "9999-12-31", "0000-01-01"} {
		want(t, s.ask(t, "POST", control.PathReconcile, map[string]string{"date": date}, bearer("judge")), http.StatusUnprocessableEntity)
	}
}
