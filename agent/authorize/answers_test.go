package authorize_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/authorize/own"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/wallet/wire"
)

// A status other than 200 is no answer, whatever the body says, and a
// redirect is not followed.
func TestStatusesThatAreNoAnswer(t *testing.T) {
	for _, status := range []int{201, 202, 204, 206, 300, 301, 302, 303, 307, 308, 400, 401, 403, 404, 405, 408, 409, 410, 413, 421, 425, 429, 451, 500, 501, 502, 503, 504, 599} {
		var f *far
		f = listen(t, func(conn net.Conn, r request) bool {
			body := any(answer(r, wire.Approved))
			if status == http.StatusNoContent {
				body = []byte{}
			}
			_, err := conn.Write(response(status, body, "Location: https://"+f.addr+"/v1/charges", "Retry-After: 0"))
			return err == nil
		})
		came(t, fmt.Sprint(status), f.client(long).Charge(t.Context(), rec, shown), charge.Lose, charge.ReasonBadAnswer)
		if n := len(f.saw()); n != 1 {
			t.Errorf("%d: %d requests", status, n)
		}
	}
}

// Only the wallet's own words for "I understood and will not" are a no, only
// with their status, and only to a charge.
func TestProblemsThatAreANo(t *testing.T) {
	for _, c := range []struct {
		status int
		p      wire.Problem
		no     bool
	}{
		{400, wire.Problem{Type: wire.ProblemInvalid, Status: 400}, true},
		{403, wire.Problem{Type: wire.ProblemForbidden, Status: 403}, true},
		{403, wire.Problem{Type: wire.ProblemForbidden, Status: 403, Nonce: "of another"}, false},
		{400, wire.Problem{Type: wire.ProblemInvalid, Status: 400, Nonce: "NONCE and more"}, false},
		{400, wire.Problem{Type: wire.ProblemForbidden, Status: 400}, false},
		{403, wire.Problem{Type: wire.ProblemForbidden, Status: 400}, false},
		{400, wire.Problem{Type: "about:blank", Status: 400}, false},
		{409, wire.Problem{Type: wire.ProblemConflict, Status: 409}, false},
		{404, wire.Problem{Type: wire.ProblemUnknownKey, Status: 404}, false},
		{503, wire.Problem{Type: wire.ProblemBusy, Status: 503}, false},
		{500, wire.Problem{Type: wire.ProblemInvalid, Status: 500}, false},
	} {
		f := listen(t, says(c.status, func(r request) any {
			p := c.p
			p.Nonce = strings.Replace(cmp.Or(p.Nonce, "NONCE"), "NONCE", r.Nonce, 1)
			return p
		}))
		client := f.client(long)
		event, reason := charge.Lose, charge.ReasonBadAnswer
		if c.no {
			event, reason = charge.Decline, charge.ReasonRejected
		}
		came(t, fmt.Sprint("charge: ", c.p), client.Charge(t.Context(), rec, shown), event, reason)
		reason = charge.ReasonBadAnswer
		if c.status == http.StatusNotFound {
			reason = charge.ReasonCodeUnknown
		}
		came(t, fmt.Sprint("inquiry: ", c.p), client.Inquire(t.Context(), rec), charge.Lose, reason)
	}
}

