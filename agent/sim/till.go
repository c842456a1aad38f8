package sim

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/authorize/own"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/agent/sim/taking"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/book/memory"
)

// till is one register's machine: what outlives the agent that runs on it.
type till struct {
	w      *World
	n      int
	id     string // terminal
	store  *memory.Store
	mark   *memory.HighWater
	copied *memory.Store // a backup
	run    *run          // nil while the power is off
	skew   atomic.Int64  // of its clock, a time.Duration
	full   atomic.Bool   // the disk has no room for another charge
	ill    bool          // a commit failed: an engineer must start the agent again
	runs   int

	sale     string // the last one that was opened
	code     string // the last one that was scanned
	display  string // the last code that a customer saw on the display
	seen     shown  // on the cashier's screen
	watched  <-chan struct{}
	goods    map[charge.Key]bool // handed over: the screen said so once
	issued   map[charge.Key]string
	forgot   map[charge.Key]bool // a restored copy knows them not, or not as they were
	unsure   []charge.Key        // a restored copy has them open: they must find their end, if the register notices that it is one
	lost     []charge.Key        // a restored copy knows them not; if the register does not notice that it is one, they are beyond help
	undoing  map[charge.Key]bool // a restored copy does not know that they are being undone: a reversal may be on its way
	order    []charge.Key        // issued, in order
	charges  int
	prepared int

	key      ed25519.PrivateKey
	taken    map[charge.Key]*taken         // without a network
	seqs     map[charge.Key]int64          // their places in the books
	dark     time.Duration                 // until when the shop is closed
	began    time.Duration                 // how far the clock was off when this run began
	restored bool                          // an older copy was put back once
	lifted   map[charge.Key][]charge.Limit // by a manager, for one charge
	refused  time.Time                     // when a scan was last refused
	behind   bool                          // it showed less than the books had seen
}

type shown struct {
	key   charge.Key
	state charge.State
}

// run is one start of the agent, until it is stopped or its power goes.
type run struct {
	till    *till
	reg     *agent.Register
	book    *book.Book
	store   *memory.Store
	ready   bool // has recovered
	leaving bool // is being stopped in order
	dead    atomic.Bool
	gone    chan struct{} // closed when the power goes
	stop    context.CancelFunc
	scans   chan scanner.Scan
	journal *journal
	offline *taker      // nil: nothing is taken without a network
	fail    int         // what the next commit does: see disk
	instant atomic.Bool // a commit has its instant now: see disk
}

func newTill(w *World, n int) *till {
	t := &till{w: w, n: n, id: fmt.Sprintf("T%d", n+1), goods: make(map[charge.Key]bool), issued: make(map[charge.Key]string), forgot: make(map[charge.Key]bool), undoing: make(map[charge.Key]bool), mark: &memory.HighWater{}}
	t.store = memory.New(memory.Options{After: t.after})
	t.key = terminalKey(w.plan.seed, n)
	t.taken, t.seqs, t.lifted = make(map[charge.Key]*taken), make(map[charge.Key]int64), make(map[charge.Key][]charge.Limit)
	return t
}

// after is the clock of the store's marks.
func (t *till) after(wait time.Duration, do func()) (stop func()) {
	return t.w.agenda.later(wait, hash("mark", uint64(t.n)), do)
}

// now is what the machine's clock shows.
func (t *till) now() time.Time {
	reading := t.w.now()
	return clockTime(base.Add(reading+time.Duration(t.skew.Load())), reading)
}

