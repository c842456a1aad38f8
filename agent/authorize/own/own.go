// Package own speaks the contract of wallet/wire, the protocol of the
// reference wallet and of any wallet that a small chain runs itself. It is
// one attempt per call; the register decides about the next.
//
// Invariant: every attempt carries a nonce of its own, and an answer that
// does not echo key, amount, currency and that nonce is no answer.
package own

import (
	"bytes"
	"cmp"
	"context"
	"crypto"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/trace"
	"github.com/posagent/posagent/wallet/wire"
)

// Client asks one wallet.
type Client struct {
	ID       string // the wallet's id in the configuration
	Store    string // of this register; needed for Statement
	Terminal string
	Line     Exchange
	Terms    charge.Terms
	Signer   crypto.Signer    // of the register's certificate; needed for Forward
	Now      func() time.Time // nil: time.Now
	Nonce    func() string    // nil: crypto/rand.Text; another one lets a simulated run be replayed
	Tracer   *trace.Tracer    // nil: no request carries a trace
}

// Exchange carries one request to the wallet, once, and returns what it left
// behind. The real one is *authorize.Line.
type Exchange interface {
	Do(ctx context.Context, method, path string, body io.Reader) authorize.Evidence
}

// Charge asks for the money, within the deadline of the terms. The wallet is
// told not to approve after the moment at which a doubt is given up, so that a
// request which a network held back cannot take money that nobody waits for.
// That is long enough for clocks that differ by some seconds.
func (c *Client) Charge(ctx context.Context, r charge.Record, code paycode.Code) charge.Answer {
	store, terminal, _, _, err := r.Key.Parts()
	if err != nil {
		return c.never(err)
	}
	asked := c.asked(authorize.CallCharge, r)
	return c.attempt(ctx, asked, http.MethodPost, wire.PathCharges, wire.ChargeRequest{
		Key: string(r.Key), Terminal: terminal, Store: store,
		Amount: r.Amount.Minor, Currency: string(r.Amount.Currency),
		Code: code.Text.Reveal(), Mode: wire.Online,
		ValidUntil: c.now().Add(c.Terms.GiveUpPending).UTC(), Nonce: asked.Nonce,
	})
}

// Present asks for a code to show, which the customer then pays. The wallet is
// told until when: nobody looks at it after that. An answer without a code that
// can be shown is no answer: the charge may be open, and nobody could pay it.
func (c *Client) Present(ctx context.Context, r charge.Record) charge.Answer {
	store, terminal, _, _, err := r.Key.Parts()
	if err != nil {
		return c.never(err)
	}
	asked := c.asked(authorize.CallCharge, r)
	a := c.attempt(ctx, asked, http.MethodPost, wire.PathCharges, wire.ChargeRequest{
		Key: string(r.Key), Terminal: terminal, Store: store,
		Amount: r.Amount.Minor, Currency: string(r.Amount.Currency), Mode: wire.Presented,
		ValidUntil: c.now().Add(c.Terms.ShowFor).UTC(), Nonce: asked.Nonce,
	})
	if a.Event == charge.Wait && a.Show == "" {
		a.Event, a.Reason, a.Note = charge.Lose, charge.ReasonBadAnswer, "the wallet waits for the customer, but gives no code that can be shown"
	}
	return a
}

// shown is the code to show of an answer and for how long it can be paid, as
// far as it can be shown.
func shown(a *wire.Answer) (string, time.Duration) {
	odd := func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) && r != '\u3000' }
	if len(a.Show) > wire.MaxShow || strings.ContainsFunc(a.Show, odd) || !a.ExpiresAt.After(a.At) {
		return "", 0
	}
	return a.Show, a.ExpiresAt.Sub(a.At)
}

// Refund asks for money of an approved payment to be given back. It may be
// repeated with the same record until it is answered.
func (c *Client) Refund(ctx context.Context, r charge.Record, of charge.Key) charge.Answer {
	store, terminal, _, _, err := r.Key.Parts()
	if err != nil {
		return c.never(err)
	}
	asked := c.asked(authorize.CallRefund, r)
	return c.attempt(ctx, asked, http.MethodPost, wire.PathRefunds, wire.RefundRequest{
		Key: string(r.Key), ChargeKey: string(of), Terminal: terminal, Store: store,
		Amount: r.Amount.Minor, Currency: string(r.Amount.Currency), Nonce: asked.Nonce,
	})
}

// TopUp asks for cash that was taken to become money of the customer. It has
// the time limit of a charge.
func (c *Client) TopUp(ctx context.Context, r charge.Record, code paycode.Code) charge.Answer {
	store, terminal, _, _, err := r.Key.Parts()
	if err != nil {
		return c.never(err)
	}
	asked := c.asked(authorize.CallTopup, r)
	return c.attempt(ctx, asked, http.MethodPost, wire.PathTopups, wire.TopupRequest{
		Key: string(r.Key), Terminal: terminal, Store: store,
		Amount: r.Amount.Minor, Currency: string(r.Amount.Currency), Code: code.Text.Reveal(),
		ValidUntil: c.now().Add(c.Terms.GiveUpPending).UTC(), Nonce: asked.Nonce,
	})
}

