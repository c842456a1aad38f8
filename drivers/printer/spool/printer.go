package spool

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
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
	id       string
	path     string
	language Language
	open     port.Opener
	log      *slog.Logger
	jobs     chan *job
	pulses   chan *pulse
	through  chan *passing
	retry    chan struct{}
	stopped  chan struct{} // closed when Run has ended

	vitals  *device.Vitals
	telling sync.Mutex // held while watchers of the sensor are told, so that they hear in order
	mu      sync.Mutex
	profile profile.Printer
	version int // of profile
	sensor  printer.Sensor
	sensors []func(printer.Sensor)
	stats   Stats

	half bool // a job left the printer in the middle of a command; Run's goroutine only
}

// Stats is what a printer did since it was made.
type Stats struct {
	Confirmed, Processed, Sent, Unknown, Torn, Failed int64 // jobs by their end
	Bytes                                             int64 // bytes of jobs that the wire took
	Connections                                       int64 // times the printer was opened and answered
	Unprintable                                       int64 // characters that the printer does not have
	Noise                                             int64 // bytes from the printer that no answer explains
}

// job is a document on its way.
type job struct {
	ctx     context.Context
	doc     printer.Document
	version int // of the profile that data was made for
	data    []byte
	state   atomic.Int32 // queued, running or withdrawn
	sent    atomic.Int64 // bytes of data that the wire took
	done    chan printer.Outcome
}

const (
	queued int32 = iota
	running
	withdrawn
)

// New makes the supervisor of the printer at path, which is for people to
// read; open opens it.
func New(id string, p profile.Printer, language Language, path string, open port.Opener, log *slog.Logger) *Printer {
	return &Printer{
		id: id, profile: p, language: language, path: path, open: open, log: log.With("device", id),
		jobs: make(chan *job, queueLength), pulses: make(chan *pulse), through: make(chan *passing), retry: make(chan struct{}, 1), stopped: make(chan struct{}),
		vitals: device.NewVitals(device.Health{ID: id, Kind: "printer", Model: p.Model, Path: path,
			State: device.Connecting, Reason: device.NoReply}),
	}
}

// Print puts a document on paper and waits for the printer's word, but never
// longer than ctx allows, and 60 s at most. Failed means that
// nothing was printed; after Unknown and Torn somebody must look at the paper.
func (p *Printer) Print(ctx context.Context, doc printer.Document) printer.Outcome {
	out := p.print(ctx, doc)
	p.mu.Lock()
	defer p.mu.Unlock()
	switch out.Result {
	case printer.Confirmed:
		p.stats.Confirmed++
	case printer.Processed:
		p.stats.Processed++
	case printer.Sent:
		p.stats.Sent++
	case printer.Unknown:
		p.stats.Unknown++
	case printer.Torn:
		p.stats.Torn++
	default:
		p.stats.Failed++
	}
	p.stats.Bytes += out.Bytes
	if out.Result == printer.Confirmed || out.Result == printer.Processed || out.Result == printer.Sent {
		p.vitals.Worked()
	}
	return out
}

func (p *Printer) print(ctx context.Context, doc printer.Document) printer.Outcome {
	made, version := p.Profile(), p.profileVersion()
	data, odd, err := p.encode(doc, made)
	if err != nil {
		return printer.Outcome{Result: printer.Failed, Detail: err.Error()}
	}
	if len(odd) > 0 {
		p.count(func(s *Stats) { s.Unprintable += int64(len(odd)) })
		p.log.Warn("characters that this printer does not have", "document", doc.Title, "count", len(odd), "first", odd[0].String())
	}
	ctx, cancel := context.WithTimeout(ctx, jobLimit)
	defer cancel()
	j := &job{ctx: ctx, doc: doc, version: version, data: data, done: make(chan printer.Outcome, 1)}
	select {
	case <-p.stopped:
		return printer.Outcome{Result: printer.Failed, Reason: device.Offline, Detail: "the printer's supervisor has ended"}
	case p.jobs <- j:
	default:
		return printer.Outcome{Result: printer.Failed, Reason: device.Busy, Detail: fmt.Sprintf("%d documents wait already", queueLength)}
	}
	out := p.await(j)
	if len(odd) > 0 {
		out.Detail = fmt.Sprintf("%s; %d characters are not the printer's own, first %s", out.Detail, len(odd), odd[0])
	}
	return out
}

// encode makes a document into bytes. This is done by whoever prints, who must
// not go down with a fault of a language.
func (p *Printer) encode(doc printer.Document, made profile.Printer) (data []byte, odd []printer.Unprintable, err error) {
	defer func() {
		if r := recover(); r != nil {
			p.log.Error("fault in the printer driver", "document", doc.Title, "fault", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: %v", errPanic, r)
		}
	}()
	return p.language.Encode(doc, made)
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

// Profile is what the printer can do, as configured or, for an unknown
// printer, as it was found.
func (p *Printer) Profile() profile.Printer {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.profile
}

func (p *Printer) profileVersion() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.version
}

// found takes the profile of a model by the name that the printer gave
// itself, if the configured one leaves that open.
func (p *Printer) found(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.vitals.Called(name)
	best := 0
	for _, other := range p.profile.Others {
		for _, n := range other.Names {
			if other.Answers == p.profile.Answers && len(n) > best && strings.HasPrefix(strings.ToUpper(name), strings.ToUpper(n)) {
				best = len(n)
				other.Others = p.profile.Others
				p.profile = other
				p.version++
			}
		}
	}
	if best > 0 {
		p.log.Info("the printer's profile was found by its name", "name", name, "profile", p.profile.Model)
	}
}

func (p *Printer) count(add func(*Stats)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	add(&p.stats)
}
