package model

import (
	"errors"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

// The wallet with tombstones of the model answers as the reference wallet
// does, whatever comes in which order.
func TestTheModelsWalletIsTheReferenceWallet(t *testing.T) {
	const steps = 5
	acts := []string{"charge", "yes", "no", "inquire", "reverse", "closes"}
	for _, one := range []Wallet{{Tombstones: true, Window: true}, {Tombstones: true, Confirms: true, Window: true}, {Tombstones: true, Confirms: true, HoldsFast: true, Window: true}} {
		for _, rich := range []bool{true, false} {
			n := 1
			for range steps {
				n *= len(acts)
			}
			for run := range n {
				d := newDuel(t, one, rich)
				for i, left := 0, run; i < steps; i, left = i+1, left/len(acts) {
					d.act(acts[left%len(acts)])
				}
				if t.Failed() {
					t.Fatalf("wallet %+v, rich %v: %v", one, rich, d.log)
				}
			}
		}
	}
}

// duel is the reference wallet beside the model's.
type duel struct {
	t      *testing.T
	one    Wallet
	m      *model
	ledger *ledger.Ledger
	code   string
	now    time.Time
	state  state // of the model: one key, one wallet
	rich   int64 // what the customer began with
	log    []string
}

const price = 100

func newDuel(t *testing.T, one Wallet, rich bool) *duel {
	d := &duel{t: t, one: one, m: newModel(World{Wallets: []Wallet{one}, Keys: 1}), now: time.Unix(1_700_000_000, 0)}
	d.ledger = ledger.New(ledger.NewMemory(), ledger.Options{
		Clock: func() time.Time { return d.now }, ReverseWithin: time.Hour, Firm: one.HoldsFast,
		CodeLife: 48 * time.Hour, ConfirmLife: 48 * time.Hour,
	})
	if rich {
		d.rich = 2 * price
	}
	if _, err := d.ledger.AddCustomer("Hanako", d.rich); err != nil {
		t.Fatal(err)
	}
	minted, err := d.ledger.MintCode("Hanako")
	if err != nil {
		t.Fatal(err)
	}
	d.code = minted.Code
	return d
}

func (d *duel) act(what string) {
	d.log = append(d.log, what)
	l := &d.state.keys[0]
	switch what {
	case "charge":
		r := wire.ChargeRequest{Key: "K", Store: "S1", Terminal: "T1", Amount: price, Currency: "JPY", Code: d.code, ValidUntil: d.now.Add(100 * time.Hour)}
		call := d.ledger.Charge
		if d.one.Confirms {
			call = d.ledger.ChargeOnPhone
		}
		d.mayBe(call(r))
	case "yes", "no":
		if l.at[0] != pending {
			return
		}
		a, err := d.ledger.Confirm("K", what == "yes")
		l.at[0] = map[bool]uint8{true: approved, false: declined}[what == "yes"]
		d.same(standing(l.at[0]), a, err)
	case "inquire":
		a, err := d.ledger.Inquire("K", "")
		d.same(standing(l.at[0]), a, err)
	case "reverse":
		a, err := d.ledger.Reverse("K", wire.ReversalRequest{Amount: price, Currency: "JPY"})
		var said uint8
		l.at[0], said = d.m.undo(&d.state, 0, l.at[0])
		d.same(said, a, err)
	case "closes":
		if l.at[0] != none { // the window counts from the wallet's first word
			d.now = d.now.Add(2 * time.Hour)
			d.state.shut = 1
		}
	}
}

// mayBe: the reference wallet's answer to a charge is one that the model's
// wallet may give.
func (d *duel) mayBe(a wire.Answer, err error) {
	got := said(a, err)
	found := false
	d.m.charged(0, d.state.keys[0].at[0], func(_ string, at, answer uint8) {
		if answer == got && !found {
			found = true
			defer func() { d.state.keys[0].at[0] = at }()
		}
	})
	if !found {
		d.t.Errorf("the model's wallet never answers a charge by %+v, %v", a, err)
	}
	d.balance()
}

func (d *duel) same(want uint8, a wire.Answer, err error) {
	if got := said(a, err); got != want {
		d.t.Errorf("the reference wallet says %+v, %v; the model's says %d", a, err, want)
	}
	d.balance()
}

// balance: the customer is without the money just when the model's wallet has
// it, or keeps it for a charge that waits.
func (d *duel) balance() {
	all, err := d.ledger.Customers()
	if err != nil {
		d.t.Fatal(err)
	}
	want := d.rich
	if l := &d.state.keys[0]; l.holds(0) || l.at[0] == pending {
		want -= price
	}
	if all[0].Balance != want {
		d.t.Errorf("the customer has %d, and by the model %d", all[0].Balance, want)
	}
}

func said(a wire.Answer, err error) uint8 {
	switch {
	case errors.Is(err, ledger.ErrUnknownKey):
		return saidUnknown
	case errors.Is(err, ledger.ErrCannotReverse):
		return saidNever
	case errors.Is(err, ledger.ErrConfirming):
		return saidNotYet
	case err != nil:
		return 0
	}
	return map[wire.Status]uint8{wire.Approved: saidApproved, wire.Declined: saidDeclined, wire.Pending: saidPending, wire.Reversed: saidReversed}[a.Status]
}
