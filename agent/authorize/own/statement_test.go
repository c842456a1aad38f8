package own_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/authorize/own"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/wallet/wire"
)

var day = charge.Day{Date: "2026-11-22", From: now.Add(-12 * time.Hour), To: now.Add(12 * time.Hour)}

// clerk is a wallet that reads its pages out one after another, as they are
// but for the echo of the request. bend spoils what it says.
type clerk struct {
	pages  []wire.Reconciliation
	bend   func(page int, r *wire.Reconciliation)
	spoil  func(body string) string
	status int
	asked  []url.Values
}

func (c *clerk) Do(_ context.Context, method, path string, body io.Reader) authorize.Evidence {
	u, err := url.Parse(path)
	if err != nil || method != http.MethodGet || u.Path != "/v1/reconciliation" || body != nil {
		return authorize.Evidence{Bytes: 1, Err: fmt.Errorf("%s %s: %v", method, path, err)}
	}
	q := u.Query()
	n := len(c.asked)
	c.asked = append(c.asked, q)
	if c.status != 0 {
		return authorize.Evidence{Bytes: 1, Status: c.status, Problem: &wire.Problem{Type: wire.ProblemBusy, Status: c.status, Detail: "not now"}}
	}
	page := c.pages[min(n, len(c.pages)-1)]
	page.Store, page.Terminal, page.BusinessDate, page.Nonce = q.Get("store"), q.Get("terminal"), q.Get("business_date"), q.Get("nonce")
	page.From, _ = time.Parse(time.RFC3339Nano, q.Get("from"))
	page.To, _ = time.Parse(time.RFC3339Nano, q.Get("to"))
	if c.bend != nil {
		c.bend(n, &page)
	}
	data, err := json.Marshal(page)
	if c.spoil != nil {
		data = []byte(c.spoil(string(data)))
	}
	return authorize.Evidence{Bytes: 1, Status: http.StatusOK, Body: data, Err: err}
}

// honest is a day of two pages with all kinds and statuses.
func honest() *clerk {
	at := now.Add(-time.Hour).UTC()
	totals := []wire.Total{
		{Kind: wire.KindCharge, Status: wire.Approved, Currency: "JPY", Count: 2, Amount: 1500},
		{Kind: wire.KindCharge, Status: wire.Reversed, Currency: "JPY", Count: 1, Amount: 300},
		{Kind: wire.KindRefund, Status: wire.Approved, Currency: "JPY", Count: 1, Amount: 200},
		{Kind: wire.KindTopup, Status: wire.Pending, Currency: "JPY", Count: 1, Amount: 4000},
		{Kind: wire.KindTopup, Status: wire.Declined, Currency: "JPY"},
	}
	return &clerk{pages: []wire.Reconciliation{
		{Totals: totals, Next: "3", Entries: []wire.Entry{
			{Key: "S1-T1-1-1", Kind: wire.KindCharge, Status: wire.Approved, Amount: 500, Currency: "JPY", At: at},
			{Key: "S1-T1-1-2", Kind: wire.KindCharge, Status: wire.Reversed, Amount: 300, Currency: "JPY", At: at},
			{Key: "S1-T1-1-3", Kind: wire.KindCharge, Status: wire.Approved, Amount: 1000, Currency: "JPY", At: at},
		}},
		{Totals: totals, Entries: []wire.Entry{
			{Key: "S1-T1-1-4", Kind: wire.KindRefund, Status: wire.Approved, Amount: 200, Currency: "JPY", ChargeKey: "S1-T1-1-3", At: at},
			{Key: "S1-T1-1-5", Kind: wire.KindTopup, Status: wire.Pending, Amount: 4000, Currency: "JPY", At: at},
		}},
	}}
}

func (c *clerk) client() *own.Client {
	return &own.Client{ID: "own", Store: "S1", Terminal: "T1", Line: c, Terms: charge.Standard()}
}

func TestStatement(t *testing.T) {
	c := honest()
	got, err := c.client().Statement(t.Context(), day)
	must(t, err)
	if got.Wallet != "own" || got.Day != day || len(got.Entries) != 5 {
		t.Fatalf("statement %+v", got)
	}
	want := charge.StatementEntry{
		Key: "S1-T1-1-4", Kind: charge.Refund, State: charge.Approved, Amount: money.Yen(200), Of: "S1-T1-1-3", At: now.Add(-time.Hour).UTC(),
	}
	if got.Entries[3] != want || got.Entries[1].State != charge.Reversed || got.Entries[4].State != charge.Pending || got.Entries[4].Kind != charge.Topup {
		t.Errorf("entries %+v", got.Entries)
	}
	if len(c.asked) != 2 || c.asked[0].Has("after") || c.asked[1].Get("after") != "3" || c.asked[0].Get("nonce") == c.asked[1].Get("nonce") {
		t.Errorf("asked %v", c.asked)
	}
	for name, value := range map[string]string{"store": "S1", "terminal": "T1", "business_date": "2026-11-22", "from": "2026-11-21T21:00:00Z", "to": "2026-11-22T21:00:00Z"} {
		if c.asked[0].Get(name) != value {
			t.Errorf("asked with %s=%s, want %s", name, c.asked[0].Get(name), value)
		}
	}
}

