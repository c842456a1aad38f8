package model

import "github.com/posagent/posagent/agent/charge"

// How wallets behave. They are the world around the agent, so this is the
// model's own; the wallet with tombstones is compared with the reference
// wallet's ledger by a test.

// charged is what a wallet may make of the request of a charge: each way is
// told with the answer that goes back.
func (m *model) charged(w int, at uint8, tell func(text string, at, said uint8)) {
	one := m.Wallets[w]
	switch {
	case at == none:
		tell("wallet {wallet} takes the money for key {key}", approved, saidApproved)
		tell("wallet {wallet} declines key {key}", declined, saidDeclined)
		if one.Confirms {
			tell("wallet {wallet} asks the customer to confirm key {key}", pending, saidPending)
		}
	case one.DebitsTwice && at == approved:
		tell("wallet {wallet} takes the money for key {key} again", twice, saidApproved)
	default:
		tell("wallet {wallet} has key {key} already and says how it stands", at, standing(at))
	}
	if one.Doorkeeper {
		tell("wallet {wallet} refuses the request of key {key} at its door", at, saidRefused)
	}
}

// standing is what a wallet says of a key.
func standing(at uint8) uint8 {
	switch at {
	case pending:
		return saidPending
	case approved, twice:
		return saidApproved
	case declined:
		return saidDeclined
	case reversed:
		return saidReversed
	}
	return saidUnknown
}

// reversed is a reversal that a wallet gets, and what it says.
func (g *turn) reversed(s *state, l *life, w int) (said uint8) {
	was := l.at[w]
	if l.at[w], said = g.m.undo(s, w, was); l.at[w] != was && (was == approved || was == twice) {
		l.flags |= undone
	}
	return said
}

// undo is what a wallet makes of a reversal.
func (m *model) undo(s *state, w int, at uint8) (after, said uint8) {
	one := m.Wallets[w]
	switch {
	case at == none && one.RefusesAll && s.shut&bit(w) != 0:
		return none, saidNever
	case at == none && one.Tombstones && !one.Forgets:
		return reversed, saidReversed
	case at == none:
		return none, saidReversed // "there is no such payment", which it calls a success
	case at == pending && one.HoldsFast:
		return at, saidNotYet
	case (at == approved || at == twice) && s.shut&bit(w) != 0:
		return at, saidNever
	case at == declined:
		return at, saidDeclined
	}
	return reversed, saidReversed
}

// arrivals are the requests on the wire that reach their wallet.
func (g *turn) arrivals(k int) {
	for w := range g.m.Wallets {
		on := g.s.keys[k].wire[w]
		if on&charging != 0 {
			g.charge(k, w, charging)
		}
		if on&stray != 0 {
			g.charge(k, w, stray)
		}
		if on&following != 0 {
			g.followed(k, w)
		}
		if on&undoing != 0 {
			to := g.s
			l := &to.keys[k]
			l.wire[w] &^= undoing
			g.reversed(&to, l, w)
			g.out("a reversal of key {key} that nobody waits for arrives at wallet {wallet}", k, w, comesLate, to, "")
		}
		if g.m.Lossy {
			g.lost(k, w, on)
		}
	}
}

// charge is a request of a charge that arrives; one that the network repeats
// stays on the wire as well.
func (g *turn) charge(k, w int, from uint8) {
	good := arrives
	if from == stray {
		good = comesLate
	}
	g.m.charged(w, g.s.keys[k].at[w], func(text string, at, said uint8) {
		to := g.s
		l := &to.keys[k]
		l.wire[w] &^= from
		l.at[w] = at
		if from == charging {
			l.ask.heard |= said
		}
		if g.m.Replays {
			l.old |= said
		}
		if from == stray {
			text = late[text]
		}
		g.out(text, k, w, good, to, "")
		if to.copies > 0 {
			to.copies--
			to.keys[k].wire[w] |= stray
			g.out(text+", and the network holds a copy back", k, w, 0, to, "")
		}
	})
}

