package spool

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/printer"
)

// run prints one job. An error is the end of the connection; the job has its
// outcome in any case.
func (c *Conn) run(j *job) (err error) {
	if !j.state.CompareAndSwap(queued, running) {
		return nil // whoever asked has stopped waiting
	}
	out := printer.Outcome{Result: printer.Unknown, Reason: device.Unrecoverable, Detail: errPanic.Error()}
	defer func() {
		out.Bytes = j.sent.Load()
		if err != nil { // whoever gets the outcome finds the health that goes with it
			state, reason := trouble(err)
			c.p.setHealth(state, reason, err.Error())
		}
		c.p.log.Info("print job", "document", j.doc.Title, "result", out.Result, "reason", out.Reason, "bytes", out.Bytes, "detail", out.Detail)
		j.done <- out
	}()
	// A little earlier than the caller's own deadline, so that the caller gets
	// the full story and not only "time was over".
	end, _ := j.ctx.Deadline()
	left := time.Until(end)
	ctx, cancel := context.WithTimeout(j.ctx, left-min(left/10, 100*time.Millisecond))
	defer cancel()

	if reason, err := c.ready(ctx); reason != device.ReasonNone {
		out = printer.Outcome{Result: printer.Failed, Reason: reason, Detail: "refused before the first byte"}
		if err != nil {
			out.Detail += ": " + err.Error()
		}
		return ends(err)
	}
	if err := c.renew(j); err != nil {
		out = printer.Outcome{Result: printer.Failed, Detail: err.Error()}
		return nil
	}
	mark := c.talk.Mark()
	c.p.half = true
	err = c.write(ctx, append(j.data, mark.Bytes...), &j.sent, true)
	whole := err == nil
	if whole {
		c.p.half = false
		if len(mark.Bytes) == 0 {
			out = printer.Outcome{Result: printer.Sent, Reason: device.CannotTell, Detail: "this model does not tell"}
			return nil
		}
		if err = c.Await(ctx, mark.Said); err == nil {
			out = printer.Outcome{Result: mark.Means, Detail: "told by " + mark.By}
			return ends(c.talk.Settle(j.ctx))
		}
	} else {
		c.talk.Unmarked() // its question never left
	}
	// What a network took it may have lost.
	c.p.half = (c.p.half || ends(err) != nil) && j.sent.Load() > 0
	out = c.unfinished(j, err, whole)
	return c.goOn(j, err, whole)
}

// goOn tells whether the connection can go on after a job that did not come to
// its end: nil, or why not.
func (c *Conn) goOn(j *job, err error, whole bool) error {
	switch {
	case ends(err) != nil:
	case whole:
		err = c.talk.Settle(j.ctx)
	case c.held: // perhaps by a bad wire: the next greeting finds out
		err = fmt.Errorf("%w: it said XOFF, and no XON came", ErrNoReply)
	}
	return ends(err)
}

// renew makes the bytes of a job anew when the printer turned out to be of
// another profile since they were made.
func (c *Conn) renew(j *job) (err error) {
	if version := c.p.profileVersion(); j.version != version {
		j.version = version
		j.data, _, err = c.p.language.Encode(j.doc, c.p.Profile())
	}
	return err
}

// unfinished is the outcome of a job that did not come to its end.
func (c *Conn) unfinished(j *job, err error, whole bool) printer.Outcome {
	out := printer.Outcome{Result: printer.Unknown, Reason: device.NoReply,
		Detail: fmt.Sprintf("after %d of %d bytes: %v", j.sent.Load(), len(j.data), err)}
	if ends(err) != nil {
		_, out.Reason = trouble(err)
	} else if reason, blocked := c.blocked(); blocked {
		out.Reason = reason
	}
	switch {
	case whole:
	case j.sent.Load() > 0:
		out.Result = printer.Torn
	default:
		out.Result = printer.Failed
	}
	return out
}

// ends is the error when it is one of the wire, and nil when only the job's
// time was over.
func ends(err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

// ready asks the printer whether it can print and clears away what an earlier
// job left behind. A reason means that it cannot; no byte of the job has left.
func (c *Conn) ready(ctx context.Context) (device.Reason, error) {
	if c.p.profile.Status {
		if err := c.talk.Check(ctx); err != nil {
			if ends(err) == nil {
				return device.NoReply, err
			}
			_, reason := trouble(err)
			return reason, err
		}
		c.tellHealth()
		if reason, blocked := c.blocked(); blocked {
			return reason, nil
		}
	}
	err := c.begin(ctx)
	switch {
	case err == nil:
		return device.ReasonNone, nil
	case ends(err) == nil:
		return device.NoReply, err
	}
	_, reason := trouble(err)
	return reason, err
}

// begin clears away what an earlier job left behind and begins the next one.
func (c *Conn) begin(ctx context.Context) error {
	if !c.p.half {
		err := c.talk.Begin(ctx)
		if !errors.Is(err, ErrNoReply) {
			return err
		}
	}
	if err := c.recover(ctx); err != nil {
		return err
	}
	c.p.half = false
	return c.talk.Begin(ctx)
}

// recover frees a printer that still waits for the rest of a command.
func (c *Conn) recover(ctx context.Context) error {
	c.p.log.Warn("an earlier document was cut off; the printer is being freed from it")
	var sent atomic.Int64
	if err := c.write(ctx, c.talk.Clear(), &sent, true); err != nil {
		return err
	}
	return c.talk.Cleared(ctx)
}
