package port_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/drivers/port"
)

// counterPrinter takes one connection at a time, as real ones do.
type counterPrinter struct {
	t *testing.T

	mu     sync.Mutex
	now    net.Conn // the device's end; nil: nobody is connected
	sleeps bool     // it takes no connection
	dials  int
}

func (c *counterPrinter) dial(ctx context.Context) (net.Conn, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.sleeps {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	if c.now != nil {
		c.t.Error("a second connection beside the first")
	}
	near, far := net.Pipe()
	c.now = far
	c.dials++
	go c.hear(far)
	return near, nil
}

func (c *counterPrinter) hear(far net.Conn) {
	_, _ = io.Copy(io.Discard, far)
	_ = far.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = nil
}

// far is the device's end of the connection, nil when there is none.
func (c *counterPrinter) far() net.Conn {
	synctest.Wait()
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *counterPrinter) sleep() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.sleeps = true
}

// inIdle runs a test with a port that is closed after ten idle seconds.
func inIdle(t *testing.T, do func(*testing.T, port.Port, *counterPrinter)) {
	synctest.Test(t, func(t *testing.T) {
		c := &counterPrinter{t: t}
		p, err := port.NewSession(10*time.Second, c.dial)
		if err != nil {
			t.Fatal(err)
		}
		do(t, p, c)
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		if c.far() != nil {
			t.Error("the connection is still there after the close")
		}
	})
}

func TestIdleConnectionIsClosedAndMadeAgain(t *testing.T) {
	inIdle(t, func(t *testing.T, p port.Port, c *counterPrinter) {
		read := make(chan string, 1)
		go func() { // a reader that waits notices nothing of it
			buf := make([]byte, 64)
			n, err := p.Read(buf, 0)
			read <- string(buf[:n])
			if err != nil {
				t.Error(err)
			}
		}()
		time.Sleep(9 * time.Second)
		if c.far() == nil {
			t.Error("closed before its time")
		}
		time.Sleep(2 * time.Second)
		if c.far() != nil {
			t.Error("an idle connection stays open")
		}
		time.Sleep(time.Hour)
		if _, err := p.Write([]byte("receipt"), time.Second); err != nil {
			t.Errorf("write: %v", err)
		}
		if _, err := c.far().Write([]byte("ok")); err != nil {
			t.Error(err)
		}
		if got := <-read; got != "ok" {
			t.Errorf("read %q", got)
		}
		if c.dials != 2 {
			t.Errorf("%d connections, want 2", c.dials)
		}
	})
}

// Each use begins the time anew, in whichever direction.
func TestUsedConnectionStays(t *testing.T) {
	inIdle(t, func(t *testing.T, p port.Port, c *counterPrinter) {
		for range 10 {
			time.Sleep(8 * time.Second)
			if _, err := p.Write([]byte("?"), time.Second); err != nil {
				t.Fatal(err)
			}
			time.Sleep(8 * time.Second)
			far := c.far()
			go func() { _, _ = far.Write([]byte("!")) }()
			if _, err := p.Read(make([]byte, 1), time.Second); err != nil {
				t.Fatal(err)
			}
		}
		if c.dials != 1 {
			t.Errorf("%d connections, want 1", c.dials)
		}
	})
}

func TestTimesOfAnIdleConnection(t *testing.T) {
	inIdle(t, func(t *testing.T, p port.Port, c *counterPrinter) {
		time.Sleep(time.Minute)
		synctest.Wait()
		if _, err := p.Read(make([]byte, 1), 3*time.Second); !errors.Is(err, port.ErrTimeout) {
			t.Errorf("read: %v, want ErrTimeout", err)
		}
		c.sleep()
		began := time.Now()
		if _, err := p.Write([]byte("x"), 3*time.Second); err == nil || time.Since(began) != 3*time.Second {
			t.Errorf("write after %v: %v, want an error after 3 s", time.Since(began), err)
		}
	})
}

// A close frees whoever waits for the connection, or for it to come about.
func TestCloseOfAnIdleConnection(t *testing.T) {
	inIdle(t, func(t *testing.T, p port.Port, c *counterPrinter) {
		time.Sleep(time.Minute)
		c.sleep()
		ended := make(chan error, 2)
		go func() {
			_, err := p.Read(make([]byte, 1), 0)
			ended <- err
		}()
		go func() {
			_, err := p.Write([]byte("x"), 0)
			ended <- err
		}()
		synctest.Wait()
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		for range 2 {
			if err := <-ended; !errors.Is(err, port.ErrClosed) {
				t.Errorf("it ended with %v, want ErrClosed", err)
			}
		}
		if _, err := p.Write([]byte("x"), time.Second); !errors.Is(err, port.ErrClosed) {
			t.Errorf("write after close: %v, want ErrClosed", err)
		}
		if _, err := p.Read(make([]byte, 1), time.Second); !errors.Is(err, port.ErrClosed) {
			t.Errorf("read after close: %v, want ErrClosed", err)
		}
	})
}
