package agent

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
)

// Refunder asks a wallet to give money of a payment back. Each call is one
// attempt under the refund's own key; the same record is sent again until it
// is answered.
type Refunder interface {
	Refund(ctx context.Context, rec charge.Record, of charge.Key) charge.Answer
}

// Refunding is the wish to give money back.
type Refunding struct {
	Of       charge.Key // the payment whose money goes back
	Amount   money.Amount
	Reason   charge.Reason // why; may be none
	By       charge.By
	Operator string
	Wish     string // the same for every try of one wish; two with the same are one refund, for ever
}

// Refund gives money of a payment back: all of it or a part, to payments that
// are paid or owed. It is written down before this returns, and then sent in
// the background under its own key until the wallet answers, also after a
// restart. A wish that came before is answered with the refund that is there.
func (r *Register) Refund(want Refunding) (charge.Record, error) {
	if r.parts.Accounts == nil {
		return charge.Record{}, &Refused{Why: "refund.not_possible"}
	}
	if err := r.mayStart(); err != nil {
		return charge.Record{}, err
	}
	of, err := r.parts.Memory.Charge(want.Of)
	if err != nil {
		return charge.Record{}, err
	}
	if of.Kind == charge.Cash {
		return r.handBack(want)
	}
	if w, known := r.wallets[of.Wallet]; !known || w.Refunds == nil {
		return charge.Record{}, &Refused{Why: "refund.not_possible"}
	}
	if err := r.mayGive(of, want.Wish); err != nil {
		return charge.Record{}, err
	}
	if err := r.mayLack(of, want.By, want.Wish); err != nil {
		return charge.Record{}, err
	}
	rec, err := r.parts.Accounts.PrepareRefundOnce(want.Wish, want.Of, want.Amount, want.By, want.Operator)
	switch {
	case errors.Is(err, charge.ErrOverRefund):
		return rec, &Refused{Why: "refund.too_much"}
	case errors.Is(err, charge.ErrManyRefunds):
		return rec, &Refused{Why: "refund.too_many"}
	case errors.Is(err, charge.ErrNotRefundable):
		return rec, &Refused{Why: "refund.not_refundable"}
	case err != nil:
		r.cannotWrite(want.Of, err)
		return rec, err
	case rec.Amount != want.Amount:
		return rec, &Refused{Why: "refund.conflict"}
	}
	r.logOf(rec.SaleID).Info("refund", "charge", string(rec.Key), "of", string(rec.Of), "amount", rec.Amount.String(), "state", string(rec.State), "operator", rec.Operator)
	if rec.State == charge.Prepared {
		step := charge.Step{Event: charge.Send, Wallet: of.Wallet, Reason: want.Reason, By: want.By, Operator: want.Operator, At: r.parts.Now()}
		if rec, err = r.writeFrom(rec.Key, charge.Prepared, step); err != nil {
			return rec, err
		}
	}
	if rec.State.Open() {
		r.settle(rec)
	}
	return rec, nil
}

// mayLack refuses a refund of a payment whose other refunds these books may
// have lost, because they are an older copy. A wallet that does not count what
// a shop gives back would give it twice. One that was adopted since has lost its
// wish: a program that repeats it would make another, so that only a person may.
func (r *Register) mayLack(of charge.Record, by charge.By, wish string) error {
	refunds, err := r.parts.Accounts.RefundsOf(of.Key)
	if err != nil {
		return err
	}
	recovered := slices.ContainsFunc(refunds, func(rec charge.Record) bool { return rec.Reason == charge.ReasonRecovered })
	older := r.parts.Accounts.OfCopy(of.Key)
	if !older && !(recovered && by == charge.ByAPI) {
		return nil
	}
	if wish != "" && slices.ContainsFunc(refunds, func(rec charge.Record) bool { return rec.Wish() == wish }) {
		return nil // it is there already
	}
	if older {
		return &Refused{Why: "refund.books_restored"}
	}
	return &Refused{Why: "refund.recovered"}
}

// writeFrom is write, unless the record has left the state by now.
func (r *Register) writeFrom(key charge.Key, from charge.State, steps ...charge.Step) (charge.Record, error) {
	defer r.pens.take(key)()
	rec, err := r.parts.Memory.Charge(key)
	if err != nil || rec.State != from {
		return rec, err
	}
	if rec, err = r.apply(key, steps...); err == nil {
		r.show(rec)
	}
	return rec, err
}

// give sends a refund for the n-th time since it is being settled. It is never
// given up by itself: only the wallet knows whether an attempt that got no
// answer gave the money back, and only the same key can be sent twice.
func (r *Register) give(rec charge.Record, p *patience, n int) error {
	w, known := r.wallets[rec.Wallet]
	switch {
	case !known || w.Refunds == nil:
		r.trouble("wallet.missing", rec.Wallet, "refund "+string(rec.Key)+" is open at a wallet that is not configured")
		return errNobody
	case n > 0 && r.until(p, w.Terms.ReversePause(n-1, r.parts.Spread()), time.Time{}):
		return nil
	}
	r.takesLong(rec, r.parts.Now())
	return r.heard(rec, w.Refunds.Refund(r.traced(rec), rec, rec.Of))
}

// given is the end of a refund: what was owed is owed no more, or the manager
// has to look.
func (r *Register) given(rec charge.Record) {
	r.logOf(rec.SaleID).Info("refund settled", "charge", string(rec.Key), "of", string(rec.Of), "state", string(rec.State), "reason", string(rec.Reason))
	if r.refunded(rec) {
		r.repaid(rec.Of)
	}
}

// refunded keeps the trouble of a payment whose last refund the wallet refused,
// and tells whether this one was given.
func (r *Register) refunded(rec charge.Record) bool {
	switch rec.State {
	case charge.Declined:
		r.trouble("refund.declined", string(rec.Of), "refund "+string(rec.Key)+" of "+rec.Amount.String()+": "+string(rec.Reason))
	case charge.Approved, charge.Reversed:
		r.clear("refund.declined", string(rec.Of))
		return true
	}
	return false
}

// repaid closes a payment that was owed to the customer, once all of it has
// been given back.
func (r *Register) repaid(key charge.Key) {
	of, err := r.parts.Memory.Charge(key)
	if err != nil || of.State != charge.Owed || r.parts.Accounts == nil {
		return // what cannot be read now is closed at the next start
	}
	refunds, err := r.parts.Accounts.RefundsOf(key)
	if err != nil {
		r.log.Error("the refunds of a charge cannot be read", "charge", string(key), "error", err)
		return
	}
	left := of.Amount.Minor
	for _, rec := range refunds {
		if rec.State == charge.Approved || rec.State == charge.Reversed {
			left = max(left-rec.Amount.Minor, 0)
		}
	}
	if left > 0 {
		return
	}
	step := charge.Step{Event: charge.Confirm, Wallet: of.Wallet, Reason: charge.ReasonRefunded, By: charge.ByRecovery, At: r.parts.Now()}
	if of, err = r.writeFrom(key, charge.Owed, step); err == nil {
		r.logOf(of.SaleID).Info("charge settled", "charge", string(key), "state", string(of.State), "reason", string(of.Reason))
	}
}

// RefundsOf are the refunds of a payment in whatever state, oldest first.
func (r *Register) RefundsOf(key charge.Key) ([]charge.Record, error) {
	if r.parts.Accounts == nil {
		return nil, nil
	}
	return r.parts.Accounts.RefundsOf(key)
}
