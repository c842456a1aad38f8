package authorize_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/wallet/wire"
)

var update = flag.Bool("update", false, "write testdata/outcome.txt anew")

type question struct {
	name string
	call authorize.Call
	kind wire.Kind // that the answer must have
}

// questions are the columns of the table. An inquiry or a reversal is about a
// key of any kind; the kinds differ in nothing but the kind of the answer.
var questions = []question{
	{"charge", authorize.CallCharge, wire.KindCharge},
	{"refund", authorize.CallRefund, wire.KindRefund},
	{"top-up", authorize.CallTopup, wire.KindTopup},
	{"inquiry", authorize.CallInquire, wire.KindCharge},
	{"reversal", authorize.CallReverse, wire.KindCharge},
	{"forward", authorize.CallForward, wire.KindCharge},
	{"inquiry of a refund", authorize.CallInquire, wire.KindRefund},
	{"reversal of a top-up", authorize.CallReverse, wire.KindTopup},
}

// columns are the questions that the table shows.
const columns = 6

func askedFor(n int) authorize.Asked {
	asked := authorize.Asked{Call: questions[n].call, Key: rec.Key, Amount: 1280, Currency: "JPY", Nonce: "N1"}
	if asked.Call == authorize.CallInquire || asked.Call == authorize.CallReverse {
		asked.Kind = questions[n].kind
	}
	return asked
}

func stands(status wire.Status, reason wire.Reason) *wire.Answer {
	return &wire.Answer{Key: string(rec.Key), Kind: wire.KindCharge, Status: status, Amount: 1280, Currency: "JPY", Nonce: "N1", Reason: reason}
}

