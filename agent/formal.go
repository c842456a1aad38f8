package agent

import (
	"errors"
	"slices"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/receipt"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/drivers/printer"
)

// Formals keeps the formal receipts that were issued.
type Formals interface {
	FormalOf(subject string) (charge.Formal, bool, error)
	// IssueFormal gives it the next number. It fails with charge.ErrFormalThere
	// when its sale or bill has one.
	IssueFormal(charge.Formal) (charge.Formal, error)
	FormalPrinted(f charge.Formal, paper charge.Paper, again bool, by charge.By, operator string) (charge.Formal, error)
}

// FormalWish is the wish for the formal receipt of a sale.
type FormalWish struct {
	Key      charge.Key // a charge of the sale, or of a part of the bill
	To, For  string
	Again    bool // a copy of the one that there is
	By       charge.By
	Operator string
}

// Formal issues the formal receipt of a sale or a bill and prints it, once. One
// that never reached paper is printed by the next wish for the same words; a
// copy of one that did is a wish of its own, and marked as such.
func (r *Register) Formal(want FormalWish) (charge.Formal, error) {
	if r.parts.Formals == nil {
		return charge.Formal{}, &Refused{Why: "formal.not_possible"}
	}
	rec, s, err := r.formalOf(want.Key)
	if err != nil {
		return charge.Formal{}, err
	}
	if r.fit().Printer == nil {
		return charge.Formal{}, &Refused{Why: "printer.none"}
	}
	<-r.paper
	defer func() { r.paper <- struct{}{} }()
	subject := s.ID
	if s.Bill != "" {
		subject = s.Bill
	}
	have, found, err := r.parts.Formals.FormalOf(subject)
	unprinted := have.Paper == charge.Unprinted || have.Paper == charge.PaperFailed
	switch {
	case err != nil:
		return have, err
	case !found && want.Again:
		return have, &Refused{Why: "formal.none"}
	case found && !want.Again && (!unprinted || want.To != have.To || want.For != have.For):
		return have, &Refused{Why: "formal.issued"}
	case !found:
		if have, err = r.issueFormal(want, rec, s, subject); err != nil {
			return have, err
		}
	}
	return r.printFormal(have, want, found && !unprinted)
}

// formalOf is the charge that stands on the formal receipt of a sale, and its
// sale: of a bill, the part that completes it.
func (r *Register) formalOf(key charge.Key) (charge.Record, sale.Sale, error) {
	rec, err := r.parts.Memory.Charge(key)
	if err != nil {
		return rec, sale.Sale{}, err
	}
	s, err := r.parts.Memory.Sale(rec.SaleID)
	if err == nil && s.Bill != "" {
		rec, s, err = r.completing(s.Bill)
	}
	if err == nil && (rec.Kind == charge.Refund || rec.Kind == charge.Topup || rec.State.Goods() != charge.HandOver) {
		err = &Refused{Why: "formal.not_sold"}
	}
	return rec, s, err
}

func (r *Register) completing(bill string) (charge.Record, sale.Sale, error) {
	v, err := r.LookBill(bill)
	if err != nil {
		return charge.Record{}, sale.Sale{}, err
	}
	at := slices.IndexFunc(v.Parts, func(p BillPart) bool {
		return p.Sale.Completes(v.Bill) && charge.Stands(p.Charge.State)
	})
	if at < 0 {
		return charge.Record{}, sale.Sale{}, &Refused{Why: "formal.not_sold"}
	}
	return v.Parts[at].Charge, v.Parts[at].Sale, nil
}

func (r *Register) issueFormal(want FormalWish, rec charge.Record, s sale.Sale, subject string) (charge.Formal, error) {
	f := charge.Formal{Subject: subject, Key: rec.Key, To: want.To, For: want.For, Amount: rec.Amount, At: r.parts.Now(), By: want.By, Operator: want.Operator}
	if err := f.Check(); err != nil {
		return f, &Invalid{err}
	}
	of := []string{s.ID}
	if s.Bill != "" {
		v, err := r.LookBill(s.Bill)
		if err != nil {
			return f, err
		}
		of, f.Amount = nil, v.Bill.Amount
		for _, p := range v.Parts {
			of = append(of, p.Sale.ID)
		}
	}
	back, err := r.goneBack(of, s)
	if err != nil {
		return f, err
	}
	for _, minor := range back {
		f.Amount.Minor -= minor
	}
	if f.Returned = back; f.Amount.Minor <= 0 {
		return f, &Refused{Why: "formal.not_sold"}
	}
	f, err = r.parts.Formals.IssueFormal(f)
	if errors.Is(err, charge.ErrFormalThere) {
		return f, &Refused{Why: "formal.issued"}
	}
	if err != nil {
		r.cannotWrite(rec.Key, err)
	}
	return f, err
}

// goneBack is what went back, or may still go back, of sales since the last
// part of them was begun: what went back before is no part of the bill.
func (r *Register) goneBack(sales []string, last sale.Sale) (back []int64, err error) {
	for _, id := range sales {
		records, err := r.parts.Memory.ChargesOfSale(id)
		if err != nil {
			return nil, err
		}
		rec := newest(records)
		if (isVoided(rec) || rec.State == charge.Owed) && rec.ChangedAt.After(last.At) {
			back = append(back, rec.Amount.Minor)
			continue
		}
		for _, b := range charge.BackOf(rec.Key, records) {
			if charge.Stands(rec.State) && !b.PreparedAt.Before(last.At) {
				back = append(back, b.Amount.Minor)
			}
		}
	}
	return back, nil
}

func (r *Register) printFormal(f charge.Formal, want FormalWish, again bool) (charge.Formal, error) {
	doc, err := r.formalPaper(f, r.fit().Paper.Language, again)
	if err != nil {
		return f, err
	}
	out := r.toPrinter(doc)
	paper := paperOf(out.Result)
	r.log.Info("formal receipt", "number", f.Number, "charge", string(f.Key), "copy", again, "result", string(out.Result), "reason", string(out.Reason))
	if again && paper == charge.PaperFailed {
		return f, &Refused{Why: "printer.unprinted"} // the first one still is what it was
	}
	after, err := r.parts.Formals.FormalPrinted(f, paper, again, want.By, want.Operator)
	if err != nil {
		r.cannotWrite(f.Key, err)
		return f, err
	}
	if paper == charge.PaperFailed {
		return after, &Refused{Why: "printer.unprinted"}
	}
	return after, nil
}

// formalPaper is a formal receipt on paper, in a language. again marks a copy.
func (r *Register) formalPaper(f charge.Formal, language string, again bool) (printer.Document, error) {
	rec, err := r.parts.Memory.Charge(f.Key)
	if err != nil {
		return printer.Document{}, err
	}
	in, err := r.paperInput(rec, language)
	if err != nil {
		return printer.Document{}, err
	}
	copies := 0
	if again {
		copies = f.Copies + 1
	}
	back := make([]money.Amount, len(f.Returned))
	for i, minor := range f.Returned {
		back[i] = money.Amount{Minor: minor, Currency: f.Amount.Currency}
	}
	return receipt.Formal(in, f, back, copies)
}
