package book_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

// Every state with every event, asked after the state was reached: the book
// moves exactly along the arrows of the table, and journals the rest.
func TestApplyFollowsTheTable(t *testing.T) {
	for _, s := range charge.States {
		for _, e := range charge.Events {
			f := newFixture(t)
			key := f.prepare("a").Key
			f.force(key, func(r *book.Row) { r.State, r.Route, r.ChangedAt = s, []string{"alpha"}, f.now })
			rec := f.apply(key, f.said(e, "alpha"))
			want, moves := charge.Next(s, e)
			if !moves {
				want = s
			}
			if rec.State != want {
				t.Errorf("%s %s leads to %s, want %s", s, e, rec.State, want)
			}
			if stored, err := f.Charge(key); err != nil || stored.State != want {
				t.Errorf("%s %s is stored as %s (%v), want %s", s, e, stored.State, err, want)
			}
			l := f.links()[1]
			if l.From != s || l.To != want || l.Moved != moves || l.Step.Event != e {
				t.Errorf("%s %s is journalled as %s -> %s, moved %v", s, e, l.From, l.To, l.Moved)
			}
			wantAlarms := 0
			if charge.Contradicts(s, e) {
				wantAlarms = 1
			}
			if rec.Alarms != wantAlarms {
				t.Errorf("%s %s: %d alarms, want %d", s, e, rec.Alarms, wantAlarms)
			}
			if changed := want != s; rec.ChangedAt.Equal(f.now) != changed {
				t.Errorf("%s %s: changed at %s, now %s, moved to another state %v", s, e, rec.ChangedAt, f.now, changed)
			}
			f.verify(2)
		}
	}
}

// What a row remembers of its life.
func TestARowRemembers(t *testing.T) {
	f := newFixture(t)
	key := f.prepare("a").Key
	yes := f.said(charge.Approve, "alpha")
	yes.Receipt = "W-17"
	rec := f.apply(key, send("alpha"), yes)
	switch {
	case rec.Attempts != 1, rec.Wallet != "alpha", rec.Receipt != "W-17", rec.Reason != charge.ReasonNone, !rec.SentAt.Equal(t0), rec.Code.Hash != "h1":
		t.Errorf("after a yes: %+v", rec)
	}
	used, found, err := f.CodeUsed("h1")
	if err != nil || !found || used.Key != key {
		t.Errorf("the code is not known as used: %v %v %v", used.Key, found, err)
	}
	if _, found, err = f.CodeUsed("h2"); found || err != nil {
		t.Errorf("a fresh code counts as used: %v %v", found, err)
	}
	paper, err := f.Printed(key, charge.PaperDone, false)
	if err != nil || paper.Paper != charge.PaperDone || paper.Reprints != 0 || paper.State != charge.Approved {
		t.Errorf("after the receipt: %+v, %v", paper, err)
	}
	if paper, err = f.Printed(key, charge.PaperUnknown, true); err != nil || paper.Reprints != 1 {
		t.Errorf("after a copy: %+v, %v", paper, err)
	}
}

// A late reply is an answer to something that was asked before the charge was
// settled. It is written down and moves nothing; an inquiry from after that
// does.
func TestLateReplies(t *testing.T) {
	for _, c := range []struct {
		state charge.State
		moved charge.State // by an approval that was asked for later
	}{
		{charge.Declined, charge.Reversing}, {charge.Abandoned, charge.Reversing}, {charge.Reversed, charge.Reversing},
		{charge.Unpaid, charge.Approved},
	} {
		f := newFixture(t)
		key := f.prepare("a").Key
		settled := f.later(time.Minute)
		f.force(key, func(r *book.Row) { r.State, r.Route, r.ChangedAt = c.state, []string{"alpha"}, settled })
		late := charge.Step{Event: charge.Approve, Wallet: "alpha", By: charge.ByWallet, Asked: settled, At: f.later(time.Second)}
		rec := f.apply(key, late)
		if l := f.links()[1]; rec.State != c.state || l.Moved || l.Note == "" || rec.Alarms != 0 {
			t.Errorf("%s: a late yes led to %s, journalled %+v, alarms %d", c.state, rec.State, l, rec.Alarms)
		}
		late.Asked = settled.Add(time.Microsecond)
		if rec = f.apply(key, late); rec.State != c.moved {
			t.Errorf("%s: a yes asked for afterwards led to %s, want %s", c.state, rec.State, c.moved)
		}
		f.verify(3)
	}
}

// The manager has written a charge off while its forward was on its way. The
// wallet's yes heals it, however late it comes; after the wallet's own no, a
// yes from before is none.
func TestALateYesHealsWhatWasWrittenOff(t *testing.T) {
	for _, c := range []struct {
		end  charge.Step
		want charge.State
	}{
		{charge.Step{Event: charge.Lapse, By: charge.ByManager, Reason: charge.ReasonWrittenOff}, charge.Approved},
		{charge.Step{Event: charge.Decline, By: charge.ByWallet, Wallet: "alpha", Reason: charge.ReasonCodeUsed}, charge.Unpaid},
	} {
		f := newFixture(t)
		rec, err := f.accept("a", 1000, signed("phone", 1, "taro"))
		if err != nil {
			t.Fatal(err)
		}
		asked := f.now
		f.apply(rec.Key, f.said(charge.Send, "alpha"))
		c.end.Asked, c.end.At = asked, f.later(time.Second)
		if rec = f.apply(rec.Key, c.end); rec.State != charge.Unpaid {
			t.Fatalf("after %s it is %s", c.end.Event, rec.State)
		}
		rec = f.apply(rec.Key, charge.Step{Event: charge.Approve, Wallet: "alpha", By: charge.ByWallet, Asked: asked, At: f.later(time.Second)})
		if rec.State != c.want || rec.Alarms != 0 {
			t.Errorf("after %s a late yes led to %s with %d alarms, want %s", c.end.Event, rec.State, rec.Alarms, c.want)
		}
		if _, err := f.accept("b", 10, signed("phone", 2, "taro")); (err == nil) != (c.want == charge.Approved) {
			t.Errorf("after %s and a late yes the customer's next code: %v", c.end.Event, err)
		}
	}
}

// A step that nobody dated gets the clock's time, and every time comes back
// as it can be stored.
func TestTimesAreStoredAsTheyCanBe(t *testing.T) {
	f := newFixture(t)
	f.now = time.Date(2026, 11, 22, 18, 0, 0, 123456789, time.FixedZone("JST", 9*3600))
	key := f.prepare("a").Key
	rec := f.apply(key, charge.Step{Event: charge.Send, Wallet: "alpha", By: charge.ByCashier})
	want := time.Date(2026, 11, 22, 9, 0, 0, 123456000, time.UTC)
	if rec.SentAt != want || rec.PreparedAt != want || rec.ChangedAt != want {
		t.Errorf("times are %v, %v, %v; want %v", rec.SentAt, rec.PreparedAt, rec.ChangedAt, want)
	}
}