// asKind is the same evidence, with an answer for a key of another kind in
// place of one for a charge.
func asKind(ev authorize.Evidence, kind wire.Kind) authorize.Evidence {
	if ev.Answer == nil {
		return ev
	}
	a := *ev.Answer
	switch a.Kind {
	case wire.KindCharge:
		a.Kind = kind
	case kind:
		a.Kind = wire.KindCharge
	}
	ev.Answer = &a
	return ev
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
	for _, r := range []wire.Reason{"", wire.InsufficientFunds, wire.CodeExpired, wire.CodeUsed, wire.CodeUnknown, wire.OverLimit, wire.Blocked, wire.Stopped, wire.Expired, wire.Refused, wire.OverRefund, wire.NotRefundable, "bad mood"} {
		add("200 declined "+string(r), authorize.Evidence{Bytes: 400, Status: 200, Answer: stands(wire.Declined, r)})
	}
	other := stands(wire.Approved, "")
	other.Nonce = "N2"
	add("200 approved, other nonce", authorize.Evidence{Bytes: 400, Status: 200, Answer: other})
	refund := stands(wire.Approved, "")
	refund.Kind = wire.KindRefund
	add("200 approved, of another kind", authorize.Evidence{Bytes: 400, Status: 200, Answer: refund})
	for _, p := range []struct {
		status int
		kind   string
	}{{400, wire.ProblemInvalid}, {403, wire.ProblemForbidden}, {404, wire.ProblemUnknownKey}, {409, wire.ProblemConflict}, {409, wire.ProblemCannotReverse}, {409, wire.ProblemConfirmPending}, {503, wire.ProblemBusy},
		{400, wire.ProblemCannotReverse}, {503, wire.ProblemConfirmPending}} {
		add(fmt.Sprintf("%d %s", p.status, strings.TrimPrefix(p.kind, "urn:posagent:")), authorize.Evidence{Bytes: 400, Status: p.status, Problem: &wire.Problem{Type: p.kind, Status: p.status, Nonce: "N1"}})
	}
	add("403 not-your-key, other nonce", authorize.Evidence{Bytes: 400, Status: 403, Problem: &wire.Problem{Type: wire.ProblemForbidden, Status: 403, Nonce: "N2"}})
	add("409 cannot-reverse, no nonce", authorize.Evidence{Bytes: 400, Status: 409, Problem: &wire.Problem{Type: wire.ProblemCannotReverse, Status: 409}})
	add("409 cannot-reverse, says 500 inside", authorize.Evidence{Bytes: 400, Status: 409, Problem: &wire.Problem{Type: wire.ProblemCannotReverse, Status: 500, Nonce: "N1"}})
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
	fmt.Fprintf(&b, "%-36s", "")
	for _, q := range questions[:columns] {
		fmt.Fprintf(&b, " %-28s", q.name)
	}
	b.WriteString("\n")
	for _, name := range names {
		fmt.Fprintf(&b, "%-36s", strings.TrimSpace(name))
		for i, q := range questions[:columns] {
			event, reason := authorize.Outcome(askedFor(i), asKind(all[name], q.kind))
			fmt.Fprintf(&b, " %-28s", strings.TrimSpace(string(event)+" "+string(reason)))
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

// An inquiry or a reversal means the same whatever the key stands for, as long
// as the answer is about that kind.
func TestOutcomeOfTheOtherKinds(t *testing.T) {
	names, all := evidence()
	for i := columns; i < len(questions); i++ {
		alike := slices.IndexFunc(questions[:columns], func(q question) bool { return q.call == questions[i].call })
		for _, name := range names {
			event, reason := authorize.Outcome(askedFor(i), asKind(all[name], questions[i].kind))
			if want, why := authorize.Outcome(askedFor(alike), all[name]); event != want || reason != why {
				t.Errorf("%s with %s is %s %s, want %s %s", questions[i].name, name, event, reason, want, why)
			}
			if a := all[name].Answer; a != nil && a.Kind == wire.KindCharge {
				if event, _ := authorize.Outcome(askedFor(i), all[name]); event != charge.Lose {
					t.Errorf("%s takes an answer about a charge (%s) for %s", questions[i].name, name, event)
				}
			}
		}
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
		f.Add(uint8(i), ev.Bytes, ev.Err != nil, ev.Status, ev.Answer != nil, a.Key, string(a.Kind), string(a.Status), a.Amount, a.Currency, a.Nonce, p.Type, p.Status, p.Nonce)
	}
	f.Fuzz(func(t *testing.T, call uint8, sent int64, broke bool, status int, has bool, key, kind, standing string, amount int64, currency, nonce, problem string, said int, echo string) {
		asked := askedFor(int(call) % len(questions))
		ev := authorize.Evidence{Bytes: sent, Status: status}
		if broke {
			ev.Err = errors.New("it broke")
		}
		if has {
			ev.Answer = &wire.Answer{Key: key, Kind: wire.Kind(kind), Status: wire.Status(standing), Amount: amount, Currency: currency, Nonce: nonce}
		}
		if problem != "" {
			ev.Problem = &wire.Problem{Type: problem, Status: said, Nonce: echo}
		}
		event, _ := authorize.Outcome(asked, ev)
		holds(t, asked, questions[int(call)%len(questions)].kind, ev, event)
	})
}

// holds are the rules of the outcome, written a second time and otherwise.
func holds(t *testing.T, asked authorize.Asked, kind wire.Kind, ev authorize.Evidence, event charge.Event) {
	t.Helper()
	a, p := ev.Answer, ev.Problem
	ours := ev.Err == nil && ev.Status == 200 && a != nil && a.Key == string(asked.Key) && a.Kind == kind &&
		a.Amount == asked.Amount && a.Currency == asked.Currency && a.Nonce == asked.Nonce
	problem := ev.Err == nil && p != nil && p.Status == ev.Status && p.Nonce == asked.Nonce
	reversal := asked.Call == authorize.CallReverse
	refused := asked.Call != authorize.CallInquire && asked.Call != authorize.CallForward && !reversal && problem && (ev.Status == 400 || ev.Status == 403)
	ok := false
	switch event {
	case charge.Approve:
		ok = ours && a.Status == wire.Approved && !reversal
	case charge.Wait:
		ok = ours && a.Status == wire.Pending && !reversal || reversal && problem && ev.Status == 409 && p.Type == wire.ProblemConfirmPending
	case charge.Decline:
		ok = !reversal && (ours && (a.Status == wire.Declined || a.Status == wire.Reversed) || refused)
	case charge.Confirm:
		ok = ours && reversal && (a.Status == wire.Declined || a.Status == wire.Reversed)
	case charge.Refuse:
		ok = reversal && problem && ev.Status == 409 && p.Type == wire.ProblemCannotReverse
	case charge.Miss:
		ok = ev.Bytes == 0 && ev.Status == 0
	case charge.Lose:
		ok = true
	}
	if !ok {
		t.Errorf("%s of %+v with %+v is %s", asked.Call, asked, ev, event)
	}
}