// An answer for something else is no answer to this.
func TestAnswersForSomethingElse(t *testing.T) {
	for name, bend := range map[string]func(*wire.Answer){
		"key":       func(a *wire.Answer) { a.Key += "1" },
		"no key":    func(a *wire.Answer) { a.Key = "" },
		"amount":    func(a *wire.Answer) { a.Amount++ },
		"no amount": func(a *wire.Answer) { a.Amount = 0 },
		"currency":  func(a *wire.Answer) { a.Currency = "USD" },
		"case":      func(a *wire.Answer) { a.Currency = "jpy" },
		"nonce":     func(a *wire.Answer) { a.Nonce = strings.ToLower(a.Nonce) },
		"no nonce":  func(a *wire.Answer) { a.Nonce = "" },
		"kind":      func(a *wire.Answer) { a.Kind = wire.KindRefund },
		"no kind":   func(a *wire.Answer) { a.Kind = "" },
	} {
		for _, status := range []wire.Status{wire.Approved, wire.Declined, wire.Pending, wire.Reversed} {
			f := listen(t, says(http.StatusOK, func(r request) any {
				a := answer(r, status)
				bend(&a)
				return a
			}))
			c := f.client(long)
			what := name + " " + string(status)
			came(t, what, c.Charge(t.Context(), rec, shown), charge.Lose, charge.ReasonAnswerOther)
			came(t, what+" to an inquiry", c.Inquire(t.Context(), rec), charge.Lose, charge.ReasonAnswerOther)
			came(t, what+" to a reversal", c.Reverse(t.Context(), rec), charge.Lose, charge.ReasonAnswerOther)
		}
	}
}

// A wallet's answer of an earlier attempt, replayed, has the wrong nonce.
func TestAReplayedAnswer(t *testing.T) {
	var first []byte
	f := listen(t, func(conn net.Conn, r request) bool {
		if first == nil {
			first = response(http.StatusOK, answer(r, wire.Approved))
		}
		_, err := conn.Write(first)
		return err == nil
	})
	c := f.client(long)
	came(t, "first", c.Inquire(t.Context(), rec), charge.Approve, charge.ReasonNone)
	came(t, "again", c.Inquire(t.Context(), rec), charge.Lose, charge.ReasonAnswerOther)
}

func TestBodiesThatAreNonsense(t *testing.T) {
	whole := func(r request) string { data, _ := json.Marshal(answer(r, wire.Approved)); return string(data) }
	for name, body := range map[string]func(request) string{
		"empty":            func(request) string { return "" },
		"null":             func(request) string { return "null" },
		"a list":           func(r request) string { return "[" + whole(r) + "]" },
		"HTML":             func(request) string { return "<html>approved</html>" },
		"two objects":      func(r request) string { return whole(r) + whole(r) },
		"cut off":          func(r request) string { return strings.TrimSuffix(whole(r), "}") },
		"a fraction":       func(r request) string { return strings.Replace(whole(r), "1280", "1280.5", 1) },
		"an exponent":      func(r request) string { return strings.Replace(whole(r), "1280", "128e1", 1) },
		"text for a sum":   func(r request) string { return strings.Replace(whole(r), "1280", `"1280"`, 1) },
		"two statuses":     func(r request) string { return `{"status":"declined",` + whole(r)[1:] },
		"twice the same":   func(r request) string { return `{"nonce":"x",` + whole(r)[1:] },
		"another spelling": func(r request) string { return strings.Replace(whole(r), `"status"`, `"Status"`, 1) },
		"a long s":         func(r request) string { return strings.Replace(whole(r), `"status"`, `"ſtatus"`, 1) },
		"no status":        func(r request) string { return strings.Replace(whole(r), `"approved"`, `""`, 1) },
		"unknown status":   func(r request) string { return strings.Replace(whole(r), `"approved"`, `"APPROVED"`, 1) },
	} {
		f := listen(t, says(http.StatusOK, func(r request) any { return []byte(body(r)) }))
		came(t, name, f.client(long).Charge(t.Context(), rec, shown), charge.Lose, charge.ReasonBadAnswer)
	}
	f := listen(t, says(http.StatusOK, func(r request) any {
		return []byte(`{"new": {"status": "declined"}, "list": [1], ` + whole(r)[1:] + strings.Repeat("\n", 1000))
	}))
	came(t, "a newer wallet", f.client(long).Charge(t.Context(), rec, shown), charge.Approve, charge.ReasonNone)
}

