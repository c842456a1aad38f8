package main

import (
	"log/slog"
	"time"

	"github.com/posagent/posagent/wallet/reference/identity"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/risk"
)

// judge has the risk rules judge payments of the wallet's members. Accounts of the
// try-out have no phone that could say yes, and are not judged.
type judge struct {
	people *customers
	rules  func() risk.Rules
	now    func() time.Time
	log    *slog.Logger
}

// Looks is ledger.Judge.Looks: a phone that is new, a way in that was reset, or
// much money.
func (j judge) Looks(customer string, yen int64) bool {
	if j.people.who == nil || !identity.IsCustomer(customer) {
		return false
	}
	g := j.people.who.Guard(customer)
	return !g.Since.IsZero() || !g.Reset.IsZero() || yen >= j.rules().UnusualFrom
}

// Says is ledger.Judge.Says.
func (j judge) Says(p ledger.Payment) ledger.Verdict {
	g, now := j.people.who.Guard(p.Customer), j.now()
	f := risk.Facts{
		Act: risk.Payment, Amount: p.Amount, Spent: p.Spent, Largest: p.Largest, FreshMoney: p.Fresh,
		Device: identity.WatchFor, Agreed: g.Agreed, Recovered: -1,
	}
	if !g.Since.IsZero() {
		f.Device = now.Sub(g.Since)
	}
	if !g.Reset.IsZero() {
		f.Recovered = max(0, now.Sub(g.Reset))
	}
	v := risk.Decide(f, j.rules())
	if v.Do == risk.Allow {
		return ledger.Goes
	}
	j.log.Warn("a payment is not just taken", "customer", p.Customer, "store", p.Store, "amount", p.Amount, "do", v.Do, "reasons", v.Reasons)
	if v.Do == risk.StepUp {
		return ledger.Asks
	}
	return ledger.Stays
}