// start starts the agent on what is durable.
func (t *till) start() {
	w := t.w
	if w.now() < t.dark {
		w.agenda.at(t.dark, hash("start", uint64(t.n), uint64(t.runs)), t.start)
		return
	}
	r := &run{till: t, store: t.store, gone: make(chan struct{}), scans: make(chan scanner.Scan, 8)}
	t.runs++
	ids := make([]string, 0, len(w.wallets))
	for _, h := range w.wallets {
		ids = append(ids, h.id)
	}
	r.journal = &journal{run: r}
	t.clocked()
	r.instant.Store(true)
	var err error
	written := t.entries()
	r.book, err = book.Open(&disk{Store: t.store, run: r}, book.Options{Store: "S1", Terminal: t.id, Wallets: ids, Now: t.now, Mark: t.mark})
	if err != nil {
		w.fail("starts", "%s: %v", t.id, err)
		return
	}
	r.instant.Store(false)
	r.journal.Book = r.book
	if !t.noticed(written) {
		for _, key := range t.unsure {
			t.forgot[key] = true
		}
		for _, key := range t.lost {
			w.beyond[string(key)] = true
		}
	}
	t.unsure, t.lost = nil, nil
	r.offline = newTaker(r)
	r.reg = agent.New(t.parts(r), slog.New(slog.DiscardHandler))
	if r.book.ClockBehind() {
		r.reg.ClockBack("the clock is behind the last start of this register")
	}
	r.reg.TimeWasSaid(r.book.LastHeard())
	r.reg.Obey(agent.Bulletin{Wallet: w.wallets[0].id, Version: 1, Issued: base, Expires: base.AddDate(1, 0, 0)})
	t.run, t.watched, t.seen = r, nil, shown{}
	w.tracef("start", "%s run %d, epoch %d", t.id, t.runs, r.book.Epoch())
	var ctx context.Context
	ctx, r.stop = context.WithCancel(context.Background())
	go r.serve(ctx)
}

// serve recovers and takes scans until the run ends.
func (r *run) serve(ctx context.Context) {
	if _, err := r.reg.Recover(); err != nil {
		w := r.till.w
		w.agenda.at(w.now()+time.Microsecond, hash("recover", uint64(r.till.n)), func() { r.fellIll() })
		<-ctx.Done()
		r.reg.Leave()
		return
	}
	r.ready = true
	r.reg.Run(ctx, r.scans)
	if !r.dead.Load() {
		r.till.w.agenda.at(r.till.w.now()+time.Millisecond, hash("left", uint64(r.till.n)), r.left)
	}
}

// fellIll is a start that failed because the journal could not be written.
func (r *run) fellIll() {
	if !r.dead.Load() {
		r.till.ill = true
		r.till.engineer()
	}
}

func (t *till) parts(r *run) agent.Parts {
	w := t.w
	var wallets []agent.Wallet
	for _, h := range w.wallets {
		client := &own.Client{ID: h.id, Store: "S1", Terminal: t.id, Line: &lane{run: r, house: h}, Terms: h.terms, Now: t.now, Nonce: w.nonce}
		one := agent.Wallet{ID: h.id, Name: h.id, NameEN: h.id, Ask: client, Refunds: client, Terms: h.terms}
		if _, ours := h.books.(*reference); ours {
			one.Shows = client
		}
		if _, ours := h.books.(*reference); ours && w.plan.offline.on {
			client.Signer, r.offline.signs = t.key, client
			one.Forwards, one.Lists = client, client
		}
		wallets = append(wallets, one)
	}
	var offline agent.Offline // a nil taker is none
	if r.offline != nil {
		offline = r.offline
	}
	return agent.Parts{
		Store: sale.Store{ID: "S1", Terminal: t.id, Name: "Sample Store"}, Journal: r.journal, Memory: r.journal, Accounts: r.journal, Offline: offline, Rules: w.plan.offline.rules(), NotFound: book.ErrNotFound, Codes: classifier,
		Wallets: wallets, Printer: &press{run: r}, Paper: agent.PaperRules{Language: "en", Print: w.plan.prints},
		HashCode: taking.HashCode,
		Room:     t.room, Day: func(now time.Time) string { return now.Format(time.DateOnly) },
		Zone: time.UTC, Now: t.now, Spread: w.spread,
	}
}

// nonce is new for every attempt. Nothing else depends on it.
func (w *World) nonce() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.nonces++
	return fmt.Sprintf("N%d", w.nonces)
}

