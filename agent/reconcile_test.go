package agent_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/wallet/wire"
)

// there has it that the wallet knows a key so: approved, declined, reversed, pending,
// or not at all.
func (s *till) there(key charge.Key, yen int64, state charge.State) {
	s.t.Helper()
	if state == "" {
		return
	}
	if state == charge.Reversed {
		_, err := s.line.books.Reverse(string(key), wire.ReversalRequest{Amount: yen, Currency: "JPY", Nonce: "n"})
		must(s.t, err)
		return
	}
	minted, err := s.line.books.MintCode("sachi")
	must(s.t, err)
	r := wire.ChargeRequest{
		Key: string(key), Store: "S1", Terminal: "T1", Amount: yen, Currency: "JPY", Code: minted.Code,
		Mode: wire.Online, ValidUntil: time.Now().Add(time.Hour), Nonce: "n",
	}
	ask := s.line.books.Charge
	switch state {
	case charge.Declined:
		r.ValidUntil = time.Now().Add(-time.Hour)
	case charge.Pending:
		ask = s.line.books.ChargeOnPhone
	}
	a, err := ask(r)
	must(s.t, err)
	if string(a.Status) != string(state) {
		s.t.Fatalf("the wallet says %s, want %s", a.Status, state)
	}
}

// paths lead a prepared payment to a state, as an earlier run could have.
var paths = map[charge.State][]charge.Event{
	charge.Abandoned: {charge.Cancel},
	charge.Declined:  {charge.Send, charge.Decline},
	charge.InDoubt:   {charge.Send, charge.Lose},
	charge.Approved:  {charge.Send, charge.Approve},
	charge.Unpaid:    {charge.Send, charge.Approve, charge.Confirm},
	charge.Reversing: {charge.Send, charge.Cancel},
	charge.Reversed:  {charge.Send, charge.Cancel, charge.Confirm},
	charge.Owed:      {charge.Send, charge.Cancel, charge.Refuse},
}

// here has it that our books know a new payment so.
func (s *till) here(id string, yen int64, state charge.State) charge.Key {
	s.t.Helper()
	want := aSale(id, yen)
	rec, err := s.books.Prepare(want, charge.ByCashier)
	must(s.t, err)
	for _, e := range paths[state] {
		rec, err = s.books.Apply(rec.Key, charge.Step{Event: e, Wallet: "own", By: charge.ByManager, At: time.Now()})
		must(s.t, err)
	}
	if rec.State != state {
		s.t.Fatalf("%s is %s, want %s", id, rec.State, state)
	}
	return rec.Key
}

// reconcile compares the day of now.
func (s *till) reconcile() agent.Report {
	s.t.Helper()
	report, err := s.Reconcile(s.t.Context(), "")
	must(s.t, err)
	return report
}

// only wants the report to have that one difference, if any.
func (s *till) only(r agent.Report, key charge.Key, what agent.Mismatch, done agent.Done, after charge.State, left bool) {
	s.t.Helper()
	w := r.Wallets[0]
	if w.Err != nil {
		s.t.Fatalf("not compared: %v", w.Err)
	}
	if what == "" {
		if len(w.Differences) != 0 {
			s.t.Errorf("differences: %+v", w.Differences)
		}
		return
	}
	if len(w.Differences) != 1 {
		s.t.Fatalf("%d differences, want %s", len(w.Differences), what)
	}
	d := w.Differences[0]
	if d.Key != key || d.What != what || d.Done != done || d.After != after || d.Left != left {
		s.t.Errorf("%s: %s, %s, %s, left %v; want %s, %s, %s, left %v", d.Key, d.What, d.Done, d.After, d.Left, what, done, after, left)
	}
}

