package main

import (
	"crypto/ed25519"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/wallet/bulletin"
)

// A fresh bulletin from the wallet's line confirms the clock when it was issued
// just now. One from a file says only that it is not earlier than its issue.
func TestWhichBulletinConfirmsTheClock(t *testing.T) {
	m, log := newMaker(t, 1), slog.New(slog.DiscardHandler)
	issued := func(version int64, ago time.Duration) []byte {
		return m.says(version, func(b *bulletin.Bulletin) { b.Issued = time.Now().Add(-ago).Truncate(time.Second) })
	}
	late := time.Duration(0) // how far the register's clock is behind
	r := agent.New(agent.Parts{
		Now: func() time.Time { return time.Now().Add(-late) }, Wallets: []agent.Wallet{{ID: "own"}},
		Offline: &taker{}, Rules: agent.OfflineRules{Take: true},
	}, log)
	b := &bulletins{store: "S0001", keep: &fullDisk{}, register: r, now: time.Now, log: log,
		pinned: map[string][]ed25519.PublicKey{"own": {m.public()}}, last: map[string]heard{}}
	trusted := func(what string, want bool) {
		t.Helper()
		wrong := slices.ContainsFunc(r.Troubles(), func(tr agent.Trouble) bool { return tr.Code == "offline.clock" })
		if wrong == want {
			t.Errorf("%s: trusted %v, want %v", what, !wrong, want)
		}
	}
	r.ClockBack("the clock is behind the last start")
	trusted("at the start", false)
	_, err := b.Import(issued(1, time.Second))
	check(t, err)
	trusted("a file of just now", false)
	_, err = b.take("own", issued(2, time.Hour))
	check(t, err)
	trusted("one of an hour ago", false)
	_, err = b.take("own", issued(3, time.Second))
	check(t, err)
	trusted("a fresh one", true)
	late = 10 * time.Minute
	_, err = b.Import(issued(4, time.Second))
	check(t, err)
	trusted("a file from later than the clock shows", false)
}
