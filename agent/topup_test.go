package agent_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/wallet/wire"
)

func reversalOf(rec charge.Record) wire.ReversalRequest {
	return wire.ReversalRequest{Amount: rec.Amount.Minor, Currency: string(rec.Amount.Currency), Nonce: "n"}
}

// A top-up walks as a sale does, and the money goes the other way. No goods
// are handed over for it.
func TestATopUp(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		rec := s.sells("a", 3000, true)
		if rec = s.is(rec.Key, charge.Approved); rec.Kind != charge.Topup || rec.Goods() != charge.Hold {
			t.Errorf("%+v", rec)
		}
		s.has(-3000)
		if n, m := s.line.count("topups"), s.line.count("charges"); n != 1 || m != 0 {
			t.Errorf("%d top-ups and %d charges were asked for", n, m)
		}
	})
}

// A top-up in doubt is given up and undone as a payment is: the cash goes back
// when it is reversed, and then the wallet has no money for it.
func TestATopUpInDoubt(t *testing.T) {
	for _, f := range []fault{deaf, mute} {
		atTill(t, func(t *testing.T, s *till) {
			s.line.will("topups", f)
			s.line.will("inquiry", deaf)
			rec := s.sells("a", 3000, true)
			s.is(rec.Key, charge.InDoubt)
			time.Sleep(2 * time.Minute)
			s.is(rec.Key, charge.Reversed)
			s.has(0)
		})
	}
}
