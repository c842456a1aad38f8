package amountlink

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"sync"
	"time"
)

// most is how many registers may be connected at a time. One is usual; one
// that lost its power leaves a connection behind, and must be able to come
// back.
const most = 4

// ErrQuiet is the Quiet of connections.
var ErrQuiet = os.ErrDeadlineExceeded

// Accept serves everybody who connects, until ctx ends or the listener fails.
// Of too many the oldest has to go. told hears how each connection ended.
func (l Line) Accept(ctx context.Context, from net.Listener, told func(error)) error {
	l.Quiet = ErrQuiet
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	free := context.AfterFunc(ctx, func() { _ = from.Close() })
	defer free()
	var work sync.WaitGroup
	defer work.Wait()
	defer stop()
	var open []guest
	for {
		conn, err := from.Accept()
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return err
		}
		open = slices.DeleteFunc(open, func(g guest) bool { return g.ctx.Err() != nil })
		if len(open) == most {
			open[0].end()
			open = open[1:]
		}
		var g guest
		g.ctx, g.end = context.WithCancel(ctx)
		open = append(open, g)
		work.Go(func() {
			defer g.end()
			if err := l.Serve(g.ctx, Conn{conn}); !errors.Is(err, context.Canceled) {
				told(err)
			}
		})
	}
}

// guest is a connection that is served until its ctx ends.
type guest struct {
	ctx context.Context
	end context.CancelFunc
}

// Conn is a connection as a wire.
type Conn struct{ net.Conn }

// Read waits for bytes, at most for wait.
func (c Conn) Read(p []byte, wait time.Duration) (int, error) {
	if err := c.SetReadDeadline(until(wait)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

// Write hands p over, at most for wait.
func (c Conn) Write(p []byte, wait time.Duration) (int, error) {
	if err := c.SetWriteDeadline(until(wait)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

func until(wait time.Duration) time.Time {
	if wait == 0 {
		return time.Time{}
	}
	return time.Now().Add(wait)
}
