package main

import (
	"cmp"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/wallet/bulletin"
)

// shelfOfBulletins is where the last ones are kept.
type shelfOfBulletins interface {
	KeepBulletin(offline.Bulletin) (fresh bool, err error)
	Bulletins() ([]offline.Bulletin, error)
}

// bulletins opens what wallets say, keeps it, and hands to the register what
// it must obey. The version of a wallet only rises, on the disk and here.
type bulletins struct {
	store    string // this store's id
	keep     shelfOfBulletins
	register *agent.Register
	now      func() time.Time
	log      *slog.Logger
	pinned   map[string][]ed25519.PublicKey // by wallet that is configured

	mu   sync.Mutex
	last map[string]heard // by wallet
}

// heard is the last bulletin of a wallet.
type heard struct {
	bulletin.Bulletin
	taken   time.Time
	durable bool   // it is on the disk
	problem string // why a later one was not taken
}

func newBulletins(store string, keep shelfOfBulletins, of []wallet, log *slog.Logger) *bulletins {
	b := &bulletins{store: store, keep: keep, now: time.Now, log: log, pinned: make(map[string][]ed25519.PublicKey), last: make(map[string]heard)}
	for _, w := range of {
		b.pinned[w.ID] = w.keys
	}
	return b
}

// said is the last bulletin of a wallet, empty before the first.
func (b *bulletins) said(wallet string) bulletin.Bulletin {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.last[wallet].Bulletin
}

