package server_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
)

// canaries are codes and PINs that must never be seen again once they came
// in. The middle of each is what gives it away: the ends may be shown masked.
var canaries = []string{goodCode, "90008181887777777777", "CANARY-SECRET-CODE", cashierPIN, managerPIN, "55512555"}

// leak is the canary that stands in a text, if one does.
func leak(text string) (string, bool) {
	for _, c := range canaries {
		inner := c
		if len(c) > 12 {
			inner = c[5 : len(c)-1]
		}
		if strings.Contains(text, inner) {
			return c, true
		}
	}
	return "", false
}

// A live one-time code is money. Whatever is done with one, right or wrong, it
// comes back nowhere: no answer, problem, event, receipt, metric, log line or
// step of the journal.
func TestCanary(t *testing.T) {
	s := start(t)
	watcher := s.hear(t, "", bearer("reader"))
	var answers []reply
	ask := func(method, path string, body any, headers ...header) reply {
		got := s.ask(t, method, path, body, append(headers, bearer("counter"))...)
		answers = append(answers, got)
		return got
	}
	opened := func(key string) string {
		return ask("POST", control.PathSales, yen(1280), wish(key)).sale(t).ID
	}
	id := opened("one")
	code := "/v1/sales/" + id + "/code"
	for n, body := range []string{
		`{"text": "CANARY-SECRET-CODE"}`, `{"text": "https://CANARY-SECRET-CODE/"}`, `{"text": "CANARY-SECRET-CODE", "x": 1}`,
		`{"text": "CANARY-SECRET-CODE", "text": "CANARY-SECRET-CODE"}`, `{"text": "CANARY-SECRET-CODE"`, `{"text": ["CANARY-SECRET-CODE"]}`,
		`{"text": 90008181881234567890}`, `"CANARY-SECRET-CODE"`, `CANARY-SECRET-CODE`, `{"text": "` + strings.Repeat("CANARY-SECRET-CODE", 60) + `"}`,
		`{"text": "CANARY-SECRET-CODE\u0000"}`, `{"text": "85 CANARY-SECRET-CODE", "aim": "]Q1]]"}`,
	} {
		ask("POST", code, body, wish(strings.Repeat("c", n+1)))
	}
	for _, kind := range []string{"image/png", "text/plain", "application/x-www-form-urlencoded"} {
		ask("POST", code, "CANARY-SECRET-CODE", wish(kind), content(kind))
		ask("POST", control.PathCamera, pictureHead+"CANARY-SECRET-CODE", content(kind))
	}
	for _, body := range []string{
		`{"amount": 1, "currency": "JPY", "code": {"text": "` + strings.Repeat("CANARY-SECRET-CODE", 60) + `"}}`,
		`{"amount": 1, "currency": "JPY", "code": {"text": 90008181881234567890}}`,
		`{"amount": "CANARY-SECRET-CODE", "currency": "JPY"}`, `{"amount": 1, "currency": "CANARY-SECRET-CODE"}`,
		`{"amount": 1, "currency": "JPY", "code": {"aim": "CANARY-SECRET-CODE"}}`, `{"amount": 1, "code": "CANARY-SECRET-CODE"`,
		`{"amount": 1, "currency": "JPY", "reference": "` + strings.Repeat("CANARY-SECRET-CODE", 9) + `"}`,
	} {
		ask("POST", control.PathSales, body, wish("bad"))
	}
	ask("POST", code, control.Code{Text: goodCode}, wish("good"))
	for event, reason := range map[charge.Event]charge.Reason{charge.Decline: charge.ReasonFunds, charge.Lose: charge.ReasonTimeout, charge.Wait: charge.ReasonConfirmPhone, charge.Miss: charge.ReasonUnreachable} {
		s.wallet.will(event, reason)
		id := opened(string(event))
		ask("POST", "/v1/sales/"+id+"/code", control.Code{Text: "90008181887777777777"}, wish("x"))
		ask("POST", "/v1/sales/"+id+"/cancel", nil)
	}
	for _, body := range []string{`{"amount": 1000, "currency": "JPY", "code": {"text": "CANARY-SECRET-CODE"}}`, `{"amount": 1000, "currency": "CANARY-SECRET-CODE"}`, `{"amount": 1000, "currency": "JPY", "code": "CANARY-SECRET-CODE"}`} {
		ask("POST", control.PathTopUps, body, wish("top up"))
	}
	for _, body := range []string{
		`{"charge_key": "CANARY-SECRET-CODE", "amount": 1}`, `{"charge_key": "CANARY-SECRET-CODE-CANARY-SECRET-CODE", "amount": 1}`, `{"charge_key": "k", "amount": "CANARY-SECRET-CODE"}`,
		`{"charge_key": "k", "amount": 1, "reason": "CANARY-SECRET-CODE"}`, `{"decision": "CANARY-SECRET-CODE"}`, `{"decision": "not_paid", "note": "CANARY-SECRET-CODE\u0007"}`,
		`{"date": "CANARY-SECRET-CODE"}`, `{"date": 90008181881234567890}`,
	} {
		for path, who := range map[string]string{control.PathRefunds: "back", "/v1/charges/none/resolve": "judge", control.PathReconcile: "judge"} {
			answers = append(answers, s.ask(t, "POST", path, body, wish("w"), bearer(who)))
		}
	}
	for _, body := range []string{`{"operator": "hanako", "pin": "` + cashierPIN + `"}`, `{"pin": "` + managerPIN + `"`, `{"operator": "` + managerPIN + `", "pin": "55512555"}`, `{"pin": 55512555}`, `{"pin": "5551255555512555"}`} {
		ask("POST", control.PathSession, body)
	}
	everything(t, s, ask)
	s.prepare(t, "the last", 424242)
	watcher.until(control.EventSale, func(data json.RawMessage) bool {
		if c, there := leak(string(data)); there {
			t.Errorf("the event %s holds %s", data, c)
		}
		return strings.Contains(string(data), "424242")
	})
	for _, got := range answers {
		if c, there := leak(string(got.body)); there {
			t.Errorf("an answer of status %d holds %s: %.300s", got.status, c, got.body)
		}
		for name, values := range got.header {
			if c, there := leak(strings.Join(values, " ")); there {
				t.Errorf("the header %s holds %s", name, c)
			}
		}
	}
	for line := range strings.Lines(s.log.String()) {
		if c, there := leak(line); there {
			t.Errorf("the log holds %s: %s", c, line)
		}
	}
}

