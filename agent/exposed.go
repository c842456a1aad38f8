package agent

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// OfflineView is what the register takes without a network, and what waits to
// be collected of what it took.
type OfflineView struct {
	Taking    bool // something would be taken now
	Away      bool // a wallet that is paid without a network, if it must, cannot be reached
	Count     int  // charges that wait
	Minor     int64
	Carried   int   // charges beside these that other registers took and this one is to collect; no limit counts them
	Brought   int64 // minor units of those
	LeftCount int   // room of the limits
	LeftMinor int64
	Oldest    time.Time // when the oldest of them was taken; zero for none
	Until     time.Time // when it will have waited for too long, so that no more are taken; zero for none
}

// WithoutNetwork is that view right now, and false at a register that takes
// nothing without a network and has never taken anything so.
func (r *Register) WithoutNetwork() (OfflineView, bool) {
	if r.parts.Offline == nil {
		return OfflineView{}, false
	}
	e, carried := r.exposed.now(r)
	limits := r.parts.Rules.Limits
	v := OfflineView{Count: e.Count, Minor: e.Minor, Carried: carried.Count, Brought: carried.Minor, Oldest: e.Oldest, LeftCount: max(limits.Count-e.Count, 0)}
	if !e.Oldest.IsZero() {
		v.Until = e.Oldest.Add(limits.Age)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	trusted := r.time.wrong(r.parts.Now(), r.parts.Uptime()) == ""
	for _, w := range r.parts.Wallets {
		if !r.parts.Rules.Take || r.keepsOff(w) || !trusted {
			continue
		}
		v.Taking = true
		v.Away = v.Away || r.outOfReach(w.ID)
		most := limits.Outstanding
		if theirs := r.bulletins[w.ID].MostOffline; theirs > 0 {
			most = min(most, theirs)
		}
		v.LeftMinor = max(v.LeftMinor, most-e.Minor)
	}
	return v, true
}

// keepsOff tells that nothing of a wallet is taken without a network: forwards
// cannot be signed, it says so, or has not said anything for too long; r.mu is
// held.
func (r *Register) keepsOff(w Wallet) bool {
	b, known := r.bulletins[w.ID]
	return w.Forwards == nil || !known || b.Stops.Offline || r.parts.Now().After(b.Expires)
}

// outOfReach tells that a wallet cannot be asked, as far as is known; r.mu is
// held.
func (r *Register) outOfReach(wallet string) bool {
	for _, code := range []string{"wallet.unreachable", "wallet.paused"} {
		if _, is := r.troubles[troubleKey(code, wallet)]; is {
			return true
		}
	}
	return false
}

// exposed is what is outstanding, as the books had it when somebody last
// looked after a change. Pages look at every event; the books are asked once
// for a change, and not at all while nobody looks.
type exposed struct {
	stale atomic.Bool // not under mu, which is held while the books are read
	mu    sync.Mutex
	own   charge.Exposure
	other charge.Exposure // carried
}

// moved tells that the books may have another exposure now.
func (e *exposed) moved() { e.stale.Store(true) }

// mayHaveMoved is moved after a step of any charge: while nothing is
// outstanding, none can have been collected.
func (e *exposed) mayHaveMoved() {
	if e.mu.TryLock() {
		none := e.own.Count+e.other.Count == 0
		e.mu.Unlock()
		if none {
			return
		}
	}
	e.moved()
}

// now is the exposure, of what this register took and of what others did. One
// that cannot be read is the last that could be.
func (e *exposed) now(r *Register) (own, carried charge.Exposure) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.stale.Swap(false) {
		own, err := r.parts.Offline.Exposure()
		carried, err2 := r.parts.Offline.CarriedExposure()
		if err := errors.Join(err, err2); err != nil {
			r.log.Error("the queue cannot be read", "error", err)
			e.stale.Store(true)
			return e.own, e.other
		}
		e.own, e.other = own, carried
	}
	return e.own, e.other
}
