package model

import (
	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/book"
)

// purseTurn is the moves out of one purse.
type purseTurn struct {
	p     *purses
	s     purse
	yield func(Move[purse])
}

func (g *purseTurn) out(text string, k, good int, to purse, broken string) {
	if to != g.s || broken != "" {
		g.yield(Move[purse]{Text: text, Key: k, To: to, Good: good, Broken: broken})
	}
}

func (p *purses) Moves(s purse, yield func(Move[purse])) {
	g := &purseTurn{p: p, s: s, yield: yield}
	for k := range s.back {
		if s.back[k].state == 0 {
			g.make(k)
			break
		}
	}
	for k := range s.back {
		if s.back[k].state != 0 {
			g.agent(k)
			g.arrive(k)
		}
	}
	if p.Manager {
		g.manager()
	}
	g.void()
	g.crash()
}

// make is a refund that is asked for: prepared in the transaction that looks
// whether it may be.
func (g *purseTurn) make(k int) {
	of, refunds := g.s.records()
	for coins := range uint8(paidCoins) {
		if g.p.check(of, refunds, money.Yen(int64(coins+1))) != nil {
			continue
		}
		to := g.s
		to.back[k] = life{state: places[charge.Prepared], flags: refund}
		to.coins[k] = coins + 1
		g.out([...]string{"refund {key} of a half is prepared", "refund {key} of all is prepared"}[coins], k, 0, to, "")
	}
}

// agent is what the register does for a refund: it asks under the same key
// until the wallet answers.
func (g *purseTurn) agent(k int) {
	l := &g.s.back[k]
	m := g.p.m
	if l.mark != 0 {
		to := g.s
		m.flush(&to.back[k])
		g.out("the mark that refund {key} was sent is written", k, writes, to, "")
	}
	if l.ask.busy() {
		g.answered(k)
		return
	}
	switch l.in() {
	case charge.Prepared:
		to := g.s
		one := &to.back[k]
		one.mark = 1
		one.ask = call{kind: forward, flags: unsent | fresh}
		g.out("the agent asks the wallet for refund {key}", k, asks, to, "")
		g.apply(k, "refund {key} is cancelled", taking{event: charge.Cancel, by: charge.ByCashier, of: -1})
	case charge.Forwarding:
		if agent.WorkOn(m.record(l)) != agent.Repeating {
			return
		}
		to := g.s
		one := &to.back[k]
		broken := m.apply(one, taking{event: charge.Send, by: charge.ByTimer, of: 0})
		one.ask = call{kind: forward, flags: unsent | fresh}
		g.out("the agent asks the wallet for refund {key} again", k, asks, to, broken)
		if g.p.Faults.NewKey && k == 0 && g.s.back[1].state == 0 {
			to := g.s
			to.back[1] = life{state: places[charge.Prepared], flags: refund}
			to.coins[1] = to.coins[0]
			g.out("refund {key} is tried again under a new key", k, 0, to, "")
		}
		g.decide(k, agent.WriteOff, "the manager writes refund {key} off")
	case charge.Owed:
		g.decide(k, agent.GaveBack, "the manager gives refund {key} back from the till")
	}
}

// decide is what a manager may decide about a refund.
func (g *purseTurn) decide(k int, d agent.Decision, text string) {
	to := g.s
	l := &to.back[k]
	step, may := d.Step(g.p.m.record(l))
	if !may || !g.p.ByHand {
		return
	}
	broken := g.p.m.apply(l, taking{event: step.Event, by: step.By, reason: step.Reason, of: -1})
	if d == agent.GaveBack {
		to.till += to.coins[k]
	}
	g.out(text, k, 0, to, broken)
}

func (g *purseTurn) apply(k int, text string, t taking) {
	to := g.s
	broken := g.p.m.apply(&to.back[k], t)
	g.out(text, k, 0, to, broken)
}

// answered is the end of a call for a refund.
func (g *purseTurn) answered(k int) {
	l := &g.s.back[k]
	if l.ask.is(unsent) {
		to := g.s
		one := &to.back[k]
		one.ask.flags &^= unsent
		one.wire[0] |= charging
		g.out("the request of refund {key} leaves", k, writes, to, "")
		g.land(k, "nothing of the request of refund {key} leaves", meaning{kind: charge.Refund, call: forward, miss: true}, 0)
		return
	}
	good := 0
	if l.wire[0]&charging == 0 && l.ask.heard == 0 {
		good = timesOut
	}
	g.land(k, "refund {key} gets no answer in time", meaning{kind: charge.Refund, call: forward, lost: true}, good)
	for _, said := range [...]uint8{saidApproved, saidDeclined} {
		if l.ask.heard&said != 0 {
			text := "the agent hears that refund {key} is made"
			if said == saidDeclined {
				text = "the agent hears that refund {key} is declined"
			}
			g.land(k, text, meaning{kind: charge.Refund, call: forward, said: said}, hears)
		}
	}
}

