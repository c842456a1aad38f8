package wirecheck

import (
	"crypto"
	"net/http"
	"strings"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// forwardChecks are the chapter on forwards, as far as plain codes show it.
func forwardChecks() []check {
	return []check{
		{name: "forward", rule: "forwards", codes: 2, needs: needsSigner, says: "a forward is taken with the signature of its register's key, and with no other", try: forward},
		{name: "forward-brought-in", rule: "forwards", codes: 1, needs: needsSameStore, says: "another register of the store may bring a signed forward in, once, and learns nothing else", try: broughtIn},
	}
}

func needsSigner(o Options) string {
	if key, ok := o.Register.PrivateKey.(crypto.Signer); !ok || !wire.SignsForwards(key.Public()) {
		return "a register whose key is ECDSA on P-256 or Ed25519"
	}
	return ""
}

func needsSameStore(o Options) string {
	if why := needsSigner(o); why != "" || o.Other == nil {
		return why + needsOther(o)
	}
	own, _, _ := strings.Cut(nameOf(o.Register), "-")
	if other, _, _ := strings.Cut(nameOf(*o.Other), "-"); own != other {
		return "another register of the same store (--other-cert and --other-key)"
	}
	return ""
}

// signed is a forward that the line's own key has signed.
func (p *probe) signed(req wire.ChargeRequest, at time.Time) wire.ChargeRequest {
	signer, _ := p.own.certificate.PrivateKey.(crypto.Signer) // needsSigner has asked
	out, err := req.SignForward(at, signer)
	if err != nil {
		p.note("a signature", "a signed forward", err.Error(), false)
	}
	return out
}

func forward(p *probe) {
	req := p.own.charged(p.codes[0], p.o.Amount)
	good := p.signed(req, time.Now().Add(-time.Second))
	for _, change := range []func(*wire.ChargeRequest){
		func(r *wire.ChargeRequest) { r.TerminalSignature = "" },
		func(r *wire.ChargeRequest) { r.Amount++ },
		func(r *wire.ChargeRequest) { r.AcceptedAt = r.AcceptedAt.Add(-time.Second) },
		func(r *wire.ChargeRequest) { r.Code = p.codes[1] },
	} {
		forged := good
		forged.Nonce = nonce()
		change(&forged)
		p.problem(p.own.charge(p.ctx, forged), http.StatusBadRequest, wire.ProblemInvalid)
	}
	early := p.signed(p.own.charged(p.codes[0], p.o.Amount), time.Now().Add(10*time.Minute))
	p.problem(p.own.charge(p.ctx, early), http.StatusServiceUnavailable, wire.ProblemBusy)
	p.problem(p.own.inquire(p.ctx, req.Key, nonce()), http.StatusNotFound, wire.ProblemUnknownKey)
	first := p.own.charge(p.ctx, good)
	p.is(first, wire.Approved)
	good.Nonce = nonce()
	p.same(p.own.charge(p.ctx, good), first.answer)
	req.Nonce = nonce() // mode is not of the identity
	p.same(p.own.charge(p.ctx, req), first.answer)
}

func broughtIn(p *probe) {
	req := p.own.charged(p.codes[0], p.o.Amount)
	good := p.signed(req, time.Now().Add(-time.Second))
	bare := good
	bare.TerminalSignature, bare.Nonce = "", nonce()
	p.problem(p.other.charge(p.ctx, bare), http.StatusBadRequest, wire.ProblemInvalid)
	online := good
	online.Mode, online.Nonce = wire.Online, nonce()
	p.problem(p.other.charge(p.ctx, online), http.StatusForbidden, wire.ProblemForbidden)
	good.Nonce = nonce()
	first := p.other.charge(p.ctx, good)
	p.is(first, wire.Approved)
	good.Nonce = nonce()
	p.same(p.own.charge(p.ctx, good), first.answer)
	p.problem(p.other.inquire(p.ctx, req.Key, nonce()), http.StatusForbidden, wire.ProblemForbidden)
	p.problem(p.other.reverse(p.ctx, req.Key, p.other.reversed("", p.o.Amount)), http.StatusForbidden, wire.ProblemForbidden)
	bare.Nonce = nonce() // without the signature it is told nothing of the key's word
	p.problem(p.other.charge(p.ctx, bare), http.StatusBadRequest, wire.ProblemInvalid)
}
