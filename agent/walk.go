package agent

import (
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/drivers/scanner"
)

// Walk takes one scanned code through to its result: what was scanned, whose
// wallet it is, which sale it pays; the request, the durable outcome, the
// cashier, the receipt. It returns when the outcome is known or in doubt; a
// doubt is settled in the background. A code that cannot be taken comes back
// as a *Refused, is shown to the cashier, and the sale goes on. A store copy
// goes to the import that is under way, and touches no sale.
func (r *Register) Walk(scan scanner.Scan) error { return r.walk("", scan) }

// walk is Walk for the sale with this id alone, or for whichever stands at the
// scanner when the id is empty.
func (r *Register) walk(saleID string, scan scanner.Scan) error {
	code, err := r.choose(scan)
	switch {
	case saleID == "" && r.forImport(scan, err):
		return nil
	case err != nil:
		return r.refuse(err)
	}
	if saleID == "" {
		if saleID, err = r.meant(scan.At); err != nil {
			return r.refuse(err)
		}
	}
	wallet := r.wallets[code.Wallet]
	rec, err := r.take(saleID, wallet, code) // key and amount are durable; from here on a request may be under way
	switch {
	case r.mayGoWithout(code, err):
		return r.withoutNetwork(rec.SaleID, wallet, code)
	case err != nil:
		return r.refuse(err)
	}
	defer r.work.Done()
	answer := wallet.request(r.traced(rec), rec, code)
	rec, err = r.land(rec.Key, answer) // durable before anyone is told
	if err != nil {
		return r.blind(err)
	}
	switch {
	case rec.State == charge.Approved:
		r.print(rec)
	case rec.State == charge.Prepared && code.Signed && r.parts.Offline != nil: // nothing left this register
		return r.withoutNetwork(rec.SaleID, wallet, code)
	case rec.State.Open() && rec.State != charge.Prepared:
		r.settle(rec)
	}
	return nil
}
