// Package sim is the simulator's fast tier: whole shops with their wallets in
// one bubble of virtual time. The register, its books, the client of the
// wallets and the reference wallet's ledger are the real ones; played are the
// network, the disk, the printer, the people, and the wallets of others. It is
// a second place of wiring and is imported by nobody.
//
// Invariant: a world is a function of its seed: the same seed makes the same
// faults at the same instants, and the real code makes of them what it makes
// in a shop. No rule of money stands here but those that judge.
package sim

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/handover"
	"github.com/posagent/posagent/offline/oda"
	"github.com/posagent/posagent/wallet/wire"
)

// Options are how a world is run. The zero value is a plain run.
type Options struct {
	Spared map[uint64]bool // acts and faults that do not happen
	Trace  bool            // keep the trace
	Digest bool            // keep a hash of the trace
}

// Result is what became of a world.
type Result struct {
	Seed       uint64
	Charges    int // keys that a request was started for
	Prepared   int // keys that were issued
	Happened   Tally
	Offline    map[string]int // what became of charges without a network
	Acts       []Ident        // what people and machines did
	Faults     []Ident        // what went wrong
	Violations []Violation
	Trace      []string
	Digest     uint64
	Virtual    time.Duration
}

// Violation is a promise that was broken.
type Violation struct {
	Invariant string
	Detail    string
}

func (v Violation) String() string { return v.Invariant + ": " + v.Detail }

// World is one shop or two and the wallets of their customers.
type World struct {
	plan    plan
	opts    Options
	agenda  *agenda
	born    time.Time
	tills   []*till
	wallets []*house
	healed  atomic.Bool // no fault happens any more
	over    bool        // the registers leave for good
	trace   trace
	broken  []Violation
	beyond  map[string]bool // keys that were forgotten without anybody noticing

	certificates *oda.Cache // that were verified, whichever register did

	signed   map[string]signedCode    // by text, every picture that was ever shown
	codes    map[signature]signedCode // the same, by what they are
	paying   map[signature][]string   // keys that a wallet was asked for with a code
	asked    map[string]identity
	accepted map[charge.Key]bool    // taken without a network by some register, ever
	stands   map[string]wire.Status // by key: at the wallets, in the end
	held     map[string]int64       // by key: the customers' money, in the end

	mu       sync.Mutex // register goroutines and the driver meet here
	faces    map[charge.Key]*face
	ofSale   map[string]int // charges of a sale so far
	tally    Tally
	happened []Ident
	nonces   int64
	files    map[int][]handover.Charge // queue files
	became   map[string]int            // charges without a network, by what became of them
}

// face is a key as faults know it: by the sale and the how-manieth charge of
// it, so that leaving out one act does not change the fate of all others.
type face struct {
	who   uint64
	calls map[string]int
}

// Run lives through the world of a seed. It must run inside a bubble of
// testing/synctest.
func Run(seed uint64, o Options) Result {
	w := &World{
		plan: newPlan(seed), opts: o, born: time.Now(),
		faces: make(map[charge.Key]*face), ofSale: make(map[string]int),
		beyond: make(map[string]bool), became: make(map[string]int), files: make(map[int][]handover.Charge), accepted: make(map[charge.Key]bool),
		certificates: oda.NewCache(64),
		signed:       make(map[string]signedCode), codes: make(map[signature]signedCode), paying: make(map[signature][]string), asked: make(map[string]identity),
	}
	w.trace.keep, w.trace.digest = o.Trace, o.Digest
	w.agenda = newAgenda(w.born)
	for _, p := range w.plan.wallets {
		w.wallets = append(w.wallets, newHouse(w, p))
	}
	for i := range w.plan.tills {
		w.tills = append(w.tills, newTill(w, i))
	}
	w.live()
	w.quiesce()
	w.reconcile()
	w.judge()
	w.close()
	return w.result()
}

// live plays the acts of the plan.
func (w *World) live() {
	for _, t := range w.tills {
		t.start()
	}
	for _, a := range w.plan.acts {
		if w.spared(a.ident()) && a.do != doClose { // a night without sleep is very long
			continue
		}
		w.agenda.at(a.at, a.tie(), func() { w.play(a) })
	}
	w.agenda.run(w.plan.end, w.watch)
}

// quiesce lets the network heal and the wallets live, and waits until nothing
// is open any more.
func (w *World) quiesce() {
	w.heal()
	const patience = 100 * time.Hour
	step := 10 * time.Second
	for until := w.now(); w.now() < w.plan.end+patience; {
		until += step
		w.agenda.run(until, w.watch)
		w.reclaim()
		if w.resting() && w.agenda.empty() {
			break
		}
		step = min(step*2, time.Hour)
	}
}

// heal ends every trouble. Registers whose journal failed start again, as an
// engineer would have them do.
func (w *World) heal() {
	w.healed.Store(true)
	w.tracef("heal", "all faults end")
	for _, h := range w.wallets {
		h.away = false
	}
	for _, t := range w.tills {
		t.heal()
	}
}

func (w *World) resting() bool {
	for _, t := range w.tills {
		if t.run == nil || !t.run.ready || t.run.leaving || t.run.reg.Unsettled() > 0 || t.sick() || t.queued() {
			return false
		}
	}
	return true
}

// close lets the registers leave, so that the bubble can end.
func (w *World) close() {
	w.over = true
	for _, t := range w.tills {
		t.run.leave()
	}
	w.agenda.run(w.now()+time.Hour, func() {})
	synctest.Wait()
}

func (w *World) now() time.Duration { return time.Since(w.born) }

// fail notes a broken promise.
func (w *World) fail(invariant, format string, args ...any) {
	v := Violation{invariant, fmt.Sprintf(format, args...)}
	w.broken = append(w.broken, v)
	w.tracef("BROKEN", "%s", v)
}

func (w *World) result() Result {
	r := Result{
		Seed: w.plan.seed, Happened: w.tally, Faults: w.happened, Violations: w.broken, Offline: w.became,
		Trace: w.trace.lines, Digest: w.trace.sum, Virtual: w.now(),
	}
	if w.opts.Trace {
		for _, a := range w.plan.acts {
			if !w.spared(a.ident()) {
				r.Acts = append(r.Acts, Ident{a.ident(), a.String()})
			}
		}
	}
	for _, t := range w.tills {
		r.Charges += t.charges
		r.Prepared += t.prepared
	}
	return r
}
