package agent

import (
	"errors"
	"slices"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
)

// Bills is what bills, and the cash that pays parts of them, need of the books.
type Bills interface {
	PutBill(sale.Bill, charge.By) error
	Bill(id string) (sale.Bill, error)
	PartsOfBill(id string) ([]sale.Sale, error) // by number
	// GiveUpBill lets a bill take no more parts. It fails with
	// charge.ErrPartOpen or charge.ErrPartsPaid.
	GiveUpBill(id string, by charge.By, operator string) error
	// TakeCash writes a part in cash down as paid; one that is there already
	// comes back as it stands. Its errors and those of a part by code are those
	// of agent/charge.
	TakeCash(sale.Sale, charge.By) (charge.Record, error)
	// HandBack writes a refund of a part in cash down as given.
	HandBack(wish string, of charge.Key, amount money.Amount, step charge.Step) (charge.Record, error)
}

// BillState is how far a bill is paid.
type BillState string

const (
	BillOpen    BillState = "open"
	BillPaid    BillState = "paid"     // the goods are the customer's
	BillGivenUp BillState = "given_up" // it takes no more parts
)

// BillView is a bill as a page shows it.
type BillView struct {
	Bill    sale.Bill
	State   BillState
	Parts   []BillPart
	Left    money.Amount // nothing when it is not open
	Waiting bool         // a part may yet be paid: nobody can say how much is left
}

// BillPart is one part and its newest charge.
type BillPart struct {
	View
	Paid int64 // of the bill, less what went back, in minor units
}

// PartWish is the wish to pay a part of a bill.
type PartWish struct {
	Bill     string
	ID       string // of the sale that the part becomes: the same for every try of one wish
	Amount   money.Amount
	Handed   int64 // cash on the counter, in minor units; 0: by code
	By       charge.By
	Operator string
}

// OpenBill remembers what is owed, to be paid in parts. It stands at no
// scanner: its parts do, one after the other.
func (r *Register) OpenBill(b sale.Bill, by charge.By) (BillView, error) {
	if r.parts.Bills == nil {
		return BillView{}, &Refused{Why: "bill.not_possible"}
	}
	if err := b.Check(); err != nil {
		return BillView{}, &Invalid{err}
	}
	if err := r.mayStart(); err != nil {
		return BillView{}, err
	}
	if err := r.parts.Bills.PutBill(b, by); err != nil {
		return BillView{}, r.notTaken(err)
	}
	r.log.Info("bill", "bill", b.ID, "amount", b.Amount.String())
	return r.LookBill(b.ID)
}

// LookBill is a bill as it stands.
func (r *Register) LookBill(id string) (BillView, error) {
	if r.parts.Bills == nil {
		return BillView{}, &Refused{Why: "bill.not_possible"}
	}
	bill, err := r.parts.Bills.Bill(id)
	if err != nil {
		return BillView{}, err
	}
	parts, err := r.parts.Bills.PartsOfBill(id)
	if err != nil {
		return BillView{}, err
	}
	v := BillView{Bill: bill, State: BillOpen, Left: bill.Amount}
	for _, s := range parts {
		view, err := r.Look(s.ID)
		if err != nil {
			return v, err
		}
		records, err := r.parts.Memory.ChargesOfSale(s.ID)
		if err != nil {
			return v, err
		}
		paid, open := charge.Covers(records)
		v.Parts = append(v.Parts, BillPart{View: view, Paid: paid})
		v.Left.Minor -= paid
		v.Waiting = v.Waiting || open
		if s.Completes(bill) && charge.Stands(view.Charge.State) {
			v.State = BillPaid
		}
	}
	if !bill.GivenUp.IsZero() {
		v.State = BillGivenUp
	}
	if v.State != BillOpen {
		v.Left.Minor = 0
	}
	return v, nil
}

// PayPart begins a part of a bill: by code it stands at the scanner as any sale
// does; in cash it is paid, written down and final when this returns. A part
// that stands there unscanned is given up for it. What may be paid is judged in
// the transaction that writes it, so that two at once pay no more than is owed.
func (r *Register) PayPart(want PartWish) (BillView, error) {
	r.splitting.Lock()
	defer r.splitting.Unlock()
	v, err := r.LookBill(want.Bill)
	if err != nil {
		return v, err
	}
	if i := slices.IndexFunc(v.Parts, func(p BillPart) bool { return p.Sale.ID == want.ID }); i >= 0 {
		if p := v.Parts[i].Sale; p.Amount != want.Amount || p.Handed != want.Handed {
			return v, &Refused{Why: "bill.conflict"}
		}
		return v, nil
	}
	if v, err = r.clearPart(v, want); err != nil {
		return v, err
	}
	part, err := v.next(want, r)
	if err != nil {
		return v, err
	}
	if part.Cash() {
		err = r.takeCash(part, want.By)
	} else if _, err = r.Open(part, want.By); err != nil {
		err = r.notTaken(err)
	}
	if err != nil {
		return v, err
	}
	return r.LookBill(want.Bill)
}

// clearPart gives a part up that nobody has scanned a code for.
func (r *Register) clearPart(v BillView, want PartWish) (BillView, error) {
	at := slices.IndexFunc(v.Parts, func(p BillPart) bool { return p.Charge.State == charge.Prepared })
	if at < 0 {
		return v, nil
	}
	if _, err := r.Cancel(v.Parts[at].Sale.ID, want.By, want.Operator); err != nil {
		return v, err
	}
	return r.LookBill(want.Bill)
}

