package server_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
)

// The straight walk over HTTP: what is owed, the code, the yes, the receipt.
func TestSale(t *testing.T) {
	s := start(t)
	body := control.NewSale{Amount: 1080, Currency: "JPY", Reference: "A-0042", Lines: []control.Line{
		{Name: "おにぎり", Quantity: 2, Amount: 1180, Rate: "reduced"}, {Name: "値引", Quantity: 1, Amount: -100, Rate: "reduced"},
	}}
	got := s.ask(t, "POST", control.PathSales, body, bearer("till"), wish("sale"))
	want(t, got, 200)
	sale := got.sale(t)
	if sale.State != "prepared" || sale.Goods != "hold" || sale.Amount != 1080 || sale.Reference != "A-0042" || len(sale.Lines) != 2 || sale.Paper != "unprinted" || sale.BusinessDate == "" {
		t.Errorf("%+v", sale)
	}
	if s.wallet.asked() != 0 {
		t.Error("the wallet was asked before there was a code")
	}
	paid := s.scan(t, sale.ID, "scan", goodCode)
	want(t, paid, 200)
	if p := paid.sale(t); p.ID != sale.ID || p.ChargeKey != sale.ChargeKey || p.State != "approved" || p.Goods != "hand_over" || p.Wallet != "paypay" || p.Receipt != "PP-0001" || p.Checking {
		t.Errorf("%+v", p)
	}
	if look := s.ask(t, "GET", "/v1/sales/"+sale.ID, nil, bearer("reader")); look.sale(t).State != "approved" {
		t.Errorf("%s", look.body)
	}
	want(t, s.scan(t, sale.ID, "scan 2", codeNumber(2)), http.StatusConflict) // paid is paid
}

func TestDeclined(t *testing.T) {
	s := start(t)
	s.wallet.will(charge.Decline, charge.ReasonFunds)
	id := s.prepare(t, "sale", 100).ID
	got := s.scan(t, id, "scan", codeNumber(1))
	want(t, got, 200)
	if sale := got.sale(t); sale.State != "declined" || sale.Goods != "hold" || sale.Reason != "insufficient_funds" || sale.ReasonText == "" || sale.ReasonTextE == "" {
		t.Errorf("%+v", sale)
	}
	// The customer has another wallet's code: the same sale, under a new key.
	s.wallet.will(charge.Approve, charge.ReasonNone)
	again := s.scan(t, id, "scan 2", codeNumber(2))
	want(t, again, 200)
	if sale := again.sale(t); sale.State != "approved" || sale.ChargeKey == got.sale(t).ChargeKey {
		t.Errorf("%+v", sale)
	}
}

// A wallet's silence is a state. It is never an error, and never goods.
func TestSilence(t *testing.T) {
	for event, state := range map[charge.Event]string{charge.Lose: "indoubt", charge.Wait: "pending"} {
		t.Run(state, func(t *testing.T) {
			s := start(t)
			s.wallet.will(event, charge.ReasonTimeout)
			body := yen(100)
			body.Code = &control.Code{Text: goodCode}
			got := s.ask(t, "POST", control.PathSales, body, bearer("till"), wish("sale"))
			want(t, got, http.StatusAccepted)
			sale := got.sale(t)
			if sale.State != state || sale.Goods != "hold" || sale.Checking != (state == "indoubt") {
				t.Errorf("%+v", sale)
			}
			look := s.ask(t, "GET", "/v1/sales/"+sale.ID, nil, bearer("reader"))
			want(t, look, http.StatusAccepted)
			if s.scan(t, sale.ID, "again", codeNumber(2)).problem(t).Why != "register.in_doubt" {
				t.Error("a second code was taken while the first is in doubt")
			}
			// The cashier gives up: it is undone, and that is told when it is done.
			cancel := s.ask(t, "POST", "/v1/sales/"+sale.ID+"/cancel", nil, bearer("till"))
			if cancel.status != 200 && cancel.status != 202 {
				t.Fatalf("status %d: %s", cancel.status, cancel.body)
			}
			s.until(t, sale.ID, "reversed")
			want(t, s.ask(t, "GET", "/v1/sales/"+sale.ID, nil, bearer("reader")), 200)
		})
	}
}

