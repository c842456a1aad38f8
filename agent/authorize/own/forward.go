package own

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"time"

	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/wallet/wire"
)

// forwardWithin is how long a wallet takes forwards (docs/reference/wallet-contract.md).
// Our own clock may be wrong when the network comes back, and must not end one.
const forwardWithin = 72 * time.Hour

var errNoKey = errors.New("this register has no key to sign with")

// Forward asks for the money of a charge that was taken without a network: its
// code, signed by the phone, and the word of the register that took it on
// amount and time, signed by that register. It may be repeated with the same
// record.
func (c *Client) Forward(ctx context.Context, due charge.Due, code paycode.Secret) charge.Answer {
	r, err := forwarded(due.Record, code, due.Accepted)
	if err != nil {
		return c.never(err)
	}
	asked := c.asked(authorize.CallForward, due.Record)
	r.Nonce, r.ValidUntil = asked.Nonce, due.Accepted.Add(forwardWithin).UTC()
	if len(due.Signature) > 0 { // another register's, or this one's from a disk that is lost
		r.TerminalSignature, r.TerminalCertificate = base64.StdEncoding.EncodeToString(due.Signature), due.Certificate
	} else if r, err = c.sign(r); err != nil {
		return c.never(err)
	}
	return c.attempt(ctx, asked, http.MethodPost, wire.PathCharges, r)
}

// Vouch is this register's signature over a charge that it took: with it
// another one of the store can forward the charge.
func (c *Client) Vouch(rec charge.Record, code paycode.Secret, accepted time.Time) ([]byte, error) {
	r, err := forwarded(rec, code, accepted)
	if err == nil {
		r, err = c.sign(r)
	}
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(r.TerminalSignature)
}

func (c *Client) sign(r wire.ChargeRequest) (wire.ChargeRequest, error) {
	if c.Signer == nil {
		return r, errNoKey
	}
	return r.SignForward(r.AcceptedAt, c.Signer)
}

// forwarded is what is signed of a charge.
func forwarded(rec charge.Record, code paycode.Secret, accepted time.Time) (wire.ChargeRequest, error) {
	store, terminal, _, _, err := rec.Key.Parts()
	return wire.ChargeRequest{
		Key: string(rec.Key), Terminal: terminal, Store: store, Mode: wire.Forwarded,
		Amount: rec.Amount.Minor, Currency: string(rec.Amount.Currency), Code: code.Reveal(),
		AcceptedAt: accepted.UTC().Truncate(time.Second),
	}, err
}
