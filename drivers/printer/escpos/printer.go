package escpos

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/profile"
)

const (
	queueLength = 16               // jobs that wait; a register has few
	jobLimit    = 60 * time.Second // no job takes longer
)

// Printer is the supervisor of one printer: it opens the wire, keeps it open,
// asks how the printer is and prints one document at a time. Run must run for
// anything to be printed.
type Printer struct {
	id      string
	profile profile.Printer
	path    string
	open    port.Opener
	log     *slog.Logger
	jobs    chan *job
	retry   chan struct{} // something was plugged in
	stopped chan struct{} // closed when Run has ended

	telling  sync.Mutex // held while watchers are told, so that they hear in order
	mu       sync.Mutex
	health   device.Health
	watchers []func(device.Health)
	stats    Stats

	// Only Run's goroutine touches these; they outlive a connection.
	half   bool // a job left the printer in the middle of a command
	owed   int  // GS r answers of earlier jobs that have not come
	lastID int  // process id of the last job, 1 to 9999
}

// Stats is what a printer did since it was made.
type Stats struct {
	Confirmed, Sent, Unknown, Failed int64 // jobs by their end
	Bytes                            int64 // bytes of jobs that the wire took
	Connections                      int64 // times the printer was opened and answered
	Unprintable                      int64 // characters that the printer does not have
	Noise                            int64 // bytes from the printer that no answer explains
}

// job is a document on its way.
type job struct {
	ctx   context.Context
	title string
	data  []byte
	state atomic.Int32 // queued, running or withdrawn
	sent  atomic.Int64 // bytes of data that the wire took
	done  chan printer.Outcome
}

const (
	queued int32 = iota
	running
	withdrawn
)

// New makes the supervisor of the printer at path, which is for people to
// read; open opens it.
func New(id string, p profile.Printer, path string, open port.Opener, log *slog.Logger) *Printer {
	return &Printer{
		id: id, profile: p, path: path, open: open, log: log.With("device", id),
		jobs: make(chan *job, queueLength), retry: make(chan struct{}, 1), stopped: make(chan struct{}),
		health: device.Health{ID: id, Kind: "printer", Model: p.Model, Path: path,
			State: device.Connecting, Reason: device.NoReply, Since: time.Now()},
		lastID: int(time.Now().UnixNano() % 9999), // an answer to a job before a restart must not match
	}
}

// Print puts a document on paper and waits for the printer's word, but never
// longer than ctx allows, and 60 s at most. Failed means that
// nothing was printed; after Unknown somebody must look at the paper.
func (p *Printer) Print(ctx context.Context, doc printer.Document) printer.Outcome {
	out := p.print(ctx, doc)
	p.mu.Lock()
	defer p.mu.Unlock()
	switch out.Result {
	case printer.Confirmed:
		p.stats.Confirmed++
	case printer.Sent:
		p.stats.Sent++
	case printer.Unknown:
		p.stats.Unknown++
	default:
		p.stats.Failed++
	}
	p.stats.Bytes += out.Bytes
	if out.Result == printer.Confirmed || out.Result == printer.Sent {
		p.health.LastOK = time.Now()
	}
	return out
}

func (p *Printer) print(ctx context.Context, doc printer.Document) printer.Outcome {
	data, odd, err := Encode(doc, p.profile)
	if err != nil {
		return printer.Outcome{Result: printer.Failed, Detail: err.Error()}
	}
	if len(odd) > 0 {
		p.mu.Lock()
		p.stats.Unprintable += int64(len(odd))
		p.mu.Unlock()
		p.log.Warn("characters that this printer does not have were replaced", "document", doc.Title, "count", len(odd), "first", odd[0].String())
	}
	ctx, cancel := context.WithTimeout(ctx, jobLimit)
	defer cancel()
	j := &job{ctx: ctx, title: doc.Title, data: data, done: make(chan printer.Outcome, 1)}
	select {
	case p.jobs <- j:
	default:
		return printer.Outcome{Result: printer.Failed, Reason: device.Busy, Detail: fmt.Sprintf("%d documents wait already", queueLength)}
	}
	out := p.await(j)
	if len(odd) > 0 {
		out.Detail = fmt.Sprintf("%s; %d characters were replaced, first %s", out.Detail, len(odd), odd[0])
	}
	return out
}

// await is the end of a job, or what is known of it when its time is over.
func (p *Printer) await(j *job) printer.Outcome {
	why := "the printer's supervisor has ended"
	select {
	case out := <-j.done:
		return out
	case <-j.ctx.Done():
		why = "time was over: " + context.Cause(j.ctx).Error()
	case <-p.stopped:
	}
	if j.state.CompareAndSwap(queued, withdrawn) {
		return printer.Outcome{Result: printer.Failed, Reason: p.Health().Reason, Detail: why + " before printing began"}
	}
	select {
	case out := <-j.done:
		return out
	default:
		return printer.Outcome{Result: printer.Unknown, Reason: p.Health().Reason, Bytes: j.sent.Load(), Detail: why + " while printing"}
	}
}

// Health is how the printer is now.
func (p *Printer) Health() device.Health {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.health
}

// Stats is what the printer did so far.
func (p *Printer) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats
}

// Watch has tell called with the present health now, and with each new state
// or reason from then on, in order. tell must be quick, and must call neither
// Watch nor Print.
func (p *Printer) Watch(tell func(device.Health)) {
	p.telling.Lock()
	defer p.telling.Unlock()
	p.mu.Lock()
	p.watchers = append(slices.Clone(p.watchers), tell)
	now := p.health
	p.mu.Unlock()
	tell(now)
}

func (p *Printer) setHealth(state device.State, reason device.Reason, detail string) {
	p.telling.Lock()
	defer p.telling.Unlock()
	p.mu.Lock()
	h := &p.health
	h.Detail = detail
	if h.State == state && h.Reason == reason {
		p.mu.Unlock()
		return
	}
	if h.State != state {
		h.Since = time.Now()
	}
	h.State, h.Reason = state, reason
	now, watchers := *h, p.watchers
	p.mu.Unlock()
	p.log.Info("printer health", "state", state, "reason", reason, "detail", detail)
	for _, tell := range watchers {
		tell(now)
	}
}

func (p *Printer) setModel(model string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.health.Model = model
}

func (p *Printer) count(add func(*Stats)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	add(&p.stats)
}
