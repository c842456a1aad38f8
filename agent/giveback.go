package agent

import (
	"slices"

	"github.com/posagent/posagent/agent/charge"
)

// Way is how money of a payment goes back to the customer.
type Way string

const (
	Either Way = ""       // whichever the wallet's clock allows: one button
	Voids  Way = "void"   // the payment itself is reversed, as a whole
	Gives  Way = "refund" // a record of its own gives all of it or a part back
)

// GiveBack gives money of a payment back and tells which way it goes. A void is
// chosen for the whole of a payment of today that the wallet still reverses,
// and a refund for everything else; one way that is asked for is taken or
// refused. Both are durable before this returns and go on in the background
// until the wallet has answered. A payment that was voided before is answered as
// it stands.
func (r *Register) GiveBack(want Refunding, way Way) (charge.Record, Way, error) {
	of, err := r.parts.Memory.Charge(want.Of)
	if err != nil {
		return of, way, err
	}
	if way != Gives && isVoided(of) && want.Amount == of.Amount {
		return of, Voids, nil
	}
	if way != Gives {
		why, err := r.mayVoid(of, want)
		if err != nil {
			return of, Voids, err
		}
		if why == "" {
			after, err := r.void(of, want)
			if err != nil || isVoided(after) {
				return after, Voids, err
			}
			of, why = after, "refund.not_refundable" // a reconciliation, say, came in between: it is not approved any more
			if after.State == charge.Approved {
				why = "void.part" // a refund of it came in between, and the books held the void back
			}
		}
		if way == Voids {
			return of, Voids, &Refused{Why: why}
		}
	}
	rec, err := r.Refund(want)
	return rec, Gives, err
}

// isVoided: it is being voided or was. What the wallet will not reverse any
// more is owed, and goes back by refund.
func isVoided(of charge.Record) bool {
	return of.Reason == charge.ReasonVoided && (of.State == charge.Reversing || of.State == charge.Reversed)
}

// mayVoid tells why a payment cannot be voided; empty when it can. The errors
// are those that a refund of it would have as well.
func (r *Register) mayVoid(of charge.Record, want Refunding) (why string, err error) {
	if r.parts.Accounts == nil {
		return "", &Refused{Why: "refund.not_possible"}
	}
	if err := r.mayStart(); err != nil {
		return "", err
	}
	w, known := r.wallets[of.Wallet]
	refunds, err := r.parts.Accounts.RefundsOf(of.Key)
	if err != nil {
		return "", err
	}
	gone := slices.ContainsFunc(refunds, func(rec charge.Record) bool {
		again := want.Wish != "" && rec.Wish() == want.Wish // this wish has been a refund, and stays one
		return again || rec.State != charge.Declined && rec.State != charge.Abandoned
	})
	now := r.parts.Now()
	switch {
	case of.Kind == charge.Refund || of.Kind == charge.Topup || of.Kind == charge.Cash || of.State != charge.Approved || !known || w.Ask == nil:
		return "refund.not_refundable", nil
	case want.Amount != of.Amount || gone:
		return "void.part", nil
	case of.Carried || of.Reason == charge.ReasonRecovered || r.parts.Accounts.OfCopy(of.Key):
		return "void.not_ours", nil
	case r.parts.Day(now) != r.parts.Day(of.PreparedAt):
		return "void.day_over", nil
	}
	if ends := w.Terms.Window.Ends(of.SentAt); !ends.IsZero() && !now.Add(w.Terms.Deadline).Before(ends) {
		return "void.window_over", nil // by the wallet's clock, and early enough to arrive
	}
	return "", r.mayGive(of, want.Wish)
}

// void lets a payment be reversed, durably. No later scan pays its sale again.
func (r *Register) void(of charge.Record, want Refunding) (charge.Record, error) {
	r.mu.Lock()
	if r.desk.standing && r.desk.sale.ID == of.SaleID {
		r.desk.closed = true
	}
	r.mu.Unlock()
	step := charge.Step{Event: charge.Cancel, Reason: charge.ReasonVoided, By: want.By, Operator: want.Operator, Note: string(want.Reason), At: r.parts.Now()}
	rec, err := r.writeFrom(of.Key, charge.Approved, step)
	if err != nil {
		return rec, err
	}
	said := "void"
	if !isVoided(rec) {
		said = "no void"
	}
	r.logOf(rec.SaleID).Info(said, "charge", string(rec.Key), "amount", rec.Amount.String(), "state", string(rec.State), "operator", want.Operator)
	if rec.State.Open() {
		r.settle(rec)
	}
	return rec, nil
}
