package receipt

import (
	"fmt"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/drivers/printer"
)

// Doubt is the slip of a charge of which nobody here can say whether the
// customer has paid, or that is being undone: what to keep, what to do, and
// that it is no receipt. It fails with ErrNoPaper in every other state.
func Doubt(in Input) (printer.Document, error) {
	p, err := begin(in)
	if err != nil {
		return printer.Document{}, err
	}
	c := in.Charge
	what := p.say.checking
	switch {
	case c.State == charge.Reversing:
		what = p.say.undoing
	case !c.State.Doubtful():
		return printer.Document{}, fmt.Errorf("slip of %s, which is %s: %w", c.Key, c.State, ErrNoPaper)
	}
	p.store()
	p.title(p.say.doubt)
	p.text(p.say.notReceipt, printer.Centre, printer.Style{})
	if in.Reprint > 0 {
		p.text(" "+fmt.Sprintf(p.say.again, in.Reprint)+" ", printer.Centre, printer.Style{Reverse: true})
	}
	p.add(printer.Rule{Double: true})
	p.text(what, printer.Left, printer.Style{Bold: true})
	p.doubtful()
	p.list(p.say.customer)
	p.list(p.say.shop)
	p.find()
	p.add(printer.Cut{})
	return p.doc, nil
}

// doubtful is what a person needs to find the charge in an app, in the
// wallet's books and in ours.
func (p *page) doubtful() {
	c := p.in.Charge
	p.add(printer.Rule{})
	p.pair(p.say.amount, c.Amount.Text(), printer.Style{Bold: true, Tall: true})
	if p.in.Wallet != "" {
		p.pair(p.say.wallet, p.in.Wallet, printer.Style{})
	}
	at := c.SentAt
	if at.IsZero() {
		at = c.PreparedAt
	}
	p.pair(p.say.at, clock(at, p.in.Place), printer.Style{})
	p.pair(p.say.register, p.in.Store.ID+"-"+p.in.Store.Terminal, printer.Style{})
	p.pair(p.say.key, string(c.Key), printer.Style{})
	if c.Code.Masked != "" {
		p.pair(p.say.code, c.Code.Masked, printer.Style{})
	}
	p.add(printer.Rule{})
}

// list is a heading and what belongs under it.
func (p *page) list(lines []string) {
	p.text(lines[0], printer.Left, printer.Style{Bold: true})
	for _, line := range lines[1:] {
		p.text(line, printer.Left, printer.Style{})
	}
	p.add(printer.Space{Lines: 1})
}