// A request of which no byte left changes nothing: the sale waits for a code.
func TestMiss(t *testing.T) {
	s := start(t)
	s.wallet.will(charge.Miss, charge.ReasonUnreachable)
	id := s.prepare(t, "sale", 100).ID
	got := s.scan(t, id, "scan", codeNumber(1))
	want(t, got, 200)
	if sale := got.sale(t); sale.State != "prepared" || sale.Reason != "unreachable" || sale.ReasonTextE == "" {
		t.Errorf("%+v", sale)
	}
	h := decode[control.Health](t, s.ask(t, "GET", control.PathHealth, nil, bearer("reader")))
	if !h.Ready || len(h.Troubles) != 2 || h.Troubles[0].Code != "wallet.unreachable" || h.Troubles[0].Subject != "paypay" || h.Troubles[0].TextE == "" || h.Troubles[0].Act == "" {
		t.Errorf("%+v", h)
	}
}

func TestCancel(t *testing.T) {
	s := start(t)
	id := s.prepare(t, "sale", 100).ID
	for range 2 { // once more is the same
		got := s.ask(t, "POST", "/v1/sales/"+id+"/cancel", nil, bearer("till"))
		want(t, got, 200)
		if sale := got.sale(t); sale.State != "abandoned" || sale.Goods != "hold" {
			t.Errorf("%+v", sale)
		}
	}
	if s.scan(t, id, "late", goodCode).status != http.StatusConflict || s.wallet.asked() != 0 {
		t.Error("a sale that was given up took a code")
	}
	paid := s.prepare(t, "two", 100).ID
	s.scan(t, paid, "scan", goodCode)
	got := s.ask(t, "POST", "/v1/sales/"+paid+"/cancel", nil, bearer("till"))
	if got.sale(t).State != "approved" || s.wallet.reversed != 0 {
		t.Errorf("a paid sale was undone by a cancel that came too late: %s", got.body)
	}
}

// A sale that nobody opened is not there, whatever is asked of it.
func TestNoSuchSale(t *testing.T) {
	s := start(t)
	s.prepare(t, "standing", 100)
	for _, id := range []string{"nothing", "%00", "%ff%fe", "a%2fb", "..%2f..%2fetc", strings.Repeat("x", 2000), url.PathEscape("' OR 1=1 --")} {
		for _, got := range []reply{
			s.ask(t, "GET", "/v1/sales/"+id, nil, bearer("till")),
			s.ask(t, "POST", "/v1/sales/"+id+"/cancel", nil, bearer("till")),
			s.scan(t, id, "scan", goodCode),
		} {
			if got.status != http.StatusNotFound {
				t.Errorf("%s: status %d: %s", id, got.status, got.body)
			}
			got.problem(t)
		}
	}
	for _, key := range []string{"S0001-T01-1-1", "nothing", "%00", "%ff"} {
		for _, path := range []string{"/v1/charges/" + key, "/v1/charges/" + key + "/receipt"} {
			want(t, s.ask(t, "GET", path, nil, bearer("till")), http.StatusNotFound)
		}
		want(t, s.ask(t, "POST", "/v1/charges/"+key+"/reprint", nil, bearer("till")), http.StatusNotFound)
	}
	if s.wallet.asked() != 0 {
		t.Error("a code for another sale was walked to the standing one")
	}
	// A sale that was there before the standing one is not lost, but not open.
	old := s.prepare(t, "old", 200).ID
	s.prepare(t, "new", 300)
	if got := s.scan(t, old, "late", goodCode); got.status != http.StatusConflict || got.problem(t).Why != "register.not_standing" {
		t.Errorf("%d %s", got.status, got.body)
	}
}

