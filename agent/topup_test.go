package agent_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
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

// scans reads a fresh code of the customer's at the scanner.
func (s *till) scans() error {
	s.t.Helper()
	minted, err := s.line.books.MintCode("sachi")
	must(s.t, err)
	return s.Walk(scanner.Scan{Data: []byte(minted.Code), Device: "scanner", At: time.Now()})
}

// spends has the customer pay at another shop.
func (s *till) spends(yen int64) {
	s.t.Helper()
	minted, err := s.line.books.MintCode("sachi")
	must(s.t, err)
	a, err := s.line.books.Charge(wire.ChargeRequest{
		Key: "S9-T9-1-1", Store: "S9", Terminal: "T9", Amount: yen, Currency: "JPY", Code: minted.Code,
		Mode: wire.Online, ValidUntil: time.Now().Add(time.Hour), Nonce: "n",
	})
	must(s.t, err)
	if a.Status != wire.Approved {
		s.t.Fatalf("the other shop reads %s", a.Status)
	}
}

// credited is a top-up that our books have as done, and the wallet has not.
func (s *till) credited(id string, yen int64) charge.Record {
	s.t.Helper()
	want := aSale(id, yen)
	want.TopUp = true
	rec, err := s.books.Prepare(want, charge.ByCashier)
	must(s.t, err)
	for _, e := range paths[charge.Approved] {
		rec, err = s.books.Apply(rec.Key, charge.Step{Event: e, Wallet: "own", By: charge.ByManager, At: time.Now()})
		must(s.t, err)
	}
	time.Sleep(time.Second)
	return rec
}

// The customer has spent a top-up that is being undone, so the wallet does not
// take it back. The cash is in the till and the customer had the money: the
// top-up stands, and nobody is owed anything.
func TestASpentTopUpStands(t *testing.T) {
	for name, cancel := range map[string]bool{"by the cashier": true, "by time": false} {
		t.Run("undone "+name, func(t *testing.T) {
			atTill(t, func(t *testing.T, s *till) {
				s.line.will("topups", mute)
				s.line.will("inquiry", deaf)
				rec := s.sells("a", 3000, true)
				s.is(rec.Key, charge.InDoubt)
				s.spends(firstBalance + 3000)
				if cancel {
					_, err := s.Cancel("a", charge.ByCashier, "hanako")
					must(t, err)
				}
				time.Sleep(2 * time.Minute)
				if rec = s.is(rec.Key, charge.Approved); rec.Reason != charge.ReasonCannot || rec.Goods() != charge.Hold {
					t.Errorf("it is %+v", rec)
				}
				s.line.will("inquiry")
				s.only(s.reconcile(), "", "", "", "", false)
				if tr := s.Troubles(); len(tr) != 0 {
					t.Errorf("troubles are %+v", tr)
				}
				_, err := s.Resolve(rec.Key, agent.GaveBack, "sato")
				s.wants(err, "charge.not_decidable")
				s.wants(s.scans(), "register.no_sale") // the cash has become this one
				s.has(firstBalance)
			})
		})
	}
}

// Until it is certain that a top-up is undone, the same cash makes no second
// one: a customer who spends fast would keep both.
func TestTheSameCashIsOneTopUp(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.line.will("topups", mute, fine)
		s.line.will("reversal", deaf, deaf, fine)
		first := s.sells("a", 3000, true)
		s.is(first.Key, charge.InDoubt)
		_, err := s.Cancel("a", charge.ByCashier, "hanako")
		must(t, err)
		s.is(first.Key, charge.Reversing)
		s.wants(s.scans(), "register.in_doubt")
		want := aSale("a", 3000)
		want.TopUp = true
		if v, err := s.Open(want, charge.ByCashier); err == nil && v.Charge.Key != first.Key {
			t.Errorf("opened again it has the new key %s", v.Charge.Key)
		}
		s.has(-3000)
		time.Sleep(time.Minute)
		s.is(first.Key, charge.Reversed)
		must(t, s.scans())
		s.has(-3000)
		if n := s.line.count("topups"); n != 2 {
			t.Errorf("%d top-ups were asked for", n)
		}
	})
}

// The wallet does not know a top-up whose cash was taken: that cash is the
// customer's. The manager gives it back by hand and records it.
func TestCashThatWasNotCreditedIsOwed(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		rec := s.credited("a", 3000)
		s.only(s.reconcile(), rec.Key, agent.NotCredited, agent.Corrected, charge.Owed, false)
		if tr := s.Troubles(); len(tr) != 1 || tr[0].Code != "topup.owed" || tr[0].Subject != string(rec.Key) || tr[0].Detail != "3000 JPY own" {
			t.Errorf("troubles are %+v", tr)
		}
		_, err := s.refund(rec.Key, 3000) // it is cash that goes back, not money of the wallet's
		s.wants(err, "refund.not_refundable")
		_, err = s.Resolve(rec.Key, agent.GaveBack, "sato")
		must(t, err)
		s.is(rec.Key, charge.Reversed)
		if tr := s.Troubles(); len(tr) != 0 {
			t.Errorf("troubles are %+v", tr)
		}
		s.only(s.reconcile(), "", "", "", "", false)
	})
}

// What a top-up put into the wallet is not given out once more as a refund.
func TestATopUpIsNotRefunded(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		rec := s.sells("a", 3000, true)
		for _, yen := range []int64{3000, 1} {
			_, err := s.refund(rec.Key, yen)
			s.wants(err, "refund.not_refundable")
		}
		if n := s.line.count("refunds"); n != 0 {
			t.Errorf("%d refunds were asked for", n)
		}
		s.has(-3000)
	})
}
