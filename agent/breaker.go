package agent

import (
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// A wallet is paused when breakAt of its last breakOf requests came to no
// trustworthy word within breakWithin. It is probed every probeEvery, which
// varies by a fifth so that registers do not ask all at once.
const (
	breakAt     = 5
	breakOf     = 10
	breakWithin = time.Minute
	probeEvery  = 5 * time.Second
)

// breaker keeps customers' charges away from a wallet that does not answer: a
// cashier who is told at once to take another wallet serves the customer
// sooner than one who waits for a doubt, and each doubt is money that a
// customer waits for. Inquiries and reversals go on at their own pauses: they
// risk nothing and end what is open. All of it is under the register's lock.
type breaker struct {
	unknown []time.Time // of the last requests; zero for one that was answered
	open    bool
	asked   time.Time  // of the last inquiry's end
	newest  charge.Key // that a charge was sent under, or else one that was asked about
}

// Unknown tells that an answer is no trustworthy word of the wallet: nothing
// left, nothing came, or what came made no sense. "I do not know this key" is
// one: no proof about the charge, but the wallet is there and reads.
func Unknown(a charge.Answer) bool {
	return a.Event == charge.Miss || a.Event == charge.Lose && a.Reason != charge.ReasonCodeUnknown
}

// hear takes the end of a request into account and tells whether the breaker
// opened or closed by it.
func (b *breaker) hear(now time.Time, unknown bool) (opened, closed bool) {
	if !unknown && b.open {
		b.open, b.unknown = false, nil
		return false, true
	}
	var at time.Time
	if unknown {
		at = now
	}
	b.unknown = append(b.unknown, at)
	b.unknown = b.unknown[max(0, len(b.unknown)-breakOf):]
	n := 0
	for _, at := range b.unknown {
		if !at.IsZero() && now.Sub(at) <= breakWithin {
			n++
		}
	}
	if b.open || n < breakAt {
		return false, false
	}
	b.open = true
	return true, false
}

// gauge lets the breaker of a wallet hear an answer; r.mu is held.
func (r *Register) gauge(a charge.Answer) {
	b, known := r.breakers[a.Wallet]
	if !known {
		return
	}
	switch opened, closed := b.hear(r.parts.Now(), Unknown(a)); {
	case opened:
		r.count.paused(a.Wallet)
		r.troubled("wallet.paused", a.Wallet, a.Note)
		if !r.leaving {
			r.work.Go(func() { r.probing(r.wallets[a.Wallet], b) })
		}
	case closed:
		r.cleared("wallet.paused", a.Wallet)
		r.queues[a.Wallet].wake()
	}
}

// paused tells whether nothing of a customer's is sent to a wallet.
func (r *Register) paused(wallet string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	b, known := r.breakers[wallet]
	return known && b.open
}

// probing asks a paused wallet how its newest key stands, until it gives a
// trustworthy word, whatever that is. The newest key is one that the wallet
// may hold money for, so the word can be of use, while the answer to a key
// that was never used is the same from a wallet that has lost its books. When
// the settling of other charges asks anyway, that is probe enough.
func (r *Register) probing(w Wallet, b *breaker) {
	for {
		began := r.parts.Now()
		timer := time.NewTimer(time.Duration(float64(probeEvery) * (0.8 + 0.4*r.parts.Spread())))
		select {
		case <-r.life.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
		r.mu.Lock()
		open, quiet, key := b.open, !b.asked.After(began), b.newest
		r.mu.Unlock()
		if !open {
			return
		}
		if quiet {
			r.probe(w, key)
		}
	}
}

// probe makes one inquiry. Its answer is only a sign of life, unless it says
// something about a charge that counted as settled: then it is proof, or a
// contradiction, like any inquiry that was sent after.
func (r *Register) probe(w Wallet, key charge.Key) {
	rec, err := r.parts.Memory.Charge(key)
	if err != nil {
		r.log.Error("a paused wallet cannot be asked", "wallet", w.ID, "charge", string(key), "error", err)
		return
	}
	a := w.Ask.Inquire(r.traced(rec), rec)
	_, moves := rec.Kind.Next(rec.State, a.Event)
	// Money that was given back another way stays approved at the wallet.
	moves = moves && !GivenBack(rec)
	if denied := rec.State == charge.Approved && a.Event == charge.Decline; !denied && !(moves && rec.State.Settled()) {
		r.listen(rec, a)
		return
	}
	if r.heard(rec, a) != nil {
		return // a journal that cannot write is a trouble already
	}
	if rec, err = r.parts.Memory.Charge(key); err == nil && WorkOn(rec) != NoWork {
		r.settle(rec)
	}
}
