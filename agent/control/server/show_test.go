package server_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/offline/book/memory"
)

// presenter gives the same code for every charge, and counts.
type presenter struct{ asked int }

func (p *presenter) Present(_ context.Context, r charge.Record) charge.Answer {
	p.asked++
	now := time.Now()
	return charge.Answer{
		Step: charge.Step{Event: charge.Wait, Wallet: "paypay", Reason: charge.ReasonCodeShown, By: charge.ByWallet, Asked: now, At: now},
		Show: "PAY:" + string(r.Key), Payable: 2 * time.Minute, Known: true,
	}
}

// showing is a shop whose wallet gives codes to show.
func showing(t testing.TB) (*shop, *presenter) {
	t.Helper()
	p := &presenter{}
	s := openWith(t, memory.New(memory.Options{}), func(_ *shop, parts *agent.Parts) { parts.Wallets[0].Shows = p }, func(o *server.Options) {
		o.Draw = func(text string) (int, []byte, error) { return 21, []byte(text), nil }
	})
	s.listen(t)
	return s, p
}

func TestACodeIsShown(t *testing.T) {
	s, p := showing(t)
	display := s.hear(t, "", bearer("screen"))
	display.next() // the register as it is: from here on what differs is told
	sale := s.prepare(t, "k1", 1280)
	got := s.ask(t, "POST", "/v1/sales/"+sale.ID+"/show", control.Show{}, bearer("till"), wish("k2"))
	want(t, got, 202)
	shown := decode[control.Sale](t, got)
	if shown.State != "pending" || shown.Goods != "hold" || shown.Show == nil || shown.Show.Text != "PAY:"+shown.ChargeKey ||
		shown.Show.Size != 21 || string(shown.Show.Modules) != shown.Show.Text || shown.Wallet != "paypay" || shown.Reason != "code_shown" {
		t.Fatalf("shown: %+v, %+v", shown, shown.Show)
	}
	if left := time.Until(shown.Show.Until); left < 110*time.Second || left > 2*time.Minute {
		t.Errorf("it can be paid for %s", left)
	}
	for _, key := range []string{"k2", "k3"} { // a repeat, and another wish for the same
		again := decode[control.Sale](t, s.ask(t, "POST", "/v1/sales/"+sale.ID+"/show", control.Show{Wallet: "paypay"}, bearer("till"), wish(key+"x")))
		if again.ChargeKey != shown.ChargeKey || again.Show == nil || again.Show.Text != shown.Show.Text || p.asked != 1 {
			t.Errorf("asked again: %+v, %d requests", again, p.asked)
		}
	}
	refused := s.scan(t, sale.ID, "k4", goodCode)
	want(t, refused, 409)
	if problem := decode[control.Problem](t, refused); problem.Why != "register.code_shown" {
		t.Errorf("a scan meanwhile: %+v", problem)
	}
	// The customer's display gets the code and the wallet's name, and nothing that is not the customer's.
	event := display.until("sale", func(data json.RawMessage) bool { return strings.Contains(string(data), "PAY:") })
	seen := control.Sale{}
	must(t, json.Unmarshal(event.data, &seen))
	if seen.Show == nil || seen.WalletNameE != "PayPay" || seen.Amount != 1280 || seen.ID != "" || seen.ChargeKey != "" {
		t.Errorf("the display sees %s", event.data)
	}
	register := decode[control.Register](t, s.ask(t, "GET", control.PathOpenSale, nil, bearer("till")))
	if len(register.Presenters) != 1 || register.Presenters[0].Wallet != "paypay" || register.Sale.Show == nil {
		t.Errorf("the register: %+v", register)
	}
	want(t, s.ask(t, "POST", "/v1/sales/"+sale.ID+"/show/print", nil, bearer("till")), 202)
	cancelled := decode[control.Sale](t, s.ask(t, "POST", "/v1/sales/"+sale.ID+"/cancel", nil, bearer("till")))
	if cancelled.Show != nil {
		t.Errorf("cancelled, and still shown: %+v", cancelled)
	}
	gone := s.ask(t, "POST", "/v1/sales/"+sale.ID+"/show/print", nil, bearer("till"))
	want(t, gone, 409)
	if problem := decode[control.Problem](t, gone); problem.Why != "show.nothing" || problem.TextE == "" {
		t.Errorf("printed after the cancel: %+v", problem)
	}
}

func TestNoCodeIsShown(t *testing.T) {
	s, p := showing(t)
	want(t, s.ask(t, "POST", "/v1/sales/nothing/show", control.Show{}, bearer("till"), wish("k1")), 404)
	sale := s.prepare(t, "k2", 1280)
	want(t, s.ask(t, "POST", "/v1/sales/"+sale.ID+"/show", control.Show{}, bearer("till")), 422)
	want(t, s.ask(t, "POST", "/v1/sales/"+sale.ID+"/show", control.Show{}, bearer("reader"), wish("k3")), 403)
	got := s.ask(t, "POST", "/v1/sales/"+sale.ID+"/show", control.Show{Wallet: "nobody"}, bearer("till"), wish("k4"))
	want(t, got, 409)
	if problem := decode[control.Problem](t, got); problem.Why != "show.no_wallet" || p.asked != 0 {
		t.Errorf("%+v, %d requests", problem, p.asked)
	}
}
