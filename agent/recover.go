package agent

import (
	"fmt"
	"slices"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// Recover classifies every charge that the last run left open and writes its
// way out before any new work begins; inquiries and reversals then run in the
// background. It asks no wallet itself, so it is quick and works without a
// network, and one wallet that is away never stops the register.
func (r *Register) Recover() (found int, err error) {
	for rec, err := range r.parts.Memory.EachOpen() {
		if err != nil {
			return found, fmt.Errorf("read the charges that are open: %w", err)
		}
		found++
		if r.mayBePaidSince(rec) {
			r.watch(rec)
			r.settle(rec)
			continue
		}
		if rec, err = r.classify(rec); err != nil {
			return found, err
		}
		r.watch(rec)
		if WorkOn(rec) != NoWork {
			r.settle(rec)
		}
		r.standAgain(rec)
		if _, known := r.wallets[rec.Wallet]; !known && rec.Reason == charge.ReasonOffline {
			r.trouble("wallet.missing", rec.Wallet, "charge "+string(rec.Key)+" is to be collected from a wallet that is not configured")
		}
	}
	for _, w := range r.parts.Wallets {
		r.collectSoon(w.ID)
	}
	r.spawn(r.remind)
	return found, nil
}

// mayBePaidSince tells of a charge in doubt, or not sent yet, that these books
// are an older copy: it may have been paid since, and its goods be gone.
func (r *Register) mayBePaidSince(rec charge.Record) bool {
	if r.parts.Accounts == nil || rec.Kind == charge.Refund || rec.State != charge.Prepared && !rec.State.Doubtful() {
		return false
	}
	return r.parts.Accounts.OfCopy(rec.Key)
}

// lookFirst asks every wallet about such a charge, and tells whether it may go
// the way of every other one: when it turned out to be paid, or when all have
// answered and none has approved it. By itself an older copy takes nothing back.
func (r *Register) lookFirst(rec charge.Record, p *patience, n int) (done bool, err error) {
	paid, answered, err := r.lookAround(rec)
	switch {
	case paid || err != nil:
		return err == nil, err
	case answered:
		_, err = r.classify(rec)
		return true, err
	}
	r.pause(p, charge.Standard().ReversePause(n, r.parts.Spread()), time.Time{})
	return false, nil
}

// lookAround asks each wallet once, and writes a yes down. One that cannot be
// written is an error: nothing is undone then.
func (r *Register) lookAround(rec charge.Record) (paid, answered bool, err error) {
	answered = true
	for _, w := range r.parts.Wallets {
		if w.Ask == nil || len(rec.Route) > 0 && !slices.Contains(rec.Route, w.ID) {
			continue
		}
		a := w.Ask.Inquire(r.traced(rec), rec)
		if a.Event != charge.Approve {
			answered = answered && !Unknown(a)
			continue
		}
		a.By, a.Reason = charge.ByRecovery, charge.ReasonRecovered
		steps := []charge.Step{a.Step}
		if rec.State == charge.Prepared {
			steps = []charge.Step{{Event: charge.Send, Wallet: w.ID, By: charge.ByRecovery, Reason: charge.ReasonRecovered, At: a.At}, a.Step}
		}
		_, err := r.writeFrom(rec.Key, rec.State, steps...)
		return err == nil, true, err
	}
	return false, answered, nil
}

// alarmsFor is how long an alarm about a charge that is at its end comes back
// at a start: by then the day has been reconciled with the wallet.
const alarmsFor = 48 * time.Hour

// remind shows again what waits for a person, from the books. It is no reason
// to be ready later.
func (r *Register) remind() {
	waiting, err := r.parts.Memory.InStates(charge.Owed, charge.Unpaid)
	if err != nil {
		r.log.Error("the charges that wait for the manager cannot be read", "error", err)
	}
	for _, rec := range waiting {
		r.repaid(rec.Key) // the last run may not have come to write it down
		r.remindOf(rec.Key)
	}
	if r.parts.Accounts == nil {
		return
	}
	now := r.parts.Now()
	recent, err := r.parts.Accounts.Between(now.Add(-alarmsFor), now)
	if err != nil {
		r.log.Error("the charges of the last days cannot be read", "error", err)
	}
	for _, rec := range recent {
		if rec.Alarms > 0 {
			r.remindOf(rec.Key)
		}
		if rec.Kind == charge.Refund {
			r.refunded(rec) // a yes after a no takes the trouble away again
		}
	}
}

func (r *Register) remindOf(key charge.Key) {
	defer r.pens.take(key)()
	rec, err := r.parts.Memory.Charge(key) // the manager may have been quicker
	if err != nil {
		r.log.Error("a charge that waits for the manager cannot be read", "charge", string(key), "error", err)
		return
	}
	r.watch(rec)
}

// classify takes the one step that a crash means for a charge.
func (r *Register) classify(rec charge.Record) (charge.Record, error) {
	event, found := Found(rec)
	if !found {
		return rec, nil
	}
	step := charge.Step{Event: event, By: charge.ByRecovery, Reason: charge.ReasonRestart, At: r.parts.Now()}
	after, err := r.writeFrom(rec.Key, rec.State, step)
	if err != nil {
		return rec, fmt.Errorf("classify charge %s: %w", rec.Key, err)
	}
	r.logOf(rec.SaleID).Warn("found open after a restart", "charge", string(rec.Key), "was", string(rec.State), "now", string(after.State))
	return after, nil
}
