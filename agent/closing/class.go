package closing

import "github.com/posagent/posagent/agent/charge"

// Class is the sum of a closing that a record is counted in.
type Class string

// The classes. A record is in exactly one of them, or in none when it came to
// nothing.
const (
	Nothing  Class = ""
	Paid     Class = "paid"     // payments that wallets have approved
	Cash     Class = "cash"     // parts of bills that were paid in cash
	Offline  Class = "offline"  // goods are gone, not collected yet
	Refunded Class = "refunded" // given back by refunds of what was sold, by wallets or by hand
	Returned Class = "returned" // given back by refunds of what was owed: it was no sale, and Net is without it
	TopUps   Class = "top_ups"  // cash that became money in wallets
	Open     Class = "open"     // of any kind, the result is not known yet
	Owed     Class = "owed"     // to be given back
	Unpaid   Class = "unpaid"   // goods are gone, and no money came
	Brought  Class = "brought"  // other registers have sold it and this one collects: it is in their Paid and Offline
)

// Sold tells that goods are gone for money that came or is to come.
func (c Class) Sold() bool { return c == Paid || c == Cash || c == Offline }

// Place is what decides beside kind and state where a record is counted.
type Place struct {
	Returned  bool // a refund of what was owed, and not of what was sold
	Elsewhere bool // another register sold it
}

// Of is the class of a record of a kind in a state.
func Of(kind charge.Kind, state charge.State, p Place) Class {
	switch {
	case kind == charge.Refund && (state == charge.Approved || state == charge.Reversed): // Reversed: given by hand
		if p.Returned {
			return Returned
		}
		return Refunded
	case state == charge.Approved && kind == charge.Topup:
		return TopUps
	case state == charge.Approved && kind == charge.Cash:
		return Cash
	case state == charge.Approved:
		return sold(Paid, p)
	case kind != charge.Refund && kind != charge.Topup && (state == charge.Queued || state == charge.Forwarding):
		return sold(Offline, p)
	case state == charge.Owed:
		return Owed
	case state == charge.Unpaid:
		return Unpaid
	case state.Open():
		return Open
	}
	return Nothing
}

func sold(c Class, p Place) Class {
	if p.Elsewhere {
		return Brought
	}
	return c
}

// Waits tells that somebody or something still has to act on a record.
func Waits(c Class, state charge.State) bool {
	return c == Open || c == Offline || c == Owed || c == Unpaid || c == Brought && state != charge.Approved
}

// Moved is what a record means for the drawer, in minor units: the cash of a
// top-up lies in it until it was given back, that of a bill stays, and what a
// manager gave back by hand is gone from it.
func Moved(r charge.Record, state charge.State, why charge.Reason) int64 {
	switch {
	case r.Kind == charge.Cash && state == charge.Approved,
		r.Kind == charge.Topup && (state == charge.Approved || state == charge.Owed || state.Open() && state != charge.Prepared):
		return r.Amount.Minor
	case r.Kind != charge.Topup && state == charge.Reversed && why == charge.ReasonByHand:
		return -r.Amount.Minor
	}
	return 0
}