// Only the last page needs the totals.
func TestTotalsOnTheLastPage(t *testing.T) {
	c := honest()
	c.pages[0].Totals = []wire.Total{}
	if got, err := c.client().Statement(t.Context(), day); err != nil || len(got.Entries) != 5 {
		t.Errorf("%+v, %v", got, err)
	}
	c = honest()
	c.pages[1].Totals = []wire.Total{}
	if got, err := c.client().Statement(t.Context(), day); err == nil {
		t.Errorf("a day without totals: %+v", got)
	}
}

func TestAnEmptyDay(t *testing.T) {
	c := &clerk{pages: []wire.Reconciliation{{Entries: []wire.Entry{}, Totals: []wire.Total{}}}}
	got, err := c.client().Statement(t.Context(), day)
	if err != nil || len(got.Entries) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

// A page that is not what was asked for, or does not add up, makes no
// statement at all.
func TestStatementsThatAreNone(t *testing.T) {
	first := func(change func(*wire.Entry)) func(int, *wire.Reconciliation) {
		return func(page int, r *wire.Reconciliation) {
			if page == 0 {
				change(&r.Entries[0])
			}
		}
	}
	for name, bend := range map[string]func(int, *wire.Reconciliation){
		"another nonce":      func(_ int, r *wire.Reconciliation) { r.Nonce += "x" },
		"another store":      func(_ int, r *wire.Reconciliation) { r.Store = "S2" },
		"another terminal":   func(_ int, r *wire.Reconciliation) { r.Terminal = "T2" },
		"another date":       func(_ int, r *wire.Reconciliation) { r.BusinessDate = "2026-11-21" },
		"another beginning":  func(_ int, r *wire.Reconciliation) { r.From = r.From.Add(time.Second) },
		"another end":        func(_ int, r *wire.Reconciliation) { r.To = r.To.Add(time.Second) },
		"a key of another":   first(func(e *wire.Entry) { e.Key = "S1-T11-1-1" }),
		"a key that is none": first(func(e *wire.Entry) { e.Key = "S1-T1-1-01" }),
		"a refund of no key": func(page int, r *wire.Reconciliation) {
			if page == 1 {
				r.Entries[0].ChargeKey = "S1-T1-3"
			}
		},
		"a currency in words":      first(func(e *wire.Entry) { e.Currency = "yen" }),
		"a long currency":          first(func(e *wire.Entry) { e.Currency = "JPYJPY" }),
		"a long mark":              func(_ int, r *wire.Reconciliation) { r.Next = strings.Repeat("9", 101) },
		"a refund of another's":    func(_ int, r *wire.Reconciliation) { r.Entries[0].ChargeKey = "S1-T2-1-1" },
		"a charge that gives back": first(func(e *wire.Entry) { e.ChargeKey = "S1-T1-1-9" }),
		"an unknown kind":          first(func(e *wire.Entry) { e.Kind = "gift" }),
		"an unknown status":        first(func(e *wire.Entry) { e.Status = "settled" }),
		"no amount":                first(func(e *wire.Entry) { e.Amount = 0 }),
		"another amount":           first(func(e *wire.Entry) { e.Amount++ }),
		"another day":              first(func(e *wire.Entry) { e.At = day.To }),
		"before the day":           first(func(e *wire.Entry) { e.At = day.From.Add(-time.Nanosecond) }),
		"a key twice":              first(func(e *wire.Entry) { e.Key = "S1-T1-1-4" }),
		"a page short":             func(_ int, r *wire.Reconciliation) { r.Next = "" },
		"an entry short":           func(page int, r *wire.Reconciliation) { r.Entries = r.Entries[:len(r.Entries)-page] },
		"another total":            func(_ int, r *wire.Reconciliation) { r.Totals = r.Totals[1:] },
		"no end":                   func(page int, r *wire.Reconciliation) { r.Next = "3" },
		"no end, empty": func(page int, r *wire.Reconciliation) {
			if r.Next = fmt.Sprint(page); page > 0 {
				r.Entries = nil
			}
		},
	} {
		c := honest()
		c.bend = bend
		for i := range c.pages { // the totals are shared, and some are bent
			c.pages[i].Totals = append([]wire.Total(nil), c.pages[i].Totals...)
		}
		if got, err := c.client().Statement(t.Context(), day); err == nil || len(got.Entries) != 0 {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
		if len(c.asked) > 3 {
			t.Errorf("%s: %d pages were read", name, len(c.asked))
		}
	}
}

// A wallet that says little at great length is refused with the first of it,
// and not in its own words.
func TestAStatementAtGreatLength(t *testing.T) {
	long := strings.Repeat("9", 60_000)
	for name, bend := range map[string]func(e *wire.Entry, r *wire.Reconciliation){
		"key":      func(e *wire.Entry, _ *wire.Reconciliation) { e.Key = "S1-T1-1-" + long },
		"refunded": func(e *wire.Entry, _ *wire.Reconciliation) { e.Kind, e.ChargeKey = wire.KindRefund, "S1-T1-1-"+long },
		"kind":     func(e *wire.Entry, _ *wire.Reconciliation) { e.Kind = wire.Kind(long) },
		"status":   func(e *wire.Entry, _ *wire.Reconciliation) { e.Status = wire.Status(long) },
		"currency": func(e *wire.Entry, _ *wire.Reconciliation) { e.Currency = long },
		"next":     func(_ *wire.Entry, r *wire.Reconciliation) { r.Next = long },
		"total's way": func(_ *wire.Entry, r *wire.Reconciliation) {
			r.Totals, r.Next = []wire.Total{{Kind: wire.Kind(long), Count: 1}}, ""
		},
	} {
		c := honest()
		c.bend = func(_ int, r *wire.Reconciliation) { bend(&r.Entries[0], r) }
		if _, err := c.client().Statement(t.Context(), day); err == nil || strings.Contains(err.Error(), "99999999999999999999999999999999999999999") {
			t.Errorf("%s: %.300v", name, err)
		}
		if len(c.asked) > 1 {
			t.Errorf("%s: %d pages were read", name, len(c.asked))
		}
	}
}

// One that never comes to an end is refused after more keys than a register
// makes in a day.
func TestAStatementOfTooMany(t *testing.T) {
	c := honest()
	c.bend = func(page int, r *wire.Reconciliation) {
		r.Entries, r.Next = nil, fmt.Sprint(page+1)
		for i := range 1000 {
			r.Entries = append(r.Entries, wire.Entry{
				Key: fmt.Sprintf("S1-T1-%d-%d", page, i+1), Kind: wire.KindCharge, Status: wire.Approved, Amount: 1, Currency: "JPY", At: now.UTC(),
			})
		}
	}
	if _, err := c.client().Statement(t.Context(), day); err == nil || !strings.Contains(err.Error(), "more than 20000") || len(c.asked) != 21 {
		t.Errorf("after %d pages: %v", len(c.asked), err)
	}
}

func TestPagesThatAreNonsense(t *testing.T) {
	for name, spoil := range map[string]func(string) string{
		"two amounts in an entry": func(s string) string { return strings.Replace(s, `"amount":500`, `"amount":1,"amount":500`, 1) },
		"a name in capitals": func(s string) string {
			return strings.Replace(s, `"amount":500`, `"amount":500,"Status":"approved"`, 1)
		},
		"two lists":             func(s string) string { return `{"entries":[],` + s[1:] },
		"an entry that is none": func(s string) string { return strings.Replace(s, `"entries":[`, `"entries":[null,`, 1) },
		"cut off":               func(s string) string { return s[:len(s)-1] },
		"nothing":               func(string) string { return "" },
		"something behind":      func(s string) string { return s + "{}" },
	} {
		c := honest()
		c.spoil = spoil
		if got, err := c.client().Statement(t.Context(), day); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	c := honest()
	c.spoil = func(s string) string { return strings.Replace(s, `"amount":500`, `"amount":500,"colour":{"red":1}`, 1) }
	if got, err := c.client().Statement(t.Context(), day); err != nil || len(got.Entries) != 5 {
		t.Errorf("a newer wallet: %+v, %v", got, err)
	}
}

func TestAWalletThatTellsNoDay(t *testing.T) {
	c := honest()
	c.status = http.StatusServiceUnavailable
	if _, err := c.client().Statement(t.Context(), day); err == nil || !strings.Contains(err.Error(), "503") || !strings.Contains(err.Error(), "not now") {
		t.Errorf("%v", err)
	}
	gone := errors.New("no route to host")
	client := c.client()
	client.Line = broken{gone}
	if _, err := client.Statement(t.Context(), day); !errors.Is(err, gone) {
		t.Errorf("%v", err)
	}
}

// broken is a line on which nothing comes back.
type broken struct{ err error }

func (b broken) Do(context.Context, string, string, io.Reader) authorize.Evidence {
	return authorize.Evidence{Err: b.err}
}
