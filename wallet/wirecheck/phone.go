package wirecheck

import (
	"fmt"
	"net/http"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// phoneChecks are rules 9 and 10: charges that wait for the customer.
func phoneChecks() []check {
	return []check{
		{name: "pending", rule: "9", waits: 1, says: "a charge that waits for the customer is pending, and a reversal closes it or says to ask later", try: func(p *probe) {
			req := p.own.charged(p.waits[0], p.o.Amount)
			p.is(p.own.charge(p.ctx, req), wire.Pending)
			req.Nonce = nonce()
			p.is(p.own.charge(p.ctx, req), wire.Pending)
			p.is(p.own.inquire(p.ctx, req.Key, nonce()), wire.Pending)
			p.is(p.own.refund(p.ctx, p.own.refunded(req.Key, p.o.Amount)), wire.Declined, wire.NotRefundable)
			r := p.own.reverse(p.ctx, req.Key, p.own.reversed(wire.KindCharge, p.o.Amount))
			if r.status == http.StatusConflict {
				p.problem(r, http.StatusConflict, wire.ProblemConfirmPending)
				p.is(p.own.inquire(p.ctx, req.Key, nonce()), wire.Pending)
				return
			}
			p.is(r, wire.Reversed)
			req.Nonce = nonce()
			p.is(p.own.charge(p.ctx, req), wire.Reversed)
		}},
		{name: "presented", rule: "10", says: "a code to show comes with a pending answer, stays the same, and closes with a reversal", try: presented},
		{name: "presented-expired", rule: "10", says: "a code that nobody pays is declined as expired by itself", try: func(p *probe) {
			req := p.own.charged("", p.o.Amount)
			req.Mode, req.ValidUntil = wire.Presented, time.Now().UTC().Add(2*time.Second)
			if !p.shown(req, p.own.charge(p.ctx, req)) {
				return
			}
			var last reply
			for patience := time.Now().Add(4 * time.Second); time.Now().Before(patience); {
				if last = p.own.inquire(p.ctx, req.Key, nonce()); last.answer.Status != wire.Pending {
					break
				}
				select {
				case <-p.ctx.Done():
				case <-time.After(250 * time.Millisecond):
				}
			}
			p.is(last, wire.Declined, wire.Expired)
		}},
	}
}

// shown judges a pending answer with something to show; false ends the check.
func (p *probe) shown(req wire.ChargeRequest, r reply) bool {
	if r.answer.Status == wire.Declined && r.answer.Reason == wire.Stopped {
		p.is(r, wire.Declined, wire.Stopped)
		p.lacks = "a wallet that gives codes to show: this one declines them as stopped"
		return false
	}
	ok := p.is(r, wire.Pending)
	a := r.answer
	fits := len(a.Show) > 0 && len(a.Show) <= wire.MaxShow && !a.ExpiresAt.IsZero() && !a.ExpiresAt.After(req.ValidUntil)
	p.note(r.sent, fmt.Sprintf("show of 1 to %d bytes, and expires_at not after valid_until", wire.MaxShow),
		fmt.Sprintf("show of %d bytes, expires_at %s", len(a.Show), a.ExpiresAt.Format(time.RFC3339Nano)), fits)
	return ok && fits
}

func presented(p *probe) {
	req := p.own.charged("", p.o.Amount)
	req.Mode = wire.Presented
	first := p.own.charge(p.ctx, req)
	if !p.shown(req, first) {
		return
	}
	for _, again := range []func() reply{
		func() reply { req.Nonce = nonce(); return p.own.charge(p.ctx, req) },
		func() reply { return p.own.inquire(p.ctx, req.Key, nonce()) },
	} {
		r := again()
		p.is(r, wire.Pending)
		p.note(r.sent, "the same show and expires_at", fmt.Sprintf("show is the same: %t, expires_at %s", r.answer.Show == first.answer.Show, r.answer.ExpiresAt),
			r.answer.Show == first.answer.Show && r.answer.ExpiresAt.Equal(first.answer.ExpiresAt))
	}
	p.is(p.own.refund(p.ctx, p.own.refunded(req.Key, p.o.Amount)), wire.Declined, wire.NotRefundable)
	p.is(p.own.reverse(p.ctx, req.Key, p.own.reversed(wire.KindCharge, p.o.Amount)), wire.Reversed)
	req.Nonce = nonce()
	p.is(p.own.charge(p.ctx, req), wire.Reversed)
	with := p.own.charged("12345678901234567890", p.o.Amount)
	with.Mode = wire.Presented
	p.problem(p.own.charge(p.ctx, with), http.StatusBadRequest, wire.ProblemInvalid)
}
