// Package agent is the register: it holds the sale that stands at the
// scanner, walks a scanned code through to a result, and brings every charge
// to its end, also after a crash. It opens no port, no socket and no
// database: drivers, wallets and the journal are handed to it as Parts.
//
// Invariant: a charge's key and amount are durable before a byte of a request
// leaves, its outcome is durable before anybody is told, and whatever is left
// open is settled in the background until it is final.
package agent

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/drivers/scanner"
)

// Register is one register: one scanner, one printer, one sale at a time.
type Register struct {
	parts   Parts
	wallets map[string]Wallet
	log     *slog.Logger

	life context.Context // ends when the register must stop asking wallets
	stop context.CancelFunc
	work sync.WaitGroup // walks, settlers and prints under way

	mu       sync.Mutex
	desk     desk
	patient  map[charge.Key]*patience // charges that are being settled
	changed  chan struct{}            // closed and replaced at every change
	troubles map[string]Trouble
	count    Counts
}

// patience is how far the settling of a charge has come.
type patience struct {
	poke chan struct{} // someone changed the charge: look again at once
	next time.Time     // the next inquiry or reversal
	end  time.Time     // when a doubt is given up
}

// New makes a register. Nothing is asked and nothing moves before Recover.
func New(parts Parts, log *slog.Logger) *Register {
	life, stop := context.WithCancel(context.Background())
	r := &Register{
		parts: parts, log: log, life: life, stop: stop,
		wallets:  make(map[string]Wallet),
		patient:  make(map[charge.Key]*patience),
		changed:  make(chan struct{}),
		troubles: make(map[string]Trouble),
	}
	for _, w := range parts.Wallets {
		r.wallets[w.ID] = w
	}
	return r
}

// Run takes scans until ctx ends, then lets what is under way come to its
// outcome. A nil channel is a register without a scanner.
func (r *Register) Run(ctx context.Context, scans <-chan scanner.Scan) {
	idle := time.NewTicker(time.Minute)
	defer idle.Stop()
	for {
		select {
		case <-ctx.Done():
			r.Leave()
			return
		case <-r.life.Done():
			return
		case scan, reading := <-scans:
			if !reading {
				scans = nil // the scanner has left; a closed channel would spin
				continue
			}
			r.spawn(func() { _ = r.Walk(scan) }) // the cashier is told by the walk itself
		case <-idle.C:
			r.lapse()
		}
	}
}

// spawn runs work that Leave waits for; once the register leaves, nothing new
// begins.
func (r *Register) spawn(work func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.life.Err() == nil {
		r.work.Go(work)
	}
}

// Leave ends the register, as the end of Run's context does: a walk under way gets its outcome, a sale that
// nobody paid is given up, inquiries and reversals stop where they are and go
// on at the next start.
func (r *Register) Leave() {
	r.waitRest()
	if v, ok := r.Standing(); ok && v.Charge.State == charge.Prepared {
		_, _ = r.Cancel(v.Sale.ID, charge.ByTimer, "")
	}
	r.mu.Lock()
	r.stop()
	r.mu.Unlock()
	r.work.Wait()
}

// waitRest waits until no walk is under way. A walk ends by its own deadline.
func (r *Register) waitRest() {
	for {
		r.mu.Lock()
		resting, changed := r.desk.phase == resting, r.changed
		r.mu.Unlock()
		if resting {
			return
		}
		<-changed
	}
}

// lapse gives up a sale that has stood unpaid for too long.
func (r *Register) lapse() {
	v, ok := r.Standing()
	if !ok || v.Charge.State != charge.Prepared || r.parts.Now().Sub(v.Charge.PreparedAt) < r.preparedFor() {
		return
	}
	if _, err := r.hold(); err != nil {
		return // someone is scanning just now
	}
	step := charge.Step{Event: charge.Lapse, By: charge.ByTimer, Reason: charge.ReasonIdle, At: r.parts.Now()}
	rec, err := r.apply(v.Charge.Key, step)
	r.rest()
	if err == nil {
		r.show(rec)
	}
}

// preparedFor is the shortest patience of the wallets with an unpaid sale.
func (r *Register) preparedFor() time.Duration {
	d := charge.Standard().PreparedFor
	for _, w := range r.parts.Wallets {
		d = min(d, w.Terms.PreparedFor)
	}
	return d
}

// apply writes steps. A journal that cannot write is a trouble of its own:
// nothing more is sold until an engineer has looked.
func (r *Register) apply(key charge.Key, steps ...charge.Step) (charge.Record, error) {
	rec, err := r.parts.Journal.Apply(key, steps...)
	if err != nil {
		r.log.Error("the journal cannot write", "charge", string(key), "error", err)
		r.trouble("journal.dead", "", err.Error())
	}
	return rec, err
}
