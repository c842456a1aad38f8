package agent

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/paycode"
)

// Offline takes charges without a network and gives back what is to be
// collected. Its books are those of Journal.
type Offline interface {
	// Prove verifies a signed code for an amount, without a network. The error
	// of a code that is not good is a *Refused.
	Prove(code paycode.Code, amount money.Amount, now time.Time) (charge.Proof, error)
	// Accept takes a charge, durably: new code and limits are judged in the same
	// transaction. A *charge.OverLimit and charge.ErrReplayed are refusals.
	Accept(key charge.Key, step charge.Step, proof charge.Proof, over ...charge.Limit) (charge.Record, error)
	// Due are charges of a wallet that are to be collected, those whose code
	// ends first before the others; after is the last one of the page before.
	Due(wallet string, after charge.Due, most int) ([]charge.Due, error)
	// DueOf is one of them, by its key. An error for which errors.Is says
	// NotFound is a charge that does not wait to be collected.
	DueOf(charge.Key) (charge.Due, error)
	// Evidence is the code of such a charge. An error for which errors.Is says
	// NotFound is a charge that has none.
	Evidence(charge.Key) (paycode.Secret, error)
	Exposure() (charge.Exposure, error)        // of what this register took
	CarriedExposure() (charge.Exposure, error) // of what others took, and it is to collect
}

// withoutNetwork takes the standing sale on a signed code alone, when nothing
// of it has left: the wallet is paused, or could not be reached.
func (r *Register) withoutNetwork(saleID string, w Wallet, code paycode.Code) error {
	held, err := r.hold()
	if err != nil {
		return r.refuse(err)
	}
	if saleID != "" && held.sale.ID != saleID {
		r.rest()
		return r.refuse(&Refused{Why: "register.not_standing"})
	}
	rec, err := r.taken(held, w, code)
	var unclear *notWritten
	switch {
	case errors.As(err, &unclear): // it may be on the disk all the same
		return r.blind(err)
	case err != nil:
		r.rest()
		return r.refuse(err)
	}
	r.mu.Lock()
	r.desk.phase, r.desk.refusal = resting, nil
	r.desk.reached, r.desk.lifted = nil, nil // a leave is for one acceptance
	r.print(rec)                             // before Leave can see that the desk rests
	r.announce()
	r.mu.Unlock()
	r.logOf(rec.SaleID).Info("taken without a network", "charge", string(rec.Key), "wallet", w.ID, "amount", rec.Amount.String())
	r.collectSoon(w.ID)
	return nil
}

// taken proves a code and writes the charge down.
func (r *Register) taken(d desk, w Wallet, code paycode.Code) (charge.Record, error) {
	var none charge.Record
	switch {
	case d.sale.TopUp:
		return none, &Refused{Why: "offline.top_up"}
	case r.offlineStopped(w):
		return none, &Refused{Why: "offline.stopped"}
	case !r.clockTrusted():
		return none, &Refused{Why: "offline.clock"}
	}
	now := r.parts.Now()
	proof, err := r.parts.Offline.Prove(code, d.sale.Amount, now)
	if err != nil {
		return none, err
	}
	rec, mark, err := r.ready(d, w, code, false)
	if err != nil {
		return none, err
	}
	r.mu.Lock()
	r.desk.charge = rec // whatever comes of it, the next scan is for this one
	r.mu.Unlock()
	defer r.pens.take(rec.Key)()
	if err := r.still(rec.Key); err != nil {
		return none, err
	}
	step := charge.Step{
		Event: charge.Queue, Wallet: w.ID, Reason: charge.ReasonOffline, By: charge.ByCashier, Operator: d.sale.Operator, Code: mark, At: now,
		Note: d.liftedBy(),
	}
	rec, err = r.parts.Offline.Accept(rec.Key, step, proof, d.limitsLifted()...)
	var over *charge.OverLimit
	switch {
	case errors.As(err, &over):
		return none, r.overLimit(over, d.sale.Amount)
	case errors.Is(err, charge.ErrNotTaken):
		return none, &Refused{Why: "register.code_again"}
	case err != nil:
		r.cannotWrite(rec.Key, err)
		return none, &notWritten{err}
	}
	r.exposed.moved()
	r.watch(rec)
	r.show(rec) // with the pen in hand: the queue may be collecting it by now
	return rec, nil
}

// notWritten is an acceptance that the books could not confirm.
type notWritten struct{ error }

func (n *notWritten) Unwrap() error { return n.error }

// offlineStopped tells that nothing of a wallet is taken without a network.
func (r *Register) offlineStopped(w Wallet) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.keepsOff(w)
}

// overLimit names the limit, what is left of it for the cashier to read, and
// whether a manager may let the sale pass.
func (r *Register) overLimit(e *charge.OverLimit, amount money.Amount) *Refused {
	out := &Refused{Why: "offline." + string(e.Limit)}
	switch e.Limit {
	case charge.Age, charge.Denied:
	case charge.Count:
		out.Left = fmt.Sprint(e.Left)
	default:
		out.Left = money.Amount{Minor: e.Left, Currency: amount.Currency}.String()
	}
	if slices.Contains(r.parts.Rules.Lift, e.Limit) && e.Liftable(amount.Minor) {
		out.Lift = e.Limit
		r.reached(e.Limit)
	}
	return out
}

// mayGoWithout tells whether a code that was not sent may be taken without a
// network: it is signed, and the wallet is the reason.
func (r *Register) mayGoWithout(code paycode.Code, err error) bool {
	var refused *Refused
	return r.parts.Offline != nil && code.Signed && errors.As(err, &refused) && refused.Why == "wallet.paused"
}
