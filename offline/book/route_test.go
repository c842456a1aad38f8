package book_test

import (
	"slices"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

func wantRoute(t *testing.T, what string, rec charge.Record, state charge.State, route, confirmed []string) {
	t.Helper()
	if rec.State != state || !slices.Equal(rec.Route, route) || !slices.Equal(rec.Confirmed, confirmed) {
		t.Errorf("%s: %s over %v, confirmed by %v; want %s over %v, by %v", what, rec.State, rec.Route, rec.Confirmed, state, route, confirmed)
	}
}

func TestAMissClearsTheWallet(t *testing.T) {
	f := newFixture(t)
	key := f.prepare("a").Key
	wantRoute(t, "after send", f.apply(key, send("alpha")), charge.Sent, []string{"alpha"}, nil)
	wantRoute(t, "after miss", f.apply(key, f.said(charge.Miss, "alpha")), charge.Prepared, nil, nil)
	wantRoute(t, "to the other", f.apply(key, send("beta")), charge.Sent, []string{"beta"}, nil)
	wantRoute(t, "lost", f.apply(key, f.said(charge.Lose, "beta")), charge.InDoubt, []string{"beta"}, nil)
	// A request that does not leave proves nothing about the one that did.
	wantRoute(t, "inquiry missed", f.apply(key, f.said(charge.Miss, "beta")), charge.InDoubt, []string{"beta"}, nil)
	wantRoute(t, "given up", f.apply(key, charge.Step{Event: charge.Cancel, By: charge.ByTimer}), charge.Reversing, []string{"beta"}, nil)
	wantRoute(t, "reversal missed", f.apply(key, f.said(charge.Miss, "beta")), charge.Reversing, []string{"beta"}, nil)
	wantRoute(t, "confirmed", f.apply(key, f.said(charge.Confirm, "beta")), charge.Reversed, []string{"beta"}, []string{"beta"})
}

// After a crash nobody knows which wallet a prepared charge was sent to.
func TestAnUnknownRouteIsEveryWallet(t *testing.T) {
	f := newFixture(t, "beta", "alpha", "gamma")
	key := f.prepare("a").Key
	all := []string{"alpha", "beta", "gamma"}
	wantRoute(t, "after a crash", f.apply(key, charge.Step{Event: charge.Lose, By: charge.ByRecovery}), charge.Reversing, all, nil)
	wantRoute(t, "first", f.apply(key, f.said(charge.Confirm, "gamma")), charge.Reversing, all, []string{"gamma"})
	wantRoute(t, "first again", f.apply(key, f.said(charge.Confirm, "gamma")), charge.Reversing, all, []string{"gamma"})
	wantRoute(t, "a stranger", f.apply(key, f.said(charge.Confirm, "delta")), charge.Reversing, all, []string{"gamma"})
	wantRoute(t, "nobody", f.apply(key, f.said(charge.Confirm, "")), charge.Reversing, all, []string{"gamma"})
	wantRoute(t, "second", f.apply(key, f.said(charge.Confirm, "alpha")), charge.Reversing, all, []string{"alpha", "gamma"})
	wantRoute(t, "third", f.apply(key, f.said(charge.Confirm, "beta")), charge.Reversed, all, all)
}

// A yes that comes during the reversal takes the confirmation of that wallet
// back: what it confirmed then was not this.
func TestAYesTakesTheConfirmationBack(t *testing.T) {
	f := newFixture(t)
	key := f.prepare("a").Key
	all := []string{"alpha", "beta"}
	f.apply(key, charge.Step{Event: charge.Lose, By: charge.ByRecovery}, f.said(charge.Confirm, "alpha"))
	wantRoute(t, "the other's yes", f.apply(key, f.said(charge.Approve, "beta")), charge.Reversing, all, []string{"alpha"})
	wantRoute(t, "its own yes", f.apply(key, f.said(charge.Approve, "alpha")), charge.Reversing, all, nil)
	f.apply(key, f.said(charge.Confirm, "beta"))
	wantRoute(t, "both again", f.apply(key, f.said(charge.Confirm, "alpha")), charge.Reversed, all, all)
}

// Confirmations are counted anew whenever the charge begins to be undone.
func TestConfirmationsAreCountedAnew(t *testing.T) {
	f := newFixture(t)
	key := f.prepare("a").Key
	all := []string{"alpha", "beta"}
	f.apply(key, charge.Step{Event: charge.Lose, By: charge.ByRecovery}, f.said(charge.Confirm, "alpha"), f.said(charge.Confirm, "beta"))
	again := f.apply(key, f.said(charge.Approve, "alpha")) // asked for after it was reversed
	wantRoute(t, "found paid", again, charge.Reversing, all, nil)
	wantRoute(t, "one", f.apply(key, f.said(charge.Confirm, "beta")), charge.Reversing, all, []string{"beta"})
}

// A wallet that says yes is in the route, even if nobody knew it was asked.
func TestAYesExtendsTheRoute(t *testing.T) {
	f := newFixture(t)
	key := f.prepare("a").Key
	f.apply(key, send("alpha"), f.said(charge.Lose, "alpha"), charge.Step{Event: charge.Cancel, By: charge.ByCashier})
	wantRoute(t, "a yes of beta", f.apply(key, f.said(charge.Approve, "beta")), charge.Reversing, []string{"alpha", "beta"}, nil)
	wantRoute(t, "alpha alone", f.apply(key, f.said(charge.Confirm, "alpha")), charge.Reversing, []string{"alpha", "beta"}, []string{"alpha"})
}

// Without any wallet there is nobody who could confirm; the charge stays open
// until one is configured, and then gets its route.
func TestWithoutWalletsNothingIsConfirmed(t *testing.T) {
	f := newFixture(t, []string{}...)
	f.open()
	key := f.prepare("a").Key
	wantRoute(t, "lost", f.apply(key, charge.Step{Event: charge.Lose, By: charge.ByRecovery}), charge.Reversing, nil, nil)
	wantRoute(t, "a stranger", f.apply(key, f.said(charge.Confirm, "alpha")), charge.Reversing, nil, nil)
	f.crash()
	f.open("alpha")
	wantRoute(t, "configured", f.apply(key, charge.Step{Event: charge.Lose, By: charge.ByRecovery}), charge.Reversing, []string{"alpha"}, nil)
	open, err := f.Book.Open()
	if err != nil || len(open) != 1 {
		t.Errorf("%d charges are open (%v), want this one", len(open), err)
	}
	wantRoute(t, "confirmed", f.apply(key, f.said(charge.Confirm, "alpha")), charge.Reversed, []string{"alpha"}, []string{"alpha"})
	if open, err = f.Book.Open(); err != nil || len(open) != 0 {
		t.Errorf("%d charges are open (%v), want none", len(open), err)
	}
	if rows, err := f.Charges(book.Filter{States: []charge.State{charge.Reversed}}); err != nil || len(rows) != 1 {
		t.Errorf("%d reversed charges (%v), want one", len(rows), err)
	}
}

// A crash had lost the mark of which wallet was asked, so all of them are asked
// to undo the charge. The one that refuses has the money: what is owed is owed
// out of that one.
func TestARefusalTellsWhoHasTheMoney(t *testing.T) {
	f := newFixture(t)
	key := f.prepare("a").Key
	f.apply(key, charge.Step{Event: charge.Lose, By: charge.ByRecovery}, f.said(charge.Confirm, "alpha"))
	rec := f.apply(key, f.said(charge.Refuse, "beta"))
	if rec.Wallet != "beta" {
		t.Errorf("beta has refused, and the money is at %q", rec.Wallet)
	}
	wantRoute(t, "refused", rec, charge.Owed, []string{"alpha", "beta"}, []string{"alpha"})
	f.refund(key, 1280) // which goes to beta
	f.verify(5)
}

// The manager stopped waiting while a confirmation was on its way. It is the
// wallet's last word and counts, but it does not speak for the other wallet of
// the route.
func TestAConfirmationAfterAWriteOff(t *testing.T) {
	for _, early := range []bool{true, false} {
		f := newFixture(t)
		key := f.prepare("a").Key
		f.apply(key, charge.Step{Event: charge.Lose, By: charge.ByRecovery})
		if early {
			f.apply(key, f.said(charge.Confirm, "alpha"))
		}
		late := f.said(charge.Confirm, "beta")
		written := f.apply(key, charge.Step{Event: charge.Lapse, By: charge.ByManager, At: f.later(time.Second)})
		if written.State != charge.Owed || !late.Asked.Before(written.ChangedAt) {
			t.Fatalf("written off as %+v", written)
		}
		rec := f.apply(key, late)
		last := f.links()[len(f.links())-1]
		switch {
		case early && (rec.State != charge.Reversed || !last.Moved):
			t.Errorf("both have confirmed, and it is %s: %q", rec.State, last.Note)
		case !early && (rec.State != charge.Owed || last.Moved || last.Note != "1 more wallets must confirm"):
			t.Errorf("alpha has said nothing, and it is %s: %q", rec.State, last.Note)
		}
	}
}

// The manager stopped waiting for the one wallet that was asked: the word of
// another one ends nothing, and is not written down as its confirmation.
func TestAStrangersConfirmationAfterAWriteOff(t *testing.T) {
	f := newFixture(t)
	key := f.prepare("a").Key
	f.apply(key, f.said(charge.Lose, "beta"), charge.Step{Event: charge.Lapse, By: charge.ByManager, At: f.later(time.Second)})
	wantRoute(t, "a stranger's", f.apply(key, f.said(charge.Confirm, "alpha")), charge.Owed, []string{"beta"}, nil)
	wantRoute(t, "beta's", f.apply(key, f.said(charge.Confirm, "beta")), charge.Reversed, []string{"beta"}, []string{"beta"})
}
