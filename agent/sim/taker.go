package sim

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/agent/sim/taking"
	"github.com/posagent/posagent/offline/oda"
)

// taker takes charges without a network for a run. Nothing about it is played
// but the sealing: books that are no files keep no secrets.
type taker struct {
	*taking.Taker
	run   *run
	signs agent.Forwarder
}

// newTaker is nil in a world without such a part.
func newTaker(r *run) *taker {
	t := r.till
	if !t.w.plan.offline.on {
		return nil
	}
	trust := t.w.wallets[0].books.(*reference).trust
	return &taker{Taker: &taking.Taker{Book: r.book, Trust: trust, Cache: t.w.certificates, Limits: t.w.plan.offline.limits, Sealer: taking.Open{}}, run: r}
}

// terminalKey signs what a till took. It is the same in every start, as a
// certificate's is.
func terminalKey(seed uint64, till int) ed25519.PrivateKey {
	secret := make([]byte, ed25519.SeedSize)
	d := roll(seed, "terminal", uint64(till), 0)
	_, _ = d.Read(secret)
	return ed25519.NewKeyFromSeed(secret)
}

// deviceOf is how books name a phone.
func deviceOf(d *oda.Device) string {
	h := sha256.Sum256(d.PublicKey())
	return hex.EncodeToString(h[:])
}

// Prove counts codes that are not taken because of a clock.
func (c *taker) Prove(code paycode.Code, amount money.Amount, now time.Time) (charge.Proof, error) {
	p, err := c.Taker.Prove(code, amount, now)
	var no *agent.Refused
	if errors.As(err, &no) {
		c.run.till.w.came(no.Why)
	}
	return p, err
}

// Accept counts what is not taken. The books commit at an instant of their own:
// see disk.
func (c *taker) Accept(key charge.Key, step charge.Step, proof charge.Proof, over ...charge.Limit) (charge.Record, error) {
	if len(over) > 0 {
		c.run.till.w.mu.Lock()
		c.run.till.lifted[key] = over
		c.run.till.w.mu.Unlock()
	}
	rec, err := c.Taker.Accept(key, step, proof, over...)
	var limit *charge.OverLimit
	switch {
	case errors.As(err, &limit):
		c.run.till.w.came("offline." + string(limit.Limit))
	case errors.Is(err, charge.ErrReplayed):
		c.run.till.w.came("replayed")
	}
	return rec, err
}

// came counts what became of charges without a network.
func (w *World) came(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.became[what]++
}

// rushed numbers what is done within an act unlike any act of its own.
const rushed = 1_000_000

// rush takes several charges without a network at once. The register has one
// desk and takes one after the other; its books promise it for any number.
func (t *till) rush(a act) {
	d := roll(t.w.plan.seed, "rush", uint64(a.n), 0)
	for i := range 3 + d.below(3) {
		s := sale.Sale{ID: fmt.Sprintf("%s-rush%d-%d", t.id, a.n, i), Amount: money.Yen(500 + int64(d.below(3500))), BusinessDate: "2026-11-25", At: t.now(), Operator: "hanako"}
		run, made := t.run, new(charge.Record)
		go func() { *made, _ = run.journal.Prepare(s, charge.ByCashier) }()
		show := a
		show.n, show.who = rushed+a.n*8+i, 1+(a.who+i)%customers
		at := t.w.now() + 5*time.Millisecond + time.Duration(i)*time.Microsecond
		t.w.agenda.at(at, hash("rush", uint64(a.n), uint64(i)), func() {
			text, err := t.shows(show)
			if err != nil {
				t.w.fail("wallet", "no code: %v", err)
				return
			}
			if rec := *made; rec.Key != "" {
				go run.takes(rec, text)
			}
		})
	}
}

// takes takes a charge without a network, or gives it up.
func (r *run) takes(rec charge.Record, text string) {
	code, err := classifier.Classify("", []byte(text))
	if err != nil {
		return
	}
	now := r.till.now()
	if view, _ := r.reg.WithoutNetwork(); !view.Taking { // the clock is not trusted
		_, _ = r.journal.Apply(rec.Key, charge.Step{Event: charge.Cancel, By: charge.ByCashier, Reason: charge.ReasonCancelled, At: now})
		return
	}
	proof, err := r.offline.Prove(code, rec.Amount, now)
	if err == nil {
		mark := charge.CodeMark{Kind: code.Rule, Masked: code.Text.Masked(), Hash: taking.HashCode(code.Text)}
		_, err = r.offline.Accept(rec.Key, charge.Step{Event: charge.Queue, Wallet: code.Wallet, Reason: charge.ReasonOffline, By: charge.ByCashier, Code: mark, At: now}, proof)
	}
	var no *agent.Refused
	switch {
	case err == nil:
		r.reg.Collect()
		return
	case !errors.As(err, &no) && !errors.Is(err, charge.ErrNotTaken):
		return // it may be taken all the same: an engineer starts the agent again
	}
	_, _ = r.journal.Apply(rec.Key, charge.Step{Event: charge.Cancel, By: charge.ByCashier, Reason: charge.ReasonCancelled, At: now})
}
