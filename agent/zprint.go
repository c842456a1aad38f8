package agent

import (
	"encoding/json"
	"fmt"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/closing"
	"github.com/posagent/posagent/agent/receipt"
	"github.com/posagent/posagent/drivers/printer"
)

// Zs are closings below a number, or the newest for 0, newest first.
func (r *Register) Zs(below int64, most int) ([]charge.Z, error) {
	if r.parts.Closings == nil {
		return nil, nil
	}
	return r.parts.Closings.Zs(below, most)
}

// Z is one closing. The error of one that is not there is a *Refused.
func (r *Register) Z(number int64) (charge.Z, error) {
	zs, err := r.Zs(number+1, 1)
	if err == nil && (number < 1 || len(zs) == 0 || zs[0].Number != number) {
		err = &Refused{Why: "closing.unknown"}
	}
	if err != nil {
		return charge.Z{}, err
	}
	return zs[0], nil
}

// ZPaper is a Z on paper, in a language. again marks a copy.
func (r *Register) ZPaper(z charge.Z, language string, again bool) (printer.Document, error) {
	var doc closing.Report
	if err := json.Unmarshal(z.Document, &doc); err != nil {
		return printer.Document{}, fmt.Errorf("the document of Z %d cannot be read: %w", z.Number, err)
	}
	names := make(map[string]string)
	for id, w := range r.wallets {
		if names[id] = w.Name; language == string(receipt.English) && w.NameEN != "" {
			names[id] = w.NameEN
		}
	}
	if r.parts.NameOf != nil {
		doc.Operator = r.parts.NameOf(doc.Operator)
	}
	return receipt.Z(receipt.ZInput{
		Report: doc, Store: r.parts.Store, Wallets: names, Hash: fmt.Sprintf("%x", z.Hash), Again: again,
		Language: receipt.Language(language), Place: r.parts.Zone,
	})
}

// PrintZ prints a Z, once more when again is set, and waits for what became of
// it.
func (r *Register) PrintZ(z charge.Z, again bool) error {
	fit := r.fit()
	if fit.Printer == nil {
		return &Refused{Why: "printer.none"}
	}
	doc, err := r.ZPaper(z, fit.Paper.Language, again)
	if err == nil {
		err = r.send(doc)
	}
	subject := fmt.Sprintf("Z %d", z.Number)
	if err != nil {
		r.log.Error("a Z is not printed", "z", z.Number, "error", err)
		r.trouble("printer.unprinted", subject, err.Error())
		return err
	}
	r.clear("printer.unprinted", subject)
	return nil
}
