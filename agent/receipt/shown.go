package receipt

import (
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/drivers/printer"
)

// ShownCode is the code that a customer reads with the payment app.
type ShownCode struct {
	Text  string
	Until time.Time // it can be paid
	QR    printer.Bitmap
}

// Shown is a code for the customer to read, on paper: how much it asks for, by
// which wallet, until when, and that it is no receipt. It fails with ErrNoPaper
// for a charge that is not waiting for its customer.
func Shown(in Input, code ShownCode) (printer.Document, error) {
	p, err := begin(in)
	if err != nil {
		return printer.Document{}, err
	}
	switch {
	case in.Charge.State != charge.Pending || !in.Charge.Shown():
		return printer.Document{}, fmt.Errorf("code of %s, which is %s: %w", in.Charge.Key, in.Charge.State, ErrNoPaper)
	case code.Text == "":
		return printer.Document{}, errors.New("there is no code to print")
	}
	p.store()
	p.title(p.say.toPay)
	p.text(p.say.notReceipt, printer.Centre, printer.Style{})
	p.add(printer.Rule{Double: true})
	p.pair(p.say.amount, in.Charge.Amount.Text(), printer.Style{Bold: true, Wide: true, Tall: true})
	if in.Wallet != "" {
		p.pair(p.say.wallet, in.Wallet, printer.Style{})
	}
	p.pair(p.say.until, code.Until.In(p.in.Place).Format("15:04:05"), printer.Style{Bold: true})
	p.text(p.say.readIt, printer.Left, printer.Style{})
	p.add(printer.QR{Text: code.Text, Bitmap: code.QR, Align: printer.Centre})
	p.pair(p.say.register, in.Store.ID+"-"+in.Store.Terminal, printer.Style{})
	p.pair(p.say.key, string(in.Charge.Key), printer.Style{})
	p.add(printer.Cut{})
	return p.doc, nil
}
