package receipt

import (
	"strings"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/drivers/printer"
)

// Bill is a bill and what pays it. The paper of a part is a slip until the
// bill is paid; then that of its last part is the receipt of all of it.
type Bill struct {
	Bill    sale.Bill
	Tenders []Tender // the parts that pay it, by number
	Last    bool     // this part pays what was left
}

// Tender is one part that was paid.
type Tender struct {
	Charge charge.Record
	Amount money.Amount // that it pays: the charge's, less what went back before the next part
	Wallet string       // its name in the paper's language; empty for cash
	Handed int64        // cash on the counter, in minor units
}

func (b *Bill) paid() bool { return b.Last }

// billed lets a paper tell of the whole bill and not of its last part.
func (p *page) billed() {
	if p.in.Bill == nil {
		return
	}
	part := p.in.Sale
	p.in.Sale = p.in.Bill.Bill.Sale
	p.in.Sale.Operator = part.Operator
}

// tenders are what the sale was paid with.
func (p *page) tenders() {
	if p.in.Bill == nil {
		p.payment()
		return
	}
	p.add(printer.Rule{})
	for _, t := range p.in.Bill.Tenders {
		p.tender(t)
	}
	p.add(printer.Rule{})
}

func (p *page) tender(t Tender) {
	c := t.Charge
	if c.Kind == charge.Cash {
		p.pair(p.say.cash, t.Amount.Text(), printer.Style{})
		p.handed(t)
		return
	}
	how := p.say.paid
	switch {
	case charge.Stands(c.State) && c.State != charge.Approved:
		how = p.say.waiting
	case !charge.Stands(c.State):
		how = p.say.undone
	}
	p.pair(strings.TrimSpace(how+" "+t.Wallet), t.Amount.Text(), printer.Style{})
	if number := clean(c.Receipt); number != "" {
		p.pair("  "+p.say.number, number, printer.Style{})
	}
	if c.Code.Masked != "" {
		p.pair("  "+p.say.code, c.Code.Masked, printer.Style{})
	}
	p.pair("  "+p.say.key, string(c.Key), printer.Style{})
	if c.State == charge.Approved {
		p.points(c, "  ")
	}
}

// handed is what was laid on the counter, and the change.
func (p *page) handed(t Tender) {
	over := t.Handed - t.Charge.Amount.Minor
	if over <= 0 {
		return
	}
	in := money.Amount{Minor: t.Handed, Currency: t.Charge.Amount.Currency}
	out := money.Amount{Minor: over, Currency: in.Currency}
	p.pair("  "+p.say.handed, in.Text(), printer.Style{})
	p.pair("  "+p.say.change, out.Text(), printer.Style{})
}

// part is the slip of a part of a bill that is not paid yet.
func (p *page) part() (printer.Document, error) {
	p.store()
	p.title(p.say.part)
	p.marks()
	p.text(p.say.partNote, printer.Centre, printer.Style{})
	p.facts()
	p.pair(p.say.bill, p.in.Bill.Bill.Amount.Text(), printer.Style{})
	p.pair(p.say.thisPart, p.in.Charge.Amount.Text(), printer.Style{Bold: true, Wide: true, Tall: true})
	left := p.in.Bill.Bill.Amount
	left.Minor -= sale.Sum(p.in.Sale.Before) + p.in.Charge.Amount.Minor
	p.pair(p.say.leftOver, left.Text(), printer.Style{Bold: true})
	p.add(printer.Rule{})
	for _, t := range p.in.Bill.Tenders {
		if t.Charge.Key == p.in.Charge.Key {
			p.tender(t)
		}
	}
	p.add(printer.Rule{})
	return p.found(), nil
}
