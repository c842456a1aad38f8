// Package receipt turns a charge and its sale into what stands on the paper:
// the receipt, the slip of a refund, a top-up or a payment that was voided, the
// slip of a charge whose result is not known, or the store's copy of one that
// is still to be collected. It chooses blocks and words; width, fonts and bytes
// belong to the printer's driver.
//
// Invariant: only a charge whose goods may be handed over has a receipt, only
// money that has moved for sure has a slip of a refund, a top-up or a void, and
// nothing else ever reads like one. The same record gives the same paper for
// ever, but for the mark of a reprint.
package receipt

import (
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/drivers/printer"
)

// Language is the language of a receipt. Names of goods stay as they are.
type Language string

const (
	Japanese Language = "ja"
	English  Language = "en"
)

// ErrNoPaper means that a charge in this state has no such paper: a declined
// charge prints nothing.
var ErrNoPaper = errors.New("a charge in this state has no such paper")

// Input is all that a paper tells.
type Input struct {
	Charge   charge.Record
	Sale     sale.Sale
	Store    sale.Store
	Wallet   string         // the wallet's name as people know it, in Language
	Language Language       // empty is Japanese
	Place    *time.Location // of the store; nil is Japan, UTC+9 without summer time
	Reprint  int            // 0 the first print, 1 the first reprint, …
	Footer   string         // the store's last words; may be empty
	QR       printer.Bitmap // the charge's key, drawn; empty: the printer draws it
	Training bool           // it is of a training: no paper of it is titled as a receipt
	Bill     *Bill          // of a part of a bill; else nil
}

// japan has kept UTC+9 without summer time since 1952, so no time zone
// database is needed.
var japan = time.FixedZone("JST", 9*60*60)

// For is the receipt of a charge that is approved, or taken offline and to be
// collected. It fails with ErrNoPaper in every other state, and when charge
// and sale do not belong together.
func For(in Input) (printer.Document, error) {
	p, err := begin(in)
	if err != nil {
		return printer.Document{}, err
	}
	if in.Charge.Goods() != charge.HandOver {
		return printer.Document{}, fmt.Errorf("receipt of %s, which is %s: %w", in.Charge.Key, in.Charge.State, ErrNoPaper)
	}
	if in.Bill != nil && !in.Bill.paid() {
		return p.part()
	}
	p.billed()
	totals, err := p.in.Sale.Totals(in.Store.Rounding)
	if err != nil {
		return printer.Document{}, fmt.Errorf("receipt of %s: %w", in.Charge.Key, err)
	}
	p.store()
	p.title(p.say.receipt)
	p.marks()
	p.facts()
	p.goods()
	p.totals(totals)
	p.tenders()
	p.legend(totals)
	p.add(printer.Space{Lines: 1})
	p.find()
	p.footer()
	p.add(printer.Cut{})
	return p.doc, nil
}

// begin checks that the input belongs together.
func begin(in Input) (*page, error) {
	say, ok := words[in.Language]
	if in.Language == "" {
		say, ok = words[Japanese], true
	}
	switch {
	case !ok:
		return nil, fmt.Errorf("receipt of %s: language %q is not known: use %s or %s", in.Charge.Key, in.Language, Japanese, English)
	case in.Charge.SaleID != in.Sale.ID:
		return nil, fmt.Errorf("receipt of %s: the charge is for sale %s, not for %s", in.Charge.Key, in.Charge.SaleID, in.Sale.ID)
	case in.Charge.Kind != charge.Refund && in.Charge.Amount != in.Sale.Amount:
		return nil, fmt.Errorf("receipt of %s: the charge is over %s, the sale over %s", in.Charge.Key, in.Charge.Amount, in.Sale.Amount)
	case in.Store.Name == "":
		return nil, fmt.Errorf("receipt of %s: the store has no name: set it in the configuration", in.Charge.Key)
	case in.Bill != nil && in.Bill.Bill.ID != in.Sale.Bill:
		return nil, fmt.Errorf("receipt of %s: it pays a part of bill %s, not of %s", in.Charge.Key, in.Sale.Bill, in.Bill.Bill.ID)
	}
	if in.Place == nil {
		in.Place = japan
	}
	return &page{in: in, say: say, doc: printer.Document{Title: string(in.Charge.Key)}}, nil
}