func (g *purseTurn) land(k int, text string, n meaning, good int) {
	to := g.s
	l := &to.back[k]
	m := g.p.m
	t := taking{event: m.mean(n), by: charge.ByWallet, of: 0, asked: staleCall}
	m.flush(l)
	if l.ask.is(fresh) {
		t.asked = freshCall
	}
	l.ask = call{}
	m.strand(l)
	g.out(text, k, good, to, m.put(l, t))
}

// arrive is a request of a refund that reaches the wallet.
func (g *purseTurn) arrive(k int) {
	for _, from := range [...]uint8{charging, stray} {
		l := &g.s.back[k]
		if l.wire[0]&from == 0 {
			continue
		}
		if g.p.Lossy {
			to := g.s
			to.back[k].wire[0] &^= from
			g.out("the network loses a request of refund {key}", k, 0, to, "")
		}
		good := arrives
		if from == stray {
			good = comesLate
		}
		switch {
		case l.at[0] != none:
			g.arrived(k, from, good, "the wallet has refund {key} already and says how it stands", l.at[0])
		case g.s.pay.at[0] == approved && (g.p.Careless || g.s.refunded()+g.s.coins[k] <= paidCoins):
			g.arrived(k, from, good, "the wallet makes refund {key}", approved)
			g.arrived(k, from, 0, "the wallet declines refund {key}", declined)
		default:
			g.arrived(k, from, good, "the wallet has nothing to refund for {key}", declined)
		}
	}
}

func (g *purseTurn) arrived(k int, from uint8, good int, text string, at uint8) {
	to := g.s
	l := &to.back[k]
	l.wire[0] &^= from
	l.at[0] = at
	if from == charging {
		l.ask.heard |= standing(at)
	}
	g.out(text, k, good, to, "")
	if to.copies > 0 {
		to.copies--
		to.back[k].wire[0] |= stray
		g.out(text+", and the network holds a copy back", k, 0, to, "")
	}
}

// manager gives the money of an owed payment back from the till, or voids an
// approved one, as far as book.Twice lets them; and what was owed is closed
// when it has been refunded, as Register.repaid does.
func (g *purseTurn) manager() {
	of, refunds := g.s.records()
	left := uint8(paidCoins)
	for k := range g.s.back {
		if g.s.back[k].state == 0 {
			continue
		}
		switch g.s.back[k].in() {
		case charge.Approved, charge.Reversed:
			left -= min(left, g.s.coins[k])
		}
	}
	to := g.s
	switch of.State {
	case charge.Owed:
		step, may := agent.GaveBack.Step(of)
		if !may || g.p.twice(book.Row{Record: of}, step.Event, refunds) != "" || !g.p.ByHand && g.writtenOff() {
			return
		}
		broken := g.p.m.apply(&to.pay, taking{event: step.Event, by: step.By, reason: step.Reason, of: -1})
		to.till += left
		g.out("the manager gives what is left of the money back from the till", 0, 0, to, broken)
		if left > 0 {
			return
		}
		to = g.s
		broken = g.p.m.apply(&to.pay, taking{event: charge.Confirm, by: charge.ByRecovery, reason: charge.ReasonRefunded, of: 0})
		g.out("all of it was refunded, and nothing is owed any more", 0, compares, to, broken)
	case charge.Approved:
		if g.p.twice(book.Row{Record: of}, charge.Cancel, refunds) != "" {
			return
		}
		broken := g.p.m.apply(&to.pay, taking{event: charge.Cancel, by: charge.ByManager, reason: charge.ReasonReturned, of: -1})
		g.out("the goods come back, and the manager voids the payment", 0, 0, to, broken)
	}
}

func (g *purseTurn) writtenOff() bool {
	return g.s.back[0].state == places[charge.Owed] || g.s.back[1].state == places[charge.Owed]
}

// void is the reversal of the payment, in one step: how a reversal travels is
// the other world's matter.
func (g *purseTurn) void() {
	if g.s.pay.in() != charge.Reversing {
		return
	}
	to := g.s
	said := uint8(saidReversed)
	if to.pay.at[0] = reversed; g.s.refunded() > 0 && !g.p.Careless {
		to.pay.at[0], said = g.s.pay.at[0], saidNever
	}
	event := g.p.m.mean(meaning{call: reverse, said: said})
	broken := g.p.m.apply(&to.pay, taking{event: event, by: charge.ByWallet, of: 0, asked: freshCall})
	g.out("the payment is reversed at the wallet", 0, ends, to, broken)
}

func (g *purseTurn) crash() {
	if g.s.crashes == 0 {
		return
	}
	to := g.s
	to.crashes--
	broken := ""
	for k := range to.back {
		l := &to.back[k]
		l.mark, l.ask = 0, call{}
		g.p.m.strand(l)
		if l.state == 0 || !l.in().Open() {
			continue
		}
		if event, found := agent.Found(g.p.m.record(l)); found {
			if b := g.p.m.put(l, taking{event: event, by: charge.ByRecovery, reason: charge.ReasonRestart, of: -1}); b != "" {
				broken = b
			}
		}
	}
	g.out("the agent dies and starts again", 0, 0, to, broken)
}
