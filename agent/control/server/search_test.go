package server_test

import (
	"net/http"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/agent/money"
)

// found remembers what it was asked, and finds one charge.
type found struct{ asked server.Wanted }

func (f *found) Search(w server.Wanted) ([]server.Hit, server.Place, error) {
	f.asked = w
	return []server.Hit{{Reference: "A-1", Record: charge.Record{
		Key: "S0001-T01-217000000-7", SaleID: "sale7", Amount: money.Amount{Minor: 1280, Currency: "JPY"}, State: charge.Approved, Wallet: "paypay",
		Receipt: "PP-1", Operator: "hanako", PreparedAt: time.Date(2026, 11, 25, 23, 59, 0, 0, time.UTC), Code: charge.CodeMark{Masked: "9000…90"},
	}}}, server.Place{At: 5, Seq: 7}, nil
}

// Days are business days, both whole; a wallet goes by its name in either
// language; open stands for all states that are.
func TestSearch(t *testing.T) {
	f := &found{}
	s := start(t, func(o *server.Options) { o.Searcher = f })
	q := control.Search{
		From: "2026-11-01", To: "2026-11-25", Min: 1000, Max: 2000, Wallets: []string{"ペイペイ"}, States: []string{"open", "owed"}, Kinds: []string{"charge", "refund"},
		Operator: "hanako", Key: "S0001-T01-217000000-7", Reference: "A-1", Text: "PP", After: "9-8", Limit: 10,
	}
	got := s.ask(t, "GET", control.PathSearch+"?"+q.Query().Encode(), nil, bearer("reader"))
	want(t, got, http.StatusOK)
	var open []charge.State
	for _, each := range charge.States {
		if each.Open() || each == charge.Owed {
			open = append(open, each)
		}
	}
	if len(f.asked.States) != len(open) {
		t.Errorf("states %v, want %v", f.asked.States, open)
	}
	f.asked.States = nil
	if asked := (server.Wanted{
		From: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC), Min: 1000, Max: 2000,
		Wallets: []string{"paypay", "ペイペイ"}, Kinds: []charge.Kind{charge.Payment, charge.Refund},
		Operator: "hanako", Key: "S0001-T01-217000000-7", Reference: "A-1", Text: "PP", After: server.Place{At: 9, Seq: 8}, Limit: 10,
	}); !reflect.DeepEqual(f.asked, asked) {
		t.Errorf("asked for\n%+v, want\n%+v", f.asked, asked)
	}
	page := decode[control.Findings](t, got)
	if len(page.Found) != 1 || page.Next != "5-7" || page.Found[0].Date != "2026-11-25" || page.Found[0].WalletNameE != "PayPay" || page.Found[0].Kind != "charge" || page.Found[0].Reference != "A-1" {
		t.Errorf("%+v", page)
	}
	if strings.Contains(string(got.body), "9000") {
		t.Errorf("a customer's code went out: %s", got.body)
	}
}

func TestSearchRefusesNonsense(t *testing.T) {
	s := start(t)
	for query, where := range map[string]string{
		"from=yesterday": "query.from", "to=2026-02-30": "query.to", "from=2026-11-02&to=2026-11-01": "query.to", "min=5&max=4": "query.max", "state=lost": "query.state",
		"after=5": "query.after", "after=5-": "query.after", "after=+5-5": "query.after", "after=1-2-3": "query.after", "limit=501": "query.limit", "kind=gift": "query.kind[0]", "min=-1": "query.min",
		"text=" + url.QueryEscape(strings.Repeat("x", 65)): "query.text",
	} {
		got := s.ask(t, "GET", control.PathSearch+"?"+query, nil, bearer("reader"))
		want(t, got, http.StatusUnprocessableEntity)
		if p := got.problem(t); len(p.Errors) != 1 || p.Errors[0].Location != where {
			t.Errorf("%s: %+v", query, p)
		}
	}
	want(t, s.ask(t, "GET", control.PathSearch, nil), http.StatusUnauthorized)
}