// everything reads all that there is to read.
func everything(t *testing.T, s *shop, ask func(string, string, any, ...header) reply) {
	t.Helper()
	for _, path := range []string{control.PathOpenSale, control.PathDevices, control.PathHealth, control.PathMetrics, control.PathOpenAPI, control.PathSession} {
		want(t, ask("GET", path, nil), 200)
	}
	list := decode[control.Charges](t, ask("GET", control.PathCharges+"?limit=500", nil)).Charges
	if len(list) < 5 {
		t.Fatalf("only %d charges", len(list))
	}
	masked := 0
	for _, c := range list {
		ask("GET", "/v1/charges/"+c.Key, nil)
		ask("GET", "/v1/charges/"+c.Key+"/receipt", nil)
		ask("GET", "/v1/sales/"+c.SaleID, nil)
		if strings.Contains(c.Code, "…") {
			masked++
		}
	}
	if masked == 0 {
		t.Error("no charge shows its code masked: did any code come in?")
	}
}

// Metrics are for many eyes: no key, no amount and no code is a label.
func TestMetrics(t *testing.T) {
	s := start(t)
	key := s.paid(t, 777)
	s.scan(t, s.prepare(t, "x", 31337).ID, "x", "https://evil.example/")
	got := s.ask(t, "GET", control.PathMetrics, nil, bearer("reader"))
	want(t, got, 200)
	text := string(got.body)
	for _, line := range []string{
		`posagent_build_info{version="1.2.3"} 1`, `posagent_device_up{device="printer0",role="printer"} 0`, `posagent_device_up{device="scanner0",role="scanner"} 1`,
		`posagent_scans_refused_total{why="code.web_address"} 1`, `posagent_wallet_answers_total{event="approve",reason="",wallet="paypay"} 1`,
		`posagent_authorize_duration_seconds_count{wallet="paypay"} 1`, `posagent_authorize_duration_seconds_bucket{wallet="paypay",le="+Inf"} 1`,
		"posagent_charges_unsettled 0", "# TYPE posagent_journal_commits_total counter", "posagent_journal_commits_total 7",
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("missing: %s", line)
		}
	}
	for line := range strings.Lines(text) {
		for _, secret := range []string{key, "S0001", "31337", "1777", "9000818188", "hanako", "till"} {
			if strings.HasPrefix(line, "posagent_") && strings.Contains(line, secret) {
				t.Errorf("%s stands in %s", secret, line)
			}
		}
	}
}
