package agent_test

import (
	"testing"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
)

// The background works on what is open and on nothing else. Prepared waits
// for a scan, Sent for its walk, Queued for the network.
func TestWorkIsOnWhatIsOpen(t *testing.T) {
	for _, kind := range []charge.Kind{charge.Payment, charge.Topup, charge.Refund} {
		for _, s := range charge.States {
			work := agent.WorkOn(charge.Record{Kind: kind, State: s})
			waits := s == charge.Prepared || s == charge.Sent || s == charge.Queued
			if s.Open() && !waits != (work != agent.NoWork) || !s.Open() && work != agent.NoWork {
				t.Errorf("%s %s: %q", kind, s, work)
			}
		}
	}
	for kind, want := range map[charge.Kind]agent.Work{charge.Payment: agent.Collecting, charge.Refund: agent.Repeating} {
		if got := agent.WorkOn(charge.Record{Kind: kind, State: charge.Forwarding}); got != want {
			t.Errorf("%s forwarding: %q, want %q", kind, got, want)
		}
	}
}

// Whatever a start finds, one step makes it something that the background
// works on, or that is at its end.
func TestWhatIsFoundGetsItsWay(t *testing.T) {
	for _, kind := range []charge.Kind{charge.Payment, charge.Topup, charge.Refund} {
		for _, s := range charge.States {
			rec := charge.Record{Kind: kind, State: s, Route: []string{"own"}}
			if _, arrow := kind.Next(s, charge.Send); kind == charge.Refund && !arrow && s.Open() {
				continue // no refund is ever there
			}
			if event, found := agent.Found(rec); found {
				to, arrow := kind.Next(s, event)
				if !arrow {
					t.Errorf("%s %s: found with %s, which has no arrow", kind, s, event)
				}
				rec.State = to
			}
			if agent.WorkOn(rec) == agent.NoWork && rec.State.Open() && rec.State != charge.Queued {
				t.Errorf("%s %s is found and stays %s", kind, s, rec.State)
			}
		}
	}
}

// A code may be sent for a sale only while no other charge of it can be paid.
func TestACodeIsSentForAtMostOneLivingCharge(t *testing.T) {
	for _, s := range charge.States {
		why := agent.MayPay(charge.Record{State: s}, false)
		if may := s == charge.Prepared || s.AllowsNewKey() && s != charge.Abandoned; may != (why == "") {
			t.Errorf("%s: %q", s, why)
		}
		if agent.MayPay(charge.Record{State: s}, true) != "register.no_sale" {
			t.Errorf("%s: a closed sale is paid", s)
		}
	}
	here, other := charge.Record{Key: "a", State: charge.Prepared}, charge.Record{Key: "b", State: charge.Prepared}
	if agent.Spent(here, here) || !agent.Spent(other, here) || agent.Spent(charge.Record{Key: "c", State: charge.Abandoned}, here) {
		t.Error("a code that never left may be used again, and no other")
	}
}
