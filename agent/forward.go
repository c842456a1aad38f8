package agent

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/agent/planted"
)

// Forwarder asks a wallet for the money of a charge that was taken without a
// network. It may be repeated with the same record: the key is the same.
type Forwarder interface {
	// Forward signs what this register took; what another one took goes with
	// that one's signature.
	Forward(ctx context.Context, due charge.Due, code paycode.Secret) charge.Answer
	// Vouch is the signature alone, with which another register can forward
	// the charge.
	Vouch(rec charge.Record, code paycode.Secret, accepted time.Time) ([]byte, error)
}

const (
	forwardsAtOnce = 16  // to one wallet
	duePage        = 100 // charges that are read at once
)

// queue is what is to be collected from one wallet. One goroutine goes through
// it, page by page, so that a long queue costs no more memory than a short one.
type queue struct {
	poke    chan struct{}
	running bool
	fresh   bool // something came since it was last looked at
}

// collectSoon lets the queue of a wallet be gone through, from its beginning.
func (r *Register) collectSoon(wallet string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	q := r.queues[wallet]
	if q == nil || r.parts.Offline == nil || r.leaving || r.life.Err() != nil {
		return
	}
	q.fresh = true
	if q.running {
		return
	}
	q.running = true
	r.work.Go(func() { r.draining(r.wallets[wallet], q) })
}

// Collect lets all queues be gone through now, without waiting for the end of a
// pause between attempts. A wallet that does not answer is left alone as ever.
func (r *Register) Collect() {
	r.Announce() // what was brought in waits from now on
	for id, q := range r.queues {
		r.collectSoon(id)
		q.wake()
	}
}

// wake lets a queue that waits be gone through at once.
func (q *queue) wake() {
	select {
	case q.poke <- struct{}{}:
	default:
	}
}

// draining goes through a queue until it is empty, with growing pauses while
// the wallet does not answer.
func (r *Register) draining(w Wallet, q *queue) {
	for n := 0; r.life.Err() == nil; n++ {
		timer := time.NewTimer(w.Terms.CollectPause(n, r.parts.Spread())) // first: what was taken just now was taken because nothing left
		select {
		case <-r.life.Done():
		case <-q.poke:
		case <-timer.C:
		}
		timer.Stop()
		r.mu.Lock()
		q.fresh = false
		r.mu.Unlock()
		r.waitsLong()
		d := r.drain(w)
		if d.went {
			n = 0
		}
		r.movedLong(w.ID, d)
		if d.left == 0 && r.emptied(q) {
			r.waitsLong()
			return
		}
	}
}

// uncollectedLong is when money that waits becomes a trouble: well before the
// wallet's 72 hours are over.
const uncollectedLong = 12 * time.Hour

// waitsLong keeps the trouble that something has waited for long.
func (r *Register) waitsLong() {
	e, err := r.parts.Offline.Exposure()
	carried, err2 := r.parts.Offline.CarriedExposure()
	if e.Oldest.IsZero() || !carried.Oldest.IsZero() && carried.Oldest.Before(e.Oldest) {
		e.Oldest = carried.Oldest
	}
	e.Count += carried.Count
	switch {
	case errors.Join(err, err2) != nil:
		r.log.Error("the queue cannot be read", "error", errors.Join(err, err2))
	case !e.Oldest.IsZero() && r.parts.Now().Sub(e.Oldest) > uncollectedLong:
		r.trouble("offline.waiting", "", fmt.Sprintf("%d charges wait, the oldest since %s", e.Count, e.Oldest.UTC().Format(time.RFC3339)))
	default:
		r.clear("offline.waiting", "")
	}
}

// emptied ends a queue's goroutine, unless something came meanwhile.
func (r *Register) emptied(q *queue) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	q.running = q.fresh
	return !q.running
}

// drained is how it went through a queue.
type drained struct {
	left  int  // charges that are still to be collected
	went  bool // the wallet said something about one
	moved int  // of those left, that another register is to collect
	late  int  // of these, that nobody has collected for too long
	whole bool // to its end
}

// drain goes through the queue once.
func (r *Register) drain(w Wallet) (d drained) {
	var after charge.Due
	for r.life.Err() == nil && !r.paused(w.ID) {
		page, err := r.parts.Offline.Due(w.ID, after, duePage)
		if err != nil {
			r.log.Error("the queue cannot be read", "wallet", w.ID, "error", err)
			break
		}
		if len(page) == 0 {
			d.whole = true
			return d
		}
		after = page[len(page)-1]
		r.drainPage(w, page, &d)
	}
	d.left++
	return d
}