// Inquire asks how a key stands.
func (c *Client) Inquire(ctx context.Context, r charge.Record) charge.Answer {
	asked := c.asked(authorize.CallInquire, r)
	path := keyPath(wire.PathCharge, r.Key) + "?nonce=" + url.QueryEscape(asked.Nonce)
	return c.attempt(ctx, asked, http.MethodGet, path, nil)
}

// Reverse asks for the key to be undone, or blocked for ever if the wallet
// has not seen it.
func (c *Client) Reverse(ctx context.Context, r charge.Record) charge.Answer {
	asked := c.asked(authorize.CallReverse, r)
	body := wire.ReversalRequest{Amount: r.Amount.Minor, Currency: string(r.Amount.Currency), Nonce: asked.Nonce}
	if asked.Kind != wire.KindCharge { // unsaid, it is a charge
		body.Kind = asked.Kind
	}
	return c.attempt(ctx, asked, http.MethodPost, keyPath(wire.PathReversal, r.Key), body)
}

func keyPath(pattern string, key charge.Key) string {
	return strings.Replace(pattern, "{key}", url.PathEscape(string(key)), 1)
}

func (c *Client) asked(call authorize.Call, r charge.Record) authorize.Asked {
	return authorize.Asked{
		Call: call, Kind: cmp.Or(wire.Kind(r.Kind), wire.KindCharge), Key: r.Key,
		Amount: r.Amount.Minor, Currency: string(r.Amount.Currency), Nonce: c.nonce(),
	}
}

func (c *Client) nonce() string {
	if c.Nonce == nil {
		return rand.Text()
	}
	return c.Nonce()
}

func (c *Client) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

func (c *Client) attempt(ctx context.Context, asked authorize.Asked, method, path string, body any) charge.Answer {
	started := c.now()
	ctx, cancel := context.WithTimeout(ctx, c.Terms.Deadline)
	defer cancel()
	var sent io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return c.never(err)
		}
		sent = bytes.NewReader(data)
	}
	ctx, span := c.Tracer.Begin(ctx, "wallet "+string(asked.Call), trace.Asks, trace.Text("posagent.wallet", c.ID),
		trace.Text("posagent.charge", string(asked.Key)), trace.Text("http.request.method", method))
	ev := c.Line.Do(ctx, method, path, sent)
	a := c.answer(asked, ev.Understand(), started)
	ended(span, ev.Status, a)
	return a
}

// ended ends the span of an attempt. Only our own words go with it: those of a
// wallet may be anything, and a path carries a nonce.
func ended(span trace.Span, status int, a charge.Answer) {
	span.Note(trace.Text("posagent.event", string(a.Event)), trace.Text("posagent.reason", string(a.Reason)), trace.Number("http.response.status_code", status))
	failed := ""
	if a.Event == charge.Lose || a.Event == charge.Miss {
		failed = string(a.Event)
	}
	span.End(failed)
}

// longestNumber is how many characters of the wallet's own number of an
// approval are kept and printed.
const longestNumber = 64

func (c *Client) answer(asked authorize.Asked, ev authorize.Evidence, started time.Time) charge.Answer {
	if ev.OfAnother(asked) && ev.Distrust != nil {
		ev.Distrust()
	}
	event, reason := authorize.Outcome(asked, ev)
	now := c.now()
	a := charge.Answer{
		Step:  charge.Step{Event: event, Wallet: c.ID, Reason: reason, By: charge.ByWallet, Asked: started, At: now},
		Bytes: ev.Bytes,
		Took:  now.Sub(started),
	}
	if ev.Answer != nil && event != charge.Lose {
		a.Known, a.Theirs = true, ev.Answer.At
		if event == charge.Wait {
			a.Show, a.Payable = shown(ev.Answer)
		}
		if event == charge.Approve {
			// A number that is no such line does not make the approval less true.
			a.Receipt = authorize.Plain(ev.Answer.Receipt, longestNumber)
			a.Points, a.Note = points(ev.Answer)
		}
	}
	if ev.Err != nil {
		a.Note = authorize.Told(ev.Err).Error()
	}
	return a
}

// points are those of an approval. Nonsense is left out and noted: the money
// has moved all the same.
func points(a *wire.Answer) (charge.Points, string) {
	p := charge.Points{Used: a.PointsUsed, Earned: a.PointsEarned, Left: a.PointsLeft}
	if !p.Sound(a.Amount) {
		return charge.Points{}, fmt.Sprintf("the wallet approves and tells of %d points used, %d earned and %d left, which cannot be: they are left out", p.Used, p.Earned, p.Left)
	}
	return p, ""
}

// never is the answer when a request could not even be written down: nothing
// left.
func (c *Client) never(err error) charge.Answer {
	now := c.now()
	return charge.Answer{
		Step: charge.Step{Event: charge.Miss, Wallet: c.ID, Reason: charge.ReasonUnreachable, By: charge.ByWallet, Asked: now, At: now},
		Note: err.Error(),
	}
}
