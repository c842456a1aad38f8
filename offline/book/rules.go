package book

import (
	"fmt"
	"slices"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/planted"
)

// Rules are what happens to a row when a step is taken, without any store: the
// same for the shop's database, a simulation and a model checker.
type Rules struct {
	Wallets []string // every wallet that can be asked: the route of a request whose wallet is unknown
}

// Take lets one step happen to a row: the arrow of the table if there is one,
// and what the row remembers of the step. moved is false when the table has no
// such arrow or a rule holds it back, and note says why. The row itself is not
// changed.
func (u Rules) Take(row Row, step charge.Step) (after Row, moved bool, note string) {
	from := row.State
	to, moved, note := u.arrow(&row, step)
	if moved {
		u.remember(&row, step, to)
	} else if note == "" && row.Kind.Contradicts(from, step.Event) {
		row.Alarms++
		note = "contradicts the books"
	}
	return row, moved, note
}

// arrow decides whether a step moves the row, and says why when it does not.
func (u Rules) arrow(row *Row, step charge.Step) (to charge.State, moved bool, note string) {
	to, moved = row.Kind.Next(row.State, step.Event)
	switch {
	case !moved:
		return row.State, false, ""
	case row.State.Settled() && step.By == charge.ByWallet && !step.Asked.After(row.ChangedAt) && !lastWord(row.Record, step.Event) && !planted.Has(planted.LateAnswer):
		// A late reply: only an inquiry that was sent after the charge was
		// settled is proof against it.
		return row.State, false, "late reply, dropped"
	case step.Event == charge.Confirm && undone(row.State, step.By) && !slices.Contains(row.Route, step.Wallet):
		return row.State, false, "a confirmation of a wallet that was not asked"
	case step.Event == charge.Confirm && row.State == charge.Owed && step.By == charge.ByWallet:
		row.Confirmed = with(row.Confirmed, step.Wallet)
		if missing := without(row.Route, row.Confirmed...); len(missing) > 0 {
			return row.State, false, fmt.Sprintf("%d more wallets must confirm", len(missing))
		}
	case step.Event == charge.Confirm && row.State == charge.Reversing:
		row.Confirmed = with(row.Confirmed, step.Wallet)
		if missing := without(row.Route, row.Confirmed...); len(missing) > 0 && !planted.Has(planted.OneConfirmation) {
			return row.State, false, fmt.Sprintf("%d more wallets must confirm", len(missing))
		}
	}
	return to, true, ""
}

// undone tells that a wallet's word is what ends a charge that goes back.
func undone(s charge.State, by charge.By) bool {
	return s == charge.Reversing || s == charge.Owed && by == charge.ByWallet
}

// lastWord: a wallet never takes back that it has reversed a key, given a
// refund, or paid for what a register had taken. Such a word counts also when
// the manager stopped waiting for it while it was on its way: else the money
// would go back once more, by hand, or would stay at the shop for a charge that
// counts as unpaid.
func lastWord(row charge.Record, e charge.Event) bool {
	switch row.State {
	case charge.Owed:
		return e == charge.Confirm && row.Kind != charge.Refund || e == charge.Approve && row.Kind == charge.Refund
	case charge.Unpaid: // a yes that came before the wallet's no is none any more
		return e == charge.Approve && row.Reason == charge.ReasonWrittenOff
	}
	return false
}

// remember writes a step that moved the row, be it from a state to itself,
// into the row.
func (u Rules) remember(row *Row, step charge.Step, to charge.State) {
	u.route(row, step, to)
	if step.Event == charge.Send {
		row.Attempts++
		row.Wallet = step.Wallet
		if row.SentAt.IsZero() {
			row.SentAt = step.At
		}
	}
	switch {
	case step.Event == charge.Refuse: // it has the money, also when a crash had lost the mark that it was asked
		row.Wallet = step.Wallet
	case step.Event == charge.Queue && step.Wallet != "": // it is to be collected there
		row.Wallet = step.Wallet
	}
	if step.Code.Hash != "" {
		row.Code = step.Code
	}
	if step.Reason != charge.ReasonNone || to == charge.Approved {
		row.Reason = step.Reason
	}
	if step.Receipt != "" {
		row.Receipt = step.Receipt
	}
	if step.Event == charge.Approve && step.By == charge.ByWallet && to == charge.Approved && step.Points.Sound(row.Amount.Minor) {
		row.Points = step.Points
	}
	row.By, row.Operator = step.By, step.Operator
	if to != row.State {
		row.State, row.ChangedAt = to, step.At
	}
}

// route keeps the set of wallets that a request may have reached, and counts
// their confirmations anew whenever the charge begins to be undone.
func (u Rules) route(row *Row, step charge.Step, to charge.State) {
	switch {
	case step.Event == charge.Miss && row.State == charge.Sent:
		// The only request since Prepared never left, so this wallet cannot
		// know the key.
		row.Route = without(row.Route, step.Wallet)
	case step.Event != charge.Miss && step.Wallet != "":
		if planted.Has(planted.StaleRoute) {
			row.Route = nil
		}
		row.Route = with(row.Route, step.Wallet)
	}
	if to != charge.Reversing {
		return
	}
	if row.State != charge.Reversing {
		row.Confirmed = nil
	}
	if step.Event == charge.Approve {
		// What was confirmed before this yes proves nothing any more.
		row.Confirmed = without(row.Confirmed, step.Wallet)
	}
	if len(row.Route) == 0 {
		row.Route = with(nil, u.Wallets...)
	}
}

// with is the sorted set plus members; the set itself is not changed.
func with(set []string, members ...string) []string {
	out := slices.Clone(set)
	for _, m := range members {
		if m != "" && !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	slices.Sort(out)
	return out
}

// without is the set less members; the set itself is not changed.
func without(set []string, members ...string) []string {
	return slices.DeleteFunc(slices.Clone(set), func(m string) bool { return slices.Contains(members, m) })
}
