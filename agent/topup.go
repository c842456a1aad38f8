package agent

import (
	"context"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
)

// TopUpper asks a wallet to turn cash that the register has taken into money
// of the customer who showed the code. It is one attempt, as a charge is.
type TopUpper interface {
	TopUp(context.Context, charge.Record, paycode.Code) charge.Answer
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
