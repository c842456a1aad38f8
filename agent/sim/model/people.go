package model

import (
	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// people is what the cashier and the manager do, and the timer of a sale that
// nobody pays.
func (g *turn) people(k int) {
	l := &g.s.keys[k]
	switch l.in() {
	case charge.Prepared, charge.Sent, charge.Pending, charge.InDoubt:
		// Register.undo in agent/pens.go: never once the goods are handed over.
		g.wish(k, "the cashier cancels key {key}", taking{event: charge.Cancel, by: charge.ByCashier, reason: charge.ReasonCancelled, of: -1}, 0)
	}
	if l.in() == charge.Prepared && l.mark == 0 && !l.ask.busy() {
		g.wish(k, "nobody pays, and key {key} lapses", taking{event: charge.Lapse, by: charge.ByTimer, reason: charge.ReasonIdle, of: -1}, ends)
		if g.m.Offline {
			g.takeOffline(k)
		}
	}
	if g.m.Manager {
		g.manager(k)
	}
}

// takeOffline accepts a code without network.
func (g *turn) takeOffline(k int) {
	for w := range g.m.Wallets {
		to := g.s
		l := &to.keys[k]
		broken := g.m.apply(l, taking{event: charge.Queue, by: charge.ByCashier, of: -1})
		if l.in() != charge.Queued {
			return // not for this kind
		}
		l.code = uint8(w + 1)
		g.out("key {key} is taken without network on a code of wallet {wallet}", k, w, 0, to, broken)
	}
}

var decisionText = map[agent.Decision]string{
	agent.ShownPaid: "the manager saw \"paid\" on the phone, and key {key} is collected",
	agent.NotPaid:   "the manager decides that key {key} is not paid",
	agent.WriteOff:  "the manager writes key {key} off",
	agent.GaveBack:  "the manager gives the money of key {key} back from the till",
}

// manager is what a manager may decide, as agent.Decision says, and goods that
// come back.
func (g *turn) manager(k int) {
	l := &g.s.keys[k]
	for _, d := range agent.Decisions {
		step, may := d.Step(g.m.record(l))
		if !may || d == agent.GaveBack && l.why == writtenOff && !g.m.ByHand {
			continue
		}
		to := g.s
		one := &to.keys[k]
		broken := g.m.apply(one, taking{event: step.Event, by: step.By, reason: step.Reason, of: -1})
		good := 0
		switch d {
		case agent.WriteOff:
			good = g.stranded(l)
		case agent.GaveBack:
			if one.flags |= till; l.is(till) {
				broken = "a customer was given the same money back from the till twice"
			}
		}
		g.out(decisionText[d], k, 0, good, to, broken)
	}
	switch l.in() {
	case charge.Approved, charge.Queued, charge.Forwarding:
		to := g.s
		one := &to.keys[k]
		broken := g.m.apply(one, taking{event: charge.Cancel, by: charge.ByManager, reason: charge.ReasonReturned, of: -1})
		one.flags &^= given
		g.out("the goods of key {key} come back, and the manager voids it", k, 0, 0, to, broken)
	}
}

// stranded ranks a write-off: nobody can count on it, but where a wallet is
// dead, or does not know a key that is collected on a manager's word, there is
// no other end.
func (g *turn) stranded(l *life) int {
	for w := range g.m.Wallets {
		ours := l.route&^l.confirmed&bit(w) != 0 || int(l.code) == w+1
		if ours && g.s.dead&bit(w) != 0 {
			return ends
		}
	}
	w := int(l.wallet) - 1
	if w >= 0 && l.in() == charge.Forwarding && l.code == 0 && (g.s.dead&bit(w) != 0 || l.at[w] == none) && !l.follow.busy() {
		return atLast
	}
	return 0
}

func (g *turn) wish(k int, text string, t taking, good int) {
	to := g.s
	broken := g.m.apply(&to.keys[k], t)
	g.out(text, k, 0, good, to, broken)
}