// A GET with wait answers when something happens to the sale.
func TestWaitForAChange(t *testing.T) {
	s := start(t)
	id := s.prepare(t, "sale", 100).ID
	wait := func() chan reply {
		heard := make(chan reply, 1)
		go func() { heard <- s.ask(t, "GET", "/v1/sales/"+id+"?wait=60s", nil, bearer("reader")) }()
		return heard
	}
	// A scan that was refused is news: the cashier at the till must hear it.
	heard := wait()
	for n := 0; len(heard) == 0; n++ { // until the waiting one has begun to wait
		s.scan(t, id, fmt.Sprint("wrong ", n), "4901234567894")
	}
	if got := <-heard; got.sale(t).State != "prepared" || got.sale(t).Refusal == nil || got.sale(t).Refusal.Why != "code.product" {
		t.Errorf("%s", got.body)
	}
	s.wallet.holds()
	paid := make(chan reply, 1)
	go func() { paid <- s.scan(t, id, "right", goodCode) }()
	s.until(t, id, "sent")
	heard = wait()
	s.wallet.release()
	if got := <-heard; got.sale(t).State != "approved" {
		t.Errorf("%s", got.body)
	}
	<-paid
	// What is settled is told at once.
	if got := s.ask(t, "GET", "/v1/sales/"+id+"?wait=60s", nil, bearer("reader")); got.sale(t).State != "approved" {
		t.Errorf("%s", got.body)
	}
}

// Without news the wait is over when it is over, and the agent's end ends it.
func TestWaitEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, newStore())
		view, err := s.register.Open(aSale("one"), charge.ByAPI)
		must(t, err)
		w, r := newPaper(), by("till", "GET", "/v1/sales/"+view.Sale.ID+"?wait=60s", nil)
		began := time.Now()
		s.server.Handler().ServeHTTP(w, r)
		if took := time.Since(began); took != time.Minute || w.status != 200 {
			t.Errorf("status %d after %v", w.status, took)
		}
		w, r = newPaper(), by("till", "GET", "/v1/sales/"+view.Sale.ID+"?wait=60s", nil)
		time.AfterFunc(10*time.Second, s.server.Close)
		began = time.Now()
		s.server.Handler().ServeHTTP(w, r)
		if took := time.Since(began); took != 10*time.Second || w.status != 200 {
			t.Errorf("status %d, %v after the end", w.status, took)
		}
	})
}

func TestWaitIsADuration(t *testing.T) {
	s := start(t)
	id := s.prepare(t, "sale", 100).ID
	for _, wait := range []string{"10", "-1s", "61s", "10000h", "1e3s", "soon", "9999999999999999999999h", "%00"} {
		got := s.ask(t, "GET", "/v1/sales/"+id+"?wait="+wait, nil, bearer("till"))
		want(t, got, http.StatusUnprocessableEntity)
		if p := got.problem(t); len(p.Errors) == 0 || p.Errors[0].Location != "query.wait" {
			t.Errorf("%s", got.body)
		}
	}
	want(t, s.ask(t, "GET", "/v1/sales/"+id+"?wait=0s", nil, bearer("till")), 200)
	want(t, s.ask(t, "GET", "/v1/sales/"+id+"?wait=1ms", nil, bearer("till")), 200)
}

// While the register is walking a code, nothing else begins; it says so.
func TestBusy(t *testing.T) {
	s := start(t)
	id := s.prepare(t, "sale", 100).ID
	s.wallet.holds()
	paid := make(chan reply, 1)
	go func() { paid <- s.scan(t, id, "scan", goodCode) }()
	s.until(t, id, "sent")
	got := s.ask(t, "POST", control.PathSales, yen(200), bearer("till"), wish("next"))
	want(t, got, http.StatusConflict)
	if p := got.problem(t); p.Why != "register.busy" || p.TextE == "" {
		t.Errorf("%+v", p)
	}
	r := decode[control.Register](t, s.ask(t, "GET", control.PathOpenSale, nil, bearer("reader")))
	if r.Sale == nil || r.Sale.State != "sent" || r.Sale.Deadline.IsZero() || !r.Demo || r.Terminal != "T01" || len(r.Devices) != 3 {
		t.Errorf("%+v", r)
	}
	s.wallet.release()
	want(t, <-paid, 200)
}
