package agent

import (
	"github.com/posagent/posagent/agent/charge"
)

// Decision is what a manager decides about a charge that the register cannot
// bring to its end alone. None of them makes a charge Approved: only a wallet
// does.
type Decision string

const (
	ShownPaid Decision = "shown_paid" // the customer's phone says "paid": the goods go, and the money is collected
	NotPaid   Decision = "not_paid"   // nothing was paid: the charge is undone, for sure
	WriteOff  Decision = "write_off"  // nobody waits for the money, or for the wallet, any longer
	GaveBack  Decision = "gave_back"  // the customer has the money back, by hand
)

// Decisions are all of them.
var Decisions = []Decision{ShownPaid, NotPaid, WriteOff, GaveBack}

// decided is what a decision means: in which states, and by which event.
var decided = map[Decision]struct {
	in     []charge.State
	event  charge.Event
	reason charge.Reason
}{
	ShownPaid: {[]charge.State{charge.InDoubt}, charge.Queue, charge.ReasonShownPaid},
	NotPaid:   {[]charge.State{charge.Sent, charge.Pending, charge.InDoubt}, charge.Cancel, charge.ReasonNotPaid},
	WriteOff:  {[]charge.State{charge.Queued, charge.Forwarding, charge.Reversing}, charge.Lapse, charge.ReasonWrittenOff},
	GaveBack:  {[]charge.State{charge.Owed}, charge.Confirm, charge.ReasonByHand},
}

// Reason is the word in the books for a decision, empty for one that there is
// not.
func (d Decision) Reason() charge.Reason { return decided[d].reason }

// Step is the step that a decision means for a charge as it stands, and false
// when it may not be decided so: a doubt is decided while it is one, and what
// is at its end stays there.
func (d Decision) Step(rec charge.Record) (charge.Step, bool) {
	meant := decided[d]
	for _, s := range meant.in {
		if _, arrow := rec.Kind.Next(s, meant.event); arrow && s == rec.State {
			return charge.Step{Event: meant.event, Reason: meant.reason, By: charge.ByManager}, true
		}
	}
	return charge.Step{}, false
}

// Resolve takes a manager's decision about a charge, durably, and lets the
// background go on from there. One that the state of the charge does not
// allow is a *Refused, and changes nothing.
func (r *Register) Resolve(key charge.Key, d Decision, operator string) (charge.Record, error) {
	return r.ResolveAs(key, d, charge.ByManager, operator, "")
}

// ResolveAs is Resolve by whoever it is: a program that may decide is no
// manager in the books. The note is a word of theirs for the journal.
func (r *Register) ResolveAs(key charge.Key, d Decision, by charge.By, operator, note string) (charge.Record, error) {
	rec, err := r.decide(key, d, by, operator, note)
	if err != nil {
		return rec, err
	}
	if WorkOn(rec) == NoWork {
		r.wake(key) // whoever looked after it is done
		if rec.Kind == charge.Refund {
			r.given(rec)
			r.spawn(func() { r.printSlip(rec) })
		}
	} else {
		r.settle(rec)
	}
	return rec, nil
}

func (r *Register) decide(key charge.Key, d Decision, by charge.By, operator, note string) (charge.Record, error) {
	defer r.pens.take(key)()
	rec, err := r.parts.Memory.Charge(key)
	if err != nil {
		return rec, err
	}
	step, may := d.Step(rec)
	if !may {
		return rec, &Refused{Why: "charge.not_decidable"}
	}
	step.By, step.Operator, step.Note, step.At = by, operator, note, r.parts.Now()
	after, err := r.apply(key, step)
	if err != nil {
		return rec, err
	}
	if after.State == rec.State { // the books held it back: a refund of it is on its way
		return after, &Refused{Why: "charge.not_decidable"}
	}
	r.logOf(rec.SaleID).Warn("decided", "charge", string(key), "decision", string(d), "by", string(by), "operator", operator, "was", string(rec.State), "now", string(after.State))
	r.show(after)
	return after, nil
}