// spread is the same for all who draw at one instant: whoever comes first must
// not matter.
func (w *World) spread() float64 {
	d := roll(w.plan.seed, "spread", uint64(w.now()), 0)
	return float64(d.next()>>11) / (1 << 53)
}

func (t *till) room() error {
	if t.full.Load() {
		return errors.New("the disk is nearly full")
	}
	return nil
}

// saveMark is what the agent does now and then, and at a clean stop.
func (r *run) saveMark() {
	r.book.Heard(r.reg.TimeSaid())
	_ = r.book.SaveMark()
}

// crash is a power cut: the run has no effect any more, and what was not
// durable is gone. The agent starts again on the rest.
func (r *run) crash(when string, args ...any) {
	t := r.till
	if r.dead.Load() {
		return
	}
	t.w.tracef("CRASH", "%s %s", t.id, fmt.Sprintf(when, args...))
	d := roll(t.w.plan.seed, "down", uint64(t.n), t.runs)
	down := []time.Duration{200 * time.Millisecond, 4 * time.Second, 50 * time.Second, 20 * time.Minute}[d.pick(40, 40, 15, 5)]
	r.end()
	t.w.agenda.at(t.w.now()+d.between(down/2, down), hash("start", uint64(t.n), uint64(t.runs)), t.start)
}

// end takes the power from a run. Its goroutines go on, as ghosts that reach
// nothing, until they have noticed.
func (r *run) end() {
	r.dead.Store(true)
	close(r.gone)
	r.till.store = r.store.Crash()
	r.till.run = nil
	r.stop()
}

// restart stops the agent in order and starts it again.
func (t *till) restart() {
	if t.run != nil && t.run.ready {
		t.w.tracef("leave", "%s", t.id)
		t.run.leaving = true
		t.run.stop()
	}
}

// left is when the agent has stopped in order: the next start comes soon.
func (r *run) left() {
	t := r.till
	if r.dead.Load() || t.w.over {
		return // a power cut was quicker, or the world ends
	}
	r.saveMark()
	_ = r.store.Close()
	r.end()
	t.w.agenda.at(t.w.now()+time.Second, hash("start", uint64(t.n), uint64(t.runs)), t.start)
}

// engineer starts the agent again after its journal failed.
func (t *till) engineer() {
	t.w.agenda.at(t.w.now()+20*time.Second, hash("engineer", uint64(t.n), uint64(t.runs)), func() {
		if t.run != nil && t.ill {
			t.ill = false
			t.run.end()
			t.start()
		}
	})
}

// sick tells that the journal failed and nobody has started the agent again.
func (t *till) sick() bool { return t.ill }

// heal ends the troubles of the machine.
func (t *till) heal() {
	t.full.Store(false)
	t.skew.Store(0)
	if t.ill && t.run != nil {
		t.ill = false
		t.run.end()
		t.start()
	}
}

// leave ends the run at the end of the world.
func (r *run) leave() {
	if r != nil {
		r.stop()
	}
}

// press is the printer.
type press struct{ run *run }

func (p *press) Print(ctx context.Context, doc printer.Document) printer.Outcome {
	w := p.run.till.w
	if p.run.dead.Load() {
		return printer.Outcome{Result: printer.Failed}
	}
	who := hash("print", hash(doc.Title))
	n := int(w.nth(doc.Title, "print") % (1 << 30))
	switch {
	case w.strike(PrinterFailed, w.plan.rates.printer, who, n):
		return printer.Outcome{Result: printer.Failed}
	case w.strike(PrinterUnknown, w.plan.rates.printer, who, n):
		return printer.Outcome{Result: printer.Unknown}
	case w.strike(PrinterSlow, w.plan.rates.printer, who, n):
		<-ctx.Done()
		return printer.Outcome{Result: printer.Unknown}
	}
	return printer.Outcome{Result: printer.Confirmed}
}
