package book_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

// events of the journal after the first entry, which made the charge.
func (f *fixture) events() []charge.Event {
	var out []charge.Event
	for _, l := range f.links()[1:] {
		out = append(out, l.Step.Event)
	}
	return out
}

func (f *fixture) wantEvents(want ...charge.Event) {
	f.t.Helper()
	if got := f.events(); !slices.Equal(got, want) {
		f.t.Fatalf("the journal has %v, want %v", got, want)
	}
	f.verify(len(want) + 1)
}

func TestAMarkGoesWithTheNextApply(t *testing.T) {
	f := newFixture(t)
	key := f.prepare("a").Key
	f.Mark(key, send("alpha"))
	f.wantEvents() // nothing is written by itself
	if rec := f.apply(key, f.said(charge.Approve, "alpha")); rec.State != charge.Approved || rec.Attempts != 1 {
		t.Errorf("after the yes: %+v", rec)
	}
	f.alone()
	f.wantEvents(charge.Send, charge.Approve)
}

func TestAMarkIsFlushedAlone(t *testing.T) {
	f := newFixture(t)
	key := f.prepare("a").Key
	f.Mark(key, send("alpha"))
	f.alone()
	f.wantEvents(charge.Send)
	if rec, err := f.Charge(key); err != nil || rec.State != charge.Sent {
		t.Errorf("after 20 ms: %+v, %v", rec, err)
	}
	if rec := f.apply(key, f.said(charge.Approve, "alpha")); rec.State != charge.Approved || rec.Attempts != 1 {
		t.Errorf("after the yes: %+v", rec)
	}
	f.wantEvents(charge.Send, charge.Approve)
}

// A crash loses the mark, and the charge is then sought at every wallet.
func TestAMarkLostInACrashDoesNoHarm(t *testing.T) {
	f := newFixture(t)
	key := f.prepare("a").Key
	f.Mark(key, send("alpha"))
	f.crash()
	f.open("alpha", "beta")
	f.wantEvents()
	rec := f.apply(key, charge.Step{Event: charge.Lose, By: charge.ByRecovery})
	if rec.State != charge.Reversing || !slices.Equal(rec.Route, []string{"alpha", "beta"}) {
		t.Errorf("recovered as %s over %v", rec.State, rec.Route)
	}
}

// The commit of a mark can fail without a word to the book. The outcome that
// comes afterwards must not find the charge as if nothing had been sent: then
// a yes would have no arrow, and the money would be taken for nothing.
func TestAMarkWhoseCommitFailedComesWithTheOutcome(t *testing.T) {
	for _, c := range []struct {
		event charge.Event
		want  charge.State
	}{
		{charge.Approve, charge.Approved}, {charge.Lose, charge.InDoubt}, {charge.Cancel, charge.Reversing}, {charge.Miss, charge.Prepared},
	} {
		f := newFixture(t)
		key := f.prepare("a").Key
		f.Mark(key, send("alpha"))
		f.broken = true
		f.alone()
		f.broken = false
		f.prepare("b") // takes the journal number that the mark had
		if rec := f.apply(key, f.said(c.event, "alpha")); rec.State != c.want {
			t.Errorf("%s after a mark that was not kept led to %s, want %s", c.event, rec.State, c.want)
		}
		f.verify(4)
	}
}

func TestMarksComeBackAfterAFailedApply(t *testing.T) {
	f := newFixture(t)
	key := f.prepare("a").Key
	f.Mark(key, send("alpha"))
	f.Mark(key, charge.Step{Event: charge.Miss, Wallet: "alpha", By: charge.ByWallet, At: t0})
	f.broken = true
	for range 2 {
		if _, err := f.Apply(key, send("beta")); !errors.Is(err, errDisk) {
			t.Fatalf("error is %v, want the disk's own", err)
		}
	}
	f.broken = false
	f.Mark(key, send("alpha")) // the very same step once more: after a miss it is another request
	if rec := f.apply(key, f.said(charge.Wait, "alpha")); rec.State != charge.Pending || rec.Attempts != 2 {
		t.Errorf("ended as %s after %d attempts", rec.State, rec.Attempts)
	}
	f.wantEvents(charge.Send, charge.Miss, charge.Send, charge.Wait)
}

// The same, when the marks were flushed one by one.
func TestEqualMarksAreNotTakenForOne(t *testing.T) {
	f := newFixture(t)
	key := f.prepare("a").Key
	for _, s := range []charge.Step{send("alpha"), {Event: charge.Miss, Wallet: "alpha", At: t0}, send("alpha")} {
		f.Mark(key, s)
		f.alone()
	}
	if rec := f.apply(key, f.said(charge.Approve, "alpha")); rec.State != charge.Approved {
		t.Errorf("ended as %s", rec.State)
	}
	f.wantEvents(charge.Send, charge.Miss, charge.Send, charge.Approve)
}

// gate is a store that holds one Update back until another has gone through.
type gate struct {
	book.Store
	mu    sync.Mutex
	first chan struct{} // closed when the held one has arrived
	let   chan struct{}
	armed bool
}

func (g *gate) Update(do func(book.Tx) error) error {
	g.mu.Lock()
	held := g.armed
	g.armed = false
	g.mu.Unlock()
	if held {
		close(g.first)
		<-g.let
	}
	return g.Store.Update(do)
}

// A cancel that overtakes the outcome on its way to the store must not see
// the charge as if nothing had been sent: it would be given up with the
// customer's money gone.
func TestAnApplyDoesNotOvertakeAMark(t *testing.T) {
	f := newFixture(t)
	g := &gate{Store: f, first: make(chan struct{}), let: make(chan struct{})}
	b, err := book.Open(g, book.Options{Store: "S1", Terminal: "T1", Wallets: []string{"alpha"}, Now: func() time.Time { return f.now }})
	if err != nil {
		t.Fatal(err)
	}
	rec, err := b.Prepare(aSale("a"), charge.ByCashier)
	if err != nil {
		t.Fatal(err)
	}
	b.Mark(rec.Key, send("alpha"))
	g.armed = true
	answered := make(chan charge.Record)
	yes := f.said(charge.Approve, "alpha")
	go func() {
		after, _ := b.Apply(rec.Key, yes)
		answered <- after
	}()
	<-g.first
	cancelled, err := b.Apply(rec.Key, charge.Step{Event: charge.Cancel, By: charge.ByCashier})
	if err != nil || cancelled.State != charge.Reversing {
		t.Errorf("the cancel led to %s (%v): what was sent must be reversed", cancelled.State, err)
	}
	close(g.let)
	if after := <-answered; after.State != charge.Reversing {
		t.Errorf("the yes led to %s, want reversing", after.State)
	}
}
