package wirecheck

import (
	"net/http"
	"strings"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// keyChecks are rules 1 and 2: what a key stands for, and what is echoed.
func keyChecks() []check {
	return []check{
		{name: "identity", rule: "1", codes: 1, says: "the same key with the same identity gets the standing answer, for ever", try: func(p *probe) {
			req := p.own.charged(p.codes[0], p.o.Amount)
			p.problem(p.own.inquire(p.ctx, req.Key, nonce()), http.StatusNotFound, wire.ProblemUnknownKey)
			first := p.own.charge(p.ctx, req)
			p.is(first, wire.Approved)
			req.Nonce, req.ValidUntil = nonce(), soon().Add(time.Hour)
			p.same(p.own.charge(p.ctx, req), first.answer)
			req.Nonce, req.ValidUntil = nonce(), soon().Add(-time.Hour) // it is of the attempt, not of the key
			p.same(p.own.charge(p.ctx, req), first.answer)
			for range 2 {
				p.same(p.own.inquire(p.ctx, req.Key, nonce()), first.answer)
			}
		}},
		{name: "declined", rule: "1", says: "a decline stands too: it is neither approved later nor reversed", try: func(p *probe) {
			req := p.own.charged("00000000000000000000", p.o.Amount)
			first := p.own.charge(p.ctx, req)
			p.is(first, wire.Declined, wire.CodeUnknown)
			req.Nonce = nonce()
			p.same(p.own.charge(p.ctx, req), first.answer)
			p.same(p.own.reverse(p.ctx, req.Key, p.own.reversed(wire.KindCharge, p.o.Amount)), first.answer)
			p.same(p.own.inquire(p.ctx, req.Key, nonce()), first.answer)
		}},
		{name: "conflict", rule: "1", codes: 2, says: "another identity under a key is a 409 and changes nothing; all kinds share one key space", try: conflict},
		{name: "echo", rule: "2", codes: 1, says: "answers repeat key, kind, amount, currency and the nonce of this very attempt", try: func(p *probe) {
			req := p.own.charged(p.codes[0], p.o.Amount)
			for _, n := range []string{nonce(), `!"#$%&'()*+,-./:;<=>?@[\]^_{|}~`, strings.Repeat("n", 64)} {
				req.Nonce = n
				p.is(p.own.charge(p.ctx, req), wire.Approved)
				p.is(p.own.inquire(p.ctx, req.Key, n), wire.Approved)
			}
			p.problem(p.own.inquire(p.ctx, p.own.key(), `&n=1+2%20`), http.StatusNotFound, wire.ProblemUnknownKey)
			r := p.own.reversed("", p.o.Amount)
			p.is(p.own.reverse(p.ctx, req.Key, r), wire.Reversed)
		}},
	}
}

func conflict(p *probe) {
	req := p.own.charged(p.codes[0], p.o.Amount)
	first := p.own.charge(p.ctx, req)
	p.is(first, wire.Approved)
	foreign := "USD"
	if p.o.Currency == foreign {
		foreign = "JPY"
	}
	for _, change := range []func(*wire.ChargeRequest){
		func(r *wire.ChargeRequest) { r.Amount++ },
		func(r *wire.ChargeRequest) { r.Amount-- },
		func(r *wire.ChargeRequest) { r.Code = p.codes[1] },
		func(r *wire.ChargeRequest) { r.Currency = foreign },
	} {
		other := req
		other.Nonce = nonce()
		change(&other)
		p.problem(p.own.charge(p.ctx, other), http.StatusConflict, wire.ProblemConflict)
	}
	top := p.own.toppedUp(p.codes[0], p.o.Amount)
	top.Key = req.Key
	p.problem(p.own.topup(p.ctx, top), http.StatusConflict, wire.ProblemConflict)
	back := p.own.refunded(p.own.key(), p.o.Amount)
	back.Key = req.Key
	p.problem(p.own.refund(p.ctx, back), http.StatusConflict, wire.ProblemConflict)
	for _, r := range []wire.ReversalRequest{
		p.own.reversed(wire.KindRefund, p.o.Amount), p.own.reversed(wire.KindTopup, p.o.Amount), p.own.reversed(wire.KindCharge, p.o.Amount+1),
		{Kind: wire.KindCharge, Amount: p.o.Amount, Currency: foreign, Nonce: nonce()},
	} {
		p.problem(p.own.reverse(p.ctx, req.Key, r), http.StatusConflict, wire.ProblemConflict)
	}
	p.same(p.own.inquire(p.ctx, req.Key, nonce()), first.answer)
	// The code that came under a key of another does not count as shown.
	p.is(p.own.charge(p.ctx, p.own.charged(p.codes[1], p.o.Amount)), wire.Approved)
}

// tombstoneChecks are rule 3: a reversal that comes first blocks the key.
func tombstoneChecks() []check {
	return []check{
		{name: "tombstone-charge", rule: "3", codes: 1, says: "a charge that comes after the reversal of its key is answered reversed and takes no money", try: func(p *probe) {
			req := p.own.charged(p.codes[0], p.o.Amount)
			for range 2 {
				p.is(p.own.reverse(p.ctx, req.Key, p.own.reversed(wire.KindCharge, p.o.Amount)), wire.Reversed)
			}
			for range 2 {
				req.Nonce = nonce()
				p.is(p.own.charge(p.ctx, req), wire.Reversed)
				p.is(p.own.inquire(p.ctx, req.Key, nonce()), wire.Reversed)
			}
			p.is(p.own.refund(p.ctx, p.own.refunded(req.Key, p.o.Amount)), wire.Declined, wire.NotRefundable)
		}},
		{name: "tombstone-refund", rule: "3", codes: 1, says: "a refund that comes after the reversal of its key is answered reversed and gives nothing back", try: func(p *probe) {
			req := p.own.charged(p.codes[0], p.o.Amount)
			p.is(p.own.charge(p.ctx, req), wire.Approved)
			back := p.own.refunded(req.Key, p.o.Amount)
			p.is(p.own.reverse(p.ctx, back.Key, p.own.reversed(wire.KindRefund, p.o.Amount)), wire.Reversed)
			for range 2 {
				back.Nonce = nonce()
				p.is(p.own.refund(p.ctx, back), wire.Reversed)
			}
			// All of the charge is still there to be refunded.
			p.is(p.own.refund(p.ctx, p.own.refunded(req.Key, p.o.Amount)), wire.Approved)
		}},
		{name: "tombstone-topup", rule: "3", codes: 1, says: "a top-up that comes after the reversal of its key is answered reversed and gives no money", try: func(p *probe) {
			top := p.own.toppedUp(p.codes[0], p.o.Amount)
			p.is(p.own.reverse(p.ctx, top.Key, p.own.reversed(wire.KindTopup, p.o.Amount)), wire.Reversed)
			for range 2 {
				top.Nonce = nonce()
				p.is(p.own.topup(p.ctx, top), wire.Reversed)
			}
		}},
		{name: "tombstone-any", rule: "3", codes: 2, says: "a blocked key is blocked whatever it was going to be", try: func(p *probe) {
			req, top := p.own.charged(p.codes[0], p.o.Amount), p.own.toppedUp(p.codes[1], p.o.Amount)
			p.is(p.own.reverse(p.ctx, req.Key, p.own.reversed(wire.KindTopup, p.o.Amount)), wire.Reversed)
			p.is(p.own.charge(p.ctx, req), wire.Reversed)
			p.is(p.own.reverse(p.ctx, top.Key, p.own.reversed("", p.o.Amount)), wire.Reversed)
			p.is(p.own.topup(p.ctx, top), wire.Reversed)
			back := p.own.refunded(p.own.key(), p.o.Amount)
			p.is(p.own.reverse(p.ctx, back.Key, p.own.reversed("", p.o.Amount)), wire.Reversed)
			p.is(p.own.refund(p.ctx, back), wire.Reversed)
		}},
	}
}