// Every pair of states, by hand: what the difference is called, what was done
// about it, and where our books stand then.
func TestEveryDifference(t *testing.T) {
	const none = charge.State("")
	for _, c := range []struct {
		ours, theirs charge.State
		what         agent.Mismatch
		done         agent.Done
		after        charge.State
		left         bool
		at           charge.State // five minutes later
	}{
		{charge.Approved, charge.Approved, "", "", "", false, charge.Approved},
		{charge.Approved, none, agent.MissingThere, agent.Corrected, charge.Unpaid, false, charge.Unpaid},
		{charge.Approved, charge.Reversed, agent.ReversedThere, agent.Corrected, charge.Unpaid, false, charge.Unpaid},
		{charge.Approved, charge.Declined, agent.ReversedThere, agent.Corrected, charge.Unpaid, false, charge.Unpaid},
		{charge.Approved, charge.Pending, agent.OpenThere, agent.Settling, charge.Approved, true, charge.Approved},
		{charge.Unpaid, charge.Approved, agent.PaidAfterAll, agent.Corrected, charge.Approved, false, charge.Approved},
		{charge.Unpaid, none, "", "", "", false, charge.Unpaid},
		{charge.Declined, charge.Approved, agent.PaidThere, agent.Corrected, charge.Reversing, true, charge.Reversed},
		{charge.Abandoned, charge.Approved, agent.PaidThere, agent.Corrected, charge.Reversing, true, charge.Reversed},
		{charge.Reversed, charge.Approved, agent.PaidThere, agent.Corrected, charge.Reversing, true, charge.Reversed},
		{charge.Reversed, charge.Reversed, "", "", "", false, charge.Reversed},
		{charge.Reversed, none, "", "", "", false, charge.Reversed},
		{charge.Declined, charge.Declined, "", "", "", false, charge.Declined},
		{charge.Declined, charge.Pending, agent.OpenThere, agent.Settling, charge.Declined, true, charge.Declined},
		{charge.Owed, charge.Approved, "", "", "", false, charge.Owed},
		{charge.Owed, charge.Reversed, agent.NothingOwed, agent.Corrected, charge.Reversed, false, charge.Reversed},
		{charge.Owed, none, agent.NothingOwed, agent.Unanswered, charge.Owed, true, charge.Owed},
		{charge.Reversing, charge.Approved, agent.OpenHere, agent.Settling, charge.Reversing, true, charge.Reversed},
		{charge.InDoubt, none, agent.OpenHere, agent.Settling, charge.InDoubt, true, charge.Reversed},
	} {
		t.Run(fmt.Sprintf("%s here, %s there", c.ours, c.theirs), func(t *testing.T) {
			atTill(t, func(t *testing.T, s *till) {
				key := s.here("a", 1000, c.ours)
				s.there(key, 1000, c.theirs)
				time.Sleep(time.Second)
				s.only(s.reconcile(), key, c.what, c.done, c.after, c.left)
				time.Sleep(5 * time.Minute)
				s.is(key, c.at)
			})
		})
	}
}

// What the wallet says to an inquiry now wins over its list.
func TestAnInquiryWinsOverTheList(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		key := s.here("a", 1000, charge.Approved)
		time.Sleep(time.Second)
		go func() { // after the list was made, before the inquiry
			time.Sleep(350 * time.Millisecond)
			s.there(key, 1000, charge.Approved)
		}()
		report := s.reconcile()
		s.only(report, key, agent.MissingThere, agent.Confirmed, charge.Approved, false)
		for _, total := range report.Wallets[0].Totals {
			if total.State == charge.Approved && (total.Ours.Minor != 1000 || total.Theirs.Count != 0 || total.TheirsAfter.Minor != 1000 || total.OursAfter.Count != 1) {
				t.Errorf("%+v", total)
			}
		}
	})
}

