// Package model explores, state by state, all that can happen to the charges
// of one sale: what the customer, the cashier and the manager do, what the
// network loses, repeats, holds back and overtakes, what wallets answer and
// do by themselves, and crashes at any moment. The table of agent/charge, the
// rules of offline/book and the meaning of answers in agent/authorize are not
// copied: they are called. It is not a simulation: it draws nothing, and what
// it did not find within its bounds is not there.
//
// Invariant: within a world's bounds every state is looked at, and a world
// too large for its limit is a failure, never a smaller exploration.
package model

import (
	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/authorize"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

// Wallet is how one wallet behaves.
type Wallet struct {
	Tombstones  bool // a reversal blocks a key that was never seen; without them the wallet has a quiet time
	Confirms    bool // it may wait for the customer to confirm on the phone
	HoldsFast   bool // it refuses to reverse while the customer is confirming
	Window      bool // from some moment on it refuses for ever to reverse what was paid
	RefusesAll  bool // after that moment it refuses also what it never saw
	TakesBack   bool // it may reverse a payment by itself
	Doorkeeper  bool // it may refuse a request at the door, whatever became of an earlier one
	Dies        bool // from some moment on it never answers again
	DebitsTwice bool // planted: it takes the money again when a key comes again
	Forgets     bool // planted: it promises tombstones and keeps none
}

// World is what may happen in one exploration.
type World struct {
	Wallets []Wallet // one or two
	Kind    charge.Kind
	Keys    int  // of the sale: one or two
	Crashes int  // of the agent
	Copies  int  // requests that the network repeats
	Lossy   bool // requests may vanish, not only come too late
	Replays bool // any answer ever given may come again
	Offline bool // charges may be taken without network
	Manager bool // decides doubts, writes off, gives back by hand what a wallet refuses to reverse
	ByHand  bool // gives back by hand also what was only written off
	Lists   bool // the wallets' lists of the day may be compared at any time
	Faults  Faults
}

// Faults are mistakes put into one exploration, to see that they are found.
// Each nil or zero part is production code as it stands.
type Faults struct {
	Take       func(book.Rules, book.Row, charge.Step) (book.Row, bool, string)
	Outcome    func(authorize.Asked, authorize.Evidence) (charge.Event, charge.Reason)
	NewKey     func(charge.Record) bool
	Differ     func(wallet string, ours *charge.Record, theirs *charge.StatementEntry) agent.Mismatch
	NoQuiet    bool // the terms of a wallet without tombstones name no quiet time
	QuietFirst bool // the quiet time is counted from the first request, not the last
	ShowFirst  bool // the cashier reads "approved" before it is durable
}

// model is a World with the production code that it calls.
type model struct {
	World
	rules   book.Rules
	take    func(book.Rules, book.Row, charge.Step) (book.Row, bool, string)
	outcome func(authorize.Asked, authorize.Evidence) (charge.Event, charge.Reason)
	newKey  func(charge.Record) bool
	differs func(wallet string, ours *charge.Record, theirs *charge.StatementEntry) agent.Mismatch
	alike   bool // the wallets behave alike, so that swapping them changes nothing
	quiet   bool // some wallet has a quiet time
	taken   map[taking]took
	meant   map[meaning]charge.Event
}

func newModel(w World) *model {
	m := &model{World: w, take: book.Rules.Take, outcome: authorize.Outcome, newKey: mayTryAgain, differs: agent.Differ, taken: map[taking]took{}, meant: map[meaning]charge.Event{}}
	if w.Kind == "" {
		m.Kind = charge.Payment
	}
	for i, one := range w.Wallets {
		m.rules.Wallets = append(m.rules.Wallets, walletName(i))
		m.quiet = m.quiet || !one.Tombstones
	}
	if w.Faults.Take != nil {
		m.take = w.Faults.Take
	}
	if w.Faults.Outcome != nil {
		m.outcome = w.Faults.Outcome
	}
	if w.Faults.NewKey != nil {
		m.newKey = w.Faults.NewKey
	}
	if w.Faults.Differ != nil {
		m.differs = w.Faults.Differ
	}
	// A trace that somebody reads must not change the names of the wallets
	// half-way: with a fault in it, no two states are merged.
	f := w.Faults
	planted := f.Take != nil || f.Outcome != nil || f.NewKey != nil || f.Differ != nil || f.NoQuiet || f.QuietFirst || f.ShowFirst
	m.alike = len(w.Wallets) == 2 && w.Wallets[0] == w.Wallets[1] && !planted
	return m
}

// mayTryAgain tells whether a sale with this charge gets a new key: at the
// scanner (agent.MayPay), or opened again (book.Prepare, which asks
// AllowsNewKey of every charge of the sale).
func mayTryAgain(r charge.Record) bool {
	return r.AllowsNewKey() || r.State != charge.Prepared && agent.MayPay(r, false) == ""
}

// Check explores a world.
func Check(w World, limit int) Result { return Explore(newModel(w), limit) }
