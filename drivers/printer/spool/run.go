package spool

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
)

const (
	firstWait   = 250 * time.Millisecond // before the printer is opened again
	longWait    = 10 * time.Second
	pollEvery   = 5 * time.Second        // how often an idle printer is asked how it is
	pollBlocked = time.Second            // and one that waits for a person
	pollOpening = 200 * time.Millisecond // and one whose drawer got a pulse
)

// Run keeps the printer open until ctx ends. A fault in it is logged and ends
// the connection, never the program.
func (p *Printer) Run(ctx context.Context) {
	defer p.stop()
	wait := firstWait
	for ctx.Err() == nil {
		served, err := p.connect(ctx)
		if ctx.Err() != nil {
			return
		}
		if served {
			wait = firstWait
		}
		state, reason := trouble(err)
		p.setHealth(state, reason, err.Error())
		p.setSensor(printer.Sensor{})
		if p.rest(ctx, wait/2+rand.N(wait), reason, err) {
			wait = firstWait // something is new: it may take a few tries
			continue
		}
		wait = min(2*wait, longWait)
	}
}

// Retry ends a pause between two attempts to open: something was plugged in.
func (p *Printer) Retry() {
	select {
	case p.retry <- struct{}{}:
	default:
	}
}

// stop answers all that still waits.
func (p *Printer) stop() {
	close(p.stopped)
	for {
		select {
		case j := <-p.jobs:
			p.refuse(j, device.Offline, "the printer's supervisor has ended")
		default:
			return
		}
	}
}

// rest waits before the next try; a job that comes meanwhile is refused at
// once, because nobody is helped by a receipt that comes out later by itself.
// It tells whether Retry ended the wait.
func (p *Printer) rest(ctx context.Context, wait time.Duration, reason device.Reason, err error) (woken bool) {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
			return false
		case <-p.retry:
			return true
		case j := <-p.jobs:
			p.refuse(j, reason, err.Error())
		case k := <-p.pulses:
			k.done <- err
		case k := <-p.through:
			k.done <- err
		}
	}
}

func (p *Printer) refuse(j *job, reason device.Reason, detail string) {
	if j.state.CompareAndSwap(queued, running) {
		j.done <- printer.Outcome{Result: printer.Failed, Reason: reason, Detail: detail}
	}
}

// trouble is the health that an error amounts to.
func trouble(err error) (device.State, device.Reason) {
	if state, reason, known := port.Trouble(err); known {
		return state, reason
	}
	switch {
	case errors.Is(err, ErrWrongModel):
		return device.Faulted, device.WrongModel
	case errors.Is(err, ErrNoReply):
		return device.Blocked, device.NoReply
	case errors.Is(err, errPanic):
		return device.Faulted, device.Unrecoverable
	}
	return device.Absent, device.Offline
}

// connect opens the printer and serves it until the wire or ctx ends. served
// tells whether the printer answered.
func (p *Printer) connect(ctx context.Context) (served bool, err error) {
	defer func() {
		if r := recover(); r != nil {
			p.log.Error("fault in the printer driver", "fault", r, "stack", string(debug.Stack()))
			err = fmt.Errorf("%w: %v", errPanic, r)
		}
	}()
	wire, err := p.open()
	if err != nil {
		return false, err
	}
	p.setHealth(device.Connecting, device.NoReply, "opened, being asked how it is")
	c := newConn(p, wire)
	defer c.close()
	if err := c.hello(ctx); err != nil {
		return false, err
	}
	p.count(func(s *Stats) { s.Connections++ })
	return true, c.serve(ctx)
}
