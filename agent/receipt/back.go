package receipt

import (
	"fmt"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/drivers/printer"
)

// Return is the payment that a refund gives money of back, and what earlier
// refunds of it gave or may still give back, oldest first.
type Return struct {
	Of      charge.Record
	Earlier []money.Amount
}

// HasPaper tells whether a record has a paper for the customer: the receipt of
// goods, the slip of a top-up, of a refund that was given, or of a payment that
// was voided. While any of them is under way it has none.
func HasPaper(c charge.Record) bool {
	return c.Goods() == charge.HandOver || c.Kind == charge.Topup && c.State == charge.Approved || isReturn(c) || isVoid(c)
}

// isReturn: a refund that the wallet gave, or the manager by hand.
func isReturn(c charge.Record) bool {
	return c.Kind == charge.Refund && (c.State == charge.Approved || c.State == charge.Reversed)
}

func isVoid(c charge.Record) bool {
	return c.Kind != charge.Refund && c.State == charge.Reversed && c.Reason == charge.ReasonVoided
}

// Refund is the slip of money that went back: a qualified return invoice, with
// the payment that it belongs to and the tax at each rate of what goes back. It
// fails with ErrNoPaper for a refund that is not given yet.
func Refund(in Input, back Return) (printer.Document, error) {
	p, err := begin(in)
	if err != nil {
		return printer.Document{}, err
	}
	if !isReturn(in.Charge) {
		return printer.Document{}, fmt.Errorf("slip of refund %s, which is %s: %w", in.Charge.Key, in.Charge.State, ErrNoPaper)
	}
	if in.Charge.Of != back.Of.Key {
		return printer.Document{}, fmt.Errorf("slip of refund %s: it is of %s, not of %s", in.Charge.Key, in.Charge.Of, back.Of.Key)
	}
	totals, err := in.Sale.Return(back.Earlier, in.Charge.Amount, in.Store.Rounding)
	if err != nil {
		return printer.Document{}, fmt.Errorf("slip of refund %s: %w", in.Charge.Key, err)
	}
	p.in.Sale.Operator = "" // who sold it is not always who gave it back
	p.headed(p.say.refund)
	p.facts()
	p.pair(p.say.original, string(back.Of.Key), printer.Style{})
	first := *p
	first.in.Charge = back.Of
	p.pair(p.say.originalAt, first.at(), printer.Style{})
	p.add(printer.Rule{})
	p.pair(p.say.back, in.Charge.Amount.Text(), printer.Style{Bold: true, Wide: true, Tall: true})
	p.rates(totals)
	p.add(printer.Rule{})
	if in.Charge.State == charge.Reversed {
		p.pair(p.say.byHand, in.Charge.Amount.Text(), printer.Style{})
	} else {
		p.pair(p.say.backTo+" "+in.Wallet, in.Charge.Amount.Text(), printer.Style{})
		if in.Charge.Receipt != "" {
			p.pair(p.say.number, in.Charge.Receipt, printer.Style{})
		}
		p.points(in.Charge, "")
	}
	p.add(printer.Rule{})
	p.legend(totals)
	if len(totals) > 1 && in.Charge.Amount != in.Sale.Amount {
		p.text(p.say.shared, printer.Left, printer.Style{})
	}
	return p.found(), nil
}

// Void is the slip of a payment that was undone after it was paid, with all of
// it given back by the wallet. It fails with ErrNoPaper while that is not sure.
func Void(in Input) (printer.Document, error) {
	p, err := begin(in)
	if err != nil {
		return printer.Document{}, err
	}
	if !isVoid(in.Charge) {
		return printer.Document{}, fmt.Errorf("slip of voided %s, which is %s: %w", in.Charge.Key, in.Charge.State, ErrNoPaper)
	}
	totals, err := in.Sale.Totals(in.Store.Rounding)
	if err != nil {
		return printer.Document{}, fmt.Errorf("slip of voided %s: %w", in.Charge.Key, err)
	}
	p.in.Sale.Operator = ""
	p.headed(p.say.void)
	p.facts()
	p.pair(p.say.voided, in.Charge.Amount.Text(), printer.Style{Bold: true, Wide: true, Tall: true})
	if in.Charge.Kind != charge.Topup {
		p.rates(totals)
	}
	p.add(printer.Rule{})
	p.pair(p.say.backTo+" "+in.Wallet, in.Charge.Amount.Text(), printer.Style{})
	if in.Charge.Receipt != "" {
		p.pair(p.say.number, in.Charge.Receipt, printer.Style{})
	}
	p.pair(p.say.undoneAt, clock(in.Charge.ChangedAt, p.in.Place), printer.Style{})
	p.add(printer.Rule{})
	p.text(p.say.receiptVoid, printer.Left, printer.Style{})
	p.legend(totals)
	return p.found(), nil
}

// TopUp is the slip of cash that became money in the customer's wallet. It is
// no sale, so that there is no tax on it. It fails with ErrNoPaper for one that
// the wallet has not credited.
func TopUp(in Input) (printer.Document, error) {
	p, err := begin(in)
	if err != nil {
		return printer.Document{}, err
	}
	if in.Charge.Kind != charge.Topup || in.Charge.State != charge.Approved {
		return printer.Document{}, fmt.Errorf("slip of top-up %s, which is %s: %w", in.Charge.Key, in.Charge.State, ErrNoPaper)
	}
	p.headed(p.say.topUp)
	p.facts()
	p.pair(p.say.credited, in.Charge.Amount.Text(), printer.Style{Bold: true, Wide: true, Tall: true})
	p.add(printer.Rule{})
	p.pair(p.say.cash, in.Charge.Amount.Text(), printer.Style{})
	p.pair(p.say.wallet, in.Wallet, printer.Style{})
	if in.Charge.Receipt != "" {
		p.pair(p.say.number, in.Charge.Receipt, printer.Style{})
	}
	if in.Charge.Code.Masked != "" {
		p.pair(p.say.code, in.Charge.Code.Masked, printer.Style{})
	}
	p.add(printer.Rule{})
	p.text(p.say.noTax, printer.Left, printer.Style{})
	return p.found(), nil
}

// headed begins a slip: the store, what it is, and the mark of a copy.
func (p *page) headed(title string) {
	p.store()
	p.title(title)
	if p.in.Reprint > 0 {
		p.text(" "+fmt.Sprintf(p.say.again, p.in.Reprint)+" ", printer.Centre, printer.Style{Reverse: true})
	}
}

// found ends a slip with the code that finds it again.
func (p *page) found() printer.Document {
	p.add(printer.Space{Lines: 1})
	p.find()
	p.add(printer.Cut{})
	return p.doc
}