// drainPage collects some charges at once.
func (r *Register) drainPage(w Wallet, page []charge.Due, d *drained) {
	now := r.parts.Now()
	turns := make(chan struct{}, forwardsAtOnce)
	var all sync.WaitGroup
	var mu sync.Mutex
	for _, due := range page {
		r.giveWay()
		if r.life.Err() != nil || r.paused(w.ID) {
			mu.Lock()
			d.left++
			mu.Unlock()
			continue
		}
		turns <- struct{}{}
		all.Go(func() {
			defer func() { <-turns }()
			ended, heard := r.forward(w, due)
			mu.Lock()
			defer mu.Unlock()
			d.went = d.went || heard
			if ended {
				return
			}
			d.stays(due, now)
		})
	}
	all.Wait()
}

// giveWay waits while a customer's request is under way: nobody waits for what
// is collected.
func (r *Register) giveWay() {
	for {
		r.mu.Lock()
		busy, changed := r.desk.phase == asking, r.changed
		r.mu.Unlock()
		if !busy {
			return
		}
		select {
		case <-changed:
		case <-r.life.Done():
			return
		}
	}
}

// forward makes one attempt for a charge. One that was sent before is asked
// about first; only what the wallet does not know is sent again, under the same
// key. It tells whether the charge is no longer in the queue, and whether the
// wallet said anything.
func (r *Register) forward(w Wallet, due charge.Due) (ended, heard bool) {
	rec := due.Record
	if rec.State == charge.Forwarding && due.Signature == nil && !planted.Has(planted.ForwardTwice) { // a wallet tells nobody of another register's key, and takes that key as often as it is sent
		a := w.Ask.Inquire(r.traced(rec), rec)
		if r.collected(rec, a) != nil {
			return false, false
		}
		if a.Event != charge.Lose || a.Reason != charge.ReasonCodeUnknown {
			return a.Event == charge.Approve || a.Event == charge.Decline, !Unknown(a)
		}
		if !due.Moved.IsZero() {
			return false, false // whoever has the queue file sends it
		}
	}
	if w.Forwards == nil {
		r.trouble("offline.unsigned", w.ID, "charge "+string(rec.Key)+" cannot be forwarded")
		return false, false
	}
	code, err := r.parts.Offline.Evidence(rec.Key)
	if errors.Is(err, r.parts.NotFound) {
		if now, err := r.parts.Memory.Charge(rec.Key); err == nil && !now.State.Open() {
			return true, false // a manager has decided meanwhile
		}
	}
	if err != nil {
		r.trouble("offline.unreadable", string(rec.Key), err.Error())
		return false, false
	}
	if due, err = r.mayForward(w, due); err != nil || due.State != charge.Forwarding || !due.Moved.IsZero() {
		return err == nil && !due.State.Open(), false // a manager may have decided meanwhile, or let it leave
	}
	sent := due
	if planted.Has(planted.NewKeyOnForward) {
		sent.Key = anotherKey(due.Record)
	}
	a := w.Forwards.Forward(r.traced(sent.Record), sent, code)
	r.notHeard(w, due, a)
	if r.collected(due.Record, a) != nil {
		return false, false
	}
	return a.Event == charge.Approve || a.Event == charge.Decline, !Unknown(a)
}

// mayForward writes down that a charge is sent, before its first byte is, and
// reads how it stands now. One that is sent again without having been asked
// about has that in the books already.
func (r *Register) mayForward(w Wallet, due charge.Due) (charge.Due, error) {
	var err error
	if due.State != charge.Forwarding || due.Signature == nil {
		step := charge.Step{Event: charge.Send, Wallet: w.ID, By: charge.ByTimer, At: r.parts.Now()}
		if _, err = r.writeFrom(due.Key, due.State, step); err != nil {
			return due, err
		}
	}
	now, err := r.parts.Offline.DueOf(due.Key)
	if errors.Is(err, r.parts.NotFound) { // it is not to be collected any more
		due.Record, err = r.parts.Memory.Charge(due.Key)
		return due, err
	}
	return now, err
}

// anotherKey is a planted bug: a key that this register has issued for nothing.
func anotherKey(rec charge.Record) charge.Key {
	store, terminal, epoch, seq, _ := rec.Key.Parts()
	key, _ := charge.NewKey(store, terminal, epoch, seq+1_000_000)
	return key
}
