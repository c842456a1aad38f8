package wirecheck

import (
	"net/http"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// codeChecks are rules 5 and 6: time limits, and codes that pay once.
func codeChecks() []check {
	return []check{
		{name: "too-late", rule: "5", codes: 2, says: "nothing is approved after valid_until, and not on a later try either", try: func(p *probe) {
			req, top := p.own.charged(p.codes[0], p.o.Amount), p.own.toppedUp(p.codes[1], p.o.Amount)
			req.ValidUntil, top.ValidUntil = soon().Add(-time.Hour), soon().Add(-time.Hour)
			first := p.own.charge(p.ctx, req)
			p.is(first, wire.Declined, wire.Expired)
			p.is(p.own.topup(p.ctx, top), wire.Declined, wire.Expired, wire.Stopped)
			req.Nonce, req.ValidUntil = nonce(), soon()
			p.same(p.own.charge(p.ctx, req), first.answer)
			p.same(p.own.inquire(p.ctx, req.Key, nonce()), first.answer)
		}},
		{name: "one-time", rule: "6", codes: 2, says: "a code that paid, or was declined, pays nothing else", try: func(p *probe) {
			p.is(p.own.charge(p.ctx, p.own.charged(p.codes[0], p.o.Amount)), wire.Approved)
			p.is(p.own.charge(p.ctx, p.own.charged(p.codes[0], p.o.Amount)), wire.Declined, wire.CodeUsed)
			p.is(p.own.charge(p.ctx, p.own.charged(p.codes[0], p.o.Amount+1)), wire.Declined, wire.CodeUsed)
			p.is(p.own.topup(p.ctx, p.own.toppedUp(p.codes[0], p.o.Amount)), wire.Declined, wire.CodeUsed, wire.Stopped)
			late := p.own.charged(p.codes[1], p.o.Amount)
			late.ValidUntil = soon().Add(-time.Hour)
			p.is(p.own.charge(p.ctx, late), wire.Declined)
			p.is(p.own.charge(p.ctx, p.own.charged(p.codes[1], p.o.Amount)), wire.Declined, wire.CodeUsed)
		}},
		{name: "funds", rule: "6", codes: 1, says: "more than anybody has is declined, also where sums would overflow", try: func(p *probe) {
			p.is(p.own.charge(p.ctx, p.own.charged(p.codes[0], 1<<63-1)), wire.Declined, wire.InsufficientFunds, wire.OverLimit)
		}},
	}
}

// refundChecks are rule 7.
func refundChecks() []check {
	return []check{
		{name: "refunds", rule: "7", codes: 1, says: "refunds are partial, stand under their key, and never exceed their charge", try: func(p *probe) {
			a := p.o.Amount
			req := p.own.charged(p.codes[0], 3*a)
			p.is(p.own.charge(p.ctx, req), wire.Approved)
			part := p.own.refunded(req.Key, a)
			first := p.own.refund(p.ctx, part)
			p.is(first, wire.Approved)
			part.Nonce = nonce()
			p.same(p.own.refund(p.ctx, part), first.answer)
			p.same(p.own.inquire(p.ctx, part.Key, nonce()), first.answer)
			part.Amount++
			p.problem(p.own.refund(p.ctx, part), http.StatusConflict, wire.ProblemConflict)
			p.is(p.own.refund(p.ctx, p.own.refunded(req.Key, 2*a+1)), wire.Declined, wire.OverRefund)
			p.is(p.own.refund(p.ctx, p.own.refunded(req.Key, 1<<63-1)), wire.Declined, wire.OverRefund)
			p.is(p.own.refund(p.ctx, p.own.refunded(req.Key, 2*a)), wire.Approved)
			p.is(p.own.refund(p.ctx, p.own.refunded(req.Key, 1)), wire.Declined, wire.OverRefund)
		}},
		{name: "not-refundable", rule: "7", codes: 2, says: "where there is no approved charge, nothing is refunded", try: func(p *probe) {
			a := p.o.Amount
			p.is(p.own.refund(p.ctx, p.own.refunded(p.own.key(), a)), wire.Declined, wire.NotRefundable)
			declined := p.own.charged("00000000000000000000", a)
			p.is(p.own.charge(p.ctx, declined), wire.Declined)
			p.is(p.own.refund(p.ctx, p.own.refunded(declined.Key, a)), wire.Declined, wire.NotRefundable)
			req := p.own.charged(p.codes[0], a)
			p.is(p.own.charge(p.ctx, req), wire.Approved)
			back := p.own.refunded(req.Key, a)
			p.is(p.own.refund(p.ctx, back), wire.Approved)
			p.is(p.own.refund(p.ctx, p.own.refunded(back.Key, a)), wire.Declined, wire.NotRefundable)
			undone := p.own.charged(p.codes[1], a)
			p.is(p.own.charge(p.ctx, undone), wire.Approved)
			p.is(p.own.reverse(p.ctx, undone.Key, p.own.reversed(wire.KindCharge, a)), wire.Reversed)
			p.is(p.own.refund(p.ctx, p.own.refunded(undone.Key, a)), wire.Declined, wire.NotRefundable)
		}},
	}
}

// reversalChecks are rule 8, and top-ups.
func reversalChecks() []check {
	return []check{
		{name: "reversal", rule: "8", codes: 1, says: "what is reversed stays reversed, and may be reversed again", try: func(p *probe) {
			req := p.own.charged(p.codes[0], p.o.Amount)
			p.is(p.own.charge(p.ctx, req), wire.Approved)
			for _, kind := range []wire.Kind{wire.KindCharge, "", wire.KindCharge} {
				p.is(p.own.reverse(p.ctx, req.Key, p.own.reversed(kind, p.o.Amount)), wire.Reversed)
			}
			req.Nonce = nonce()
			p.is(p.own.charge(p.ctx, req), wire.Reversed)
			p.is(p.own.inquire(p.ctx, req.Key, nonce()), wire.Reversed)
			p.is(p.own.charge(p.ctx, p.own.charged(p.codes[0], p.o.Amount)), wire.Declined, wire.CodeUsed)
		}},
		{name: "reversal-refused", rule: "8", codes: 1, says: "a refund, and a charge of which something was refunded, are never reversed", try: func(p *probe) {
			req := p.own.charged(p.codes[0], 2*p.o.Amount)
			p.is(p.own.charge(p.ctx, req), wire.Approved)
			back := p.own.refunded(req.Key, p.o.Amount)
			p.is(p.own.refund(p.ctx, back), wire.Approved)
			for range 2 {
				p.problem(p.own.reverse(p.ctx, req.Key, p.own.reversed(wire.KindCharge, 2*p.o.Amount)), http.StatusConflict, wire.ProblemCannotReverse)
				p.problem(p.own.reverse(p.ctx, back.Key, p.own.reversed(wire.KindRefund, p.o.Amount)), http.StatusConflict, wire.ProblemCannotReverse)
			}
			p.is(p.own.inquire(p.ctx, req.Key, nonce()), wire.Approved)
			p.is(p.own.refund(p.ctx, p.own.refunded(req.Key, p.o.Amount)), wire.Approved)
		}},
		{name: "topup", rule: "1", codes: 2, says: "a top-up stands under its key, and is taken back while the money is there", try: topup},
	}
}

func topup(p *probe) {
	top := p.own.toppedUp(p.codes[0], p.o.Amount)
	first := p.own.topup(p.ctx, top)
	if first.answer.Status == wire.Declined && first.answer.Reason == wire.Stopped {
		p.is(first, wire.Declined, wire.Stopped)
		p.lacks = "a wallet that takes top-ups: this one declines them as stopped"
		return
	}
	p.is(first, wire.Approved)
	top.Nonce = nonce()
	p.same(p.own.topup(p.ctx, top), first.answer)
	inquired := p.own.inquire(p.ctx, top.Key, nonce())
	inquired.asked.kind = wire.KindTopup
	p.same(inquired, first.answer)
	p.is(p.own.reverse(p.ctx, top.Key, p.own.reversed(wire.KindTopup, p.o.Amount)), wire.Reversed)
	top.Nonce = nonce()
	p.is(p.own.topup(p.ctx, top), wire.Reversed)
	p.is(p.own.topup(p.ctx, p.own.toppedUp(p.codes[0], p.o.Amount)), wire.Declined, wire.CodeUsed)
	p.is(p.own.refund(p.ctx, p.own.refunded(top.Key, p.o.Amount)), wire.Declined, wire.NotRefundable)
	other := p.own.toppedUp(p.codes[1], p.o.Amount)
	p.is(p.own.topup(p.ctx, other), wire.Approved)
	other.Nonce, other.Amount = nonce(), other.Amount+1
	p.problem(p.own.topup(p.ctx, other), http.StatusConflict, wire.ProblemConflict)
}
