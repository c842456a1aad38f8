// Package risk judges what customers do: it says of a sign-in, a top-up or a
// payment whether it goes through, needs a yes on the phone first, or is refused.
// It is a pure function of facts and rules: it has no clock, no store and no
// memory, so that the same code judges in the wallet and in a replay of what
// happened elsewhere. What it says is for the wallet's people; a register hears
// no reason.
//
// Invariant: the same facts and rules give the same verdict, and a fact that is
// not known never makes a verdict milder.
package risk

import (
	"slices"
	"time"
)

// Act is what is judged.
type Act string

const (
	SignIn  Act = "sign_in" // from a device that is not the customer's phone
	TopUp   Act = "top_up"
	Payment Act = "payment"
	Refund  Act = "refund"
)

// Do is what becomes of an act. A later one is stricter.
type Do string

const (
	Allow   Do = "allow"
	StepUp  Do = "step_up" // a yes on the phone that pays
	Hold    Do = "hold"    // it waits for a person of the wallet
	Decline Do = "decline"
)

// strictness is the order of what may be done.
var strictness = []Do{Allow, StepUp, Hold, Decline}

// Reason is why something is not just allowed: a word for people and for tests.
type Reason string

const (
	ListAttack   Reason = "list_attack"    // many wrong tries at many accounts: no new device is trusted that no other has agreed to
	Guessing     Reason = "guessing"       // wrong tries at this account, or from this address
	NewDevice    Reason = "new_device"     // money in, and out again, by a phone that is new
	FastTopUps   Reason = "fast_top_ups"   // one after the other
	MuchToppedUp Reason = "much_topped_up" // more in a day than without a yes
	Unusual      Reason = "unusual"        // far more than this customer ever paid
	Travel       Reason = "travel"         // two stores, too far apart
	Abroad       Reason = "abroad"         // signed in abroad, paying here
	Recovered    Reason = "recovered"      // the way in, or the contact, changed a short time ago
	Resale       Reason = "resale"         // goods that are sold on, in bulk, by a phone that is new
	ManyVictims  Reason = "many_victims"   // one store, and many customers who say it was not them
	Refunding    Reason = "refunding"      // a store or customer with many refunds
)

// Facts are what is known when something is done. Amounts are yen. What is not
// known is the worst that it can be for times (zero: just now), and nothing for
// counts.
type Facts struct {
	Act    Act
	Amount int64

	AccountFails int // wrong tries at this account in the last 5 minutes
	AddressFails int // from this address
	AllFails     int // at all accounts, and
	AllRight     int // sign-ins that went well

	Device    time.Duration // how long the phone has paid for this customer
	Agreed    bool          // the phone before it has agreed to it
	Recovered time.Duration // since the way in or the contact changed; negative: never
	Abroad    bool          // the session that brought the phone came from abroad

	TopUps       int   // in the last 10 minutes
	ToppedUp     int64 // in 24 hours, without this one
	Spent        int64 // in 24 hours, without this one
	Largest      int64 // that this customer ever paid; 0: has not paid yet
	FreshMoney   int64 // topped up by card or bank in the last 24 hours, and not spent
	Resale       int64 // of the amount: tobacco, gift cards, stamps
	Kilometres   float64
	Since        time.Duration // from the payment before, which was Kilometres away; 0: there was none
	StoreVictims int           // customers who reported payments at this store in 24 hours
	Refunds      int           // of this customer in 7 days
}

// Rules are the bounds. They come signed, with a version that only rises.
type Rules struct {
	Version int64 `json:"version"`

	ListFails int     `json:"list_fails"` // wrong tries in 5 minutes, of all, from which on
	ListRatio float64 `json:"list_ratio"` // they are a list when they are so many times those that went well
	Fails     int     `json:"fails"`      // at an account or from an address in 5 minutes

	New          time.Duration `json:"new"`           // a phone is new for so long
	NewFresh     int64         `json:"new_fresh"`     // that a new phone spends of fresh money without a yes, in 24 hours
	Recover      time.Duration `json:"recover"`       // after a reset or a move
	RecoverHold  time.Duration `json:"recover_hold"`  // a top-up waits for a person; and asks for a yes until Recover
	RecoverMost  int64         `json:"recover_most"`  // is paid without a yes in 24 hours
	TopUps       int           `json:"top_ups"`       // in 10 minutes
	TopUpDay     int64         `json:"top_up_day"`    // without a yes, by a phone that is new
	TopUpMost    int64         `json:"top_up_most"`   // in 24 hours, by any
	UnusualTimes int64         `json:"unusual_times"` // of the largest payment so far, and
	UnusualFrom  int64         `json:"unusual_from"`  // from so much on
	TravelSpeed  float64       `json:"travel_speed"`  // km/h
	TravelFrom   float64       `json:"travel_from"`   // km
	AbroadMost   int64         `json:"abroad_most"`   // is paid without a yes when the phone was brought from abroad
	ResaleMost   int64         `json:"resale_most"`   // by a phone that is new
	Victims      int           `json:"victims"`       // at one store
	Refunds      int           `json:"refunds"`       // in 7 days
}

