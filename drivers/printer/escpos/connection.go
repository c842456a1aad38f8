package escpos

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
)

const (
	chunk      = 512                    // bytes handed to the wire at once
	writeTurn  = 250 * time.Millisecond // of one hand-over; then the deadline is looked at
	answerTime = 500 * time.Millisecond // for one question to a printer that is at rest
	quietTime  = 50 * time.Millisecond  // old answers have been read when it was quiet so long
	mostTold   = 16                     // changes that the printer reports by itself and that are told at once
	tellPause  = 250 * time.Millisecond // then one after each
)

// connection is one opened wire. Its own goroutine reads; all else happens in
// the supervisor's.
type connection struct {
	p      *Printer
	wire   port.Port
	in     chan []byte // closed by the reader at the end of the wire
	ended  error       // why, readable when in is closed
	quit   chan struct{}
	demux  Demux
	model  string // from GS I
	doneID string // the last process id that the printer reported
	polls  int    // DLE EOT answers so far
	told   int    // changes of health told without a pause; see mayTell
	toldAt time.Time
}

func newConnection(p *Printer, wire port.Port) *connection {
	c := &connection{p: p, wire: wire, in: make(chan []byte, 64), quit: make(chan struct{})}
	go c.read()
	return c
}

func (c *connection) close() {
	close(c.quit)
	if err := c.wire.Close(); err != nil {
		c.p.log.Debug("closing the printer", "error", err)
	}
}

func (c *connection) read() {
	defer close(c.in)
	for {
		buf := make([]byte, 256)
		n, err := c.wire.Read(buf, 0)
		if n > 0 {
			select {
			case c.in <- buf[:n]:
			case <-c.quit:
				return
			}
		}
		if err != nil && !errors.Is(err, port.ErrTimeout) {
			c.ended = err
			return
		}
	}
}

// take reads what the printer said and passes a change of its status on.
func (c *connection) take(data []byte) {
	for _, e := range c.demux.Feed(data) {
		switch e.Kind {
		case RealTime:
			c.polls++
		case Processed:
			c.p.owed = max(0, c.p.owed-1)
		case Block:
			c.takeBlock(e.Bytes)
		case Noise:
			c.p.count(func(s *Stats) { s.Noise += int64(len(e.Bytes)) })
			c.p.log.Debug("the printer sent bytes that no answer explains", "count", len(e.Bytes))
		case Automatic:
			if c.mayTell(time.Now()) {
				c.tellHealth()
			}
		}
	}
}

func (c *connection) takeBlock(b []byte) {
	switch {
	case b[0] == 0x5F:
		c.model = plain(b[1:])
	case len(b) == 6 && b[0] == 0x37 && b[1] == 0x22: // GS ( H function 48
		c.doneID = string(b[2:])
	}
}

// plain is a name for pages, logs and terminals: none of its characters does
// anything there.
func plain(name []byte) string {
	out := []byte(string(name))
	for i, b := range out {
		if b < 0x20 || b > 0x7E {
			out[i] = '.'
		}
	}
	return string(out)
}

// mayTell keeps a printer that changes its mind without end from flooding the
// log and the watchers. What was not told, the next poll tells.
func (c *connection) mayTell(now time.Time) bool {
	if pauses := int(now.Sub(c.toldAt) / tellPause); pauses > 0 {
		c.told, c.toldAt = max(0, c.told-pauses), now
	}
	if c.told >= mostTold {
		return false
	}
	state, reason := c.demux.Status().Health()
	if h := c.p.Health(); h.State != state || h.Reason != reason {
		c.told++
	}
	return true
}

func (c *connection) tellHealth() {
	state, reason := c.demux.Status().Health()
	c.p.setHealth(state, reason, "")
}

// await reads until done, the end of the wire, or the end of ctx.
func (c *connection) await(ctx context.Context, done func() bool) error {
	for !done() {
		select {
		case data, ok := <-c.in:
			if !ok {
				return c.ended
			}
			c.take(data)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// pass reads for a while.
func (c *connection) pass(ctx context.Context, d time.Duration) error {
	short, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	err := c.await(short, func() bool { return false })
	if short.Err() != nil {
		return ctx.Err()
	}
	return err
}

// write hands bytes to the wire while ctx lasts, however slowly the printer
// takes them, and counts them. What the printer says meanwhile is read.
func (c *connection) write(ctx context.Context, data []byte, sent *atomic.Int64) error {
	for len(data) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		turn := writeTurn
		if end, ok := ctx.Deadline(); ok {
			turn = max(time.Millisecond, min(turn, time.Until(end)))
		}
		n, err := c.wire.Write(data[:min(chunk, len(data))], turn)
		sent.Add(int64(n))
		data = data[n:]
		if err != nil && !errors.Is(err, port.ErrTimeout) {
			return err
		}
		if err := c.listen(); err != nil {
			return err
		}
	}
	return nil
}

// listen reads what is there without waiting, and no more than that: a printer
// that talks without end must not keep anybody here.
func (c *connection) listen() error {
	for range cap(c.in) + 1 { // and the end of the wire
		select {
		case data, ok := <-c.in:
			if !ok {
				return c.ended
			}
			c.take(data)
		default:
			return nil
		}
	}
	return nil
}

// say writes a short command within the time of an answer.
func (c *connection) say(ctx context.Context, b ...byte) error {
	short, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	var sent atomic.Int64
	err := c.write(short, b, &sent)
	if short.Err() != nil && ctx.Err() == nil {
		return errNoReply
	}
	return err
}

// check asks for all four real-time states, one after the other, so that an
// answer that is lost cannot be taken for the next one. It does not tell the
// watchers.
func (c *connection) check(ctx context.Context) error {
	for n := byte(1); n <= 4; n++ {
		c.demux.Forget()
		c.demux.Ask(n)
		want := c.polls + 1
		if err := c.say(ctx, 0x10, 0x04, n); err != nil {
			return err
		}
		if err := c.answer(ctx, func() bool { return c.polls >= want }); err != nil {
			return err
		}
	}
	return nil
}

// answer waits for one answer; none in time is errNoReply.
func (c *connection) answer(ctx context.Context, come func() bool) error {
	short, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	err := c.await(short, come)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return errNoReply
	}
	return err
}

// blocked is why the printer cannot print now, if it says so.
func (c *connection) blocked() (device.Reason, bool) {
	state, reason := c.demux.Status().Health()
	return reason, state == device.Blocked || state == device.Faulted
}
