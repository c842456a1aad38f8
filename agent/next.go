package agent

import (
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/planted"
)

// Work is what the background does for a charge.
type Work string

// The kinds of work, and none for a charge that waits for a person or is at
// its end.
const (
	NoWork     Work = ""
	Inquiring  Work = "inquiring"  // in doubt: ask how it stands, and give it up after a while
	Collecting Work = "collecting" // the goods are gone: ask how it stands until there is an answer
	Undoing    Work = "undoing"    // have it reversed by every wallet of its route
	Repeating  Work = "repeating"  // a refund: send it again under its key
)

// WorkOn is what the background does next for a charge as it stands.
func WorkOn(rec charge.Record) Work {
	switch rec.State {
	case charge.Pending, charge.InDoubt:
		return Inquiring
	case charge.Reversing:
		return Undoing
	case charge.Forwarding:
		switch {
		case rec.Kind == charge.Refund:
			return Repeating
		case rec.Reason == charge.ReasonOffline:
			return NoWork // it is in the queue of its wallet, which is gone through in its own order
		}
		return Collecting
	}
	return NoWork
}

// Found is the one step that a crash means for a charge that is found open,
// and false when it means none. A prepared one may have been under way to any
// wallet that takes such codes, and a sent one may have arrived: both are
// lost, until a wallet says otherwise. One that is being reversed nowhere,
// because no wallet was configured, gets its route.
func Found(rec charge.Record) (charge.Event, bool) {
	if rec.State == charge.Prepared && planted.Has(planted.LostMark) {
		return charge.Cancel, true
	}
	switch rec.State {
	case charge.Prepared, charge.Sent:
		return charge.Lose, true
	case charge.Reversing:
		return charge.Lose, len(rec.Route) == 0
	}
	return "", false
}

// MayPay tells why no code can pay a sale whose newest charge stands so, and
// "" when one can: that charge if it is prepared, or one under a new key if
// this one can never be paid. closed is a sale that was cancelled.
func MayPay(newest charge.Record, closed bool) (why string) {
	retry := newest.State == charge.InDoubt && planted.Has(planted.NewKeyOnRetry)
	switch {
	case closed, newest.State.Goods() == charge.HandOver, newest.State == charge.Abandoned:
		return "register.no_sale"
	case codeOpen(newest):
		return "register.code_shown"
	case newest.State != charge.Prepared && !newest.AllowsNewKey() && !retry:
		return "register.in_doubt"
	}
	return ""
}

// Spent tells whether a code that was sent for a charge may not be sent for
// another one: only one that never left has not been used.
func Spent(used, next charge.Record) bool {
	return used.State != charge.Abandoned && (used.State != charge.Prepared || used.Key != next.Key)
}
