package agent

import (
	"slices"
	"strings"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/sale"
)

// Bulletin is what a wallet wants this register to do less of. Whoever hands
// it over has proved that it is the wallet's and follows the one before.
type Bulletin struct {
	Wallet    string
	Version   int64
	Issued    time.Time // it is not earlier now
	Expires   time.Time // the wallet wanted to be asked again before
	Stops     Stops
	MostPay   int64 // of one payment, in minor units; 0: no limit
	MostTopUp int64 // of one top-up

	MostOffline int64 // that is outstanding of what was taken without a network; 0: no limit of the wallet's
}

// Stops are the functions that are stopped until a later bulletin lifts it,
// however old this one gets.
type Stops struct{ Pay, TopUp, Refund, Offline bool }

// stopTroubles are the stops that a manager must know of.
var stopTroubles = []struct {
	code, name string
	on         func(Stops) bool
}{
	{"wallet.stopped", "pay", func(s Stops) bool { return s.Pay }},
	{"wallet.topup_stopped", "topup", func(s Stops) bool { return s.TopUp }},
	{"wallet.refund_stopped", "refund", func(s Stops) bool { return s.Refund }},
	{"wallet.offline_stopped", "offline", func(s Stops) bool { return s.Offline }},
}

// Obey holds for every scan, top-up and refund that begins from now on. What
// is under way comes to its end, and inquiries and reversals go on: they end
// what is open, and the wallet itself decides what it still approves.
func (r *Register) Obey(b Bulletin) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before, known := r.bulletins[b.Wallet]
	if known && b.Version < before.Version {
		return
	}
	r.bulletins[b.Wallet] = b
	if !b.Issued.IsZero() {
		r.time.hears(b.Issued, r.parts.Uptime())
	}
	r.clockWrong()
	for _, t := range stopTroubles {
		if t.on(b.Stops) {
			r.troubled(t.code, b.Wallet, "by the wallet's bulletin")
		} else {
			r.cleared(t.code, b.Wallet)
		}
	}
	r.cleared("bulletin.refused", b.Wallet)
	r.aged()
	if before.Stops != b.Stops {
		r.log.Warn("a wallet's bulletin changes what is stopped", "wallet", b.Wallet, "version", b.Version, "stopped", b.Stops.String())
		r.announce()
	}
}

// String names what is stopped.
func (s Stops) String() string {
	var out []string
	for _, t := range stopTroubles {
		if t.on(s) {
			out = append(out, t.name)
		}
	}
	return strings.Join(out, " ")
}

// BulletinRefused is told when a wallet's address gave a bulletin that is not
// taken. The one before goes on to hold.
func (r *Register) BulletinRefused(wallet, why, detail string) {
	r.log.Error("a bulletin is refused", "wallet", wallet, "why", why, "detail", detail)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.count.bulletin(wallet, why)
	r.cleared("bulletin.refused", wallet) // the newest reason is the one to tell
	r.troubled("bulletin.refused", wallet, why+": "+detail)
}

// firstBulletin is how long a wallet may take after the start to give its
// first bulletin.
const firstBulletin = 5 * time.Minute

// aged keeps the trouble that a wallet's bulletin is old, or that none has
// come; r.mu is held.
func (r *Register) aged() {
	now := r.parts.Now()
	for _, w := range r.parts.Wallets {
		b, known := r.bulletins[w.ID]
		switch {
		case known && now.After(b.Expires):
			r.troubled("bulletin.old", w.ID, "it expired at "+b.Expires.UTC().Format(time.RFC3339))
		case !known && w.Announces && now.After(r.born.Add(firstBulletin)):
			r.troubled("bulletin.old", w.ID, "none has come")
		default:
			r.cleared("bulletin.old", w.ID)
		}
	}
}

// mayAsk tells why a wallet's bulletin keeps a sale away from it, empty when
// it does not.
func (r *Register) mayAsk(wallet string, s sale.Sale) (why string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	b := r.bulletins[wallet]
	over := func(most int64) bool { return most > 0 && s.Amount.Minor > most }
	switch {
	case s.TopUp && b.Stops.TopUp:
		return "wallet.topup_stopped"
	case !s.TopUp && b.Stops.Pay:
		return "wallet.stopped"
	case s.TopUp && over(b.MostTopUp), !s.TopUp && over(b.MostPay):
		return "wallet.limit"
	}
	return ""
}

// noTopUps tells why no wallet would take a top-up, empty when one might: the
// cashier must know before the cash is counted.
func (r *Register) noTopUps(s sale.Sale) (why string) {
	for _, w := range r.parts.Wallets {
		if !w.takes(true) {
			continue
		}
		if why = r.mayAsk(w.ID, s); why == "" {
			return ""
		}
	}
	return why
}

// mayGive refuses a new refund while the wallet has stopped them. One that the
// same wish made before is there already.
func (r *Register) mayGive(of charge.Record, wish string) error {
	r.mu.Lock()
	stopped := r.bulletins[of.Wallet].Stops.Refund
	r.mu.Unlock()
	if !stopped {
		return nil
	}
	refunds, err := r.parts.Accounts.RefundsOf(of.Key)
	if err != nil {
		return err
	}
	if wish != "" && slices.ContainsFunc(refunds, func(rec charge.Record) bool { return rec.Wish() == wish }) {
		return nil
	}
	return &Refused{Why: "wallet.refund_stopped"}
}
