//go:build rig

package rig_test

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/bench"
	"github.com/posagent/posagent/drivers/display/pole"
	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/virtual"
)

// Customer displays keep every manner on a serial line over USB.
func TestDisplaysOnUSB(t *testing.T) {
	for _, language := range []string{"dmd", "cd5220"} {
		t.Run(language, func(t *testing.T) {
			bench.DisplayOn(t, profile.Display{Model: "rig", Language: language, Katakana: true, Baud: 9600},
				func(p profile.Display, path string, open port.Opener, log *slog.Logger) bench.DisplayDriver {
					return pole.New("display0", p, path, open, log)
				},
				func(t *testing.T) (virtual.Cable, port.Opener) {
					c := newLineCable(t)
					where, err := port.ParseAddress("usb:0aa7:0201/serial=POLE001")
					must(t, err)
					return c, lookedUp(where, hotplug.TTY)
				}, "usb")
		})
	}
}

// lineCable is the device's end of a serial line over USB, as a cable.
type lineCable struct {
	far farLine

	mu      sync.Mutex
	changed *sync.Cond
	closed  bool
}

func newLineCable(t *testing.T) *lineCable {
	t.Helper()
	g := newGadget(t, 3, spec{ids: "0aa7:0201", serial: "POLE001", function: "acm"})
	c := &lineCable{far: farLine{g: g, path: "/dev/ttyGS" + g.attribute(t, "acm", "port_num")}}
	c.changed = sync.NewCond(&c.mu)
	t.Cleanup(func() { _ = c.Close() })
	must(t, c.Plug())
	return c
}

func (c *lineCable) Path() string { return "usb:0aa7:0201" }

func (c *lineCable) do(what func() error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer c.changed.Broadcast()
	return what()
}

func (c *lineCable) Plug() error   { return c.do(c.far.plug) }
func (c *lineCable) Unplug() error { return c.do(c.far.unplug) }
func (c *lineCable) Close() error {
	return c.do(func() error { c.closed = true; return c.far.unplug() })
}

// plugged waits for a cable.
func (c *lineCable) plugged() *os.File {
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.far.f == nil && !c.closed {
		c.changed.Wait()
	}
	return c.far.f
}

func (c *lineCable) Read(p []byte) (int, error) {
	for {
		f := c.plugged()
		if f == nil {
			return 0, io.EOF
		}
		if n, err := f.Read(p); n > 0 {
			return n, nil
		} else if err != nil && !errors.Is(err, os.ErrClosed) {
			time.Sleep(time.Millisecond) // nobody has opened the other end yet
		}
	}
}

func (c *lineCable) Write(p []byte) (int, error) {
	f := c.plugged()
	if f == nil {
		return 0, virtual.ErrUnplugged
	}
	return f.Write(p)
}

func (c *lineCable) SetWriteDeadline(at time.Time) error {
	if f := c.plugged(); f != nil {
		return f.SetWriteDeadline(at)
	}
	return virtual.ErrUnplugged
}
