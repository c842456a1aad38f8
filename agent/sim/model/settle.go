package model

import (
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// settling is Register.settling in agent/settle.go: one call at a time, and
// agent.WorkOn says what for. In doubt the last wallet is asked and a timer
// gives up; a reversal goes to every wallet of the route that has not
// confirmed it; what is collected is only asked for. Whether a silent answer
// is written (agent.Silent) moves no row, so every answer is written here.
func (g *turn) settling(k int) {
	l := &g.s.keys[k]
	if l.follow.busy() {
		g.waiting(k)
		return
	}
	switch agent.WorkOn(g.m.record(l)) {
	case agent.Inquiring:
		to := g.s
		one := &to.keys[k]
		broken := g.m.apply(one, taking{event: charge.Cancel, by: charge.ByTimer, reason: charge.ReasonGaveUp, of: -1})
		g.out("key {key} has been in doubt for too long and is given up", k, 0, ends, to, broken)
		if l.wallet != 0 {
			g.start(k, inquire, int(l.wallet)-1, 0, "the agent asks wallet {wallet} how key {key} stands")
		}
	case agent.Collecting:
		if w := int(l.wallet) - 1; w >= 0 && !l.ask.busy() {
			good := 0
			if l.at[w] != none && l.at[w] != pending {
				good = g.alive(w, compares)
			}
			g.start(k, inquire, w, good, "the agent asks wallet {wallet} how key {key} stands")
		}
	case agent.Undoing:
		for w := range g.m.Wallets {
			if l.route&^l.confirmed&bit(w) == 0 {
				continue
			}
			good := 0
			if g.s.dead&bit(w) == 0 && g.counts(l, w) {
				good = asks
			}
			g.start(k, reverse, w, good, "the agent asks wallet {wallet} to reverse key {key}")
		}
	}
}

// The quiet time of wallets without tombstones, and moments before and after
// it has passed.
const quietTime = time.Hour

// counts tells whether a reversal that is sent now proves something when it is
// confirmed, as agent.Reversal says: when the reversal began and when a
// request may last have left is now, or longer ago than the quiet time.
func (g *turn) counts(l *life, w int) bool {
	var terms charge.Terms
	if !g.m.Wallets[w].Tombstones && !g.m.Faults.NoQuiet {
		terms.Quiet = quietTime
	}
	when := func(long bool) time.Time {
		if long {
			return now.Add(-2 * quietTime)
		}
		return now
	}
	v := agent.Reversal{Began: when(l.is(quietHere)), Left: when(l.is(quietLeft))}
	if g.m.Faults.QuietFirst {
		v = agent.Reversal{Began: when(true), Left: when(l.is(quiet1st))}
	}
	_, counts := v.Next(terms, now)
	return counts
}

// start is a call of the settler, the forwarder or the comparison of lists.
func (g *turn) start(k int, kind uint8, w, good int, text string) {
	to := g.s
	l := &to.keys[k]
	l.follow = call{kind: kind, wallet: uint8(w), flags: fresh}
	if kind == reverse && g.counts(l, w) {
		l.follow.flags |= quieted
	}
	l.wire[w] |= following
	g.out(text, k, w, good, to, "")
}

// waiting is the end of a call in follow without an answer.
func (g *turn) waiting(k int) {
	l := &g.s.keys[k]
	w := int(l.follow.wallet)
	good := 0
	if l.wire[w]&following == 0 && l.follow.heard == 0 {
		good = timesOut
	}
	g.heard(k, "the agent hears nothing from wallet {wallet} about key {key} in time", meaning{call: l.follow.kind, lost: true}, good)
	if l.wire[w]&following != 0 && l.follow.kind < list {
		g.heard(k, "nothing of the question about key {key} to wallet {wallet} leaves", meaning{call: l.follow.kind, miss: true}, 0)
	}
}

// heard ends a call in follow.
func (g *turn) heard(k int, text string, n meaning, good int) {
	to := g.s
	l := &to.keys[k]
	c := l.follow
	w := int(c.wallet)
	t := taking{by: charge.ByWallet, of: w, asked: staleCall}
	if c.is(fresh) {
		t.asked = freshCall
	}
	if n.miss {
		l.wire[w] &^= following
	}
	g.m.drop(l)
	if c.kind >= list {
		broken := g.compared(l, c, n, t)
		g.out(text, k, w, good, to, broken)
		return
	}
	t.event = g.m.mean(n)
	if t.event == charge.Confirm && c.kind == reverse && !c.is(quieted) {
		t.event = "" // Register.reverseAt: an early confirmation is not written
	}
	broken := ""
	if t.event != "" {
		broken = g.m.apply(l, t)
	}
	g.out(text, k, w, good, to, broken)
}

// forwarding collects what was taken without network: the Send is durable
// before the first byte, and the same key goes every time. Only a charge whose
// code was kept can be sent again.
func (g *turn) forwarding(k int) {
	l := &g.s.keys[k]
	if l.ask.busy() || l.follow.busy() || l.code == 0 || l.in() != charge.Queued && l.in() != charge.Forwarding {
		return
	}
	w := int(l.code) - 1
	to := g.s
	one := &to.keys[k]
	broken := g.m.apply(one, taking{event: charge.Send, by: charge.ByTimer, of: w})
	g.begin(one, call{kind: forward, wallet: uint8(w), flags: unsent | fresh})
	g.out("key {key} is forwarded to wallet {wallet}", k, w, g.alive(w, asks), to, broken)
}

func (g *turn) alive(w, rank int) int {
	if g.s.dead&bit(w) != 0 {
		return 0
	}
	return rank
}
