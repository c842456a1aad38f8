package escpos

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
func (c *connection) run(j *job) (err error) {
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
		c.p.log.Info("print job", "document", j.title, "result", out.Result, "reason", out.Reason, "bytes", out.Bytes, "detail", out.Detail)
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
	mark, confirmed := c.mark()
	c.p.half = true
	err = c.write(ctx, append(j.data, mark...), &j.sent)
	if err == nil {
		c.p.half = false
		if len(mark) == 0 {
			out = printer.Outcome{Result: printer.Sent, Reason: device.CannotTell, Detail: "this model does not tell"}
			return nil
		}
		if err = c.await(ctx, confirmed); err == nil {
			out = printer.Outcome{Result: printer.Confirmed, Detail: "confirmed by " + c.p.profile.Confirm}
			return nil
		}
	}
	if c.p.half && c.p.profile.Confirm == "gsr" {
		c.p.owed = max(0, c.p.owed-1) // its question never left
	}
	c.p.half = c.p.half && j.sent.Load() > 0
	out = c.unfinished(j, err)
	return ends(err)
}

// unfinished is the outcome of a job that did not come to its end.
func (c *connection) unfinished(j *job, err error) printer.Outcome {
	out := printer.Outcome{Result: printer.Unknown, Reason: device.NoReply,
		Detail: fmt.Sprintf("after %d of %d bytes: %v", j.sent.Load(), len(j.data), err)}
	if ends(err) != nil {
		_, out.Reason = trouble(err)
	} else if reason, blocked := c.blocked(); blocked {
		out.Reason = reason
	}
	if j.sent.Load() == 0 {
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
func (c *connection) ready(ctx context.Context) (device.Reason, error) {
	if c.p.profile.Status {
		if err := c.check(ctx); err != nil {
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
	if !c.p.half {
		return device.ReasonNone, nil
	}
	if err := c.recover(ctx); err != nil {
		if ends(err) == nil {
			return device.NoReply, err
		}
		_, reason := trouble(err)
		return reason, err
	}
	c.p.half = false
	return device.ReasonNone, nil
}

// recover feeds a printer that still waits for the rest of a picture or of a
// QR code with NULs, which mean nothing outside of one, then cuts the torso of
// the old receipt off so that it does not hang on the next one.
func (c *connection) recover(ctx context.Context) error {
	c.p.log.Warn("an earlier document was cut off; the printer is being freed from it")
	most := max(8192, sliceRows*((c.p.profile.Dots+7)/8), maxQR)
	end := []byte{0x1B, '@'}
	if c.p.profile.Cut {
		end = append(end, 0x1D, 'V', 66, 0)
	}
	var sent atomic.Int64
	return c.write(ctx, append(make([]byte, most), end...), &sent)
}

// mark is the command that makes the printer answer when all before it is
// done, and the test for that answer. Neither, for a model that cannot tell.
func (c *connection) mark() ([]byte, func() bool) {
	switch c.p.profile.Confirm {
	case "processid": // GS ( H function 48: answered when printing has ended
		c.p.lastID = c.p.lastID%9999 + 1
		id := fmt.Sprintf("%04d", c.p.lastID)
		// Ids of earlier jobs that come now are not ours, so only ours counts.
		return append([]byte{0x1D, '(', 'H', 6, 0, '0', '0'}, id...), func() bool { return c.doneID == id }
	case "gsr": // its answer is one nameless byte: those of earlier jobs come first
		c.p.owed++
		return []byte{0x1D, 'r', 1}, func() bool { return c.p.owed == 0 }
	}
	return nil, nil
}
