package main

import (
	"crypto/ed25519"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/offline"
)

// fullDisk keeps nothing while it is full.
type fullDisk struct {
	full bool
	kept []offline.Bulletin
}

func (d *fullDisk) KeepBulletin(b offline.Bulletin) (bool, error) {
	if d.full {
		return false, errors.New("no room")
	}
	d.kept = append(d.kept, b)
	return true, nil
}

func (d *fullDisk) Bulletins() ([]offline.Bulletin, error) { return d.kept, nil }

// A stop acts also when it cannot be written down, and is written as soon as
// the disk takes it.
func TestAStopOnAFullDisk(t *testing.T) {
	m, disk := newMaker(t, 1), &fullDisk{full: true}
	log := slog.New(slog.DiscardHandler)
	r := agent.New(agent.Parts{Now: time.Now, Wallets: []agent.Wallet{{ID: "own"}}}, log)
	b := &bulletins{store: "S0001", keep: disk, register: r, now: time.Now, log: log,
		pinned: map[string][]ed25519.PublicKey{"own": {m.public()}}, last: map[string]heard{}}
	said := m.says(7, stopsPay)
	stopped := func() bool {
		for _, tr := range r.Troubles() {
			if tr.Code == "wallet.stopped" {
				return true
			}
		}
		return false
	}
	if _, err := b.take("own", said); err == nil || !stopped() {
		t.Errorf("on a full disk: %v, stopped %v", err, stopped())
	}
	disk.full = false
	if fresh, err := b.take("own", said); err != nil || !fresh || len(disk.kept) != 1 || disk.kept[0].Version != 7 {
		t.Errorf("with room again: %v, %v, kept %d", fresh, err, len(disk.kept))
	}
	if fresh, err := b.take("own", said); err != nil || fresh || len(disk.kept) != 1 {
		t.Errorf("once more: %v, %v, kept %d", fresh, err, len(disk.kept))
	}
	// What the disk holds is no bulletin any more: it is told of, and the next
	// one is taken.
	disk.kept[0].Signed = []byte("torn")
	again := &bulletins{store: "S0001", keep: disk, register: agent.New(agent.Parts{Now: time.Now}, log), now: time.Now, log: log, pinned: b.pinned, last: map[string]heard{}}
	if err := again.load(); err != nil || again.Bulletins()[0].Problem == "" {
		t.Errorf("%v, %+v", err, again.Bulletins())
	}
}
