package charge_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// Refunds have a table of their own, written here once more by hand.
func TestTheLifeOfARefund(t *testing.T) {
	want := map[charge.State]map[charge.Event]charge.State{
		charge.Prepared: {charge.Send: charge.Forwarding, charge.Lose: charge.Forwarding, charge.Cancel: charge.Abandoned},
		charge.Forwarding: {
			charge.Send: charge.Forwarding, charge.Approve: charge.Approved, charge.Decline: charge.Declined, charge.Wait: charge.Forwarding,
			charge.Miss: charge.Forwarding, charge.Lose: charge.Forwarding, charge.Lapse: charge.Owed,
		},
		charge.Owed: {charge.Approve: charge.Approved, charge.Confirm: charge.Reversed},
	}
	for _, s := range charge.States {
		for _, e := range charge.Events {
			to, moves := charge.Refund.Next(s, e)
			if expected, arrow := want[s][e]; moves != arrow || to != expected {
				t.Errorf("a refund in %s takes %s to %q (%t), want %q (%t)", s, e, to, moves, expected, arrow)
			}
		}
		if goods := (charge.Record{Kind: charge.Refund, State: s}).Goods(); goods != charge.Hold {
			t.Errorf("a refund in %s says %s", s, goods)
		}
	}
}

// A top-up goes the way of a payment, but for these arrows: written here once
// more by hand.
func TestTheLifeOfATopUp(t *testing.T) {
	type arrow struct {
		from charge.State
		on   charge.Event
	}
	other := map[arrow]charge.State{
		{charge.Approved, charge.Confirm}: charge.Owed,     // not credited after all: the cash is the customer's
		{charge.Reversing, charge.Refuse}: charge.Approved, // not taken back: it stands
		{charge.Owed, charge.Approve}:     charge.Approved, // credited after all
		{charge.Reversing, charge.Lapse}:  "",              // never written off
		{charge.Prepared, charge.Queue}:   "",              // never taken offline
		{charge.InDoubt, charge.Queue}:    "",
	}
	for _, s := range charge.States {
		for _, e := range charge.Events {
			to, moves := charge.Topup.Next(s, e)
			want, there := charge.Payment.Next(s, e)
			if to, differs := other[arrow{s, e}]; differs {
				want, there = to, to != ""
			}
			if goods := (charge.Record{Kind: charge.Topup, State: s}).Goods(); goods != charge.Hold {
				t.Errorf("a top-up in %s says %s", s, goods)
			}
			if moves != there || to != want {
				t.Errorf("a top-up in %s takes %s to %q, want %q", s, e, to, want)
			}
		}
	}
}

func TestWhenAWindowCloses(t *testing.T) {
	beijing := time.FixedZone("CST", 8*3600)
	tokyo := time.FixedZone("JST", 9*3600)
	paid := time.Date(2026, 11, 25, 23, 30, 0, 0, tokyo)
	for _, c := range []struct {
		name   string
		window charge.Window
		want   time.Time
	}{
		{"never", charge.Window{}, time.Time{}},
		{"seven days after", charge.Window{For: 7 * 24 * time.Hour}, paid.Add(7 * 24 * time.Hour)},
		{"a quarter past the next midnight in Tokyo", charge.Window{Close: 15*time.Minute - time.Second, Zone: tokyo}, time.Date(2026, 11, 26, 0, 14, 59, 0, tokyo)},
		{"the end of the same day in Beijing", charge.Window{Zone: beijing}, time.Date(2026, 11, 26, 1, 0, 0, 0, tokyo)},
	} {
		if got := c.window.Ends(paid); !got.Equal(c.want) {
			t.Errorf("%s: closes at %v, want %v", c.name, got, c.want)
		}
	}
}

// After a top-up that may yet stand the same cash pays no second one.
func TestWhenThereMayBeANewKey(t *testing.T) {
	for _, s := range charge.States {
		payment, topup := charge.Record{State: s}.AllowsNewKey(), charge.Record{Kind: charge.Topup, State: s}.AllowsNewKey()
		if payment != s.AllowsNewKey() {
			t.Errorf("a payment that is %s allows a new key: %t", s, payment)
		}
		if want := s == charge.Declined || s == charge.Abandoned || s == charge.Reversed; topup != want {
			t.Errorf("a top-up that is %s allows a new key: %t", s, topup)
		}
	}
}
