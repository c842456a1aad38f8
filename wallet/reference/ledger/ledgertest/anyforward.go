package ledgertest

import (
	"crypto"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
	"pgregory.net/rapid"
)

// testAnyForward plays a customer with a phone, a register with and without a
// network that is enrolled anew now and then, another that brings in what the
// first has signed, and the passing of days in any order. What each charge must
// hear is predicted from what was shown, taken and put aside; no order brings
// the customer below zero, and what a register took in time is always paid.
func testAnyForward(t *testing.T, open Open) {
	rapid.Check(t, func(rt *rapid.T) {
		g := &offlineGame{w: newIssuing(rt, open(t), ledger.Options{}), balance: 10_000, keys: map[string]*taken{}}
		g.h = newHandset(rt, g.w, oda.Ed25519)
		g.enrol(rt)
		rt.Repeat(map[string]func(*rapid.T){
			"":        g.check,
			"certify": g.certify,
			"show":    g.show,
			"charge":  g.charge,
			"again":   g.again,
			"forge":   g.forge,
			"enrol":   g.enrol,
			"plain":   g.plain,
			"reverse": g.reverse,
			"lose":    g.lose,
			"wait":    g.wait,
		})
		g.once(rt)
	})
}

type offlineGame struct {
	w       wallet
	h       *handset
	tills   []crypto.Signer // of the register, one after the other
	balance int64           // of Hanako, beside what is put aside
	store   int64
	aside   []*aside
	shown   []*shown
	keys    map[string]*taken
	seq     int
}

// aside is a certificate.
type aside struct {
	left     int64
	notAfter time.Time
	denied   time.Time
	released bool
}

func (a *aside) until() time.Time {
	if end := a.denied; !end.IsZero() {
		return end.Add(ledger.ForwardWithin)
	}
	return a.notAfter.Add(ledger.ForwardWithin)
}

// shown is a code, of which any number of registers may have a picture.
type shown struct {
	raw  oda.Raw
	of   *aside
	at   time.Time
	used bool
}

type taken struct {
	said   wire.Status
	amount int64
	from   *aside             // nil: the balance
	sent   wire.ChargeRequest // signed, if it was a forward
}

func (g *offlineGame) now() time.Time { return g.w.clock.Now() }

