package agent_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/drivers/scanner"
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

// Over the limit nothing is prepared, and what stood at the scanner still
// stands there.
func TestATopUpOverTheLimit(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		_, err := s.Open(aSale("a", 500), charge.ByCashier)
		must(t, err)
		_, err = s.Open(sale.Sale{ID: "b", Amount: money.Yen(50_001), BusinessDate: "2026-11-22", At: time.Now(), TopUp: true}, charge.ByCashier)
		s.wants(err, "topup.too_much")
		if v, standing := s.Standing(); !standing || v.Sale.ID != "a" || v.Charge.State != charge.Prepared {
			t.Errorf("%+v, standing: %v", v, standing)
		}
		s.is(s.sells("c", 50_000, true).Key, charge.Approved)
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

// The wallet's yes is being written while the cashier cancels. What is shown
// as done stays done: undoing it is another wish, as with a sale.
func TestACancelThatComesTooLateForATopUp(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		want := sale.Sale{ID: "a", Amount: money.Yen(3000), BusinessDate: "2026-11-22", At: time.Now(), Operator: "hanako", TopUp: true}
		_, err := s.Open(want, charge.ByCashier)
		must(t, err)
		minted, err := s.line.books.MintCode("sachi")
		must(t, err)
		s.disk.takes(100 * ms)
		walked := make(chan error, 1)
		go func() { walked <- s.Walk(scanner.Scan{Data: []byte(minted.Code), Device: "scanner", At: time.Now()}) }()
		time.Sleep(150 * ms) // the yes is on its way to the disk
		v, err := s.Cancel("a", charge.ByCashier, "")
		must(t, err)
		must(t, <-walked)
		if v.Charge.State != charge.Approved {
			t.Errorf("the cancel says %s", v.Charge.State)
		}
		s.is(v.Charge.Key, charge.Approved)
		s.has(-3000)
	})
}
