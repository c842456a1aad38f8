package agent_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
)

// A program repeats its call under one wish until the refund is settled.
// However often it does, the refund is sent as often, and done as soon, as when
// nobody asks.
func TestPollingDelaysNoRefund(t *testing.T) {
	atOnce := time.Duration(0)
	for _, every := range []time.Duration{time.Hour, 10 * time.Second, 900 * ms} { // the first one lets it alone
		atTill(t, func(t *testing.T, s *till) {
			of := s.paid("a", 1000)
			s.line.will("refunds", deaf, deaf, deaf, deaf, fine)
			want := agent.Refunding{Of: of.Key, Amount: money.Yen(400), By: charge.ByAPI, Wish: "w"}
			began := time.Now()
			var rec charge.Record
			for time.Since(began) < time.Hour {
				var err error
				rec, err = s.Refund(want)
				must(t, err)
				time.Sleep(every)
			}
			rec = s.is(rec.Key, charge.Approved)
			took := rec.ChangedAt.Sub(began)
			if atOnce == 0 {
				atOnce = took
			}
			if n := s.line.count("refunds"); n != 5 || took > atOnce {
				t.Errorf("asked for every %s it was sent %d times and took %s; let alone it takes %s", every, n, took, atOnce)
			}
			s.has(600)
		})
	}
}

// A doubt has its inquiries at their time, and is given up at its time, also
// while the day is being compared again and again.
func TestReconcilingDelaysNoInquiry(t *testing.T) {
	ask := func(every time.Duration) (asked int) {
		atTill(t, func(t *testing.T, s *till) {
			s.line.will("charges", mute)
			s.line.will("inquiry", busy)
			rec := s.sells("a", 1000, false)
			s.is(rec.Key, charge.InDoubt)
			for range int(2 * time.Minute / every) {
				s.reconcile()
				time.Sleep(every)
			}
			s.is(rec.Key, charge.Reversed)
			asked = s.line.count("inquiry")
		})
		return asked
	}
	if often, once := ask(time.Second), ask(2*time.Minute); often != once || once == 0 {
		t.Errorf("asked %d times while the day was compared every second, and %d times else", often, once)
	}
}

// What is collected is asked about every five minutes at last. A reconciliation
// every minute does not push that away.
func TestReconcilingDelaysNoCollecting(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.line.will("charges", mute)
		s.line.will("inquiry", busy)
		rec := s.sells("a", 1000, false)
		s.is(rec.Key, charge.InDoubt)
		_, err := s.Resolve(rec.Key, agent.ShownPaid, "sato")
		must(t, err)
		time.Sleep(2 * time.Hour)
		s.is(rec.Key, charge.Forwarding)
		s.line.will("inquiry")
		for range 7 {
			s.reconcile()
			time.Sleep(time.Minute)
		}
		s.is(rec.Key, charge.Approved)
	})
}
