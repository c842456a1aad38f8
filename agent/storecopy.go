package agent

import (
	"errors"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/receipt"
	"github.com/posagent/posagent/drivers/printer"
)

// Slip writes a charge that waits to be collected as the text of a code for
// paper, with the signature of the register that took it.
type Slip func(due charge.Due, code paycode.Secret, signature []byte) (string, error)

// ReprintStoreCopy prints the store's copy of a charge that was taken without
// a network once more, and waits for what became of it. It changes nothing of
// the charge, and not what is known of the receipt.
func (r *Register) ReprintStoreCopy(key charge.Key) (charge.Paper, error) {
	rec, err := r.parts.Memory.Charge(key)
	if err != nil {
		return "", err
	}
	if r.fit().Printer == nil {
		return "", &Refused{Why: "printer.none"}
	}
	<-r.paper
	defer func() { r.paper <- struct{}{} }()
	due, waits := r.waitsToBeCollected(rec.Key)
	if !waits {
		return "", &Refused{Why: "slip.none"}
	}
	again := due.Paper != charge.Unprinted && due.Paper != charge.PaperFailed
	doc, err := r.storeCopyOf(due, again)
	if err != nil {
		r.log.Error("the store's copy cannot be made", "charge", string(key), "error", err)
		return "", err
	}
	out := r.toPrinter(doc)
	r.log.Info("store copy", "charge", string(key), "result", string(out.Result), "reason", string(out.Reason), "detail", out.Detail)
	return paperOf(out.Result), nil
}

// storeCopy is what stands behind the receipt of a charge that waits to be
// collected; nothing for any other. Whatever goes wrong with it, the receipt is
// printed.
func (r *Register) storeCopy(rec charge.Record) []printer.Block {
	due, waits := r.waitsToBeCollected(rec.Key)
	if !waits {
		return nil
	}
	doc, err := r.storeCopyOf(due, false)
	if err != nil {
		r.log.Error("the store's copy cannot be made", "charge", string(rec.Key), "error", err)
		return nil
	}
	return doc.Blocks
}

// waitsToBeCollected is a charge that was taken without a network, unless it
// has been collected or given up.
func (r *Register) waitsToBeCollected(key charge.Key) (charge.Due, bool) {
	if r.parts.Offline == nil {
		return charge.Due{}, false
	}
	due, err := r.parts.Offline.DueOf(key)
	if err != nil && !errors.Is(err, r.parts.NotFound) {
		r.log.Error("the queue cannot be read for a store copy", "charge", string(key), "error", err)
	}
	return due, err == nil
}

func (r *Register) storeCopyOf(due charge.Due, again bool) (printer.Document, error) {
	in, err := r.paperInput(due.Record, r.fit().Paper.Language)
	if err != nil {
		return printer.Document{}, err
	}
	e := r.evidence(due)
	e.Again = again
	return receipt.StoreCopy(in, e)
}

// evidence is what a store copy carries. The signature is made now and not when
// the charge was taken: nobody waits for paper.
func (r *Register) evidence(due charge.Due) receipt.Evidence {
	out := receipt.Evidence{Accepted: due.Accepted}
	missing := func(why receipt.Missing, err error) receipt.Evidence {
		r.log.Error("the store's copy carries no code", "charge", string(due.Key), "why", string(why), "error", err)
		out.Missing = why
		return out
	}
	code, err := r.parts.Offline.Evidence(due.Key)
	if err != nil {
		return missing(receipt.NoCode, err)
	}
	signature := due.Signature
	if w := r.wallets[due.Wallet]; signature == nil && w.Forwards != nil {
		signature, err = w.Forwards.Vouch(due.Record, code, due.Accepted)
	}
	if err != nil || len(signature) == 0 {
		return missing(receipt.NoKey, err)
	}
	if r.parts.Slip == nil {
		return missing(receipt.NoForm, nil)
	}
	text, err := r.parts.Slip(due, code, signature)
	if err != nil {
		return missing(receipt.NoForm, err)
	}
	out.Text, out.QR = text, r.drawn(text)
	return out
}
