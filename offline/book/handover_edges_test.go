package book_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/book"
)

// A long queue of another register that was brought at noon hides nothing of
// this register's own morning.
func TestTheMorningBehindACarriedQueue(t *testing.T) {
	f := newFixture(t)
	morning := f.prepare("morning")
	f.later(3 * time.Hour)
	var list []charge.Carried
	for n := range 1000 {
		c := carried(charge.Key(fmt.Sprintf("S1-T2-9-%d", n+1)), 10)
		c.Accepted = t0.Add(-60 * time.Hour)
		list = append(list, c)
	}
	f.takeOver(list...)
	evening := f.prepare("evening")
	got, err := f.Between(t0.Add(-4*time.Hour), t0.Add(20*time.Hour)) // the business day from 05:00
	if err != nil {
		t.Fatal(err)
	}
	var keys []charge.Key
	for _, rec := range got {
		keys = append(keys, rec.Key)
	}
	if len(keys) != 2 || keys[0] != morning.Key || keys[1] != evening.Key {
		t.Errorf("of this register's day there are %v, want %s and %s", keys, morning.Key, evening.Key)
	}
}

// Nor are the codes of the morning forgotten at the next start.
func TestTheCodesBehindACarriedQueue(t *testing.T) {
	f := newFixture(t)
	rec := f.prepare("morning")
	send := f.said(charge.Send, "alpha")
	send.Code = charge.CodeMark{Kind: "digits", Masked: "97…1", Hash: "of the morning"}
	f.apply(rec.Key, send)
	f.apply(rec.Key, f.said(charge.Approve, "alpha"))
	var list []charge.Carried
	for n := range 1000 {
		c := carried(charge.Key(fmt.Sprintf("S1-T2-9-%d", n+1)), 10)
		c.Accepted = t0.Add(-60 * time.Hour)
		list = append(list, c)
	}
	f.takeOver(list...)
	f.open(f.wallets...)
	if _, used, err := f.CodeUsed("of the morning"); !used || err != nil {
		t.Errorf("after a start the code counts as new (%v)", err)
	}
}

// A payment that this register took under its own name, on a disk that died, is
// its own to give back.
func TestOnesOwnLostChargeIsRefunded(t *testing.T) {
	f := newFixture(t)
	lost := carried("S1-T1-3-2", 900)
	f.takeOver(lost)
	f.apply(lost.Key, f.said(charge.Send, "alpha"))
	f.apply(lost.Key, f.said(charge.Approve, "alpha"))
	if _, err := f.PrepareRefund(lost.Key, money.Yen(900), charge.ByManager, "manager"); err != nil {
		t.Errorf("no register at all can give it back: %v", err)
	}
}

// A signature that comes with its certificate takes the place of one that came
// alone, as from a slip: the wallet may not know the key of that.
func TestABetterSignature(t *testing.T) {
	f := newFixture(t)
	first, second := carried("S1-T2-9-1", 10), carried("S1-T2-9-1", 10)
	first.Proof.Signature, second.Proof.Signature, second.Proof.Certificate = []byte("with a key that was never met"), []byte("with one that was"), []byte("certificate")
	f.takeOver(first)
	f.takeOver(second)
	if got := string(f.due()[0].Signature); got != "with one that was" {
		t.Errorf("it is collected %s", got)
	}
}

// Numbers that carried charges have used up do not stand in the way of what a
// wallet lists.
func TestAdoptBehindCarried(t *testing.T) {
	f := newFixture(t)
	f.takeOver(carried("S1-T1-3-7", 900), carried("S1-T1-3-8", 900))
	if _, err := f.Adopt(entry("S1-T1-3-1", charge.Payment, 900), "alpha", "2026-11-21"); err != nil {
		t.Errorf("what the wallet approved is not adopted: %v (%v)", err, errors.Is(err, book.ErrTaken))
	}
}

// The register was set up anew and its clock's battery is empty, too: what it
// took before could be a key that it issues yet, and the refusal says what to do.
func TestOnesOwnUnderAWrongClock(t *testing.T) {
	f := newFixture(t)
	f.now = time.Date(2020, 1, 1, 0, 5, 0, 0, time.UTC)
	f.open(f.wallets...)
	key, err := charge.NewKey("S1", "T1", 217501200+86400, 4)
	if err != nil {
		t.Fatal(err)
	}
	became, why, err := f.TakeOver([]charge.Carried{carried(key, 900)}, day, charge.ByManager, "m")
	if err != nil || became[0] != charge.HandedRefused || !strings.Contains(why[0].Error(), "set the clock") {
		t.Errorf("%v, %v, %v", became, why, err)
	}
}

// What the books have of a charge cannot be collected: its code cannot be read
// any more, or the wallet will not hear of it. What is brought then takes its
// place, code and all, for a charge of this register and for a carried one; and
// without that, another code for the same charge is refused.
func TestEvidenceThatIsReplaced(t *testing.T) {
	f := newFixture(t)
	own, err := f.accept("own", 700, signed("phone", 5, "hanako"))
	if err != nil {
		t.Fatal(err)
	}
	f.takeOver(carried("S1-T2-9-1", 700))
	for _, key := range []charge.Key{own.Key, "S1-T2-9-1"} {
		c := carried(key, 700)
		c.Code.Hash, c.Proof.Sealed, c.Proof.Signature = "another", []byte("anew"), []byte("anew")
		if key != own.Key {
			if _, why, err := f.TakeOver([]charge.Carried{c}, day, charge.ByManager, "m"); err != nil || !errors.Is(why[0], book.ErrOtherCode) {
				t.Errorf("another code: %v, %v", why, err)
			}
		}
		c.Instead = true
		if got := f.takeOver(c); got[0] != charge.HandedTaken {
			t.Errorf("%s: %v", key, got)
		}
		if sealed, err := f.Evidence(key); err != nil || string(sealed) != "anew" {
			t.Errorf("the evidence is %q, %v", sealed, err)
		}
		if rec, err := f.Charge(key); err != nil || rec.Code.Hash != "another" || rec.State != charge.Forwarding {
			t.Errorf("in the books it is %+v, %v", rec, err)
		}
	}
	f.verify(6)
	if _, err := f.audit(); err != nil {
		t.Error(err)
	}
}
