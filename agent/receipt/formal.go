package receipt

import (
	"fmt"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/drivers/printer"
)

// stampFrom is from which amount of cash, without tax, a receipt on paper bears
// a revenue stamp (Stamp Tax Act, table 1, no. 17), in yen.
const stampFrom = 50_000

// Formal is a formal receipt (領収書): to whom, for what and how much, with the
// taxes that a qualified simplified invoice tells. back is what had gone back
// of the sale by then, which is not on it; copy 0 is the original, n the n-th
// copy.
func Formal(in Input, f charge.Formal, back []money.Amount, copies int) (printer.Document, error) {
	p, err := begin(in)
	if err != nil {
		return printer.Document{}, err
	}
	if f.Key != in.Charge.Key || in.Bill != nil && !in.Bill.paid() {
		return printer.Document{}, fmt.Errorf("formal receipt %d: %s is not what it is of: %w", f.Number, in.Charge.Key, ErrNoPaper)
	}
	p.billed()
	totals, err := p.in.Sale.Return(back, f.Amount, in.Store.Rounding)
	if err != nil {
		return printer.Document{}, fmt.Errorf("formal receipt %d: %w", f.Number, err)
	}
	p.title(p.say.formal)
	if copies > 0 {
		p.text(" "+fmt.Sprintf(p.say.again, copies)+" ", printer.Centre, printer.Style{Reverse: true})
	}
	p.pair(p.say.formalNo, fmt.Sprint(f.Number), printer.Style{})
	p.pair(p.say.at, p.at(), printer.Style{})
	p.add(printer.Rule{})
	p.text(fmt.Sprintf(p.say.formalOf, f.To), printer.Left, printer.Style{Bold: true, Tall: true})
	p.add(printer.Rule{})
	p.pair(p.say.amount, f.Amount.Text(), printer.Style{Bold: true, Wide: true, Tall: true})
	p.text(fmt.Sprintf(p.say.formalFor, f.For), printer.Left, printer.Style{})
	p.text(p.say.received, printer.Left, printer.Style{})
	p.add(printer.Rule{})
	p.rates(totals)
	if in.Bill == nil {
		p.tender(Tender{Charge: in.Charge, Amount: in.Charge.Amount, Wallet: in.Wallet})
	} else {
		for _, t := range in.Bill.Tenders {
			p.tender(t)
		}
	}
	for _, gone := range back {
		p.pair(p.say.back, gone.Text(), printer.Style{})
	}
	p.legend(totals)
	p.add(printer.Rule{})
	p.stamp(totals)
	p.store()
	p.footer()
	p.add(printer.Cut{})
	return p.doc, nil
}

// stamp is the place of the revenue stamp, where cash makes one necessary: that
// of the parts in cash, less its share of the tax.
func (p *page) stamp(totals []sale.RateTotal) {
	if p.in.Bill == nil || p.in.Sale.Amount.Currency != money.JPY {
		return
	}
	var cash, gross, tax int64
	for _, t := range p.in.Bill.Tenders {
		if t.Charge.Kind == charge.Cash {
			cash += t.Amount.Minor
		}
	}
	for _, t := range totals {
		gross, tax = gross+t.Gross.Minor, tax+t.Tax.Minor
	}
	if gross <= 0 || cash*(gross-tax)/gross < stampFrom {
		return
	}
	p.text(p.say.stamp, printer.Right, printer.Style{Bold: true})
	p.add(printer.Space{Lines: 3}, printer.Rule{})
}
