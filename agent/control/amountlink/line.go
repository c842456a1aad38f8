package amountlink

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// The timers and limits of a line.
const (
	gapTime   = time.Second      // between two bytes of a frame
	textTime  = 3 * time.Second  // until the next frame or EOT of the register's turn
	ackTime   = 3 * time.Second  // until the register says ACK or NAK
	busyTime  = time.Second      // before a register that said NAK to ENQ is asked again
	yieldTime = time.Second      // for an answer under way to end when the register begins anew
	writeTime = 3 * time.Second  // for a line to take a frame
	tries     = 4                // of a frame, and of an ENQ
	floodSize = 64 << 10         // bytes in a floodTime without one request among them: whoever sends them is no register
	floodTime = 10 * time.Minute // so that a register that only says ENQ now and then is one
)

// ErrFlood ends a Serve: the line is not one of a register.
var ErrFlood = errors.New("64 kB came over the line and no request among them")

// Wire is a line or a connection. Read waits for bytes, for ever when wait is
// 0; Close frees whoever reads or writes.
type Wire interface {
	Read(p []byte, wait time.Duration) (int, error)
	Write(p []byte, wait time.Duration) (int, error)
	Close() error
}

// Counts are what happened on lines since the start.
type Counts struct {
	Requests atomic.Int64 // that were answered
	Refused  atomic.Int64 // of those
	Spoiled  atomic.Int64 // frames with a wrong block check, cut short or too long, or out of turn
	Unheard  atomic.Int64 // answers that the register did not take
	Floods   atomic.Int64
}

// Line speaks with registers, each over its own wire.
type Line struct {
	Desk   Desk
	Quiet  error // what the Read of a wire returns, or wraps, when nothing came in time
	Counts *Counts
}

// Serve speaks with the register at the other end until ctx ends or the wire
// fails, and closes the wire.
func (l Line) Serve(ctx context.Context, w Wire) error {
	ctx, stop := context.WithCancel(ctx)
	c := &call{line: l, wire: w, ctx: ctx, heard: make(chan Token), failed: make(chan error, 1)}
	var work sync.WaitGroup
	work.Go(c.listen)
	defer func() {
		stop()
		_ = w.Close() // it may be what failed
		work.Wait()
		c.asking.Wait()
	}()
	for {
		t, err := c.next(0)
		if err != nil {
			return err
		}
		if t.Kind != ENQ {
			c.stray(t)
			continue
		}
		if err := c.talk(); err != nil {
			return err
		}
	}
}

// call is one wire being served.
type call struct {
	line   Line
	wire   Wire
	ctx    context.Context
	heard  chan Token
	failed chan error   // why no more is heard
	loose  atomic.Int64 // bytes since the last request
	asking sync.WaitGroup
}

// listen finds tokens in what comes.
func (c *call) listen() {
	var r Reader
	buf := make([]byte, 256)
	for began := time.Now(); ; {
		wait := time.Duration(0)
		if r.Inside() {
			wait = gapTime
		}
		n, err := c.wire.Read(buf, wait)
		switch {
		case errors.Is(err, c.line.Quiet):
			if r.Inside() {
				r.Reset()
				c.tell(Token{Kind: Bad})
			}
		case err != nil:
			c.failed <- err
			return
		}
		if now := time.Now(); now.Sub(began) > floodTime {
			began = now
			c.loose.Store(0)
		}
		if c.loose.Add(int64(n)) > floodSize {
			c.line.Counts.Floods.Add(1)
			c.failed <- ErrFlood
			return
		}
		for _, b := range buf[:n] {
			if t, ok := r.Feed(b); ok && !c.tell(t) {
				return
			}
		}
	}
}

func (c *call) tell(t Token) bool {
	select {
	case c.heard <- t:
		return true
	case <-c.ctx.Done():
		return false
	}
}

// errLate is that nothing was heard in time.
var errLate = errors.New("the register did not answer in time")

// next is the next token, or errLate; a wait of 0 is for ever.
func (c *call) next(wait time.Duration) (Token, error) {
	var late <-chan time.Time
	if wait > 0 {
		timer := time.NewTimer(wait)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case t := <-c.heard:
		return t, nil
	case err := <-c.failed:
		return Token{}, err
	case <-c.ctx.Done():
		return Token{}, c.ctx.Err()
	case <-late:
		return Token{}, errLate
	}
}

func (c *call) send(p ...byte) error {
	if _, err := c.wire.Write(p, writeTime); err != nil {
		return fmt.Errorf("write to the register: %w", err)
	}
	return nil
}

// stray counts what comes out of turn.
func (c *call) stray(t Token) {
	if t.Kind == Good || t.Kind == Bad {
		c.line.Counts.Spoiled.Add(1)
	}
}

// talk goes on from the register's ENQ until both have said what they had to.
// A register that sends ENQ again has given up what was before.
func (c *call) talk() error {
	for begun := true; begun; {
		text, ok, err := c.take()
		if err != nil || !ok {
			return err
		}
		c.loose.Store(0)
		var a Answer
		if a, begun, err = c.ask(text); err != nil || begun {
			if err != nil {
				return err
			}
			continue
		}
		if begun, err = c.give(a); err != nil {
			return err
		}
	}
	return nil
}
