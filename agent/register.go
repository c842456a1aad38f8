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
	"sync/atomic"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/trace"
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
	born time.Time      // what was sent before has been sent by another run

	fittings atomic.Pointer[Fittings]

	splitting sync.Mutex // held while a part of a bill begins

	pens  pens
	paper chan struct{} // holds one token while nothing is being printed

	reconciling chan struct{}   // holds one token while nothing is being reconciled
	compared    map[string]bool // of restored books: the days without a difference left; whoever has the token

	mu       sync.Mutex
	leaving  bool // nothing new begins any more
	desk     desk
	patient  map[charge.Key]*patience // charges that are being settled
	left     map[charge.Key]time.Time // when a request of an open charge may last have left
	shown    map[charge.Key]ShownCode // of open charges
	changed  chan struct{}            // closed and replaced at every change
	troubles map[string]Trouble
	breakers map[string]*breaker // by wallet
	count    Counts

	bulletins map[string]Bulletin // the last of each wallet
	queues    map[string]*queue   // by wallet
	slips     slips
	armed     bool            // the scanner is; see aim
	testing   chan<- struct{} // somebody who wants to see a scan; nil: nobody

	time    timekeeping
	traces  traces  // has a lock of its own
	exposed exposed // has a lock of its own
}

// patience is how far the settling of a charge has come.
type patience struct {
	poke chan struct{} // someone changed the charge: look again at once
	next time.Time     // the next inquiry or reversal
	end  time.Time     // when a doubt is given up
	due  time.Time     // when the attempt that is waited for is made; zero once it was
}

// New makes a register. Nothing is asked and nothing moves before Recover.
func New(parts Parts, log *slog.Logger) *Register {
	if parts.Uptime == nil {
		start := time.Now()
		parts.Uptime = func() time.Duration { return time.Since(start) }
	}
	life, stop := context.WithCancel(context.Background())
	r := &Register{
		parts: parts, log: log, life: life, stop: stop, born: parts.Now(),
		wallets:  make(map[string]Wallet),
		patient:  make(map[charge.Key]*patience),
		left:     make(map[charge.Key]time.Time),
		shown:    make(map[charge.Key]ShownCode),
		changed:  make(chan struct{}),
		traces:   traces{of: make(map[string]trace.Point)},
		troubles: make(map[string]Trouble),
		breakers: make(map[string]*breaker),

		bulletins: make(map[string]Bulletin),
		queues:    make(map[string]*queue),
		paper:     make(chan struct{}, 1),

		reconciling: make(chan struct{}, 1),
		compared:    make(map[string]bool),
	}
	r.fittings.Store(&Fittings{Scanner: parts.Scanner, Printer: parts.Printer, Drawer: parts.Drawer, Devices: parts.Devices, Paper: parts.Paper})
	r.parts.Scanner, r.parts.Printer, r.parts.Drawer, r.parts.Devices = nil, nil, nil, nil // they are asked of the fittings
	r.exposed.moved()
	r.time.start(parts.Now(), parts.Uptime())
	r.paper <- struct{}{}
	r.reconciling <- struct{}{}
	for _, w := range parts.Wallets {
		r.wallets[w.ID], r.breakers[w.ID], r.queues[w.ID] = w, &breaker{}, &queue{poke: make(chan struct{}, 1)}
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
			r.fired()
			if r.forTest(scan) {
				continue // it is aimed anew when the test is over
			}
			r.spawn(func() {
				defer r.reload()
				_ = r.Walk(scan) // the cashier is told by the walk itself
			})
		case <-idle.C:
			r.lapse()
			r.mu.Lock()
			r.aged()
			r.clockWrong()
			r.mu.Unlock()
		}
	}
}

// spawn runs work that Leave waits for; once the register leaves, nothing new
// begins.
func (r *Register) spawn(work func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.leaving {
		r.work.Go(work)
	}
}

// Leave ends the register, as the end of Run's context does: nothing new
// begins, a walk under way gets its outcome and its receipt, a sale that
// nobody paid is given up, inquiries and reversals stop where they are and go
// on at the next start.
func (r *Register) Leave() {
	r.mu.Lock()
	r.leaving = true
	r.aim()
	r.mu.Unlock()
	r.waitRest()
	if v, ok := r.Standing(); ok && v.Charge.State == charge.Prepared {
		_, _ = r.undo(v.Charge.Key, r.step(charge.Cancel, charge.ByTimer, "")) // or the next start gives it up
	}
	r.stop()
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
	held, err := r.hold()
	if err != nil {
		return // someone is scanning just now
	}
	defer r.rest()
	if !held.standing || held.charge.State != charge.Prepared || r.parts.Now().Sub(held.charge.PreparedAt) < r.preparedFor() {
		return
	}
	step := charge.Step{Event: charge.Lapse, By: charge.ByTimer, Reason: charge.ReasonIdle, At: r.parts.Now()}
	_, _ = r.write(held.charge.Key, step) // a journal that cannot write is a trouble already
}

// preparedFor is the shortest patience of the wallets with an unpaid sale.
func (r *Register) preparedFor() time.Duration {
	d := charge.Standard().PreparedFor
	for _, w := range r.parts.Wallets {
		d = min(d, w.Terms.PreparedFor)
	}
	return d
}
