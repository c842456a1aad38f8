package receipt

import (
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/drivers/printer"
)

// Evidence is what the store's copy of a charge carries beside its words: the
// charge as a code, with which another register can collect it.
type Evidence struct {
	Accepted time.Time      // when the charge was taken
	Text     string         // docs/reference/slip.md; empty: there is none
	QR       printer.Bitmap // the same, drawn
	Missing  Missing        // why there is none
	Again    bool           // printed before: this one is a copy
}

// Missing is why a store copy carries no code.
type Missing string

const (
	NoCode Missing = "no_code" // the customer's code cannot be read any more
	NoKey  Missing = "no_key"  // this register has no key to sign with
	NoForm Missing = "no_form" // the charge cannot be written as a code
)

// StoreCopy is what the store keeps of a charge that was taken without a
// network, until it is collected. It is no receipt, and nobody else gets it. It
// fails with ErrNoPaper when the charge does not wait to be collected.
func StoreCopy(in Input, e Evidence) (printer.Document, error) {
	p, err := begin(in)
	if err != nil {
		return printer.Document{}, err
	}
	if c := in.Charge; c.State != charge.Queued && c.State != charge.Forwarding {
		return printer.Document{}, fmt.Errorf("store copy of %s, which is %s: %w", c.Key, c.State, ErrNoPaper)
	}
	p.title(p.say.storeCopy)
	if e.Again {
		p.text(" "+p.say.copy+" ", printer.Centre, printer.Style{Reverse: true})
	}
	p.text(" "+p.say.notPaid+" ", printer.Centre, printer.Style{Reverse: true})
	p.text(p.say.keep, printer.Left, printer.Style{Bold: true})
	p.taken(e.Accepted)
	if e.Text == "" {
		p.text(p.say.missing[e.Missing], printer.Left, printer.Style{})
		p.text(p.say.noEvidence, printer.Left, printer.Style{})
	} else {
		p.add(printer.QR{Text: e.Text, Bitmap: e.QR, Align: printer.Centre})
		p.text(p.say.bring, printer.Left, printer.Style{})
		p.text("posctl queue import --scan", printer.Centre, printer.Style{})
	}
	p.add(printer.Cut{})
	return p.doc, nil
}

// tookIt is the register that took a charge, by its key: not always this one.
func tookIt(key charge.Key, here sale.Store) string {
	store, terminal, _, _, err := key.Parts()
	if err != nil {
		return here.ID + "-" + here.Terminal
	}
	return store + "-" + terminal
}

// taken is what was taken, when, and of whom.
func (p *page) taken(at time.Time) {
	c := p.in.Charge
	p.add(printer.Rule{})
	p.pair(p.say.amount, c.Amount.Text(), printer.Style{Bold: true, Tall: true})
	if p.in.Wallet != "" {
		p.pair(p.say.wallet, p.in.Wallet, printer.Style{})
	}
	p.pair(p.say.takenAt, clock(at, p.in.Place), printer.Style{})
	p.pair(p.say.register, tookIt(c.Key, p.in.Store), printer.Style{})
	if p.in.Sale.Operator != "" {
		p.pair(p.say.staff, p.in.Sale.Operator, printer.Style{})
	}
	p.pair(p.say.key, string(c.Key), printer.Style{})
	if c.Code.Masked != "" {
		p.pair(p.say.code, c.Code.Masked, printer.Style{})
	}
	p.add(printer.Rule{})
}