// next is the part that a wish becomes.
func (v BillView) next(want PartWish, r *Register) (sale.Sale, error) {
	var before []sale.Line
	for _, p := range v.Parts {
		if p.Paid == 0 {
			continue
		}
		refunds, err := r.RefundsOf(p.Charge.Key)
		if err != nil {
			return sale.Sale{}, err
		}
		var back []money.Amount
		for _, rec := range charge.BackOf(p.Charge.Key, refunds) {
			back = append(back, rec.Amount)
		}
		left, err := p.Sale.Left(back)
		if err != nil {
			return sale.Sale{}, err
		}
		before = append(before, left...)
	}
	now := r.parts.Now()
	out := sale.Sale{
		ID: want.ID, Source: v.Bill.Source, Amount: want.Amount, At: now, BusinessDate: r.parts.Day(now), Operator: want.Operator,
		Bill: v.Bill.ID, Part: len(v.Parts) + 1, Before: before, Handed: want.Handed,
	}
	switch {
	case v.State != BillOpen:
		return out, &Refused{Why: "bill.over"}
	case v.Waiting:
		return out, &Refused{Why: "bill.part_open"}
	case want.Amount.Minor > v.Left.Minor:
		return out, &Refused{Why: "bill.too_much", Left: v.Left.Text()}
	case want.Handed > 0 && want.Handed < want.Amount.Minor:
		return out, &Refused{Why: "bill.short"}
	case len(v.Parts) == sale.MaxParts:
		return out, &Refused{Why: "bill.too_many"}
	}
	var err error
	if out.Lines, err = v.Bill.Share(before, want.Amount); err != nil {
		return out, &Invalid{err}
	}
	if err := out.CheckPart(v.Bill); err != nil {
		return out, &Invalid{err}
	}
	return out, nil
}

// takeCash writes cash down and puts the paper out.
func (r *Register) takeCash(part sale.Sale, by charge.By) error {
	if err := r.mayStart(); err != nil {
		return err
	}
	rec, err := r.parts.Bills.TakeCash(part, by)
	if err != nil {
		return r.notTaken(err)
	}
	r.mu.Lock()
	if r.desk.standing && r.desk.sale.Bill == part.Bill { // a declined part: this one pays in its place
		r.desk.closed = true
	}
	r.mu.Unlock()
	r.log.Info("cash", "charge", string(rec.Key), "bill", part.Bill, "amount", rec.Amount.String(), "operator", rec.Operator)
	r.work.Add(1)
	defer r.work.Done()
	r.print(rec)
	r.Announce()
	return nil
}

// GiveUpBill lets a bill take no more parts. One that somebody has paid a part
// of is not given up before that went back.
func (r *Register) GiveUpBill(id string, by charge.By, operator string) (BillView, error) {
	r.splitting.Lock()
	defer r.splitting.Unlock()
	v, err := r.LookBill(id)
	if err != nil {
		return v, err
	}
	if v.State == BillPaid {
		return v, &Refused{Why: "bill.over"}
	}
	if v, err = r.clearPart(v, PartWish{Bill: id, By: by, Operator: operator}); err != nil {
		return v, err
	}
	if err := r.parts.Bills.GiveUpBill(id, by, operator); err != nil {
		return v, r.notTaken(err)
	}
	r.Announce()
	return r.LookBill(id)
}

// handBack gives money of a part in cash back over the counter.
func (r *Register) handBack(want Refunding) (charge.Record, error) {
	if r.parts.Bills == nil {
		return charge.Record{}, &Refused{Why: "refund.not_possible"}
	}
	step := charge.Step{Reason: want.Reason, By: want.By, Operator: want.Operator, At: r.parts.Now()}
	rec, err := r.parts.Bills.HandBack(want.Wish, want.Of, want.Amount, step)
	if err != nil {
		return rec, r.notTaken(err)
	}
	if rec.Amount != want.Amount {
		return rec, &Refused{Why: "refund.conflict"}
	}
	r.log.Info("cash back", "charge", string(rec.Key), "of", string(rec.Of), "amount", rec.Amount.String(), "operator", rec.Operator)
	r.work.Add(1)
	defer r.work.Done()
	r.print(rec)
	r.Announce()
	return rec, nil
}

// notTaken is a refusal of the books in words for the cashier; anything else
// is a journal that does not write.
func (r *Register) notTaken(err error) error {
	for _, known := range []struct {
		err error
		why string
	}{
		{charge.ErrBillOver, "bill.over"}, {charge.ErrPartOpen, "bill.part_open"}, {charge.ErrOverBill, "bill.too_much"},
		{charge.ErrBillMoved, "bill.moved"}, {charge.ErrPartsPaid, "bill.parts_paid"},
		{charge.ErrOverRefund, "refund.too_much"}, {charge.ErrManyRefunds, "refund.too_many"}, {charge.ErrNotRefundable, "refund.not_refundable"},
	} {
		if errors.Is(err, known.err) {
			return &Refused{Why: known.why}
		}
	}
	var refused *Refused
	if !errors.As(err, &refused) && !errors.Is(err, charge.ErrNotTaken) && !errors.Is(err, r.parts.NotFound) {
		r.cannotWrite("", err)
	}
	return err
}
