package authorize_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/wallet/wire"
)

var update = flag.Bool("update", false, "write testdata/outcome.txt anew")

var calls = []authorize.Call{authorize.CallCharge, authorize.CallInquire, authorize.CallReverse}

func askedFor(call authorize.Call) authorize.Asked {
	return authorize.Asked{Call: call, Key: rec.Key, Amount: 1280, Currency: "JPY", Nonce: "N1"}
}

func stands(status wire.Status, reason wire.Reason) *wire.Answer {
	return &wire.Answer{Key: string(rec.Key), Kind: wire.KindCharge, Status: status, Amount: 1280, Currency: "JPY", Nonce: "N1", Reason: reason}
}

// evidence is every kind of remains that an attempt can leave, by name.
func evidence() (names []string, all map[string]authorize.Evidence) {
	all = map[string]authorize.Evidence{}
	add := func(name string, ev authorize.Evidence) {
		names, all[name] = append(names, name), ev
	}
	timeout := fmt.Errorf("post: %w", context.DeadlineExceeded)
	reset := &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}
	add("nothing left, refused", authorize.Evidence{Err: reset})
	add("nothing left, timeout", authorize.Evidence{Err: timeout})
	add("nothing left, no error", authorize.Evidence{})
	add("1 byte left, refused", authorize.Evidence{Bytes: 1, Err: reset})
	add("left, reset", authorize.Evidence{Bytes: 400, Err: reset})
	add("left, timeout", authorize.Evidence{Bytes: 400, Err: timeout})
	add("left, socket timeout", authorize.Evidence{Bytes: 400, Err: os.ErrDeadlineExceeded})
	add("left, end of stream", authorize.Evidence{Bytes: 400, Err: io.ErrUnexpectedEOF})
	add("200, body broke off", authorize.Evidence{Bytes: 400, Status: 200, Err: io.ErrUnexpectedEOF})
	add("200, body broke off after a yes", authorize.Evidence{Bytes: 400, Status: 200, Err: io.ErrUnexpectedEOF, Answer: stands(wire.Approved, "")})
	add("200, no answer", authorize.Evidence{Bytes: 400, Status: 200})
	for _, s := range []wire.Status{wire.Approved, wire.Pending, wire.Reversed, "settled", ""} {
		add("200 "+string(s), authorize.Evidence{Bytes: 400, Status: 200, Answer: stands(s, "")})
	}
	for _, r := range []wire.Reason{"", wire.InsufficientFunds, wire.CodeExpired, wire.CodeUsed, wire.CodeUnknown, wire.OverLimit, wire.Blocked, wire.Stopped, wire.Expired, "bad mood"} {
		add("200 declined "+string(r), authorize.Evidence{Bytes: 400, Status: 200, Answer: stands(wire.Declined, r)})
	}
	other := stands(wire.Approved, "")
	other.Nonce = "N2"
	add("200 approved, other nonce", authorize.Evidence{Bytes: 400, Status: 200, Answer: other})
	refund := stands(wire.Approved, "")
	refund.Kind = wire.KindRefund
	add("200 approved, a refund", authorize.Evidence{Bytes: 400, Status: 200, Answer: refund})
	for _, p := range []struct {
		status int
		kind   string
	}{{400, wire.ProblemInvalid}, {403, wire.ProblemForbidden}, {404, wire.ProblemUnknownKey}, {409, wire.ProblemConflict}, {503, wire.ProblemBusy}} {
		add(fmt.Sprintf("%d with its problem", p.status), authorize.Evidence{Bytes: 400, Status: p.status, Problem: &wire.Problem{Type: p.kind, Status: p.status}})
	}
	for _, status := range []int{201, 204, 302, 307, 400, 401, 403, 404, 408, 409, 425, 429, 500, 502, 503, 504} {
		add(fmt.Sprintf("%d alone", status), authorize.Evidence{Bytes: 400, Status: status})
	}
	return names, all
}

