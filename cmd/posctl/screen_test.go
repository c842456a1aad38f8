package main

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"unicode"

	"github.com/posagent/posagent/agent/control"
)

// takeover is what rewrites a terminal that it is written to.
const takeover = "\x1b]0;owned\x07\x1b[2J\x1b[1;1H\x9b2J\u009b2J\r\u202eown: equal"

func TestScreen(t *testing.T) {
	var out bytes.Buffer
	for given, want := range map[string]string{
		"": "", "a\tb\n": "a\tb\n", "領収書 ¥1,280\n": "領収書 ¥1,280\n",
		"\x1b[2J": "\ufffd[2J", "a\r\x00\x7fb": "a\ufffd\ufffd\ufffdb", "\x9b\u009b\u202e": "\ufffd\ufffd\ufffd",
	} {
		out.Reset()
		n, err := screen{&out}.Write([]byte(given))
		if n != len(given) || err != nil || out.String() != want {
			t.Errorf("%q: %d bytes, %v, %q; want %q", given, n, err, out.String(), want)
		}
	}
	closed, in := io.Pipe()
	must(t, closed.Close())
	if n, err := (screen{in}).Write([]byte("text")); n != 0 || !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("%d, %v", n, err)
	}
}

// Whoever writes to the agent does not reach the terminal of whoever runs
// posctl: in no list, in no error. What is for programs stays as it is.
func TestNothingTakesTheTerminalOver(t *testing.T) {
	t.Parallel()
	a := newAgent(t, map[string][]any{
		"POST /v1/reconciliations":       {control.Reconciliation{Date: "2026-11-25", Left: 1, Wallets: []control.WalletDay{{Wallet: "own", Problem: "it says 503 " + takeover}}}},
		"GET /v1/charges/" + key:         {control.Charge{Key: key, Receipt: takeover, Steps: []control.Step{{Note: takeover}}}},
		"GET /v1/charges":                {control.Charges{Charges: []control.Charge{{Key: key, Receipt: takeover, Wallet: takeover}}}},
		"GET /v1/charges/KEY/receipt":    {[]byte(takeover)},
		"POST /v1/refunds":               {problem{Status: 409, TextE: takeover}},
		"POST /v1/devices/printer0/test": {control.DeviceTest{Result: "ok", TextE: takeover}},
	})
	for _, args := range []string{
		"reconcile", "charges show " + key, "charges --timeline " + key, "charges", "charges receipt KEY", "refund " + key + " --amount 1", "devices test printer0",
	} {
		got := posctl(t, append(strings.Fields(args), "--agent", a.url)...)
		said := got.out + got.err
		if strings.ContainsFunc(said, func(r rune) bool { return r != '\n' && unicode.IsControl(r) }) || !strings.Contains(said, "\ufffd") {
			t.Errorf("posctl %s prints %q", args, said)
		}
	}
	got := posctl(t, "charges", "receipt", "KEY", "--json", "--agent", a.url)
	if !strings.Contains(got.out, `\u001b`) || strings.Contains(got.out, "\x1b") {
		t.Errorf("for programs: %q", got.out)
	}
}
