package agent

import (
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/planted"
	"github.com/posagent/posagent/agent/sale"
)

// phase is how far a walk over the standing sale has come.
type phase string

const (
	resting phase = ""       // no walk: the sale may be scanned, cancelled, replaced
	taking  phase = "taking" // being checked and prepared; nothing has left yet
	asking  phase = "asking" // a request is under way
)

// desk is the sale that stands at the scanner.
type desk struct {
	sale     sale.Sale
	charge   charge.Record
	standing bool      // there is such a sale, open or still shown
	since    time.Time // when it came to stand there
	closed   bool      // cancelled when nothing was left to undo: no further code pays it
	phase    phase
	deadline time.Time // of the request under way
	soft     time.Time // when the cashier reads "checking"
	refusal  *Refusal  // of the last scan

	reached []charge.Limit // that refused a code, and that a manager may lift
	lifted  []lift
}

// Open puts a sale on the desk and prepares its charge, durably. A sale that
// stands there unpaid is given up for it, and so is one whose code was shown:
// that code is no longer before the customer. One that is in doubt is parked
// and goes on being settled.
func (r *Register) Open(s sale.Sale, by charge.By) (View, error) {
	if err := s.Check(); err != nil {
		return View{}, &Invalid{err}
	}
	if err := r.mayTopUp(s); err != nil {
		return View{}, err
	}
	if err := r.mayStart(); err != nil {
		return View{}, err
	}
	before, err := r.hold()
	if err != nil {
		return View{}, err
	}
	if before.standing && (before.charge.State == charge.Prepared || codeOpen(before.charge)) {
		undone, err := r.undo(before.charge.Key, r.step(charge.Cancel, by, s.Operator))
		if err != nil {
			r.rest()
			return View{}, err
		}
		if undone.State == charge.Reversing {
			r.settle(undone)
		}
	}
	rec, err := r.prepare(s, by)
	if err != nil {
		r.rest()
		return View{}, err
	}
	r.mu.Lock()
	r.desk = desk{sale: s, charge: rec, standing: true, since: r.parts.Now()}
	r.announce()
	view := r.view()
	r.mu.Unlock()
	return view, nil
}

// hold keeps scans and other sales away from the desk until rest.
func (r *Register) hold() (desk, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.desk.phase != resting || r.leaving {
		return desk{}, &Refused{Why: "register.busy"}
	}
	r.desk.phase = taking
	return r.desk, nil
}

// rest ends hold without a change.
func (r *Register) rest() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.desk.phase = resting
	r.announce()
}

// take readies the standing sale for a request: the code was never used for
// another charge, the key is durable, and the mark that a request starts is in
// the writer's hands. saleID is the sale that the code is meant for, or empty
// for whichever stands here. Every refusal leaves the sale as it was; after
// nil the caller owes a Done of r.work.
func (r *Register) take(saleID string, w Wallet, code paycode.Code) (charge.Record, error) {
	held, err := r.hold()
	if err != nil {
		return charge.Record{}, err
	}
	if saleID != "" && held.sale.ID != saleID {
		r.rest()
		return charge.Record{}, &Refused{Why: "register.not_standing"}
	}
	rec, mark, err := r.ready(held, w, code, true)
	if err != nil {
		r.rest()
		return charge.Record{SaleID: held.sale.ID}, err // which the code was shown for, whichever stands there by now
	}
	return r.start(rec, w, mark, held.sale.Operator)
}

// start hands the mark that a request starts to the writer, for a charge that
// hold keeps everybody else away from; a refusal ends that. After nil the
// caller owes a Done of r.work.
func (r *Register) start(rec charge.Record, w Wallet, mark charge.CodeMark, operator string) (charge.Record, error) {
	defer r.pens.take(rec.Key)() // before the look below, and until the mark is in: a cancel may be writing
	if err := r.still(rec.Key); err != nil {
		r.rest()
		return charge.Record{}, err
	}
	now := r.parts.Now()
	step := charge.Step{Event: charge.Send, Wallet: w.ID, By: charge.ByCashier, Operator: operator, Code: mark, At: now}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.work.Add(1)
	r.parts.Journal.Mark(rec.Key, step) // before anybody can cancel: what follows may reach the wallet
	rec.State, rec.Wallet, rec.Code, rec.Attempts = charge.Sent, w.ID, mark, rec.Attempts+1
	r.desk.charge, r.desk.phase, r.desk.refusal = rec, asking, nil
	r.breakers[w.ID].newest = rec.Key
	r.desk.deadline, r.desk.soft = now.Add(w.Terms.Deadline), now.Add(w.Terms.Soft)
	time.AfterFunc(w.Terms.Soft, func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.announce()
	})
	r.announce()
	return rec, nil
}

// still tells whether a charge may be sent, now that nobody else writes to it:
// it may have been cancelled meanwhile, or the journal may have failed. Then
// what is on the disk may be newer than what stands here: a cancel can be
// durable although its commit was reported as failed.
func (r *Register) still(key charge.Key) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, dead := r.troubles[troubleKey("journal.dead", "")]; dead {
		return &Refused{Why: "journal.dead"}
	}
	if r.desk.charge.Key == key && r.desk.charge.State != charge.Prepared {
		return &Refused{Why: "register.no_sale"}
	}
	return nil
}

