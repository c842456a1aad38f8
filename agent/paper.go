package agent

import (
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/receipt"
	"github.com/posagent/posagent/drivers/printer"
)

// Receipt is the receipt of a paid charge in a language; reprint 0 is the
// original, n the n-th copy.
func (r *Register) Receipt(rec charge.Record, language string, reprint int) (printer.Document, error) {
	in, err := r.paperInput(rec, language)
	if err != nil {
		return printer.Document{}, err
	}
	in.Reprint = reprint
	return receipt.For(in)
}

// doubtSlip is what the customer and the shop keep of a charge that was given
// up unanswered.
func (r *Register) doubtSlip(rec charge.Record) (printer.Document, error) {
	in, err := r.paperInput(rec, r.fit().Paper.Language)
	if err != nil {
		return printer.Document{}, err
	}
	return receipt.Doubt(in)
}

func (r *Register) paperInput(rec charge.Record, language string) (receipt.Input, error) {
	s, err := r.parts.Memory.Sale(rec.SaleID)
	if err != nil {
		return receipt.Input{}, err
	}
	name := r.wallets[rec.Wallet].Name
	if language == string(receipt.English) && r.wallets[rec.Wallet].NameEN != "" {
		name = r.wallets[rec.Wallet].NameEN
	}
	if r.parts.NameOf != nil && s.Operator != "" {
		s.Operator = r.parts.NameOf(s.Operator)
	}
	return receipt.Input{
		Charge: rec, Sale: s, Store: r.parts.Store, Wallet: name, QR: r.drawn(string(rec.Key)),
		Language: receipt.Language(language), Place: r.parts.Zone, Footer: r.fit().Paper.Footer,
	}, nil
}

// drawn is a text as a code, for printers that draw none themselves.
func (r *Register) drawn(text string) printer.Bitmap {
	if r.parts.Draw == nil {
		return printer.Bitmap{}
	}
	b, err := r.parts.Draw(text)
	if err != nil {
		r.log.Error("a code cannot be drawn for paper", "error", err)
	}
	return b
}
