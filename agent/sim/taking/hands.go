package taking

import (
	"fmt"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/handover"
	"github.com/posagent/posagent/offline/oda"
)

// Leave lets what is to be collected from a wallet leave, durably, and returns
// it with this register's signatures: what a queue file has. again lets also
// leave what has left before.
func (t *Taker) Leave(wallet string, signs agent.Forwarder, name string, again bool) ([]handover.Charge, error) {
	page, err := t.Due(wallet, charge.Due{}, 500)
	if err != nil {
		return nil, err
	}
	all := map[charge.Key]handover.Charge{}
	var keys []charge.Key
	for _, due := range page {
		if due.Carried || !due.Moved.IsZero() && !again {
			continue
		}
		code, err := t.Evidence(due.Key)
		if err != nil {
			continue // it was collected just now
		}
		accepted := due.Accepted.UTC().Truncate(time.Second)
		signature, err := signs.Vouch(due.Record, code, accepted)
		if err != nil {
			return nil, err
		}
		all[due.Key] = handover.Charge{Key: due.Key, Wallet: wallet, Amount: due.Amount, Accepted: accepted, Code: code, Signature: signature}
		keys = append(keys, due.Key)
	}
	moved, err := t.MoveOut(keys, name, again, charge.ByManager, "manager")
	var out []handover.Charge
	for _, key := range moved {
		out = append(out, all[key])
	}
	return out, err
}

// Carried is a charge of a queue file as the books take it in.
func (t *Taker) Carried(c handover.Charge, from string) (charge.Carried, error) {
	raw, _, err := oda.Decode(c.Code.Reveal())
	if err != nil {
		return charge.Carried{}, err
	}
	parsed, err := oda.Parse(raw)
	if err != nil {
		return charge.Carried{}, fmt.Errorf("charge %s: %w", c.Key, err)
	}
	cert := parsed.Certificate
	return charge.Carried{
		Key: c.Key, Wallet: c.Wallet, Amount: c.Amount, Accepted: c.Accepted, From: from,
		Code: charge.CodeMark{Kind: "op1", Masked: c.Code.Masked(), Hash: HashCode(c.Code)},
		Proof: charge.Proof{
			Token: idOf(c.Wallet, cert.WalletToken[:]), Serial: idOf(c.Wallet, cert.Serial[:]), Affords: cert.CumulativeMax, Until: cert.NotAfter,
			Sealed: t.Sealer.Seal(string(c.Key), []byte(c.Code.Reveal())), Signature: c.Signature,
		},
	}, nil
}
