package agent

import (
	"context"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/receipt"
	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/printer"
)

// printFor is how long a receipt may take before nobody waits for it.
const printFor = 30 * time.Second

// print puts the receipt of a charge whose goods are handed over, or the slip of
// a top-up or a refund, on paper in
// the background: paper never holds a sale up and never fails one. Its callers
// are work that Leave waits for, and so is the print: a receipt is not torn off
// by leaving.
func (r *Register) print(rec charge.Record) {
	r.openDrawer(rec)
	if !r.fit().Paper.Print || r.fit().Printer == nil || !hasReceipt(rec) {
		return
	}
	r.work.Go(func() { _, _ = r.onPaper(rec.Key, false) }) // the outcome is on the charge and in the troubles
}

func hasReceipt(rec charge.Record) bool { return receipt.HasPaper(rec) }

// printSlip puts the slip of money that has gone back on paper, as print does.
// Of a voided payment it is a second paper, so that only Reprint counts it.
func (r *Register) printSlip(rec charge.Record) {
	switch {
	case rec.Reason == charge.ReasonRecovered || !hasReceipt(rec) || !r.fit().Paper.Print || r.fit().Printer == nil:
	case rec.Kind == charge.Refund && rec.Paper == charge.Unprinted:
		r.print(rec)
	case rec.State == charge.Reversed:
		r.work.Go(func() {
			doc, err := r.Receipt(rec, r.fit().Paper.Language, 0)
			if err == nil {
				err = r.send(doc)
			}
			if err != nil {
				r.log.Error("the slip of a voided payment is not printed", "charge", string(rec.Key), "error", err)
			}
		})
	}
}

// printDoubt puts a slip on paper for a charge that was given up unanswered.
func (r *Register) printDoubt(rec charge.Record) {
	if !r.fit().Paper.Print || r.fit().Printer == nil {
		return
	}
	r.work.Go(func() {
		doc, err := r.doubtSlip(rec)
		if err == nil {
			err = r.send(doc)
		}
		if err != nil {
			r.log.Error("the slip of a doubtful charge is not printed", "charge", string(rec.Key), "error", err)
		}
	})
}

func (r *Register) send(doc printer.Document) error {
	<-r.paper
	defer func() { r.paper <- struct{}{} }()
	if out := r.toPrinter(doc); out.Result == printer.Failed {
		return &Refused{Why: "printer.unprinted"}
	}
	return nil
}

// Reprint prints a charge's receipt once more, marked as a copy, and waits for
// what became of it.
func (r *Register) Reprint(key charge.Key) (charge.Record, error) {
	rec, err := r.parts.Memory.Charge(key)
	if err != nil {
		return rec, err
	}
	switch {
	case !hasReceipt(rec):
		return rec, &Refused{Why: "register.no_receipt"}
	case r.fit().Printer == nil:
		return rec, &Refused{Why: "printer.none"}
	}
	return r.onPaper(key, true)
}

// toPrinter waits for what became of a document, also while the register
// leaves.
func (r *Register) toPrinter(doc printer.Document) printer.Outcome {
	ctx, cancel := context.WithTimeout(context.Background(), printFor)
	defer cancel()
	at := r.fit().Printer
	if at == nil { // it was taken away since the print was wished for
		return printer.Outcome{Result: printer.Failed, Reason: device.NotConfigured, Detail: "no printer is set up any more"}
	}
	return at.Print(ctx, doc)
}

// onPaper prints and remembers what became of it. A receipt that never
// reached paper is printed as the original, whenever that is; there is only
// one original, so receipts are made and printed one after the other. With the
// original comes the store's copy, if the charge waits to be collected.
func (r *Register) onPaper(key charge.Key, again bool) (charge.Record, error) {
	<-r.paper
	defer func() { r.paper <- struct{}{} }()
	rec, err := r.parts.Memory.Charge(key)
	if err != nil {
		r.log.Error("the charge of a receipt cannot be read", "charge", string(key), "error", err)
		return rec, err
	}
	if !again && (rec.Paper != charge.Unprinted || !hasReceipt(rec)) {
		return rec, nil
	}
	copied := again && rec.Paper != charge.Unprinted && rec.Paper != charge.PaperFailed
	number := 0
	if copied {
		number = rec.Reprints + 1
	}
	doc, err := r.Receipt(rec, r.fit().Paper.Language, number)
	if err != nil {
		r.log.Error("the receipt cannot be made", "charge", string(rec.Key), "error", err)
		return rec, err
	}
	if !copied {
		doc.Blocks = append(doc.Blocks, r.storeCopy(rec)...) // one job, so that what became of it holds for both
	}
	out := r.toPrinter(doc)
	r.logOf(rec.SaleID).Info("receipt", "charge", string(rec.Key), "result", string(out.Result), "reason", string(out.Reason), "bytes", out.Bytes, "detail", out.Detail)
	paper := paperOf(out.Result)
	if copied && paper == charge.PaperFailed {
		paper = rec.Paper // the copy is not on paper, the first one still is what it was
	}
	after, err := r.printed(rec.Key, paper, copied && out.Result != printer.Failed)
	if err != nil {
		r.log.Error("what became of a receipt is not written down", "charge", string(key), "error", err)
		return rec, err
	}
	if out.Result == printer.Failed {
		r.trouble("printer.unprinted", string(rec.Key), string(out.Reason))
	} else {
		r.clear("printer.unprinted", string(rec.Key))
	}
	return after, nil
}

func (r *Register) printed(key charge.Key, paper charge.Paper, copied bool) (charge.Record, error) {
	defer r.pens.take(key)()
	rec, err := r.parts.Journal.Printed(key, paper, copied)
	if err != nil {
		r.cannotWrite(key, err)
		return rec, err
	}
	r.show(rec)
	return rec, nil
}

func paperOf(result printer.Result) charge.Paper {
	switch result {
	case printer.Confirmed, printer.Processed:
		return charge.PaperDone
	case printer.Sent:
		return charge.PaperSent
	case printer.Unknown, printer.Torn: // somebody must look at the paper
		return charge.PaperUnknown
	}
	return charge.PaperFailed
}
