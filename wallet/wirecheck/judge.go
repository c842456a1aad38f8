package wirecheck

import (
	"context"
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/posagent/posagent/wallet/wire"
)

// probe is one check while it is made.
type probe struct {
	*runner
	ctx   context.Context
	codes []string
	waits []string
	steps []Step
	lacks string // why it could not be made to the end
}

var reasons = []wire.Reason{
	wire.InsufficientFunds, wire.CodeExpired, wire.CodeUsed, wire.CodeUnknown, wire.OverLimit, wire.Blocked,
	wire.Stopped, wire.Expired, wire.Refused, wire.OverRefund, wire.NotRefundable,
}

// judge writes a step down.
func (p *probe) judge(r reply, want string, ok bool, why ...string) {
	came := fmt.Sprintf("%d %s", r.status, short(r.body))
	if r.err != nil {
		came = "no answer: " + r.err.Error()
	}
	if len(why) > 0 {
		came += " (" + strings.Join(why, "; ") + ")"
	}
	p.note(r.sent, want, came, ok)
}

func (p *probe) note(sent, want, came string, ok bool) {
	p.steps = append(p.steps, Step{Sent: p.redact(sent), Want: want, Came: p.redact(came), OK: ok})
}

// redact takes customers' codes out of a text.
func (r *runner) redact(text string) string {
	for _, code := range r.secrets {
		text = strings.ReplaceAll(text, code, "(a code)")
		if quoted, err := json.Marshal(code); err == nil {
			text = strings.ReplaceAll(text, string(quoted[1:len(quoted)-1]), "(a code)")
		}
	}
	if len(text) > maxTold {
		text = strings.ToValidUTF8(text[:maxTold], "") + "…"
	}
	return text
}

// is asks for an answer with a status that echoes what was asked. Of a decline
// the reasons may be given.
func (p *probe) is(r reply, want wire.Status, why ...wire.Reason) bool {
	wrong := wrongs(r, want, why)
	text := fmt.Sprintf("200 %s%s, echoing the attempt", want, orOf(why))
	p.judge(r, text, len(wrong) == 0, wrong...)
	p.learn(r)
	return len(wrong) == 0
}

func orOf(why []wire.Reason) string {
	var words []string
	for _, w := range why {
		words = append(words, string(w))
	}
	if len(words) == 0 {
		return ""
	}
	return " as " + strings.Join(words, " or ")
}

// wrongs are all that is wrong with an answer.
func wrongs(r reply, want wire.Status, why []wire.Reason) (out []string) {
	bad := func(is bool, format string, a ...any) {
		if is {
			out = append(out, fmt.Sprintf(format, a...))
		}
	}
	a, q := r.answer, r.asked
	if r.err != nil || r.status != http.StatusOK {
		return []string{"no answer of the contract"}
	}
	kind, _, err := mime.ParseMediaType(r.header.Get("Content-Type"))
	bad(err != nil || kind != "application/json", "Content-Type is %q, not application/json", r.header.Get("Content-Type"))
	bad(a.Status != want, "status is %q", a.Status)
	bad(a.Key != q.key, "key is %q, not that of the attempt", a.Key)
	bad(a.Nonce != q.nonce, "nonce is %q, not that of the attempt", a.Nonce)
	bad(q.kind != "" && a.Kind != q.kind, "kind is %q, not %s", a.Kind, q.kind)
	bad(a.Kind != wire.KindCharge && a.Kind != wire.KindRefund && a.Kind != wire.KindTopup, "kind is %q", a.Kind)
	bad(q.amount != 0 && a.Amount != q.amount, "amount is %d, not %d", a.Amount, q.amount)
	bad(q.currency != "" && a.Currency != q.currency, "currency is %q, not %s", a.Currency, q.currency)
	bad(a.At.IsZero(), "at is missing")
	bad(a.Status == wire.Declined && !slices.Contains(reasons, a.Reason), "reason %q is not in the contract", a.Reason)
	bad(a.Status != wire.Declined && a.Reason != "", "there is a reason, but no decline")
	bad(a.Status == wire.Declined && len(why) > 0 && !slices.Contains(why, a.Reason), "the reason is %s", a.Reason)
	bad(a.PointsUsed < 0 || a.PointsUsed > a.Amount || a.PointsEarned < 0 || a.PointsLeft < 0, "points are %d used, %d earned, %d left", a.PointsUsed, a.PointsEarned, a.PointsLeft)
	bad(a.Status != wire.Approved && a.PointsUsed+a.PointsEarned+a.PointsLeft != 0, "there are points, but no approval")
	bad(a.Status != wire.Pending && a.Show != "", "there is something to show, but nothing to wait for")
	return out
}