// What a wallet calls its approval goes into the books and on paper; it must
// be one short line, and cannot spoil the approval.
func TestTheWalletsNumber(t *testing.T) {
	for given, want := range map[string]string{
		"R-20261122-000017": "R-20261122-000017", "": "", "R\x1bp\x00\n1": "Rp 1",
		strings.Repeat("番", 100): strings.Repeat("番", 64),
	} {
		f := listen(t, says(http.StatusOK, func(r request) any {
			a := answer(r, wire.Approved)
			a.Receipt = given
			return a
		}))
		a := f.client(long).Charge(t.Context(), rec, shown)
		came(t, given, a, charge.Approve, charge.ReasonNone)
		if a.Receipt != want {
			t.Errorf("%q is kept as %q, want %q", given, a.Receipt, want)
		}
	}
}

// A wallet that closes idle connections, or takes a request on an old one and
// says nothing, must never get a request twice.
func TestNothingIsEverSentTwice(t *testing.T) {
	for name, play := range map[string]func(net.Conn, request) bool{
		"closes after each answer": func(c net.Conn, r request) bool { yes(c, r); return false },
		"answers every other request": func() func(net.Conn, request) bool {
			var n atomic.Int64
			return func(c net.Conn, r request) bool { return n.Add(1)%2 == 1 && yes(c, r) }
		}(),
		"asks to close": says(http.StatusOK, func(r request) any { return answer(r, wire.Approved) }, "Connection: close"),
	} {
		f := listen(t, play)
		c := f.client(long)
		misses := 0
		for range 40 {
			for _, call := range []func() charge.Answer{
				func() charge.Answer { return c.Charge(context.Background(), rec, shown) },
				func() charge.Answer { return c.Reverse(context.Background(), rec) },
			} {
				if a := call(); a.Event == charge.Miss {
					misses++
				}
			}
		}
		seen := map[string]bool{}
		for _, r := range f.saw() {
			if r.Method == http.MethodPost && seen[r.Nonce] {
				t.Errorf("%s: one attempt came twice", name)
			}
			seen[r.Nonce] = true
		}
		// The rest was written to a connection that was just being closed.
		if len(seen)+misses > 80 {
			t.Errorf("%s: %d attempts arrived and %d did not leave, of 80", name, len(seen), misses)
		}
	}
}

// A warm line needs no handshake when the customer is there.
func TestAWarmLineIsUsed(t *testing.T) {
	f := listen(t, func(conn net.Conn, r request) bool {
		if r.URL.Path == wire.PathPing {
			_, err := conn.Write([]byte("HTTP/1.1 204 No Content\r\n\r\n"))
			return err == nil
		}
		return yes(conn, r)
	})
	c := f.client(long)
	must(t, warm(c, t.Context()))
	for range 3 {
		came(t, "warm", c.Charge(t.Context(), rec, shown), charge.Approve, charge.ReasonNone)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.conns != 1 || len(f.requests) != 4 {
		t.Errorf("%d connections for %d requests", f.conns, len(f.requests))
	}
	for _, r := range f.requests {
		for _, name := range []string{"Idempotency-Key", "X-Idempotency-Key", "Accept-Encoding", "Expect"} {
			if r.Header.Get(name) != "" {
				t.Errorf("%s %s carries %s", r.Method, r.URL.Path, name)
			}
		}
		if bytes.Contains([]byte(r.URL.String()), []byte(customerCode)) {
			t.Error("the code is in an address")
		}
	}
}

func warm(c *own.Client, ctx context.Context) error { return c.Line.(*authorize.Line).Warm(ctx) }

func TestWarmTellsWhenNobodyIsThere(t *testing.T) {
	f := listen(t, func(net.Conn, request) bool { return false })
	if err := warm(f.client(long), t.Context()); err == nil {
		t.Error("a line without an answer is warm")
	}
	f = listen(t, says(http.StatusServiceUnavailable, func(request) any { return wire.Problem{} }))
	must(t, warm(f.client(long), t.Context())) // it is there
}
