package book_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// A machine without a battery began one sale years ago, as it thought, and
// then heard the time. After a restart it still knows the codes of today.
func TestCodesAreKnownWhenTheClockJumped(t *testing.T) {
	f := newFixture(t)
	rec := f.prepare("today")
	f.apply(rec.Key, send("alpha"), charge.Step{Event: charge.Decline, Wallet: "alpha", By: charge.ByWallet, Asked: t0, At: t0})
	f.now = t0.AddDate(-5, 0, 0)
	f.prepare("long ago")
	f.now = t0.Add(time.Hour)
	f.open(f.wallets...)
	if used, found, err := f.CodeUsed("h1"); err != nil || !found || used.Key != rec.Key {
		t.Errorf("the code of an hour ago: %v, %v, %s; want it known for %s", found, err, used.Key, rec.Key)
	}
	f.now = t0.Add(25 * time.Hour)
	f.open(f.wallets...)
	if _, found, err := f.CodeUsed("h1"); err != nil || found {
		t.Errorf("the code of yesterday: %v, %v; want it forgotten", found, err)
	}
}
