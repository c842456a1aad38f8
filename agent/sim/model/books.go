package model

import (
	"slices"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

// Moments that a row is made of: only their order counts.
var (
	before  = time.Unix(100, 0).UTC() // when a stale call was started
	changed = time.Unix(200, 0).UTC() // when the row reached its state
	since   = time.Unix(300, 0).UTC() // when a fresh call was started
	now     = time.Unix(400, 0).UTC()
)

// taking is a row and a step as far as the rules can tell them apart; the
// rules are pure, so each is asked once.
type taking struct {
	kind                            charge.Kind
	state, route, confirmed, wallet uint8
	why                             uint8 // the row's reason
	event                           charge.Event
	by                              charge.By
	reason                          charge.Reason
	of                              int // the step's wallet, or -1
	asked                           uint8
}

type took struct {
	state, route, confirmed, wallet, why uint8
	changed                              bool
}

// How the time at which a call was started lies to the row's last change.
const (
	noCall uint8 = iota
	staleCall
	freshCall
)

// step lets one step happen to a row by the production rules.
func (m *model) step(l *life, t taking) took {
	t.kind = m.Kind
	if l.is(refund) {
		t.kind = charge.Refund
	}
	t.state, t.route, t.confirmed, t.wallet, t.why = l.state, l.route, l.confirmed, l.wallet, l.why
	out, known := m.taken[t]
	if !known {
		out = m.ask(t)
		m.taken[t] = out
	}
	return out
}

// ask makes a true row and a true step and asks the rules.
func (m *model) ask(t taking) took {
	l := life{state: t.state, route: t.route, confirmed: t.confirmed, wallet: t.wallet, why: t.why}
	row := book.Row{Record: m.record(&l)}
	row.Kind = t.kind
	step := charge.Step{Event: t.event, By: t.by, Reason: t.reason, At: now}
	if t.of >= 0 {
		step.Wallet = walletName(t.of)
	}
	switch t.asked {
	case staleCall:
		step.Asked = before
	case freshCall:
		step.Asked = since
	}
	after, _, _ := m.take(m.rules, row, step)
	out := took{
		state: places[after.State], route: m.mask(after.Route), confirmed: m.mask(after.Confirmed),
		why: place(after.Reason), changed: !after.ChangedAt.Equal(row.ChangedAt),
	}
	if after.Wallet != "" {
		out.wallet = m.mask([]string{after.Wallet})
	}
	return out
}

// record is a row as production code sees it.
func (m *model) record(l *life) charge.Record {
	r := charge.Record{
		Key: "S1-T1-1-1", Kind: m.Kind, State: l.in(), Reason: reasons[l.why], Route: m.names(l.route), Confirmed: m.names(l.confirmed),
		PreparedAt: changed, ChangedAt: changed,
	}
	if l.is(refund) {
		r.Kind = charge.Refund
	}
	if l.wallet != 0 {
		r.Wallet = walletName(int(l.wallet) - 1)
	}
	return r
}

func (m *model) names(mask uint8) []string {
	var out []string
	for i, name := range m.rules.Wallets {
		if mask&bit(i) != 0 {
			out = append(out, name)
		}
	}
	return out
}

// mask is a set of wallets as bits. With two wallets the bit of one is also
// its place plus one.
func (m *model) mask(names []string) uint8 {
	var out uint8
	for i, name := range m.rules.Wallets {
		if slices.Contains(names, name) {
			out |= bit(i)
		}
	}
	return out
}

// apply is Journal.Apply: the mark that is not on disk yet goes first, then
// the step, in one transaction. It returns what the step broke.
func (m *model) apply(l *life, t taking) string {
	m.flush(l)
	return m.put(l, t)
}

// flush writes the mark of a Send. It carries the moment at which the request
// was about to start, so that the call is no older than the row's change.
func (m *model) flush(l *life) {
	if l.mark == 0 {
		return
	}
	w := int(l.mark) - 1
	l.mark = 0
	was := l.ask.flags
	m.put(l, taking{event: charge.Send, by: charge.ByCashier, of: w})
	l.ask.flags = was
}

// absorbing words of a wallet are true for ever, however old: that a key is
// reversed, that a refund was given, and that it has paid for a charge which
// nobody asks to be reversed. What was written off is ended by them.
func absorbing(was charge.State, why uint8, e charge.Event) bool {
	return was == charge.Owed && (e == charge.Confirm || e == charge.Approve) ||
		was == charge.Unpaid && why == writtenOff && e == charge.Approve
}

// put lets a step happen, and looks whether it moved what may move on proof
// only.
func (m *model) put(l *life, t taking) string {
	was, why := l.in(), l.why
	r := m.step(l, t)
	l.state, l.route, l.confirmed, l.wallet, l.why = r.state, r.route, r.confirmed, r.wallet, r.why
	if r.changed {
		l.ask.flags &^= fresh
		l.follow.flags &^= fresh
	}
	if l.in().Goods() == charge.HandOver {
		l.flags |= given
	}
	switch {
	case l.state == 0:
		return "a state that is not in the table"
	case was.Settled() && l.in() != was && t.by == charge.ByWallet && t.asked != freshCall && !absorbing(was, why, t.event):
		return "a late reply moved a charge that was " + string(was)
	case was.Settled() && l.in() != was && t.by == charge.ByRecovery && t.asked != freshCall && t.reason != charge.ReasonRefunded,
		was.Settled() && l.in() != was && (t.by == charge.ByTimer || t.by == charge.ByCashier):
		return "a charge that was " + string(was) + " moved without proof"
	}
	return ""
}
