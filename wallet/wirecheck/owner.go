package wirecheck

import (
	"net/http"

	"github.com/posagent/posagent/wallet/wire"
)

// ownerChecks are rule 4: a certificate touches and sees its own keys only.
func ownerChecks() []check {
	return []check{
		{name: "owner", rule: "4", codes: 1, says: "a key that does not begin with the certificate's name is a 403, whatever is asked", try: func(p *probe) {
			store, terminal := p.own.place()
			for _, prefix := range []string{store + "-" + terminal + "1", store + "1-" + terminal, terminal + "-" + store + "x"} {
				key := prefix + "-1-1"
				if len(key) > 32 {
					continue
				}
				foreign(p, p.own, key, p.codes[0])
			}
			for _, change := range []func(*wire.ChargeRequest){
				func(r *wire.ChargeRequest) { r.Store += "1" },
				func(r *wire.ChargeRequest) { r.Terminal += "1" },
			} {
				req := p.own.charged(p.codes[0], p.o.Amount)
				change(&req)
				p.problem(p.own.charge(p.ctx, req), http.StatusForbidden, wire.ProblemForbidden)
			}
			// Nothing of it was kept: neither a key nor the code.
			p.is(p.own.charge(p.ctx, p.own.charged(p.codes[0], p.o.Amount)), wire.Approved)
		}},
		{name: "owner-other", rule: "4", codes: 2, needs: needsOther, says: "another register cannot see, reverse or refund what this one did", try: func(p *probe) {
			req := p.own.charged(p.codes[0], p.o.Amount)
			first := p.own.charge(p.ctx, req)
			p.is(first, wire.Approved)
			foreign(p, p.other, req.Key, p.codes[1])
			p.same(p.own.inquire(p.ctx, req.Key, nonce()), first.answer)
			theirs := p.other.charged(p.codes[1], p.o.Amount)
			p.is(p.other.charge(p.ctx, theirs), wire.Approved)
			foreign(p, p.own, theirs.Key, p.codes[1])
		}},
	}
}

func needsOther(o Options) string {
	if o.Other == nil {
		return "the certificate of another register (--other-cert and --other-key)"
	}
	return ""
}

// foreign asks everything of a key that is not the line's.
func foreign(p *probe, l *line, key, code string) {
	req, top, back := l.charged(code, p.o.Amount), l.toppedUp(code, p.o.Amount), l.refunded(key, p.o.Amount)
	p.problem(l.refund(p.ctx, back), http.StatusForbidden, wire.ProblemForbidden)
	req.Key, top.Key, back.Key, back.ChargeKey = key, key, key, l.key()
	p.problem(l.charge(p.ctx, req), http.StatusForbidden, wire.ProblemForbidden)
	p.problem(l.topup(p.ctx, top), http.StatusForbidden, wire.ProblemForbidden)
	p.problem(l.refund(p.ctx, back), http.StatusForbidden, wire.ProblemForbidden)
	p.problem(l.inquire(p.ctx, key, nonce()), http.StatusForbidden, wire.ProblemForbidden)
	p.problem(l.reverse(p.ctx, key, l.reversed("", p.o.Amount)), http.StatusForbidden, wire.ProblemForbidden)
}