// ready is the charge that a code shall pay: the prepared one, or, after a
// charge that can never be paid, one under a new key.
func (r *Register) ready(d desk, w Wallet, code paycode.Code, online bool) (charge.Record, charge.CodeMark, error) {
	var none charge.CodeMark
	if !w.takes(d.sale.TopUp) {
		return charge.Record{}, none, &paycode.Refusal{Why: paycode.NoWallet, Rule: code.Rule}
	}
	if err := r.mayTry(d, w.ID, online); err != nil {
		return charge.Record{}, none, err
	}
	mark := charge.CodeMark{Kind: code.Rule, Masked: code.Text.Masked(), Hash: r.parts.HashCode(code.Text)}
	used, found, err := r.parts.Memory.CodeUsed(mark.Hash)
	if err != nil {
		return charge.Record{}, none, fmt.Errorf("look up whether the code was used: %w", err)
	}
	if found && Spent(used, d.charge) {
		return charge.Record{}, none, &Refused{Why: "register.code_again"}
	}
	rec, err := r.fresh(d)
	return rec, mark, err
}

// mayTry tells whether the standing sale may be tried at a wallet at all.
func (r *Register) mayTry(d desk, wallet string, online bool) error {
	if !d.standing {
		return &Refused{Why: "register.no_sale"}
	}
	if why := MayPay(d.charge, d.closed); why != "" {
		return &Refused{Why: why}
	}
	if why := r.mayAsk(wallet, d.sale); why != "" {
		return &Refused{Why: why}
	}
	if online && r.paused(wallet) {
		return &Refused{Why: "wallet.paused"}
	}
	return nil
}

// fresh is the prepared charge of the standing sale, or, after one that can
// never be paid, one under a new key.
func (r *Register) fresh(d desk) (charge.Record, error) {
	if err := r.mayStart(); err != nil {
		return charge.Record{}, err
	}
	if d.charge.State == charge.Prepared {
		return d.charge, nil
	}
	rec, err := r.prepare(d.sale, charge.ByCashier)
	if errors.Is(err, charge.ErrNotTaken) { // of a bill, another part may have paid it meanwhile
		err = r.notTaken(err)
	}
	return rec, err
}

// mayStart tells whether another charge may begin: the journal writes, and
// the disk has room for its outcome.
func (r *Register) mayStart() error {
	r.mu.Lock()
	_, dead := r.troubles[troubleKey("journal.dead", "")]
	r.mu.Unlock()
	if dead {
		return &Refused{Why: "journal.dead"}
	}
	if err := r.parts.Room(); err != nil {
		r.trouble("disk.full", "", err.Error())
		return &Refused{Why: "disk.full"}
	}
	r.clear("disk.full", "")
	return nil
}

// land writes the outcome of a walk down, puts it on the desk and frees it.
func (r *Register) land(key charge.Key, answer charge.Answer) (charge.Record, error) {
	defer r.pens.take(key)()
	if planted.Has(planted.ShowBeforeDurable) {
		r.showEarly(key, answer)
	}
	rec, err := r.apply(key, answer.Step)
	if err != nil {
		return rec, err
	}
	r.logOf(rec.SaleID).Info("asked the wallet", "charge", string(rec.Key), "wallet", answer.Wallet, "event", string(answer.Event),
		"reason", string(answer.Reason), "state", string(rec.State), "took", answer.Took, "bytes", answer.Bytes, "note", answer.Note)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count.answer(answer)
	r.desk.phase = resting
	r.keepShown(rec, answer)
	if r.left[key] = r.parts.Now(); WorkOn(rec) == NoWork {
		delete(r.left, key)
	}
	if r.desk.charge.Key == rec.Key {
		r.desk.charge = rec
	}
	r.reach(answer)
	r.announce()
	return rec, nil
}

// showEarly is a planted bug: the cashier reads the outcome before it is on
// disk.
func (r *Register) showEarly(key charge.Key, answer charge.Answer) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if to, arrow := r.desk.charge.Kind.Next(r.desk.charge.State, answer.Event); arrow && r.desk.charge.Key == key {
		r.desk.charge.State = to
		r.announce()
	}
}

// blind is the end of a walk whose outcome could not be written: the cashier
// reads "checking", never yes or no, and nothing more is sold.
func (r *Register) blind(err error) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.desk.phase = resting
	r.desk.charge.State = charge.InDoubt
	r.announce()
	return fmt.Errorf("the outcome is not written down, so it counts as not known until the agent has restarted: %w", err)
}

// Cancel asks for the standing sale to be undone: given up when nothing was
// sent, reversed otherwise. It is a request: what the wallet makes of it comes
// later. A sale with nothing left to undo, such as a declined one, is closed:
// no later scan pays it.
func (r *Register) Cancel(saleID string, by charge.By, operator string) (View, error) {
	r.mu.Lock()
	for r.desk.phase == taking { // a moment: until it is clear whether a request leaves
		changed := r.changed
		r.mu.Unlock()
		<-changed
		r.mu.Lock()
	}
	d := r.desk
	ours := d.standing && d.sale.ID == saleID
	if ours && d.charge.AllowsNewKey() {
		r.desk.closed = true
	}
	r.mu.Unlock()
	if !ours {
		return View{}, &Refused{Why: "register.not_standing"}
	}
	if _, arrow := charge.Next(d.charge.State, charge.Cancel); !arrow || d.charge.State.Goods() == charge.HandOver {
		return r.Look(saleID)
	}
	rec, err := r.undo(d.charge.Key, r.step(charge.Cancel, by, operator))
	if err != nil {
		return View{}, err
	}
	if rec.State == charge.Reversing && planted.Has(planted.CancelIsDone) {
		for _, wallet := range rec.Route {
			_, _ = r.write(rec.Key, charge.Step{Event: charge.Confirm, Wallet: wallet, By: by, At: r.parts.Now()})
		}
	}
	if rec.State == charge.Reversing {
		r.settle(rec)
	}
	return r.Look(saleID)
}

func (r *Register) step(e charge.Event, by charge.By, operator string) charge.Step {
	return charge.Step{Event: e, By: by, Operator: operator, Reason: charge.ReasonCancelled, At: r.parts.Now()}
}