// The whole table, as a person reads it. A line that changes here changes what
// a customer pays: look at it before you write -update.
func TestOutcomeTable(t *testing.T) {
	const file = "testdata/outcome.txt"
	names, all := evidence()
	var b strings.Builder
	b.WriteString("# What an attempt left behind, and the event and reason that it means.\n")
	fmt.Fprintf(&b, "%-36s %-32s %-32s %s\n", "", "charge", "inquiry", "reversal")
	for _, name := range names {
		fmt.Fprintf(&b, "%-36s", strings.TrimSpace(name))
		for _, call := range calls {
			event, reason := authorize.Outcome(askedFor(call), all[name])
			fmt.Fprintf(&b, " %-32s", strings.TrimSpace(string(event)+" "+string(reason)))
		}
		b.WriteString("\n")
	}
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	got := strings.Join(lines, "\n")
	if *update {
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if got != string(want) {
		t.Errorf("the table is now:\n%s\nwant:\n%s", got, want)
	}
}

// Whatever an attempt left behind, the rules that money hangs on hold.
func FuzzOutcome(f *testing.F) {
	names, all := evidence()
	for i := range names {
		ev := all[names[i]]
		var a wire.Answer
		if ev.Answer != nil {
			a = *ev.Answer
		}
		var p wire.Problem
		if ev.Problem != nil {
			p = *ev.Problem
		}
		f.Add(uint8(i), ev.Bytes, ev.Err != nil, ev.Status, ev.Answer != nil, a.Key, string(a.Kind), string(a.Status), a.Amount, a.Currency, a.Nonce, p.Type, p.Status)
	}
	f.Fuzz(func(t *testing.T, call uint8, sent int64, broke bool, status int, has bool, key, kind, standing string, amount int64, currency, nonce, problem string, said int) {
		asked := askedFor(calls[int(call)%len(calls)])
		ev := authorize.Evidence{Bytes: sent, Status: status}
		if broke {
			ev.Err = errors.New("it broke")
		}
		if has {
			ev.Answer = &wire.Answer{Key: key, Kind: wire.Kind(kind), Status: wire.Status(standing), Amount: amount, Currency: currency, Nonce: nonce}
		}
		if problem != "" {
			ev.Problem = &wire.Problem{Type: problem, Status: said}
		}
		event, _ := authorize.Outcome(asked, ev)
		holds(t, asked, ev, event)
	})
}

// holds are the rules of the outcome, written a second time and otherwise.
func holds(t *testing.T, asked authorize.Asked, ev authorize.Evidence, event charge.Event) {
	t.Helper()
	a := ev.Answer
	ours := ev.Err == nil && ev.Status == 200 && a != nil && a.Key == string(asked.Key) && a.Kind == wire.KindCharge &&
		a.Amount == asked.Amount && a.Currency == asked.Currency && a.Nonce == asked.Nonce
	refused := asked.Call == authorize.CallCharge && ev.Err == nil && ev.Problem != nil && (ev.Status == 400 || ev.Status == 403) && ev.Problem.Status == ev.Status
	ok := false
	switch event {
	case charge.Approve:
		ok = ours && a.Status == wire.Approved && asked.Call != authorize.CallReverse
	case charge.Wait:
		ok = ours && a.Status == wire.Pending && asked.Call != authorize.CallReverse
	case charge.Decline:
		ok = asked.Call != authorize.CallReverse && (ours && (a.Status == wire.Declined || a.Status == wire.Reversed) || refused)
	case charge.Confirm:
		ok = ours && asked.Call == authorize.CallReverse && (a.Status == wire.Declined || a.Status == wire.Reversed)
	case charge.Miss:
		ok = ev.Bytes == 0 && ev.Status == 0
	case charge.Lose:
		ok = true
	}
	if !ok {
		t.Errorf("%s of %+v with %+v is %s", asked.Call, asked, ev, event)
	}
}