// A wallet that does not answer the inquiry proves nothing.
func TestNothingChangesWithoutAnAnswer(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		a, b := s.here("a", 1000, charge.Approved), s.here("b", 1000, charge.Approved)
		s.line.will("inquiry", deaf)
		time.Sleep(time.Second)
		for _, d := range s.reconcile().Wallets[0].Differences {
			if d.Done != agent.Unanswered || !d.Left {
				t.Errorf("%+v", d)
			}
		}
		if n := s.line.count("inquiry"); n != 1 {
			t.Errorf("a silent wallet was asked %d times", n)
		}
		s.is(a, charge.Approved)
		s.is(b, charge.Approved)
	})
}

// A payment that our books have lost is written down again, once; so is a
// refund of it, and what is owed for it.
func TestWhatIsUnknownHereIsAdopted(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		const lost, back = charge.Key("S1-T1-1-900"), "S1-T1-1-901"
		s.there(lost, 1000, charge.Approved)
		s.there("S1-T1-1-902", 1000, charge.Declined) // no money, nothing to remember
		_, err := s.line.books.Refund(wire.RefundRequest{Key: back, ChargeKey: string(lost), Store: "S1", Terminal: "T1", Amount: 250, Currency: "JPY", Nonce: "n"})
		must(t, err)
		time.Sleep(time.Second)
		report := s.reconcile()
		if n := len(report.Wallets[0].Differences); n != 2 || report.Left() != 0 {
			t.Fatalf("%d differences, %d left: %+v", n, report.Left(), report.Wallets[0].Differences)
		}
		rec := s.is(lost, charge.Approved)
		if rec.Reason != charge.ReasonRecovered || rec.Wallet != "own" || rec.Amount != money.Yen(1000) {
			t.Errorf("adopted as %+v", rec)
		}
		if rec := s.is(back, charge.Approved); rec.Kind != charge.Refund || rec.Of != lost {
			t.Errorf("adopted as %+v", rec)
		}
		s.only(s.reconcile(), "", "", "", "", false)
		_, err = s.refund(lost, 751)
		s.wants(err, "refund.too_much")
	})
}

// An amount that differs is for people; nothing is changed, and it alarms.
func TestAnotherAmountAlarms(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		key := s.here("a", 1000, charge.Approved)
		s.there(key, 1100, charge.Approved)
		time.Sleep(time.Second)
		s.only(s.reconcile(), key, agent.Unlike, agent.ForManager, charge.Approved, true)
		if tr := s.Troubles(); len(tr) != 1 || tr[0].Code != "charge.alarm" || tr[0].Subject != string(key) {
			t.Errorf("troubles are %+v", tr)
		}
	})
}

// What was given back by refund or by hand stays approved at the wallet, and
// is no difference.
func TestWhatWasGivenBackOtherwiseIsEqual(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		a, b := s.owed("a", 1000), s.owed("b", 1000)
		_, err := s.refund(a.Key, 1000)
		must(t, err)
		_, err = s.Resolve(b.Key, agent.GaveBack, "taro")
		must(t, err)
		time.Sleep(time.Second)
		s.is(a.Key, charge.Reversed)
		s.is(b.Key, charge.Reversed)
		s.only(s.reconcile(), "", "", "", "", false)
		s.has(1000)
	})
}