// Default are rules for a wallet of a Japanese chain.
var Default = Rules{
	Version: 1, ListFails: 300, ListRatio: 3, Fails: 10,
	New: 72 * time.Hour, NewFresh: 5_000, Recover: 72 * time.Hour, RecoverHold: 24 * time.Hour, RecoverMost: 5_000,
	TopUps: 3, TopUpDay: 10_000, TopUpMost: 200_000, UnusualTimes: 10, UnusualFrom: 50_000,
	TravelSpeed: 500, TravelFrom: 100, AbroadMost: 3_000, ResaleMost: 10_000, Victims: 3, Refunds: 5,
}

// Verdict is what becomes of an act, and why.
type Verdict struct {
	Do      Do
	Reasons []Reason
}

// add makes a verdict at least so strict.
func (v *Verdict) add(do Do, why Reason) {
	if slices.Index(strictness, do) > slices.Index(strictness, v.Do) {
		v.Do = do
	}
	v.Reasons = append(v.Reasons, why)
}

// Listed tells that somebody tries a list of passwords: far more go wrong than
// right, wherever they come from.
func (r Rules) Listed(fails, right int) bool {
	return fails >= r.ListFails && float64(fails) >= r.ListRatio*float64(max(right, 1))
}

// Decide judges one act.
func Decide(f Facts, r Rules) Verdict {
	v := Verdict{Do: Allow}
	fresh := f.Device < r.New
	if f.AccountFails >= r.Fails || f.AddressFails >= r.Fails {
		v.add(StepUp, Guessing)
	}
	if fresh && !f.Agreed && r.Listed(f.AllFails, f.AllRight) {
		v.add(StepUp, ListAttack)
	}
	switch f.Act {
	case TopUp:
		r.topUp(f, fresh, &v)
	case Payment:
		r.payment(f, fresh, &v)
	case Refund:
		if f.Refunds >= r.Refunds {
			v.add(Hold, Refunding)
		}
	}
	return v
}

func (r Rules) topUp(f Facts, fresh bool, v *Verdict) {
	if f.TopUps+1 >= r.TopUps {
		v.add(Decline, FastTopUps)
	}
	if f.ToppedUp+f.Amount > r.TopUpMost {
		v.add(Decline, MuchToppedUp)
	} else if fresh && f.ToppedUp+f.Amount > r.TopUpDay {
		v.add(StepUp, MuchToppedUp)
	}
	switch {
	case f.Recovered >= 0 && f.Recovered < r.RecoverHold:
		v.add(Hold, Recovered)
	case f.Recovered >= 0 && f.Recovered < r.Recover:
		v.add(StepUp, Recovered)
	}
}

func (r Rules) payment(f Facts, fresh bool, v *Verdict) {
	if fresh && f.FreshMoney > 0 && f.Spent+f.Amount > r.NewFresh {
		v.add(StepUp, NewDevice)
	}
	if f.Recovered >= 0 && f.Recovered < r.Recover && f.Spent+f.Amount > r.RecoverMost {
		v.add(StepUp, Recovered)
	}
	if f.Abroad && fresh && f.Spent+f.Amount > r.AbroadMost {
		v.add(StepUp, Abroad)
	}
	if f.Amount >= r.UnusualFrom && f.Largest > 0 && f.Amount >= r.UnusualTimes*f.Largest {
		v.add(StepUp, Unusual)
	}
	if f.Since > 0 && f.Kilometres >= r.TravelFrom && f.Kilometres/f.Since.Hours() > r.TravelSpeed {
		v.add(StepUp, Travel)
	}
	if fresh && f.Resale > r.ResaleMost {
		v.add(StepUp, Resale)
	}
	if f.StoreVictims >= r.Victims && fresh {
		v.add(Hold, ManyVictims)
	}
}