// learn keeps what the wallet said of a key of the run, for the day.
func (p *probe) learn(r reply) {
	a := r.answer
	if r.status != http.StatusOK || a.Key != r.asked.key || a.Status == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.firstWord.IsZero() || a.At.Before(p.firstWord) {
		p.firstWord = a.At
	}
	if a.At.After(p.lastWord) {
		p.lastWord = a.At
	}
	w, known := p.book[a.Key]
	if !known {
		w.blocked = a.Status == wire.Reversed
		w.Key, w.Kind, w.Amount, w.Currency, w.ChargeKey = a.Key, a.Kind, a.Amount, a.Currency, r.asked.chargeKey
	}
	w.Status = a.Status
	p.book[a.Key] = w
}

// problem asks for a refusal with a status and a type; the nonce is echoed.
func (p *probe) problem(r reply, status int, kind string) bool {
	return p.problemOf(r, kind, status)
}

// problemOf is problem with one of several statuses. An empty type is any that
// does not mean an unknown key.
func (p *probe) problemOf(r reply, kind string, statuses ...int) bool {
	var out []string
	bad := func(is bool, format string, a ...any) {
		if is {
			out = append(out, fmt.Sprintf(format, a...))
		}
	}
	want := fmt.Sprintf("%v %s", statuses, kind)
	if len(statuses) == 1 {
		want = fmt.Sprintf("%d %s", statuses[0], kind)
	}
	if r.err != nil {
		p.judge(r, want, false)
		return false
	}
	media, _, err := mime.ParseMediaType(r.header.Get("Content-Type"))
	bad(!slices.Contains(statuses, r.status), "the status is %d", r.status)
	bad(err != nil || media != "application/problem+json", "Content-Type is %q, not application/problem+json", r.header.Get("Content-Type"))
	bad(kind != "" && r.problem.Type != kind, "type is %q", r.problem.Type)
	bad(kind == "" && (r.problem.Type == "" || r.problem.Type == wire.ProblemUnknownKey), "type is %q", r.problem.Type)
	bad(r.problem.Title == "", "title is missing")
	bad(r.problem.Status != r.status, "status in the body is %d", r.problem.Status)
	bad(r.asked.nonce != "" && r.problem.Nonce != r.asked.nonce, "nonce is %q, not that of the attempt", r.problem.Nonce)
	for _, code := range p.secrets {
		bad(strings.Contains(string(r.body), code), "the customer's code is quoted")
	}
	p.judge(r, want, len(out) == 0, out...)
	return len(out) == 0
}

// same asks for the standing answer: status, receipt and reason as before.
func (p *probe) same(r reply, before wire.Answer) bool {
	wrong := wrongs(r, before.Status, nil)
	if len(wrong) == 0 && (r.answer.Receipt != before.Receipt || r.answer.Reason != before.Reason) {
		wrong = append(wrong, fmt.Sprintf("receipt %q and reason %q were %q and %q", r.answer.Receipt, r.answer.Reason, before.Receipt, before.Reason))
	}
	p.judge(r, fmt.Sprintf("200 %s, the same receipt and reason as before", before.Status), len(wrong) == 0, wrong...)
	p.learn(r)
	return len(wrong) == 0
}