// Refunds and top-ups are compared by the same key, each by its own rules.
func TestRefundsAndTopUpsAreCompared(t *testing.T) {
	refundTo := func(s *till, of charge.Key, events ...charge.Event) charge.Record {
		rec, err := s.books.PrepareRefundOnce("w", of, money.Yen(100), charge.ByManager, "")
		must(s.t, err)
		for _, e := range events {
			rec, err = s.books.Apply(rec.Key, charge.Step{Event: e, Wallet: "own", By: charge.ByManager, At: time.Now()})
			must(s.t, err)
		}
		time.Sleep(time.Second)
		return rec
	}
	give := func(s *till, rec charge.Record) {
		_, err := s.line.books.Refund(wire.RefundRequest{Key: string(rec.Key), ChargeKey: string(rec.Of), Store: "S1", Terminal: "T1", Amount: 100, Currency: "JPY", Nonce: "n"})
		must(s.t, err)
	}
	for name, do := range map[string]func(*testing.T, *till){
		"done here, not there": func(t *testing.T, s *till) {
			rec := refundTo(s, s.paid("a", 1000).Key, charge.Send, charge.Approve)
			s.only(s.reconcile(), rec.Key, agent.NotGiven, agent.ForManager, charge.Approved, true)
		},
		"declined here, done there": func(t *testing.T, s *till) {
			rec := refundTo(s, s.paid("a", 1000).Key, charge.Send, charge.Decline)
			give(s, rec)
			time.Sleep(time.Second)
			s.only(s.reconcile(), rec.Key, agent.GivenThere, agent.ForManager, charge.Declined, true)
		},
		"given up here, done there": func(t *testing.T, s *till) {
			rec := refundTo(s, s.paid("a", 1000).Key, charge.Send, charge.Lapse)
			give(s, rec)
			time.Sleep(time.Second)
			s.only(s.reconcile(), rec.Key, agent.PaidAfterAll, agent.Corrected, charge.Approved, false)
		},
		"a top-up that the wallet does not know": func(t *testing.T, s *till) {
			rec := s.sells("a", 500, true)
			s.only(s.reconcile(), "", "", "", "", false)
			_, err := s.line.books.Reverse(string(rec.Key), wire.ReversalRequest{Amount: 500, Currency: "JPY", Kind: wire.KindTopup, Nonce: "n"})
			must(t, err)
			time.Sleep(time.Second)
			s.only(s.reconcile(), rec.Key, agent.NotCredited, agent.Corrected, charge.Owed, false)
			s.only(s.reconcile(), "", "", "", "", false) // the manager gives the cash back
			_, err = s.Resolve(rec.Key, agent.GaveBack, "sato")
			must(t, err)
			s.is(rec.Key, charge.Reversed)
		},
	} {
		t.Run(name, func(t *testing.T) { atTill(t, do) })
	}
}

// Around the cut-over, and with a wallet whose clock is off, a charge is on
// another day there than here. It is compared once, and never missing.
func TestChargesAroundTheCutOver(t *testing.T) {
	for _, ahead := range []time.Duration{0, 50 * time.Second, -50 * time.Second} {
		atTill(t, func(t *testing.T, s *till) {
			s.clocks.Lock()
			s.ahead = ahead
			s.clocks.Unlock()
			time.Sleep((24+29)*time.Hour - 90*time.Second) // a minute and a half before the day ends
			for i := range 10 {
				s.paid(fmt.Sprint(i), 100)
				time.Sleep(20 * time.Second)
			}
			counted := 0
			for _, date := range []string{"2000-01-01", "2000-01-02", "2000-01-03"} {
				report, err := s.Reconcile(t.Context(), date)
				must(t, err)
				s.only(report, "", "", "", "", false)
				for _, total := range report.Wallets[0].Totals {
					counted += total.Ours.Count
					if total.Ours != total.Theirs {
						t.Errorf("%s: %+v", date, total)
					}
				}
			}
			if counted != 10 {
				t.Errorf("%d charges were compared, want 10", counted)
			}
		})
	}
}

// A wallet that is away is said to be, and does not hide the others; what is
// no day is refused.
func TestAWalletThatIsAway(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.here("a", 1000, charge.Approved)
		s.line.will("reconciliation", deaf)
		report := s.reconcile()
		if report.Wallets[0].Err == nil || report.Left() != 1 {
			t.Errorf("%+v", report)
		}
		for _, date := range []string{"yesterday", "2026-02-30", "2026-1-1", "9999-12-31", "2201-01-01", "1999-12-31", "0000-01-01"} {
			if _, err := s.Reconcile(t.Context(), date); err == nil {
				t.Errorf("%q is a day", date)
			}
		}
		synctest.Wait()
	})
}
