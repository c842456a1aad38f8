package agent

import (
	"errors"
	"slices"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/sale"
)

// Refused means that a scan or a request is not taken. Why is a code of
// agent/health, where the sentence for the cashier is.
type Refused struct {
	Why  string
	Left string       // of a limit: what remains, for people
	Lift charge.Limit // that a manager may let this sale pass; empty for none
}

func (e *Refused) Error() string { return "refused: " + e.Why }

// Invalid means that a sale from outside is wrong; its text is for the one
// who wrote the POS software.
type Invalid struct{ Err error }

func (e *Invalid) Error() string { return e.Err.Error() }
func (e *Invalid) Unwrap() error { return e.Err }

// Refusal is the last scan that was not taken.
type Refusal struct {
	Why  string       // a code of agent/health
	Left string       // of a limit: what remains
	Lift charge.Limit // that a manager may let this sale pass; empty for none
	At   time.Time
}

// View is a sale as a page shows it.
type View struct {
	Sale     sale.Sale
	Charge   charge.Record
	Checking bool      // past the soft mark, or in doubt
	Deadline time.Time // of a request under way; else zero
	Next     time.Time // of the next inquiry or reversal; else zero
	GiveUp   time.Time // when a doubt is reversed; else zero
	Refusal  *Refusal  // the last scan was not taken
	Lifted   []charge.Limit
	Shown    *ShownCode // a code that the customer is to read; else nil
}

// view is the standing sale; r.mu is held.
func (r *Register) view() View {
	v := View{Sale: r.desk.sale, Charge: r.desk.charge, Refusal: r.desk.refusal, Lifted: r.desk.limitsLifted()}
	if r.desk.phase == asking {
		v.Deadline = r.desk.deadline
		v.Checking = !r.parts.Now().Before(r.desk.soft)
	}
	r.waiting(&v)
	return v
}

// waiting adds what is known of a charge that is being settled; r.mu is held.
func (r *Register) waiting(v *View) {
	if p := r.patient[v.Charge.Key]; p != nil {
		v.Next, v.GiveUp = p.next, p.end
	}
	v.Checking = v.Checking || v.Charge.State == charge.InDoubt
	if code, known := r.shown[v.Charge.Key]; known && v.Charge.State == charge.Pending {
		if !r.parts.Now().Before(code.Until) {
			code.Text = "" // nobody can pay it, and the wallet is about to say so
		}
		v.Shown = &code
	}
}

// Standing is the sale on the desk, and false when there is none.
func (r *Register) Standing() (View, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.view(), r.desk.standing
}

// LastRefusal is the last scan that was not taken, nil after one that was.
func (r *Register) LastRefusal() *Refusal {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.desk.refusal
}

// Look is a sale and its newest charge, from the desk or from memory.
func (r *Register) Look(saleID string) (View, error) {
	if v, ok := r.Standing(); ok && v.Sale.ID == saleID {
		return v, nil
	}
	s, err := r.parts.Memory.Sale(saleID)
	if err != nil {
		return View{}, err
	}
	charges, err := r.parts.Memory.ChargesOfSale(saleID)
	if err != nil {
		return View{}, err
	}
	v := View{Sale: s, Charge: newest(charges)}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting(&v)
	return v, nil
}

// newest is the charge that a sale stands or falls with: the last that is no
// refund.
func newest(ofSale []charge.Record) charge.Record {
	for _, rec := range slices.Backward(ofSale) {
		if rec.Kind != charge.Refund {
			return rec
		}
	}
	return charge.Record{}
}

// Charge is one charge from memory.
func (r *Register) Charge(key charge.Key) (charge.Record, error) { return r.parts.Memory.Charge(key) }

// WalletName is what people call a wallet, in Japanese and in English.
func (r *Register) WalletName(id string) (name, nameEN string) {
	w := r.wallets[id]
	if w.NameEN == "" {
		return w.Name, w.Name
	}
	return w.Name, w.NameEN
}

// Unsettled is how many charges are being settled in the background.
func (r *Register) Unsettled() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.patient)
}

// Pausing tells that a charge is being settled and that the first attempt has
// come to nothing: the next one is some time away.
func (r *Register) Pausing(key charge.Key) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.patient[key]
	return p != nil && !p.next.IsZero()
}

// Changed is closed at the next change of anything that is shown. Take it
// first and look afterwards: then no change is missed.
func (r *Register) Changed() <-chan struct{} {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

// announce tells everyone who waits; r.mu is held.
func (r *Register) announce() {
	r.aim()
	close(r.changed)
	r.changed = make(chan struct{})
}

// Announce tells everyone who waits that something beside the sale changed,
// such as a device, or the queue of what was taken without a network.
func (r *Register) Announce() {
	r.exposed.moved()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.announce()
}

// show puts a changed charge before those who watch; the caller holds its pen.
func (r *Register) show(rec charge.Record) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.desk.charge.Key == rec.Key {
		r.desk.charge = rec
	}
	r.announce()
}

// refuse shows the cashier why a scan is not taken and returns it as a
// *Refused. Other errors are troubles of the register itself.
func (r *Register) refuse(err error) error {
	var code *paycode.Refusal
	var refused *Refused
	switch {
	case errors.As(err, &code):
		refused = &Refused{Why: "code." + string(code.Why)}
	case errors.As(err, &refused):
	default:
		r.log.Error("a scan could not be taken", "error", err)
		refused = &Refused{Why: "register.failed"}
	}
	r.log.Info("scan refused", "why", refused.Why)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count.refused(refused.Why)
	r.desk.refusal = &Refusal{Why: refused.Why, Left: refused.Left, Lift: refused.Lift, At: r.parts.Now()}
	r.announce()
	return refused
}
