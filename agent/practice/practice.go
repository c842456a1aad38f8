// Package practice is the wallet of the training mode: the last two digits of
// an amount choose what becomes of it. It has no network, no customer and no
// money.
//
// Invariant: it remembers nothing. What it says of a charge follows from the
// charge's own record and the clock, so that a restart in the middle of a
// lesson changes nothing.
package practice

import (
	"context"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
)

// ID is the wallet's id in the books of the training.
const ID = "training"

// CodeMatch is which codes it takes: digits that no real wallet gives out.
// CodeExample is one of them.
const (
	CodeMatch   = `^9900\d{20}$`
	CodeExample = "990000000000000000000001"
)

// Outcome is what becomes of a payment.
type Outcome string

// The outcomes.
const (
	Pays       Outcome = "pays"        // approved at once
	NoFunds    Outcome = "no_funds"    // declined: the customer has not got so much
	Expired    Outcome = "expired"     // declined: the code is too old
	Confirms   Outcome = "confirms"    // waits for the customer's phone, and is approved
	DoubtPaid  Outcome = "doubt_paid"  // no answer in time; a few seconds later: it is paid
	DoubtNot   Outcome = "doubt_not"   // no answer in time; a few seconds later: it is not
	Away       Outcome = "away"        // the wallet cannot be reached
	Slow       Outcome = "slow"        // approved after two seconds
	DoubtStays Outcome = "doubt_stays" // no answer, for as long as anybody asks
)

// Row is one line of the table.
type Row struct {
	Ends    int // the last two digits of the amount in minor units
	Outcome Outcome
	JA, EN  string
}

// Table is what the last two digits of an amount choose. Any other amount
// pays. docs/manager and docs/integrator show it.
var Table = [...]Row{
	{1, NoFunds, "残高不足で断られる", "declined: not enough money"},
	{2, Expired, "コードの期限切れで断られる", "declined: the code has expired"},
	{3, Confirms, "お客様がスマートフォンで確認してから支払われる", "waits for the customer to confirm, then paid"},
	{4, DoubtPaid, "返事が来ない。数秒後に、支払い済みと分かる", "no answer; some seconds later it turns out to be paid"},
	{5, DoubtNot, "返事が来ない。数秒後に、未払いと分かる", "no answer; some seconds later it turns out not to be paid"},
	{6, Away, "決済サービスにつながらない", "the wallet cannot be reached"},
	{7, Slow, "二秒かかって支払われる", "paid, after two seconds"},
	{8, DoubtStays, "返事が来ないまま、取り消される", "no answer at all: the register gives up and undoes it"},
}

// Of is what an amount chooses.
func Of(minor int64) Outcome {
	for _, row := range Table {
		if minor%100 == int64(row.Ends) {
			return row.Outcome
		}
	}
	return Pays
}

// settles is how long after the first request a doubt or a confirmation ends.
const settles = 6 * time.Second

// Wallet answers as the table says.
type Wallet struct {
	Terms charge.Terms
	Now   func() time.Time
}

// Charge is a payment; see agent.Authorizer.
func (w Wallet) Charge(ctx context.Context, r charge.Record, _ paycode.Code) charge.Answer {
	asked := w.Now()
	switch Of(r.Amount.Minor) {
	case NoFunds:
		return w.says(asked, charge.Decline, charge.ReasonFunds)
	case Expired:
		return w.says(asked, charge.Decline, charge.ReasonCodeExpired)
	case Confirms:
		return w.says(asked, charge.Wait, charge.ReasonConfirmPhone)
	case Away:
		a := w.says(asked, charge.Miss, charge.ReasonUnreachable)
		a.Bytes, a.By = 0, charge.ByTimer
		return a
	case DoubtPaid, DoubtNot, DoubtStays:
		return w.silent(ctx, asked)
	case Slow:
		wait(ctx, 2*time.Second)
	}
	return w.approves(asked, r)
}

// TopUp is cash that becomes money of the customer; see agent.TopUpper.
func (w Wallet) TopUp(ctx context.Context, r charge.Record, code paycode.Code) charge.Answer {
	return w.Charge(ctx, r, code)
}

// Inquire is how a charge stands.
func (w Wallet) Inquire(ctx context.Context, r charge.Record) charge.Answer {
	asked := w.Now()
	early := asked.Sub(r.SentAt) < settles
	switch of := Of(r.Amount.Minor); {
	case of == DoubtStays || early && (of == DoubtPaid || of == DoubtNot):
		return w.silent(ctx, asked)
	case of == Confirms && early:
		return w.says(asked, charge.Wait, charge.ReasonConfirmPhone)
	case of == DoubtNot:
		return w.says(asked, charge.Decline, charge.ReasonRejected)
	case of == NoFunds:
		return w.says(asked, charge.Decline, charge.ReasonFunds)
	case of == Expired:
		return w.says(asked, charge.Decline, charge.ReasonCodeExpired)
	}
	return w.approves(asked, r)
}

// Reverse undoes a charge, whatever became of it.
func (w Wallet) Reverse(_ context.Context, _ charge.Record) charge.Answer {
	return w.says(w.Now(), charge.Confirm, charge.ReasonNone)
}

// Refund gives money back; see agent.Refunder.
func (w Wallet) Refund(_ context.Context, r charge.Record, _ charge.Key) charge.Answer {
	return w.approves(w.Now(), r)
}

func (w Wallet) approves(asked time.Time, r charge.Record) charge.Answer {
	a := w.says(asked, charge.Approve, charge.ReasonNone)
	a.Receipt = "TRAINING-" + string(r.Key)
	return a
}

// silent is no answer within the deadline.
func (w Wallet) silent(ctx context.Context, asked time.Time) charge.Answer {
	wait(ctx, w.Terms.Deadline)
	a := w.says(asked, charge.Lose, charge.ReasonTimeout)
	a.By, a.Known = charge.ByTimer, false
	return a
}

func (w Wallet) says(asked time.Time, e charge.Event, why charge.Reason) charge.Answer {
	now := w.Now()
	return charge.Answer{
		Step:  charge.Step{Event: e, Wallet: ID, Reason: why, By: charge.ByWallet, Asked: asked, At: now},
		Bytes: 1, Took: now.Sub(asked), Known: true,
	}
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
