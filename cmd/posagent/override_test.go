package main

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/bulletin"
)

// A leave lifts this register's own number; what the wallet has narrowed
// stays, and so does what the phone affords.
func TestALeaveLiftsTheRegistersOwnNumber(t *testing.T) {
	p := newPlace(t, "\n[offline]\nper_customer = 50000\n")
	m, issuer := newMaker(t, 1), newMaker(t, 7).key
	p.pin(t, m.public())
	p.start(t)
	sakura := newPhone(t, issuer, 1)
	p.imports(t, m.says(1, issues(issuer, func(b *bulletin.Bulletin) { b.Limits.OfflineCharge = 4000 })))
	code := sakura.shows(time.Now(), oda.Base45)
	_, no := p.costs(t, 3500, code)
	if no.Why != "offline.per_charge" || no.Override != "per_charge" {
		t.Fatalf("refused with %+v", no.Problem)
	}
	local := p.local()
	r, err := local.Register(context.Background())
	check(t, err)
	lifted, err := local.OverrideSale(context.Background(), r.Sale.ID, control.Override{Limit: "per_charge"})
	check(t, err)
	if len(lifted.Lifted) != 1 || lifted.Refusal != nil {
		t.Errorf("%+v", lifted)
	}
	taken, err := local.PaySale(context.Background(), r.Sale.ID, control.Code{Text: code})
	check(t, err)
	c, err := local.Charge(context.Background(), taken.ChargeKey)
	check(t, err)
	if last := c.Steps[len(c.Steps)-1]; taken.State != "queued" || last.Note != "limit per_charge lifted by program local" {
		t.Errorf("%s, and the journal says %+v", taken.State, last)
	}
	never := func(what string, yen int64, why string) {
		t.Helper()
		if _, no := p.costs(t, yen, sakura.shows(time.Now(), oda.Base45)); no.Why != why || no.Override != "" || strings.Contains(no.TextE, "manager") {
			t.Errorf("%s: refused with %+v", what, no.Problem)
		}
		r, err := local.Register(context.Background())
		check(t, err)
		_, err = local.OverrideSale(context.Background(), r.Sale.ID, control.Override{Limit: "per_charge"})
		var answer *control.Error
		if !errors.As(err, &answer) || answer.Why != "override.not_reached" {
			t.Errorf("%s: the leave comes to %v", what, err)
		}
	}
	never("more than the wallet takes at once", 4001, "offline.per_charge")
	never("more than the phone's certificate is for", 10_001, "offline.code")
	p.imports(t, m.says(2, issues(issuer, func(b *bulletin.Bulletin) { b.Limits.OfflineCharge = 2000 })))
	never("the wallet's number is the lower one", 2001, "offline.per_charge")
	p.imports(t, m.says(3, issues(issuer, func(b *bulletin.Bulletin) { b.Limits.OfflineToken = 3600 })))
	never("the wallet's number for a customer", 200, "offline.per_token")
	p.imports(t, m.says(4, issues(issuer, func(b *bulletin.Bulletin) { b.Stops.Offline = true })))
	never("a stop", 100, "offline.stopped")
}

// The lower number of each holds; a leave puts the wallet's in the place of
// ours, and where there is none it is for the books to pass over.
func TestWhichNumberHolds(t *testing.T) {
	own := charge.Limits{PerCharge: 3000, PerToken: 5000, Outstanding: 100_000, Count: 200, Age: time.Hour}
	theirs := bulletin.Limits{OfflineCharge: 4000, OfflineTerminal: 50_000}
	for _, c := range []struct {
		over   []charge.Limit
		limits charge.Limits
		lifted string
	}{
		{nil, charge.Limits{PerCharge: 3000, PerToken: 5000, Outstanding: 50_000, Count: 200, Age: time.Hour}, ""},
		{[]charge.Limit{charge.PerCharge}, charge.Limits{PerCharge: 4000, PerToken: 5000, Outstanding: 50_000, Count: 200, Age: time.Hour}, ""},
		{[]charge.Limit{charge.PerToken, charge.Outstanding, charge.Count}, charge.Limits{PerCharge: 3000, PerToken: 5000, Outstanding: 50_000, Count: 200, Age: time.Hour}, "per_token count"},
	} {
		limits, lifted := inForce(own, theirs, c.over)
		var names []string
		for _, l := range lifted {
			names = append(names, string(l))
		}
		if limits != c.limits || strings.Join(names, " ") != c.lifted {
			t.Errorf("with leave for %v: %+v and %v", c.over, limits, lifted)
		}
	}
}
