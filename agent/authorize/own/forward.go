package own

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/wallet/wire"
)

// forwardWithin is how long a wallet takes forwards (docs/reference/wallet.md).
// Our own clock may be wrong when the network comes back, and must not end one.
const forwardWithin = 72 * time.Hour

// Forward asks for the money of a charge that was taken without a network at a
// time: its code, signed by the phone, and our word on amount and time, signed
// by this register. It may be repeated with the same record.
func (c *Client) Forward(ctx context.Context, r charge.Record, code paycode.Secret, accepted time.Time) charge.Answer {
	store, terminal, _, _, err := r.Key.Parts()
	if err != nil {
		return c.never(err)
	}
	if c.Signer == nil {
		return c.never(errors.New("this register has no key to sign with"))
	}
	asked := c.asked(authorize.CallForward, r)
	request, err := wire.ChargeRequest{
		Key: string(r.Key), Terminal: terminal, Store: store,
		Amount: r.Amount.Minor, Currency: string(r.Amount.Currency), Code: code.Reveal(),
		ValidUntil: accepted.Add(forwardWithin).UTC(), Nonce: asked.Nonce,
	}.SignForward(accepted, c.Signer)
	if err != nil {
		return c.never(err)
	}
	return c.attempt(ctx, asked, http.MethodPost, wire.PathCharges, request)
}
