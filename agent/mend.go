package agent

import (
	"context"
	"errors"
	"fmt"

	"github.com/posagent/posagent/agent/charge"
)

// mend does what a rule knows to do about a difference, and notes what it did.
// Once nobody waits for the comparison any more nothing is done: each
// correction is a commit of its own, and thousands of them would take the
// books for minutes.
func (a *audit) mend(ctx context.Context, d *Difference) {
	if d.Ours != nil {
		d.After = d.Ours.State
	}
	event, known := d.What.Remedy()
	switch {
	case ctx.Err() != nil:
		d.Done, d.Left = OutOfTime, true
	case d.What == OpenHere:
		d.Done, d.Left = Settling, true
		a.settleOn(*d.Ours)
	case d.What == OpenThere:
		d.Done, d.Left = Settling, true
	case d.What == UnknownHere:
		a.adopt(d)
	case !known:
		d.Done, d.Left = ForManager, true
	case event == charge.Confirm:
		a.ask(ctx, d)
	default:
		a.correct(d, charge.Step{Event: event, Wallet: a.wallet.ID})
	}
	if d.What.alarming() {
		a.trouble("charge.alarm", string(d.Key), "reconciliation of "+a.day.Date+": "+string(d.What))
	}
}

// settleOn wakes the settler of a record, which may have gone to sleep because
// its wallet was not configured.
func (a *audit) settleOn(rec charge.Record) {
	if WorkOn(rec) != NoWork {
		a.settle(rec)
	}
}

func (a *audit) adopt(d *Difference) {
	rec, err := a.parts.Accounts.Adopt(*d.Theirs, a.wallet.ID, a.day.Date)
	if errors.Is(err, charge.ErrNotTaken) {
		d.Done, d.Left, d.Note = ForManager, true, err.Error()
		return
	}
	if err != nil {
		a.failed(d, err)
		return
	}
	if rec.Wallet != a.wallet.ID { // another wallet has approved it as well
		d.What, d.Done, d.After, d.Left = PaidTwice, ForManager, rec.State, true
		return
	}
	d.Done, d.After = Adopted, rec.State
	a.ours = append(a.ours, rec)
	if rec.Kind == charge.Refund {
		a.given(rec)
	}
	a.log.Warn("adopted what the wallet has and these books did not", "charge", string(d.Key), "wallet", a.wallet.ID, "amount", rec.Amount.String())
}

// ask asks the wallet how the key stands before our yes is taken back: what
// it says now wins over a list that is a moment old.
func (a *audit) ask(ctx context.Context, d *Difference) {
	if a.silent {
		d.Done, d.Left = Unanswered, true
		return
	}
	answer := a.wallet.Ask.Inquire(ctx, *d.Ours)
	if ctx.Err() != nil { // nobody waits any more: no word about the wallet
		d.Done, d.Left = OutOfTime, true
		return
	}
	a.noted(*d.Ours, answer)
	switch {
	case answer.Event == charge.Approve:
		d.Done = Confirmed
		a.restate(d, charge.Approved)
	case answer.Event == charge.Decline, d.Theirs == nil && d.What != NothingOwed && answer.Event == charge.Lose && answer.Reason == charge.ReasonCodeUnknown:
		a.correct(d, charge.Step{Event: charge.Confirm, Wallet: a.wallet.ID, Asked: answer.Asked})
	default:
		d.Done, d.Left, d.Note = Unanswered, true, answer.Note
		a.silent = a.silent || answer.Event == charge.Miss || answer.Event == charge.Lose && answer.Reason != charge.ReasonCodeUnknown
	}
}

// restate puts what the wallet said to an inquiry in the place of its list.
func (a *audit) restate(d *Difference, state charge.State) {
	for i := range a.theirs {
		if a.theirs[i].Key == d.Key {
			a.theirs[i].State = state
			return
		}
	}
	a.theirs = append(a.theirs, charge.StatementEntry{
		Key: d.Key, Kind: d.Ours.Kind, Of: d.Ours.Of, State: state, Amount: d.Ours.Amount, At: a.parts.Now(),
	})
}

// correct takes the step that makes our books say what is true, and lets the
// register go on from there.
func (a *audit) correct(d *Difference, step charge.Step) {
	rec, ok := a.step(d, step)
	if !ok {
		return
	}
	if d.Done, d.Left = Corrected, rec.State.Open(); rec.State == d.Ours.State {
		d.Done, d.Left = ForManager, true // the books hold the step back: see book.Twice
		return
	}
	a.log.Warn("reconciled", "charge", string(d.Key), "wallet", a.wallet.ID, "was", string(d.Ours.State), "now", string(rec.State), "why", string(d.What))
	for i := range a.ours {
		if a.ours[i].Key == d.Key {
			a.ours[i] = rec
		}
	}
	switch {
	case rec.State == charge.Reversing:
		a.settle(rec)
	case rec.Kind == charge.Refund:
		a.given(rec)
	}
}

// step takes it, unless the record has moved since it was compared, or reached
// its state only after the wallet's list was asked for.
func (a *audit) step(d *Difference, step charge.Step) (charge.Record, bool) {
	step.By, step.Reason, step.At = charge.ByRecovery, charge.ReasonReconciled, a.parts.Now()
	defer a.pens.take(d.Key)()
	rec, err := a.parts.Memory.Charge(d.Key)
	if err != nil {
		a.failed(d, err)
		return rec, false
	}
	d.After = rec.State
	stale := step.Event == charge.Approve && !rec.ChangedAt.Before(a.asked) && !rec.ChangedAt.After(a.parts.Now())
	if rec.State != d.Ours.State || !rec.ChangedAt.Equal(d.Ours.ChangedAt) || stale {
		d.Done, d.Left = Moved, true
		return rec, false
	}
	if rec, err = a.apply(d.Key, step); err != nil {
		a.failed(d, err)
		return rec, false
	}
	a.show(rec)
	d.After = rec.State
	return rec, true
}

// failed is a difference that could not be dealt with: the books did not work.
func (a *audit) failed(d *Difference, err error) {
	d.Done, d.Left, d.Note = Moved, true, fmt.Sprintf("the books: %v", err)
	a.log.Error("a difference could not be corrected", "charge", string(d.Key), "error", err)
}

// noted counts an answer and what it says about the line to the wallet.
func (a *audit) noted(rec charge.Record, answer charge.Answer) {
	a.log.Info("asked the wallet about a difference", "charge", string(rec.Key), "wallet", answer.Wallet, "event", string(answer.Event),
		"reason", string(answer.Reason), "state", string(rec.State), "took", answer.Took, "note", answer.Note)
	a.mu.Lock()
	defer a.mu.Unlock()
	a.count.answer(answer)
	if b := a.breakers[answer.Wallet]; b != nil && b.newest == "" {
		b.newest = rec.Key
	}
	a.reach(answer)
}