// late is how the arrival of a request is told that nobody waits for.
var late = map[string]string{
	"wallet {wallet} takes the money for key {key}":                "late, wallet {wallet} takes the money for key {key}",
	"wallet {wallet} declines key {key}":                           "late, wallet {wallet} declines key {key}",
	"wallet {wallet} asks the customer to confirm key {key}":       "late, wallet {wallet} asks the customer to confirm key {key}",
	"wallet {wallet} takes the money for key {key} again":          "late, wallet {wallet} takes the money for key {key} again",
	"wallet {wallet} has key {key} already and says how it stands": "late, wallet {wallet} gets a request of key {key}, which it has already",
	"wallet {wallet} refuses the request of key {key} at its door": "late, wallet {wallet} refuses a request of key {key} at its door",
}

// followed is the request of a call in follow that arrives.
func (g *turn) followed(k, w int) {
	to := g.s
	l := &to.keys[k]
	l.wire[w] &^= following
	var said uint8
	text := "wallet {wallet} says how key {key} stands"
	switch l.follow.kind {
	case inquire, recheck, recheckMissing:
		said = standing(l.at[w])
	case list:
		text, said = "wallet {wallet} makes the list of the day", standing(l.at[w])
	case reverse:
		text = "wallet {wallet} gets the reversal of key {key}"
		said = g.reversed(&to, l, w)
	}
	l.follow.heard |= said
	if g.m.Replays && l.follow.kind < list {
		l.old |= said
	}
	kind := l.follow.kind
	g.out(text, k, w, arrives, to, "")
	if kind == reverse && to.copies > 0 {
		to.copies--
		to.keys[k].wire[w] |= undoing
		g.out(text+", and the network holds a copy back", k, w, 0, to, "")
	}
}

// lost is what vanishes on the wire.
func (g *turn) lost(k, w int, on uint8) {
	for _, what := range [...]uint8{charging, stray, following, undoing} {
		if on&what == 0 {
			continue
		}
		to := g.s
		to.keys[k].wire[w] &^= what
		g.out("the network loses a request of key {key} to wallet {wallet}", k, w, 0, to, "")
	}
}

// wishes are what customers and wallets do by themselves.
func (g *turn) wishes(k int) {
	for w, one := range g.m.Wallets {
		l := &g.s.keys[k]
		if g.s.dead&bit(w) != 0 {
			continue
		}
		if l.at[w] == pending {
			to := g.s
			to.keys[k].at[w] = approved
			g.out("the customer confirms key {key}, and wallet {wallet} takes the money", k, w, 0, to, "")
			to.keys[k].at[w] = declined
			g.out("wallet {wallet} closes key {key}, which the customer did not confirm", k, w, ends, to, "")
		}
		if one.TakesBack && l.at[w] == approved {
			to := g.s
			to.keys[k].at[w] = reversed
			to.keys[k].flags |= taken
			g.out("wallet {wallet} takes the payment of key {key} back by itself", k, w, 0, to, "")
		}
	}
}

// fates are what happens to whole wallets, and the time that passes.
func (g *turn) fates() {
	for w, one := range g.m.Wallets {
		if one.Window && g.s.shut&bit(w) == 0 {
			to := g.s
			to.shut |= bit(w)
			g.out("the window in which wallet {wallet} reverses closes", 0, w, 0, to, "")
		}
		if one.Dies && g.s.dead&bit(w) == 0 {
			to := g.s
			to.dead |= bit(w)
			g.out("wallet {wallet} dies", 0, w, 0, to, "")
		}
	}
	if g.m.quiet {
		g.silence()
	}
}

// silence is a quiet time in which nothing happens: what was under way to a
// wallet without tombstones will not be approved any more, and such a wallet
// closes what nobody confirmed. No charge can be waited for that long.
func (g *turn) silence() {
	to := g.s
	good := 0
	for k := range to.keys {
		l := &to.keys[k]
		if l.ask.busy() {
			return
		}
		if l.state == 0 {
			continue
		}
		if l.in() == charge.Reversing && (!l.is(quietLeft) || !l.is(quietHere)) {
			good = ends
		}
		l.flags |= quietLeft
		if l.in() == charge.Reversing {
			l.flags |= quietHere
		}
		if l.is(asked) {
			l.flags |= quiet1st
		}
		for w, one := range g.m.Wallets {
			if !one.Tombstones {
				l.wire[w] &^= charging | stray
				if l.at[w] == pending {
					l.at[w] = declined
				}
			}
		}
	}
	g.out("the quiet time of wallets without tombstones passes", 0, 0, good, to, "")
}
