package agent_test

import (
	"context"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
)

// Statement is what the test wrote into the wallet's list; see
// agent.Statements.
func (w *wallet) Statement(_ context.Context, day charge.Day) (charge.Statement, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := charge.Statement{Wallet: w.id, Day: day}
	for _, e := range w.list {
		if day.Has(e.At) {
			out.Entries = append(out.Entries, e)
		}
	}
	return out, nil
}

// lists has the wallet's list of today contain these, all approved just now.
func (w *wallet) lists(entries ...charge.StatementEntry) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.list = nil
	for _, e := range entries {
		e.State, e.At = charge.Approved, time.Now()
		w.list = append(w.list, e)
	}
}

// listed is an entry for a payment of ours as it is here.
func listed(rec charge.Record) charge.StatementEntry {
	return charge.StatementEntry{Key: rec.Key, Kind: charge.Payment, Amount: rec.Amount}
}

// stands is a payment of 1280 yen at own that an earlier run left so.
func (s *shop) stands(id string, state charge.State) charge.Record {
	s.t.Helper()
	rec := s.sells(id).Charge
	for _, e := range paths[state] {
		var err error
		rec, err = s.books.Apply(rec.Key, charge.Step{Event: e, Wallet: "own", By: charge.ByManager, At: time.Now()})
		must(s.t, err)
	}
	time.Sleep(time.Second)
	return rec
}

// compared are the differences that a reconciliation of today finds with each
// wallet, by key.
func (s *shop) compared() (own, paypay map[charge.Key]agent.Difference) {
	s.t.Helper()
	report, err := s.Reconcile(s.t.Context(), "")
	must(s.t, err)
	var out [2]map[charge.Key]agent.Difference
	for i, w := range report.Wallets {
		must(s.t, w.Err)
		out[i] = map[charge.Key]agent.Difference{}
		for _, d := range w.Differences {
			out[i][d.Key] = d
		}
	}
	return out[0], out[1]
}

// leaves wants a difference to be left for the manager, with an alarm.
func (s *shop) leaves(d agent.Difference, what agent.Mismatch) {
	s.t.Helper()
	if d.What != what || d.Done != agent.ForManager || !d.Left {
		s.t.Errorf("%s: %q, %q, left %v; want %s, for the manager", d.Key, d.What, d.Done, d.Left, what)
	}
}

// unchanged wants our record to be as it was.
func (s *shop) unchanged(was charge.Record) {
	s.t.Helper()
	now, err := s.books.Charge(was.Key)
	must(s.t, err)
	if !reflect.DeepEqual(was, now) {
		s.t.Errorf("it was %+v and is %+v", was, now)
	}
}

// A wallet lists as approved what was never sent to it. That is no word about
// the payment, which went to another one, and a person must look.
func TestAWalletThatWasNeverAskedMovesNothing(t *testing.T) {
	for _, state := range []charge.State{charge.Unpaid, charge.Declined, charge.Reversed, charge.Owed} {
		t.Run(string(state), func(t *testing.T) {
			bubble(t, func(t *testing.T, s *shop) {
				rec := s.stands("a", state)
				s.paypay.lists(listed(rec))
				_, theirs := s.compared()
				s.leaves(theirs[rec.Key], agent.NeverAsked)
				s.hasTrouble("charge.alarm", rec.Key)
				time.Sleep(5 * time.Minute)
				s.unchanged(rec)
			})
		})
	}
}

// Only the wallet that has the money of a payment can have given it back, not
// more of it than there is, and in its currency. Another refund in a list is
// not taken into the books, and closes nothing that is owed.
func TestARefundThatCannotBeIsNotAdopted(t *testing.T) {
	back := func(of charge.Record, minor int64, c money.Currency) charge.StatementEntry {
		return charge.StatementEntry{Key: "S1-T1-1-100", Kind: charge.Refund, Of: of.Key, Amount: money.Amount{Minor: minor, Currency: c}}
	}
	for _, c := range []struct {
		name   string
		list   string
		minor  int64
		in     money.Currency
		reason string
	}{
		{"of another wallet's payment", "paypay", 1280, money.JPY, "made at wallet own"},
		{"of more than there is", "own", 1281, money.JPY, "1280 JPY is left"},
		{"so large that sums run over", "own", math.MaxInt64, money.JPY, "1280 JPY is left"},
		{"in another currency", "own", 1280, "KRW", "KRW"},
	} {
		for _, state := range []charge.State{charge.Owed, charge.Approved} {
			t.Run(c.name+", "+string(state), func(t *testing.T) {
				bubble(t, func(t *testing.T, s *shop) {
					of := s.stands("a", state)
					e := back(of, c.minor, c.in)
					s.own.lists(listed(of))
					if c.list == "own" {
						s.own.lists(listed(of), e)
					} else {
						s.paypay.lists(e)
					}
					for range 2 {
						ours, theirs := s.compared()
						d := ours[e.Key]
						if c.list == "paypay" {
							d = theirs[e.Key]
						}
						s.leaves(d, agent.UnknownHere)
						if !strings.Contains(d.Note, c.reason) {
							t.Errorf("the manager reads %q", d.Note)
						}
					}
					s.unchanged(of)
					if refunds, err := s.books.RefundsOf(of.Key); err != nil || len(refunds) != 0 {
						t.Errorf("%d refunds, %v", len(refunds), err)
					}
				})
			})
		}
	}
}

// The books have lost a key that two wallets have approved. It is taken in
// once, and the second wallet's money is a difference from the first
// comparison on, until somebody has seen to it.
func TestALostKeyThatWasPaidTwice(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		const key = charge.Key("S1-T1-1-9")
		s.own.lists(charge.StatementEntry{Key: key, Kind: charge.Payment, Amount: money.Yen(1280)})
		s.paypay.lists(charge.StatementEntry{Key: key, Kind: charge.Payment, Amount: money.Yen(1280)})
		s.disk.takes(100 * ms) // so that both are compared before the first is written
		ours, theirs := s.compared()
		rec, err := s.books.Charge(key)
		must(t, err)
		first, second := ours[key], theirs[key]
		if rec.Wallet == "paypay" {
			first, second = second, first
		}
		if rec.State != charge.Approved || first.What != agent.UnknownHere || first.Done != agent.Adopted || first.Left {
			t.Errorf("it is %+v, after %+v", rec, first)
		}
		s.leaves(second, agent.PaidTwice)
		s.hasTrouble("charge.alarm", key)
		ours, theirs = s.compared()
		if len(ours)+len(theirs) != 1 {
			t.Errorf("compared again: %v and %v", ours, theirs)
		}
		s.unchanged(rec)
	})
}
