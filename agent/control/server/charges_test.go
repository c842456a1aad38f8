package server_test

import (
	"bytes"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
)

func aSale(id string) sale.Sale {
	return sale.Sale{ID: id, Source: "test", Amount: money.Yen(100), At: time.Now(), BusinessDate: "2026-11-22"}
}

// paid makes a charge that was paid and gives its key.
func (s *shop) paid(t testing.TB, n int) string {
	t.Helper()
	id := s.prepare(t, fmt.Sprint("sale ", n), int64(1000+n)).ID
	got := s.scan(t, id, "scan", codeNumber(n))
	want(t, got, 200)
	return got.sale(t).ChargeKey
}

func TestChargesByPage(t *testing.T) {
	s := start(t)
	var keys []string
	for n := range 7 {
		keys = append(keys, s.paid(t, n))
	}
	slices.Reverse(keys)
	var seen []string
	next, pages := int64(0), 0
	for {
		page := decode[control.Charges](t, s.ask(t, "GET", fmt.Sprintf("%s?limit=3&before=%d", control.PathCharges, next), nil, bearer("reader")))
		for _, c := range page.Charges {
			seen = append(seen, c.Key)
		}
		if pages++; page.Next == 0 {
			break
		}
		next = page.Next
	}
	if !slices.Equal(seen, keys) || pages != 3 {
		t.Errorf("%d pages with %v, want %v", pages, seen, keys)
	}
	if all := s.charges(t); len(all) != 7 || all[0].Amount != 1006 || all[0].Steps != nil {
		t.Errorf("%+v", all)
	}
}

func TestChargesByState(t *testing.T) {
	s := start(t)
	s.paid(t, 1)
	s.wallet.will(charge.Decline, charge.ReasonFunds)
	s.scan(t, s.prepare(t, "two", 2).ID, "two", codeNumber(2))
	s.prepare(t, "three", 3)
	for query, states := range map[string][]string{
		"":                         {"prepared", "declined", "approved"},
		"?state=approved":          {"approved"},
		"?state=APPROVED":          {"approved"},
		"?state=approved,declined": {"declined", "approved"},
		"?state=open":              {"prepared"},
		"?state=open,approved":     {"prepared", "approved"},
		"?state=owed":              {},
	} {
		got := s.ask(t, "GET", control.PathCharges+query, nil, bearer("reader"))
		want(t, got, 200)
		found := []string{}
		for _, c := range decode[control.Charges](t, got).Charges {
			found = append(found, c.State)
		}
		if !slices.Equal(found, states) {
			t.Errorf("%s: %v, want %v", query, found, states)
		}
	}
	for _, query := range []string{"?state=lost", "?state=,", "?limit=0", "?limit=501", "?limit=-1", "?limit=x", "?limit=1.5", "?before=-1", "?before=99999999999999999999"} {
		got := s.ask(t, "GET", control.PathCharges+query, nil, bearer("reader"))
		want(t, got, http.StatusUnprocessableEntity)
		if p := got.problem(t); len(p.Errors) == 0 || !strings.HasPrefix(p.Errors[0].Location, "query.") {
			t.Errorf("%s: %s", query, got.body)
		}
	}
}

func TestOneCharge(t *testing.T) {
	s := start(t)
	key := s.paid(t, 1)
	got := s.ask(t, "GET", "/v1/charges/"+key, nil, bearer("reader"))
	want(t, got, 200)
	c := decode[control.Charge](t, got)
	var events []string
	for _, step := range c.Steps {
		events = append(events, step.Event+">"+step.To)
	}
	if want := []string{">prepared", "send>sent", "approve>approved"}; !slices.Equal(events, want) || c.Code != "900081…01" || c.Goods != "hand_over" {
		t.Errorf("%v, %+v", events, c)
	}
}