// load obeys what the books have kept. A stop holds over a restart, also when
// the key that signed it is pinned no more.
func (b *bulletins) load() error {
	all, err := b.keep.Bulletins()
	if err != nil {
		return fmt.Errorf("read the bulletins of the wallets: %w", err)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, kept := range all {
		keys, configured := b.pinned[kept.Wallet]
		if !configured {
			continue
		}
		said, err := bulletin.Open(kept.Signed, keys, kept.Wallet, b.store)
		if err != nil {
			var unreadable error
			if said, unreadable = bulletin.Peek(kept.Signed); unreadable != nil {
				b.tell(kept.Wallet, err)
				continue
			}
			// Whoever took it had the key pinned. It still stops, and gives nothing.
			said.Issuers, said.Hints = nil, nil
		}
		b.last[kept.Wallet] = heard{Bulletin: said, taken: kept.TakenAt, durable: true}
		b.register.Obey(obeyed(said))
		if err != nil {
			b.tell(kept.Wallet, err)
		}
	}
	return nil
}

// take takes a bulletin that came from a wallet's address, and tells whether
// it says something new. What is not taken is counted and told.
func (b *bulletins) take(wallet string, signed []byte) (fresh bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if fresh, err = b.open(wallet, signed); err != nil {
		b.tell(wallet, err)
	}
	if fresh { // one from a file may be as old as it likes, and confirms no clock
		b.register.ClockHeard(b.last[wallet].Issued)
	}
	return fresh, err
}

// open is take without telling; b.mu is held.
func (b *bulletins) open(wallet string, signed []byte) (fresh bool, err error) {
	said, err := bulletin.Open(signed, b.pinned[wallet], wallet, b.store)
	if err != nil {
		return false, err
	}
	before := b.last[wallet]
	switch {
	case said.Version < before.Version:
		return false, older(before.Version, said.Version)
	case said.Version == before.Version && said.Content != before.Content:
		return false, other(said.Version)
	}
	now := heard{Bulletin: said, taken: b.now(), durable: true}
	if said.Version == before.Version && before.durable {
		now.taken = before.taken
	} else {
		fresh, err = b.keep.KeepBulletin(offline.Bulletin{Wallet: wallet, Version: said.Version, Content: said.Content, Signed: signed, TakenAt: now.taken})
	}
	switch {
	case errors.Is(err, offline.ErrOlderBulletin):
		return false, &bulletin.Refused{Why: bulletin.Older, Detail: err.Error()}
	case errors.Is(err, offline.ErrOtherBulletin):
		return false, &bulletin.Refused{Why: bulletin.OtherContent, Detail: err.Error()}
	case err != nil: // a stop acts also when the disk does not
		now.durable = false
		err = fmt.Errorf("the bulletin of wallet %s holds, but could not be written down: %w", wallet, err)
	}
	b.last[wallet] = now
	b.register.Obey(obeyed(said))
	return fresh, err
}

func older(before, now int64) error {
	return &bulletin.Refused{Why: bulletin.Older, Detail: fmt.Sprintf("version %d was taken before, and this is %d", before, now)}
}

func other(version int64) error {
	return &bulletin.Refused{Why: bulletin.OtherContent, Detail: fmt.Sprintf("version %d was taken before and said something else", version)}
}

// tell says what is wrong with a bulletin; b.mu is held.
func (b *bulletins) tell(wallet string, err error) {
	var refused *bulletin.Refused
	if !errors.As(err, &refused) {
		b.log.Error("a bulletin is not on the disk", "wallet", wallet, "error", err)
		return
	}
	last := b.last[wallet]
	last.problem = string(refused.Why) + ": " + refused.Detail
	b.last[wallet] = last
	b.register.BulletinRefused(wallet, string(refused.Why), refused.Detail)
}

// obeyed is the part of a bulletin that the register knows.
func obeyed(b bulletin.Bulletin) agent.Bulletin {
	return agent.Bulletin{
		Wallet: b.Wallet, Version: b.Version, Issued: b.Issued, Expires: b.Expires, MostPay: b.Limits.Pay, MostTopUp: b.Limits.TopUp, MostOffline: b.Limits.OfflineTerminal,
		Stops: agent.Stops{Pay: b.Stops.Pay, TopUp: b.Stops.TopUp, Refund: b.Stops.Refund, Offline: b.Stops.Offline},
	}
}

// Import takes a bulletin from a file; see server.Bulletins. Whose it is
// stands in it, and only that wallet's key can have signed it.
func (b *bulletins) Import(signed []byte) (control.Bulletin, error) {
	said, err := bulletin.Peek(signed)
	b.mu.Lock()
	defer b.mu.Unlock()
	keys, configured := b.pinned[said.Wallet]
	switch {
	case err != nil:
	case !configured:
		return control.Bulletin{}, &server.NotTaken{Why: string(bulletin.OtherWallet), Detail: fmt.Sprintf("it is of wallet %s, which this register does not take", said.Wallet)}
	case len(keys) == 0:
		return control.Bulletin{}, &server.NotTaken{Why: string(bulletin.NotSigned), Detail: fmt.Sprintf("no bulletin_keys are set for wallet %s: get them from its operator", said.Wallet)}
	default:
		_, err = b.open(said.Wallet, signed)
	}
	var refused *bulletin.Refused
	if errors.As(err, &refused) {
		return control.Bulletin{}, &server.NotTaken{Why: string(refused.Why), Detail: refused.Detail}
	}
	return b.shape(said.Wallet), err
}

// Bulletins are the last ones of all wallets; see server.Bulletins.
func (b *bulletins) Bulletins() []control.Bulletin {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := []control.Bulletin{}
	for wallet := range b.pinned {
		out = append(out, b.shape(wallet))
	}
	slices.SortFunc(out, func(x, y control.Bulletin) int { return cmp.Compare(x.Wallet, y.Wallet) })
	return out
}

// shape is a wallet's bulletin as the API shows it; b.mu is held.
func (b *bulletins) shape(wallet string) control.Bulletin {
	h := b.last[wallet]
	out := control.Bulletin{
		Wallet: wallet, Keys: len(b.pinned[wallet]), Version: h.Version, Audience: h.Audience, Issued: h.Issued, Expires: h.Expires, Taken: h.taken,
		Old: h.Version > 0 && h.Expired(b.now()), Denied: len(h.Denied.Serials) + len(h.Denied.Tokens), Problem: h.problem,
		Limits: control.BulletinLimits(h.Limits), Stopped: []string{}, Issuers: []string{},
	}
	for _, stop := range []struct {
		name string
		on   bool
	}{{"pay", h.Stops.Pay}, {"topup", h.Stops.TopUp}, {"refund", h.Stops.Refund}, {"offline", h.Stops.Offline}, {"signup", h.Stops.SignUp}} {
		if stop.on {
			out.Stopped = append(out.Stopped, stop.name)
		}
	}
	for _, i := range h.Issuers {
		out.Issuers = append(out.Issuers, i.Kid)
	}
	return out
}
