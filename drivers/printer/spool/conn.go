package spool

import (
	"context"
	"errors"
	"log/slog"
	"math/bits"
	"sync/atomic"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/profile"
)

// QuietTime is how long it must be quiet until old answers have been read.
const QuietTime = 50 * time.Millisecond

const (
	usualChunk = 512                    // bytes handed to the wire at once
	writeTurn  = 250 * time.Millisecond // of one hand-over; then the deadline is looked at
	answerTime = 500 * time.Millisecond // for one question that is answered at once
	reachTime  = time.Second            // for one that the printer must get to
	mostTold   = 16                     // changes that the printer reports by itself and that are told at once
	tellPause  = 250 * time.Millisecond // then one after each
	mostNames  = 4                      // of one printer: one, and what a bad wire makes of it
)

// Conn is one opened wire. Its own goroutine reads; all else happens in the
// supervisor's.
type Conn struct {
	p       *Printer
	talk    Talk
	wire    port.Port
	in      chan []byte // closed by the reader at the end of the wire
	ended   error       // why, readable when in is closed
	quit    chan struct{}
	met     bool   // hello has ended: what the printer tells by itself is passed on
	held    bool   // the printer sent XOFF
	noise   int    // bytes that no answer explains
	name    string // that the printer gave itself last
	named   int    // how often that was another one
	opening int    // polls in which a drawer may open
	pulsed  bool   // a drawer got a pulse
	level   bool   // of its sensor before that
	told    int    // changes of health told without a pause; see mayTell
	toldAt  time.Time
}

func newConn(p *Printer, wire port.Port) *Conn {
	c := &Conn{p: p, wire: wire, in: make(chan []byte, 64), quit: make(chan struct{})}
	c.talk = p.language.Meet(c)
	go c.read()
	return c
}

func (c *Conn) close() {
	close(c.quit)
	if err := c.wire.Close(); err != nil {
		c.p.log.Debug("closing the printer", "error", err)
	}
}

func (c *Conn) read() {
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

// Profile is what the printer can do.
func (c *Conn) Profile() profile.Printer { return c.p.Profile() }

// Log is the printer's log.
func (c *Conn) Log() *slog.Logger { return c.p.log }

// Half tells whether an earlier document left the printer in the middle of a
// command, and SetHalf what a language found about that.
func (c *Conn) Half() bool { return c.p.half }

// SetHalf is what a language found: see Half.
func (c *Conn) SetHalf(half bool) { c.p.half = half }

// Named is called with the name that the printer gives itself. Whatever it
// says becomes plain text: it is shown on pages and terminals. One that says it
// without end, or another one each time, is not listened to for ever.
func (c *Conn) Named(name []byte) {
	if now := plain(name); now != c.name && c.named < mostNames {
		c.name, c.named = now, c.named+1
		c.p.found(now)
	}
}

// Noise is called with bytes that no answer explains. The log has a line each
// time that their number has doubled: a broken printer sends them without end.
func (c *Conn) Noise(n int) {
	before := c.noise
	c.noise += n
	c.p.count(func(s *Stats) { s.Noise += int64(n) })
	if bits.Len(uint(before)) != bits.Len(uint(c.noise)) {
		c.p.log.Debug("the printer sent bytes that no answer explains", "count", c.noise)
	}
}

// Hold is called with true when the printer sent XOFF, and with false when it
// sent XON.
func (c *Conn) Hold(held bool) { c.held = held }

func (c *Conn) take(data []byte) {
	if c.talk.Take(data) && c.met && c.mayTell(time.Now()) {
		c.tellHealth()
	}
}

// plain is a name of which no character does anything on a page, in a log or
// on a terminal.
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
func (c *Conn) mayTell(now time.Time) bool {
	if pauses := int(now.Sub(c.toldAt) / tellPause); pauses > 0 {
		c.told, c.toldAt = max(0, c.told-pauses), now
	}
	if c.told >= mostTold {
		return false
	}
	status := c.talk.Status()
	state, reason := status.Health()
	if h := c.p.Health(); h.State != state || h.Reason != reason || c.p.Sensor() != sensorOf(status) {
		c.told++
	}
	return true
}

func (c *Conn) tellHealth() { c.p.tellStatus(c.talk.Status()) }

// Await reads until done, the end of the wire, or the end of ctx. A drawer can
// be opened meanwhile.
func (c *Conn) Await(ctx context.Context, done func() bool) error {
	for !done() {
		select {
		case data, ok := <-c.in:
			if !ok {
				return c.ended
			}
			c.take(data)
		case k := <-c.p.pulses:
			if err := c.pulse(k); err != nil {
				return err
			}
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// Pass reads for a while.
func (c *Conn) Pass(ctx context.Context, d time.Duration) error {
	short, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	err := c.Await(short, func() bool { return false })
	if short.Err() != nil {
		return ctx.Err()
	}
	return err
}

// Say writes a short command within the time of an answer, also to a printer
// that has sent XOFF: it takes real-time commands all the same.
func (c *Conn) Say(ctx context.Context, b ...byte) error {
	short, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	var sent atomic.Int64
	err := c.write(short, b, &sent, false)
	if short.Err() != nil && ctx.Err() == nil {
		return ErrNoReply
	}
	return err
}

// Answer waits for one answer to a question that is answered at once; none in
// time is ErrNoReply.
func (c *Conn) Answer(ctx context.Context, come func() bool) error {
	return c.answer(ctx, answerTime, come)
}

// Reach waits for an answer to a question that the printer must get to, past
// all that it has to do before; none in time is ErrNoReply.
func (c *Conn) Reach(ctx context.Context, come func() bool) error {
	return c.answer(ctx, reachTime, come)
}

func (c *Conn) answer(ctx context.Context, d time.Duration, come func() bool) error {
	short, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	err := c.Await(short, come)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return ErrNoReply
	}
	return err
}

// write hands bytes to the wire while ctx lasts, however slowly the printer
// takes them, and counts them. What the printer says meanwhile is read; with
// wait, its XOFF is obeyed.
func (c *Conn) write(ctx context.Context, data []byte, sent *atomic.Int64, wait bool) error {
	made := c.p.Profile()
	chunk := made.Chunk
	if chunk <= 0 {
		chunk = usualChunk
	}
	wait = wait && made.Flow == "xonxoff"
	for len(data) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		if wait && c.held {
			if err := c.Await(ctx, func() bool { return !c.held }); err != nil {
				return err
			}
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
func (c *Conn) listen() error {
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

// blocked is why the printer cannot print now, if it says so.
func (c *Conn) blocked() (device.Reason, bool) { return Blocked(c.talk.Status()) }

func (c *Conn) isBlocked() bool {
	_, blocked := c.blocked()
	return blocked
}

// Blocked is why a printer cannot print now, if it says so.
func Blocked(s printer.Status) (device.Reason, bool) {
	state, reason := s.Health()
	return reason, state == device.Blocked || state == device.Faulted
}
