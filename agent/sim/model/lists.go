package model

import (
	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
)

// lists compares a wallet's list of the day with ours, as Register.Reconcile:
// agent.Differ says what is not the same, and Mismatch.Remedy what is done
// about it. Our yes is taken back only when the wallet says so again to an
// inquiry.
func (g *turn) lists(k int) {
	l := &g.s.keys[k]
	if l.follow.busy() || l.ask.busy() || !l.in().Settled() {
		return
	}
	for w := range g.m.Wallets {
		if g.s.dead&bit(w) != 0 {
			continue
		}
		differs := g.m.mends(l, w)
		good := 0
		if differs {
			good = compares
		}
		if differs || g.m.Lists {
			g.start(k, list, w, good, "the agent asks wallet {wallet} for its list of the day, and looks for key {key}")
		}
	}
}

// differ is what a wallet's list says against the books. A key that it does
// not list is looked for only at the wallet of the row (audit.gatherOurs).
func (m *model) differ(l *life, w int, said uint8) agent.Mismatch {
	rec := m.record(l)
	rec.Amount, rec.Attempts = money.Yen(100), 1
	var entry *charge.StatementEntry
	if said != saidUnknown {
		entry = &charge.StatementEntry{Key: rec.Key, Kind: rec.Kind, Amount: rec.Amount}
		switch said {
		case saidPending:
			entry.State = charge.Pending
		case saidApproved:
			entry.State = charge.Approved
		case saidDeclined:
			entry.State = charge.Declined
		case saidReversed:
			entry.State = charge.Reversed
		}
	} else if rec.Wallet != walletName(w) {
		return ""
	}
	return m.differs(walletName(w), &rec, entry)
}

// mends tells whether a comparison with what a wallet has now would move the
// row: what is owed and not known there stays with the manager.
func (m *model) mends(l *life, w int) bool {
	what := m.differ(l, w, standing(l.at[w]))
	_, known := what.Remedy()
	return known && (what != agent.NothingOwed || l.at[w] != none)
}

// compared is a list, or the inquiry after it, that came. Nothing is done
// about a row that has moved since (audit.step).
func (g *turn) compared(l *life, c call, n meaning, t taking) (broken string) {
	if n.lost || !c.is(fresh) {
		return ""
	}
	t.by, t.reason = charge.ByRecovery, charge.ReasonReconciled
	if c.kind == list {
		what := g.m.differ(l, int(c.wallet), n.said)
		event, known := what.Remedy()
		switch {
		case !known:
			return ""
		case event != charge.Confirm:
			t.event = event
			return g.m.apply(l, t)
		}
		l.follow = call{kind: recheck, wallet: c.wallet, flags: fresh}
		if n.said == saidUnknown && what != agent.NothingOwed {
			l.follow.kind = recheckMissing
		}
		l.wire[c.wallet] |= following
		return ""
	}
	// audit.ask: the wallet's no, or that it does not know what its list has not.
	answer := g.m.mean(meaning{call: inquire, said: n.said})
	if answer == charge.Decline || c.kind == recheckMissing && answer == charge.Lose && n.said == saidUnknown {
		t.event = charge.Confirm
		return g.m.apply(l, t)
	}
	return ""
}