// What a receipt comes as is what its reader likes best; one that names
// nothing gets text, as a terminal shows it.
func TestReceipt(t *testing.T) {
	s := start(t)
	key := s.paid(t, 1)
	for like, kind := range map[string]string{
		"":                             "text/plain",
		"*/*":                          "text/plain",
		"text/plain":                   "text/plain",
		"text/*":                       "text/plain",
		"TEXT/PLAIN":                   "text/plain",
		"image/png":                    "image/png",
		"Image/PNG":                    "image/png",
		"image/*":                      "image/png",
		"text/plain;q=0.5, image/png":  "image/png",
		"image/png;q=0.5, text/plain":  "text/plain",
		"image/png;q=0, */*":           "text/plain",
		"image/png;q=0.1, text/*;q=.9": "text/plain",
		"image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8": "image/png", // what a browser sends for <img>
		"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8":  "text/plain",
	} {
		got := s.ask(t, "GET", "/v1/charges/"+key+"/receipt?lang=en", nil, bearer("reader"), accept(like))
		want(t, got, 200)
		if ct := got.header.Get("Content-Type"); !strings.HasPrefix(ct, kind) {
			t.Errorf("Accept: %s gets %s, want %s", like, ct, kind)
		}
		if picture := bytes.HasPrefix(got.body, []byte("\x89PNG")); picture != (kind == "image/png") {
			t.Errorf("Accept: %s is called %s, but is not", like, kind)
		}
		if !strings.Contains(got.header.Get("Vary"), "Accept") {
			t.Error("a cache would mix text and pictures")
		}
	}
	for _, like := range []string{"application/json", "text/html", "image/jpeg", "image/png;q=0"} {
		got := s.ask(t, "GET", "/v1/charges/"+key+"/receipt", nil, bearer("reader"), accept(like))
		want(t, got, http.StatusNotAcceptable)
		got.problem(t)
	}
	ja := s.ask(t, "GET", "/v1/charges/"+key+"/receipt", nil, bearer("reader"))
	en := s.ask(t, "GET", "/v1/charges/"+key+"/receipt?lang=en", nil, bearer("reader"))
	if !strings.Contains(string(ja.body), "ペイペイ") || !strings.Contains(string(en.body), "PayPay") {
		t.Errorf("%s\n%s", ja.body, en.body)
	}
	want(t, s.ask(t, "GET", "/v1/charges/"+key+"/receipt?lang=../../etc/passwd", nil, bearer("reader")), http.StatusUnprocessableEntity)
}

// Only what is paid has a receipt.
func TestNoReceipt(t *testing.T) {
	s := start(t)
	key := s.prepare(t, "one", 100).ChargeKey
	for _, got := range []reply{
		s.ask(t, "GET", "/v1/charges/"+key+"/receipt", nil, bearer("reader")),
		s.ask(t, "POST", "/v1/charges/"+key+"/reprint", nil, bearer("till")),
	} {
		want(t, got, http.StatusConflict)
		if p := got.problem(t); p.Why != "register.no_receipt" || p.Text == "" {
			t.Errorf("%+v", p)
		}
	}
}

func TestReprint(t *testing.T) {
	s := start(t)
	key := s.paid(t, 1)
	s.printed(t, key)
	got := s.ask(t, "POST", "/v1/charges/"+key+"/reprint", nil, bearer("till"))
	want(t, got, 200)
	if p := decode[control.Paper](t, got); p.Paper != "confirmed" {
		t.Errorf("%+v", p)
	}
	if c := s.charges(t)[0]; c.Reprints != 1 {
		t.Errorf("%+v", c)
	}
}

// printed waits until the receipt is out.
func (s *shop) printed(t testing.TB, key string) {
	t.Helper()
	for {
		changed := s.register.Changed()
		c, err := s.register.Charge(charge.Key(key))
		must(t, err)
		if c.Paper == charge.PaperDone {
			return
		}
		select {
		case <-changed:
		case <-t.Context().Done():
			t.Fatal("the test ended first")
		}
	}
}

func TestDevices(t *testing.T) {
	s := start(t)
	list := decode[control.Devices](t, s.ask(t, "GET", control.PathDevices, nil, bearer("reader"))).Devices
	if len(list) != 3 || list[0].ID != "scanner0" || list[0].State != "ready" || list[1].State != "blocked" || list[1].Reason != "paper_out" || list[1].Text == "" || list[1].TextE == "" {
		t.Errorf("%+v", list)
	}
	for id, result := range map[string]string{"printer0": "print.confirmed", "scanner0": "scanner.ready"} {
		got := s.ask(t, "POST", "/v1/devices/"+id+"/test", nil, bearer("till"))
		want(t, got, 200)
		if d := decode[control.DeviceTest](t, got); d.TextE == "" || d.Text == "" || id == "printer0" && d.Result != result {
			t.Errorf("%+v", d)
		}
	}
	want(t, s.ask(t, "POST", "/v1/devices/nothing/test", nil, bearer("till")), http.StatusNotFound)
	want(t, s.ask(t, "POST", "/v1/devices/drawer/test", nil, bearer("reader")), http.StatusForbidden)
	want(t, s.ask(t, "POST", "/v1/devices/drawer/test", nil, bearer("till")), http.StatusForbidden) // it opens sales, and takes no cash
	h := decode[control.Health](t, s.ask(t, "GET", control.PathHealth, nil, bearer("reader")))
	if len(h.Troubles) != 1 || h.Troubles[0].Subject != "printer0" || h.Troubles[0].Act != "cashier" || h.Troubles[0].Since.IsZero() {
		t.Errorf("%+v", h)
	}
}