func (g *offlineGame) certify(t *rapid.T) {
	g.lapse()
	most := rapid.Int64Range(1, 6000).Draw(t, "maximum")
	err := g.h.certify("Hanako", min(most, 2500), most)
	if most > g.balance {
		if !errors.Is(err, ledger.ErrFunds) {
			t.Fatalf("%d put aside of %d: %v", most, g.balance, err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	g.balance -= most
	g.aside = append(g.aside, &aside{left: most, notAfter: g.now().Add(life)})
}

func (g *offlineGame) show(t *rapid.T) {
	if len(g.aside) == 0 || g.h.certificate == nil {
		t.Skip("no certificate")
	}
	g.shown = append(g.shown, &shown{raw: g.h.show(t), of: g.aside[len(g.aside)-1], at: g.now()})
}

// charge is online, or a forward that was accepted up to two minutes after the
// code was shown, and signed with any key that the register ever had.
func (g *offlineGame) charge(t *rapid.T) {
	if len(g.shown) == 0 {
		t.Skip("no code")
	}
	g.lapse()
	code := g.shown[rapid.IntRange(0, len(g.shown)-1).Draw(t, "code")]
	carrier := rapid.SampledFrom([]oda.Carrier{oda.Base45, oda.Base64, oda.Decimal}).Draw(t, "carrier")
	g.seq++
	r := g.w.request(fmt.Sprint("S0001-T01-1-", g.seq), oda.Encode(code.raw, carrier), rapid.Int64Range(1, 3000).Draw(t, "amount"))
	at, forward := g.now(), rapid.Bool().Draw(t, "forward")
	var a wire.Answer
	if forward {
		at = code.at.Add(time.Duration(rapid.IntRange(0, 120).Draw(t, "taken after")) * time.Second)
		if at.After(g.now()) {
			at = g.now()
		}
		r = signed(t, rapid.SampledFrom(g.tills).Draw(t, "key"), r, at)
		var err error
		if a, err = g.bring(t, r); err != nil {
			t.Fatal(err)
		}
	} else {
		a = g.w.charge(t, r)
	}
	g.judge(code, r.Amount, at, forward).check(t, a)
	code.used = true
	g.keys[r.Key] = &taken{said: a.Status, amount: r.Amount, from: code.of, sent: r}
	if a.Status == wire.Approved {
		code.of.left -= r.Amount
		g.store += r.Amount
	}
}

// judge is what a charge must hear.
func (g *offlineGame) judge(code *shown, amount int64, at time.Time, forward bool) want {
	of := code.of
	parsed, _ := oda.Parse(code.raw)
	switch {
	case code.at.After(of.notAfter): // no phone shows such a code: it never was one
		return declined(wire.CodeExpired)
	case code.used:
		return declined(wire.CodeUsed)
	case at.After(of.notAfter) || at.After(code.at.Add(60*time.Second)):
		return declined(wire.CodeExpired)
	case amount > parsed.Certificate.PerChargeMax:
		return declined(wire.OverLimit)
	case !of.denied.IsZero() && !at.Before(of.denied):
		return declined(wire.Blocked)
	case forward && g.now().After(at.Add(ledger.ForwardWithin)):
		return declined(wire.Expired)
	case amount > of.left:
		return declined(wire.OverLimit)
	}
	return approved
}

// plain is a payment with a plain code, which must leave alone what is put
// aside.
func (g *offlineGame) plain(t *rapid.T) {
	g.lapse()
	g.seq++
	r := g.w.request(fmt.Sprint("S0001-T01-1-", g.seq), g.w.mint(t, "Hanako"), rapid.Int64Range(1, 4000).Draw(t, "amount"))
	a := g.w.charge(t, r)
	if want := r.Amount <= g.balance; want != (a.Status == wire.Approved) {
		t.Fatalf("%d of %d: %+v", r.Amount, g.balance, a)
	}
	g.keys[r.Key] = &taken{said: a.Status, amount: r.Amount, sent: r}
	if a.Status == wire.Approved {
		g.balance -= r.Amount
		g.store += r.Amount
	}
}

func (g *offlineGame) reverse(t *rapid.T) {
	k := g.pick(t)
	g.lapse()
	a := g.w.reverse(t, k.sent.Key, k.amount)
	if k.said == wire.Approved {
		k.said = wire.Reversed
		g.store -= k.amount
		if k.from != nil && k.from.denied.IsZero() && !g.now().After(k.from.notAfter) {
			k.from.left += k.amount
		} else {
			g.balance += k.amount
		}
	}
	if a.Status != k.said {
		t.Fatalf("key %s is %s after its reversal, want %s", k.sent.Key, a.Status, k.said)
	}
}

// lose ends the phone, and the customer takes another.
func (g *offlineGame) lose(t *rapid.T) {
	g.lapse()
	if err := g.w.EndDevice("Hanako"); err != nil {
		t.Fatal(err)
	}
	for _, a := range g.aside {
		if a.denied.IsZero() && !g.now().After(a.notAfter) {
			a.denied = g.now()
		}
	}
	g.h = newHandset(t, g.w, oda.Ed25519)
}

func (g *offlineGame) wait(t *rapid.T) {
	g.w.clock.add(rapid.SampledFrom([]time.Duration{time.Second, 20 * time.Second, 2 * time.Minute, 13 * time.Hour, 60 * time.Hour}).Draw(t, "time"))
}

// lapse gives back in the game what no forward can come under any more.
func (g *offlineGame) lapse() {
	for _, a := range g.aside {
		if !a.released && g.now().After(a.until()) {
			a.released = true
			g.balance, a.left = g.balance+a.left, 0
		}
	}
}

func (g *offlineGame) check(t *rapid.T) {
	g.lapse()
	g.w.checkBooks(t)
	reserved := int64(0)
	for _, a := range g.aside {
		reserved += a.left
	}
	g.w.owns(t, "Hanako", g.balance, reserved)
	if g.balance < 0 || g.balance+reserved+g.store != 10_000 {
		t.Fatalf("balance %d, put aside %d, store %d: together 10000", g.balance, reserved, g.store)
	}
}
