package model

import (
	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// Ranks of good moves, the first one first.
const (
	hears     = iota + 1 // an answer reaches the agent
	arrives              // a request reaches its wallet
	writes               // a mark is written, a request leaves
	timesOut             // nothing comes any more
	comesLate            // what nobody waits for arrives
	ends                 // a timer ends a doubt, a wait or a quiet time
	asks                 // the agent asks
	compares             // the agent compares the books
	atLast               // there is nothing left but a person
)

// turn is the moves out of one state.
type turn struct {
	m     *model
	s     state
	yield func(Move[state])
}

func (g *turn) out(text string, k, w, good int, to state, broken string) {
	g.m.tidy(&to)
	if to == g.s && broken == "" {
		return
	}
	g.yield(Move[state]{Text: text, Key: k, Wallet: w, To: to, Good: good, Broken: broken})
}

// Start is one sale that was opened: its first charge is prepared, durably.
func (m *model) Start() []state {
	s := state{crashes: uint8(m.Crashes), copies: uint8(m.Copies)}
	s.keys[0].state = places[charge.Prepared]
	return []state{s}
}

// Moves is System.Moves.
func (m *model) Moves(s state, yield func(Move[state])) {
	g := &turn{m: m, s: s, yield: yield}
	for k := range m.Keys {
		g.scans(k)
		if s.keys[k].state == 0 {
			continue
		}
		g.hearing(k)
		g.arrivals(k)
		g.asking(k)
		g.settling(k)
		g.forwarding(k)
		g.people(k)
		g.lists(k)
		g.wishes(k)
	}
	g.fates()
	g.crash()
}

// scans are codes that the customer shows: one walk at a time, as
// Register.hold in agent/desk.go has it. Another code of the same wallet is no
// other case: a code that was sent once is refused for every other key.
func (g *turn) scans(k int) {
	for i := range g.s.keys {
		if g.s.keys[i].ask.kind == pay {
			return // desk.hold: someone is asking
		}
	}
	l := &g.s.keys[k]
	made := l.state != 0
	if made && (l.in() != charge.Prepared || l.mark != 0 || agent.MayPay(g.m.record(l), false) != "") {
		return
	}
	if !made && !g.m.newKey(g.m.record(&g.s.keys[k-1])) {
		return
	}
	for w := range g.m.Wallets {
		to := g.s
		l := &to.keys[k]
		text := "a code of wallet {wallet} is scanned, and key {key} is asked for"
		if !made {
			text = "a code of wallet {wallet} is scanned, and key {key} is made and asked for"
			l.state = places[charge.Prepared]
		}
		l.mark = uint8(w + 1)
		g.begin(l, call{kind: pay, wallet: uint8(w), flags: unsent | fresh})
		g.out(text, k, w, 0, to, "")
	}
}

// begin is a new request of a charge: the quiet time counts from it.
func (g *turn) begin(l *life, c call) {
	l.ask = c
	l.flags &^= quietLeft
	if !l.is(asked) {
		l.flags |= asked
		l.flags &^= quiet1st
	}
}

// asking is what becomes of the call of a charge on the agent's side.
func (g *turn) asking(k int) {
	l := &g.s.keys[k]
	if l.mark != 0 {
		to := g.s
		g.m.flush(&to.keys[k])
		g.out("the mark that key {key} was sent is written", k, int(l.mark)-1, writes, to, "")
	}
	if !l.ask.busy() {
		return
	}
	w := int(l.ask.wallet)
	if l.ask.is(unsent) {
		to := g.s
		one := &to.keys[k]
		one.ask.flags &^= unsent
		one.wire[w] |= charging
		g.out("the request of key {key} leaves for wallet {wallet}", k, w, writes, to, "")
		g.land(k, "nothing of the request of key {key} to wallet {wallet} leaves", meaning{call: l.ask.kind, miss: true}, 0)
		return
	}
	good := 0
	if l.wire[w]&charging == 0 && l.ask.heard == 0 {
		good = timesOut
	}
	g.land(k, "the request of key {key} to wallet {wallet} gets no answer in time", meaning{call: l.ask.kind, lost: true}, good)
}

// hearing is the answers that come back, and those that come again.
func (g *turn) hearing(k int) {
	l := &g.s.keys[k]
	for _, said := range answers {
		if l.ask.heard&said != 0 {
			g.land(k, heardText[said], meaning{call: l.ask.kind, said: said}, hears)
		}
		if l.follow.heard&said != 0 {
			g.heard(k, heardText[said], meaning{call: l.follow.kind, said: said}, hears)
		}
	}
	if !g.m.Replays {
		return
	}
	for j := range g.s.keys {
		for _, said := range answers {
			if g.s.keys[j].old&said == 0 {
				continue
			}
			old := 1
			if j != k {
				old = 2
			}
			if l.ask.busy() && !l.ask.is(unsent) {
				g.land(k, replayText[old], meaning{call: l.ask.kind, said: said, old: old}, 0)
			}
			if l.follow.busy() && l.follow.kind < list {
				g.heard(k, replayText[old], meaning{call: l.follow.kind, said: said, old: old}, 0)
			}
		}
	}
}

var heardText = map[uint8]string{
	saidPending:  "the agent hears from wallet {wallet} that key {key} waits for the customer",
	saidApproved: "the agent hears from wallet {wallet} that key {key} is approved",
	saidDeclined: "the agent hears from wallet {wallet} that key {key} is declined",
	saidReversed: "the agent hears from wallet {wallet} that key {key} is reversed",
	saidUnknown:  "the agent hears from wallet {wallet} that it does not know key {key}",
	saidNever:    "the agent hears from wallet {wallet} that it will never reverse key {key}",
	saidNotYet:   "the agent hears from wallet {wallet} that key {key} cannot be reversed yet",
	saidRefused:  "the agent hears from wallet {wallet} that it refuses key {key} at its door",
}

var replayText = [...]string{1: "an old answer of wallet {wallet} for key {key} comes again", 2: "an old answer for another key comes to the call of key {key}"}

// land ends the call of a charge, as Register.land in agent/desk.go: what the
// answer means is written, and only then is it shown. The request may still be
// on its way.
func (g *turn) land(k int, text string, n meaning, good int) {
	to := g.s
	l := &to.keys[k]
	w := int(l.ask.wallet)
	t := taking{event: g.m.mean(n), by: charge.ByWallet, of: w, asked: staleCall}
	if g.m.Faults.ShowFirst && t.event == charge.Approve && to.crashes > 0 {
		shown := to
		shown.keys[k].flags |= given
		broken := g.m.restart(&shown)
		g.out(text+", it is shown, and the agent dies before it is written", k, w, 0, shown, broken)
	}
	m := g.m
	m.flush(l)
	if l.ask.is(fresh) {
		t.asked = freshCall
	}
	l.ask = call{}
	m.strand(l)
	g.out(text, k, w, good, to, m.put(l, t))
}

// strand is the end of the wait for a charge: a request that is on its way
// arrives for nobody.
func (m *model) strand(l *life) {
	for w := range l.wire {
		if l.wire[w]&charging != 0 {
			l.wire[w] = l.wire[w]&^charging | stray
		}
	}
}

// drop is the same for the call in follow: only a reversal has an effect when
// nobody hears of it.
func (m *model) drop(l *life) {
	for w := range l.wire {
		if l.wire[w]&following != 0 {
			l.wire[w] &^= following
			if l.follow.kind == reverse {
				l.wire[w] |= undoing
			}
		}
	}
	l.follow = call{}
}

// crash loses what is not on disk, and the agent starts again at once.
func (g *turn) crash() {
	if g.s.crashes == 0 {
		return
	}
	to := g.s
	broken := g.m.restart(&to)
	g.out("the agent dies and starts again", 0, 0, 0, to, broken)
}

// restart is a crash and the start after it, which takes the step of
// agent.Found for every row, as Register.classify in agent/recover.go. It is
// one move, because a crash within it is the same as one before or after: each
// row is written alone, and a row that was written needs nothing more. What
// the run before knew of quiet times is gone, and they begin again.
func (m *model) restart(s *state) (broken string) {
	s.crashes--
	for k := range s.keys {
		l := &s.keys[k]
		l.mark = 0
		l.ask = call{}
		m.strand(l)
		m.drop(l)
		l.flags &^= quietLeft | quietHere
		if l.state == 0 || !l.in().Open() {
			continue
		}
		if event, found := agent.Found(m.record(l)); found {
			if b := m.put(l, taking{event: event, by: charge.ByRecovery, reason: charge.ReasonRestart, of: -1}); b != "" {
				broken = b
			}
		}
	}
	return broken
}
