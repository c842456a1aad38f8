package agent_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
)

// says is a bulletin of the till's wallet that lives for a day.
func says(version int64, stops agent.Stops) agent.Bulletin {
	return agent.Bulletin{Wallet: "own", Version: version, Expires: time.Now().Add(24 * time.Hour), Stops: stops}
}

func (s *till) opens(id string, yen int64, topUp bool) error {
	_, err := s.Open(sale.Sale{ID: id, Amount: money.Yen(yen), BusinessDate: "2026-11-22", At: time.Now(), TopUp: topUp}, charge.ByCashier)
	return err
}

// troubled tells whether a trouble of the wallet holds.
func (s *till) troubled(code string) bool {
	return slices.ContainsFunc(s.Troubles(), func(t agent.Trouble) bool { return t.Code == code && t.Subject == "own" })
}

// A stop holds from the next scan on: nothing is sent, the sale stands as it
// is, and it can be paid as soon as the stop is lifted.
func TestPaymentsAreStopped(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		must(t, s.opens("a", 1000, false))
		s.Obey(says(1, agent.Stops{Pay: true}))
		s.wants(s.scans(), "wallet.stopped")
		if n := s.line.count("charges"); n != 0 {
			t.Errorf("%d charges were sent", n)
		}
		v, err := s.Look("a")
		must(t, err)
		if s.is(v.Charge.Key, charge.Prepared); v.Refusal == nil || v.Refusal.Why != "wallet.stopped" || !s.troubled("wallet.stopped") {
			t.Errorf("the cashier reads %+v, the manager %+v", v.Refusal, s.Troubles())
		}
		s.Obey(says(2, agent.Stops{}))
		must(t, s.scans())
		if s.is(v.Charge.Key, charge.Approved); s.troubled("wallet.stopped") {
			t.Error("the trouble is still there")
		}
		s.has(1000)
	})
}

// Top-ups are another matter than payments, and are refused before the cash is
// counted.
func TestTopUpsAreStopped(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		must(t, s.opens("a", 3000, true))
		s.Obey(says(1, agent.Stops{TopUp: true}))
		s.wants(s.scans(), "wallet.topup_stopped") // the cash was counted before
		s.wants(s.opens("b", 3000, true), "wallet.topup_stopped")
		s.paid("c", 500)
		if n := s.line.count("topups"); n != 0 {
			t.Errorf("%d top-ups were sent", n)
		}
		s.has(500)
	})
}

// No new refund begins, and none is written down. One that is under way goes
// on, and the wish that made it finds it.
func TestRefundsAreStopped(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		of := s.paid("a", 1000)
		s.line.will("refunds", deaf)
		under, err := s.refund(of.Key, 300)
		must(t, err)
		wish := agent.Refunding{Of: of.Key, Amount: money.Yen(300), By: charge.ByManager, Operator: "taro", Wish: "wish 1"}
		s.Obey(says(1, agent.Stops{Refund: true}))
		_, err = s.refund(of.Key, 200)
		s.wants(err, "wallet.refund_stopped")
		again, err := s.Refund(wish)
		if must(t, err); again.Key != under.Key {
			t.Errorf("the wish made %s, and then %s", under.Key, again.Key)
		}
		all, err := s.RefundsOf(of.Key)
		if must(t, err); len(all) != 1 {
			t.Errorf("%d refunds are in the books", len(all))
		}
		s.line.will("refunds")
		time.Sleep(time.Minute)
		s.is(under.Key, charge.Approved)
		s.has(700)
	})
}

// A stop during a payment changes nothing of that payment: what is in doubt is
// asked about and undone as ever.
func TestAStopDuringAPayment(t *testing.T) {
	for _, f := range []fault{deaf, mute} {
		atTill(t, func(t *testing.T, s *till) {
			s.line.will("charges", f)
			s.line.will("inquiry", deaf)
			must(t, s.opens("a", 1000, false))
			walked := make(chan error, 1)
			go func() { walked <- s.scans() }()
			time.Sleep(time.Second) // the request is under way
			s.Obey(says(1, agent.Stops{Pay: true, TopUp: true, Refund: true, Offline: true}))
			must(t, <-walked)
			v, err := s.Look("a")
			must(t, err)
			s.is(v.Charge.Key, charge.InDoubt)
			time.Sleep(2 * time.Minute)
			s.is(v.Charge.Key, charge.Reversed)
			s.has(0)
		})
	}
}

// An old bulletin: payments go on, a stop holds, and somebody is told.
func TestAnOldBulletin(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { s.Run(ctx, nil); close(ended) }()
		s.Obey(says(1, agent.Stops{TopUp: true}))
		time.Sleep(23 * time.Hour)
		if s.troubled("bulletin.old") {
			t.Error("it is old after 23 hours")
		}
		time.Sleep(2 * time.Hour)
		if !s.troubled("bulletin.old") || !s.troubled("wallet.topup_stopped") {
			t.Errorf("the manager reads %+v", s.Troubles())
		}
		s.paid("a", 500)
		s.wants(s.opens("b", 3000, true), "wallet.topup_stopped")
		s.Obey(says(2, agent.Stops{}))
		if s.troubled("bulletin.old") {
			t.Error("a new one is old")
		}
		cancel()
		<-ended
	})
}

// A wallet that should have a bulletin and gives none is a trouble, a moment
// after the start.
func TestNoBulletin(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go s.Run(ctx, nil)
		time.Sleep(4 * time.Minute)
		early := s.troubled("bulletin.old")
		time.Sleep(3 * time.Minute)
		if early || !s.troubled("bulletin.old") {
			t.Errorf("after 4 minutes %v, after 7 %+v", early, s.Troubles())
		}
		cancel()
		synctest.Wait()
	})
}

// Limits narrow: the lower one of the wallet's and the register's holds.
func TestTheWalletNarrowsLimits(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		b := says(1, agent.Stops{})
		b.MostPay, b.MostTopUp = 1000, 90_000
		s.Obey(b)
		must(t, s.opens("a", 1001, false))
		s.wants(s.scans(), "wallet.limit")
		s.paid("b", 1000)
		s.wants(s.opens("c", 50_001, true), "topup.too_much") // its own limit, which the wallet cannot widen
		b.Version, b.MostTopUp = 2, 2999
		s.Obey(b)
		s.wants(s.opens("d", 3000, true), "wallet.limit")
		s.has(1000)
	})
}

// A lower version and a bulletin that is refused change nothing; what was
// refused is counted and told until a good one comes.
func TestARefusedBulletin(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.Obey(says(5, agent.Stops{Pay: true}))
		s.Obey(says(4, agent.Stops{}))
		s.BulletinRefused("own", "signature", "nobody signed it")
		s.BulletinRefused("own", "older", "version 4")
		must(t, s.opens("a", 1000, false))
		s.wants(s.scans(), "wallet.stopped")
		if n := s.Counts().Bulletins[agent.RefusedBulletin{Wallet: "own", Why: "older"}]; n != 1 || !s.troubled("bulletin.refused") {
			t.Errorf("%d are counted, the engineer reads %+v", n, s.Troubles())
		}
		s.Obey(says(5, agent.Stops{Pay: true}))
		if s.troubled("bulletin.refused") || !s.troubled("wallet.stopped") {
			t.Errorf("after a good one: %+v", s.Troubles())
		}
	})
}
