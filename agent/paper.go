package agent

import (
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/receipt"
	"github.com/posagent/posagent/drivers/printer"
)

// Receipt is what the customer gets on paper of a record, in a language: the
// receipt of a paid charge, or the slip of a top-up, of a refund that was given
// or of a payment that was voided. reprint 0 is the original, n the n-th copy.
func (r *Register) Receipt(rec charge.Record, language string, reprint int) (printer.Document, error) {
	in, err := r.paperInput(rec, language)
	if err != nil {
		return printer.Document{}, err
	}
	in.Reprint = reprint
	switch {
	case rec.Kind == charge.Refund:
		back, err := r.returnOf(rec)
		if err != nil {
			return printer.Document{}, err
		}
		return receipt.Refund(in, back)
	case rec.State == charge.Reversed:
		return receipt.Void(in)
	case rec.Kind == charge.Topup:
		return receipt.TopUp(in)
	}
	return receipt.For(in)
}

// returnOf is the payment of a refund, and the refunds of it before this one
// that took or may take their part of the sale.
func (r *Register) returnOf(rec charge.Record) (receipt.Return, error) {
	of, err := r.parts.Memory.Charge(rec.Of)
	if err != nil {
		return receipt.Return{}, err
	}
	refunds, err := r.RefundsOf(rec.Of)
	back := receipt.Return{Of: of}
	for _, other := range refunds {
		if other.Key == rec.Key {
			break
		}
		if other.State != charge.Declined && other.State != charge.Abandoned {
			back.Earlier = append(back.Earlier, other.Amount)
		}
	}
	return back, err
}

// HasPaper tells whether Receipt makes something of a record.
func (r *Register) HasPaper(rec charge.Record) bool { return receipt.HasPaper(rec) }

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
	name := r.nameIn(rec.Wallet, language)
	if r.parts.NameOf != nil && s.Operator != "" {
		s.Operator = r.parts.NameOf(s.Operator)
	}
	bill, err := r.billOf(&s, language)
	if err != nil {
		return receipt.Input{}, err
	}
	return receipt.Input{
		Bill: bill, Charge: rec, Sale: s, Store: r.parts.Store, Wallet: name, QR: r.drawn(string(rec.Key)),
		Language: receipt.Language(language), Place: r.parts.Zone, Footer: r.fit().Paper.Footer, Training: r.parts.Training,
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
