package wirecheck

import (
	"fmt"
	"net/http"
	"sync"

	"github.com/posagent/posagent/wallet/wire"
)

// atOnceChecks are what several attempts at the same moment must come to.
func atOnceChecks() []check {
	return []check{
		{name: "same-key-at-once", rule: "1", codes: 1, says: "one key sixteen times at once has one answer", try: func(p *probe) {
			req := p.own.charged(p.codes[0], p.o.Amount)
			all := atOnce(16, func(int) reply {
				r := req
				r.Nonce = nonce()
				return p.own.charge(p.ctx, r)
			})
			for _, r := range all {
				p.oneOf(r, wire.Approved)
			}
			p.count(all, wire.Approved, "the same receipt in all answers", func(n int, receipts map[string]bool) bool { return n > 0 && len(receipts) == 1 })
			p.is(p.own.inquire(p.ctx, req.Key, nonce()), wire.Approved)
		}},
		{name: "one-code-at-once", rule: "6", codes: 1, says: "one code under eight keys at once pays once", try: func(p *probe) {
			all := atOnce(8, func(int) reply { return p.own.charge(p.ctx, p.own.charged(p.codes[0], p.o.Amount)) })
			p.count(all, wire.Approved, "exactly 1 of 8 approved", func(n int, _ map[string]bool) bool { return n == 1 })
			for _, r := range all {
				p.oneOf(r, wire.Approved, wire.Declined)
			}
		}},
		{name: "refunds-at-once", rule: "7", codes: 1, says: "eight refunds of a half at once give back no more than was paid", try: func(p *probe) {
			req := p.own.charged(p.codes[0], 2*p.o.Amount)
			p.is(p.own.charge(p.ctx, req), wire.Approved)
			all := atOnce(8, func(int) reply { return p.own.refund(p.ctx, p.own.refunded(req.Key, p.o.Amount)) })
			p.count(all, wire.Approved, "2 of 8 approved", func(n int, _ map[string]bool) bool { return n == 2 })
			for _, r := range all {
				p.oneOf(r, wire.Approved, wire.Declined)
			}
		}},
		{name: "reversal-at-once", rule: "3", codes: 8, says: "a charge and its reversal at once end reversed", try: func(p *probe) {
			for _, code := range p.codes {
				req := p.own.charged(code, p.o.Amount)
				both := atOnce(2, func(i int) reply {
					if i == 0 {
						return p.own.charge(p.ctx, req)
					}
					return p.own.reverse(p.ctx, req.Key, p.own.reversed(wire.KindCharge, p.o.Amount))
				})
				p.oneOf(both[0], wire.Approved, wire.Reversed)
				p.is(both[1], wire.Reversed)
				p.is(p.own.inquire(p.ctx, req.Key, nonce()), wire.Reversed)
			}
		}},
	}
}

func atOnce(n int, do func(int) reply) []reply {
	out := make([]reply, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { out[i] = do(i) })
	}
	all.Wait()
	return out
}

// oneOf asks for an answer with one of the statuses. Busy is allowed to a
// wallet that is asked so much at once: the register would ask again.
func (p *probe) oneOf(r reply, statuses ...wire.Status) {
	if r.status == http.StatusServiceUnavailable {
		p.problem(r, http.StatusServiceUnavailable, wire.ProblemBusy)
		return
	}
	for _, status := range statuses {
		if r.answer.Status == status {
			p.is(r, status)
			return
		}
	}
	p.is(r, statuses[0])
}

// count judges how many of the replies have a status, and with which receipts.
func (p *probe) count(all []reply, status wire.Status, want string, ok func(n int, receipts map[string]bool) bool) {
	n, receipts := 0, map[string]bool{}
	for _, r := range all {
		if r.status == http.StatusOK && r.answer.Status == status {
			n++
			receipts[r.answer.Receipt] = true
		}
	}
	p.note(fmt.Sprintf("%d at once: %s", len(all), all[0].sent), want, fmt.Sprintf("%d %s, with %d receipts", n, status, len(receipts)), ok(n, receipts))
}
