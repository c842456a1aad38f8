package agent

import (
	"context"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/sale"
)

// TopUpper asks a wallet to turn cash that the register has taken into money
// of the customer who showed the code. It is one attempt, as a charge is.
type TopUpper interface {
	TopUp(context.Context, charge.Record, paycode.Code) charge.Answer
}

// mayTopUp refuses a top-up over the limit, or one that every wallet has
// stopped, before anything is prepared for
// it: cash of that size is not counted out at a register, and a program that
// went wrong or was stolen must not turn nothing into much.
func (r *Register) mayTopUp(s sale.Sale) error {
	if s.TopUp && s.Amount.Minor > r.parts.MostTopUp {
		return &Refused{Why: "topup.too_much"}
	}
	if s.TopUp {
		if why := r.noTopUps(s); why != "" {
			return &Refused{Why: why}
		}
	}
	return nil
}

// request is the one request of a walk: a top-up goes the way of a charge and
// differs only in what the wallet is asked.
func (w Wallet) request(ctx context.Context, rec charge.Record, code paycode.Code) charge.Answer {
	if rec.Kind == charge.Topup {
		return w.TopUps.TopUp(ctx, rec, code)
	}
	return w.Ask.Charge(ctx, rec, code)
}

// takes tells whether the wallet can be asked for this kind of sale at all.
func (w Wallet) takes(topUp bool) bool {
	return w.Ask != nil && (!topUp || w.TopUps != nil)
}
