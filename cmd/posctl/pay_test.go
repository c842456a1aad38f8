package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
)

const (
	opening  = "POST /v1/sales"
	watching = "GET /v1/sales/sale1"
)

// What a sale comes to is the exit code; the steps on the way are for people.
func TestPayWait(t *testing.T) {
	t.Parallel()
	for state, c := range map[string]struct {
		code int
		says string
	}{
		"approved":   {exitDone, "goods: hand_over"},
		"queued":     {exitDone, "queued"},
		"forwarding": {exitDone, "forwarding"},
		"declined":   {exitDeclined, "declined"},
		"abandoned":  {exitDeclined, "abandoned"},
		"reversed":   {exitDeclined, "reversed"},
		"owed":       {exitUnknown, "owed"},
		"unpaid":     {exitUnknown, "unpaid"},
		"something":  {exitUnknown, "something"}, // of a newer agent
	} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			a := newAgent(t, map[string][]any{
				opening:  {sale("prepared")},
				watching: {sale("sent"), sale("pending"), sale("indoubt"), sale("reversing"), sale(state)},
			})
			got := posctl(t, "pay", "--amount", "1280", "--wait", "--agent", a.url)
			got.want(t, c.code, c.says)
			if strings.Count(got.out, "\n") != 1 || !strings.HasPrefix(got.out, "S0001-T01-217000000-42  1280 JPY  "+state) {
				t.Errorf("standard output is for the result alone:\n%s", got.out)
			}
			steps := "waiting for the customer's code …\nasking the wallet …\nthe customer must confirm on the phone …\n" +
				"the result is not known yet, asking again: do not hand over the goods …\nbeing undone: do not hand over the goods …\n"
			if !strings.HasPrefix(got.err, steps) {
				t.Errorf("the steps were\n%s", got.err)
			}
			a.said(t, `POST /v1/sales {"amount":1280,"currency":"JPY"}`)
			a.said(t, "GET /v1/sales/sale1?wait=10s")
		})
	}
}

// With a code there is a result without waiting, or there is none yet.
func TestPayWithCode(t *testing.T) {
	t.Parallel()
	for state, code := range map[string]int{"approved": exitDone, "declined": exitDeclined, "indoubt": exitUnknown, "pending": exitUnknown, "reversing": exitUnknown, "prepared": exitFailed} {
		a := newAgent(t, map[string][]any{opening: {sale(state)}})
		got := posctl(t, "pay", "--amount", "1280", "--code", "90008181881234567890", "--reference", "A-1", "--rate", "reduced", "--agent", a.url)
		got.want(t, code, state)
		a.said(t, `"reference":"A-1"`)
		a.said(t, `"code":{"text":"90008181881234567890"}`)
		a.said(t, `"rate":"reduced"`)
	}
	a := newAgent(t, map[string][]any{opening: {sale("prepared")}})
	posctl(t, "pay", "--amount", "1280", "--agent", a.url).want(t, exitDone, "prepared", "goods: hold") // only opened, as asked
}

// A code that is not taken is said with its reason, while the sale goes on.
func TestPayRefused(t *testing.T) {
	t.Parallel()
	wrong := sale("prepared")
	wrong.Refusal = &control.Refusal{Why: "code.product", TextE: "A barcode of goods was scanned.", At: time.Now()}
	a := newAgent(t, map[string][]any{opening: {sale("prepared")}, watching: {wrong, wrong, sale("approved")}})
	got := posctl(t, "pay", "--amount", "1280", "--wait", "--agent", a.url)
	got.want(t, exitDone)
	if strings.Count(got.err, "not taken: A barcode of goods was scanned.") != 1 {
		t.Errorf("%s", got.err)
	}
	b := newAgent(t, map[string][]any{opening: {problem{Status: 409, Why: "register.busy", TextE: "The sale before this one is not finished."}}})
	posctl(t, "pay", "--amount", "1", "--agent", b.url).want(t, exitFailed, "posctl: The sale before this one is not finished.")
	c := newAgent(t, map[string][]any{opening: {problem{Status: 422, Detail: "the body is not right", Errors: []control.Detail{{Location: "body.currency", Message: "not known"}}}}})
	posctl(t, "pay", "--amount", "1", "--currency", "XXX", "--agent", c.url).want(t, exitUsage, "body.currency: not known")
}

// An agent that restarts is waited for; one that stays away leaves the result
// unknown, and never "not reachable", which would mean that nothing happened.
func TestPayWhileTheAgentIsAway(t *testing.T) {
	t.Parallel()
	a := newAgent(t, map[string][]any{opening: {sale("prepared")}, watching: {hangUp, hangUp, sale("approved")}})
	got := posctl(t, "pay", "--amount", "1280", "--wait", "--agent", a.url)
	got.want(t, exitDone, "the agent is away, trying again …")
	if strings.Count(got.err, "trying again") != 1 {
		t.Errorf("%s", got.err)
	}
	b := newAgent(t, map[string][]any{opening: {sale("prepared")}, watching: {hangUp}})
	posctl(t, "pay", "--amount", "1280", "--wait", "--agent", b.url).want(t, exitUnknown, "posctl charges show S0001-T01-217000000-42")
	c := newAgent(t, map[string][]any{opening: {hangUp}})
	posctl(t, "pay", "--amount", "1280", "--code", "90008181881234567890", "--agent", c.url).want(t, exitUnknown, "look at the charges for what became of it")
}

// Ctrl-C ends the waiting and not the sale.
func TestPayInterrupted(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	a := newAgent(t, map[string][]any{opening: {sale("prepared")}, watching: {func(http.ResponseWriter) { stop(); <-t.Context().Done() }}})
	got := run(ctx, "pay", "--amount", "1280", "--wait", "--agent", a.url)
	got.want(t, exitUnknown, "no longer waiting", "The sale goes on without posctl: see posctl charges show S0001-T01-217000000-42")
	_ = a.web.Close()
}

// With --json standard output is one value, whatever happens on the way.
func TestPayJSON(t *testing.T) {
	t.Parallel()
	a := newAgent(t, map[string][]any{opening: {sale("prepared")}, watching: {sale("sent"), sale("declined")}})
	got := posctl(t, "pay", "--amount", "1280", "--wait", "--json", "--agent", a.url)
	got.want(t, exitDeclined)
	var s control.Sale
	if err := json.Unmarshal([]byte(got.out), &s); err != nil || s.State != "declined" || s.Amount != 1280 {
		t.Errorf("%v\n%s", err, got.out)
	}
}

// The token for http comes from the flag or the environment.
func TestToken(t *testing.T) {
	t.Setenv("POSAGENT_TOKEN", "from the environment")
	a := newAgent(t, map[string][]any{"GET /v1/devices": {problem{Status: 401, Detail: "sign in, or send a token"}}})
	posctl(t, "devices", "--agent", a.url).want(t, exitFailed, "set POSAGENT_TOKEN")
	for _, c := range []struct {
		args []string
		want string
	}{{nil, "Bearer from the environment"}, {[]string{"--token", "from the flag"}, "Bearer from the flag"}} {
		seen := make(chan string, 1)
		url := httpAgent(t, func(w http.ResponseWriter, r *http.Request) {
			seen <- r.Header.Get("Authorization")
			fmt.Fprint(w, `{"devices":[]}`)
		})
		posctl(t, append([]string{"devices", "--agent", url}, c.args...)...).want(t, exitDone, "no device has a role")
		if got := <-seen; got != c.want {
			t.Errorf("%q was sent, want %q", got, c.want)
		}
	}
}
