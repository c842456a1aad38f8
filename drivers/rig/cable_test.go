//go:build rig

package rig_test

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/posagent/posagent/drivers/virtual"
)

// printerCable is the printer's end of a USB printer class interface (USB
// Device Class Definition for Printing Devices 1.1), made with FunctionFS: the
// printer function of Linux 6.1 brings its kernel down when a short answer is
// fetched at once.
type printerCable struct {
	g      *gadget
	folder string
	ep0    *os.File
	served sync.WaitGroup

	mu      sync.Mutex
	changed *sync.Cond
	in, out int // the endpoints' files; 0 while unplugged
	closed  bool
	rest    []byte // of a packet
}

// What the class asks for.
const (
	getDeviceID   = 0
	getPortStatus = 1
	setupEvent    = 4 // FUNCTIONFS_SETUP
	fromDevice    = 0x80
	deviceID      = "MFG:EPSON;CMD:ESC/POS;MDL:TM-T88V;CLS:PRINTER;"
)

func newPrinterCable(t *testing.T, socket int) *printerCable {
	t.Helper()
	c := &printerCable{g: newGadget(t, socket, spec{ids: "04b8:0202", serial: "RIG0001", function: "ffs"}), folder: t.TempDir()}
	c.changed = sync.NewCond(&c.mu)
	must(t, unix.Mount("x", c.folder, "functionfs", 0, ""))
	t.Cleanup(func() {
		_ = c.Close()
		must(t, c.ep0.Close())
		c.served.Wait()
		must(t, unix.Unmount(c.folder, 0))
	})
	var err error
	c.ep0, err = os.OpenFile(filepath.Join(c.folder, "ep0"), os.O_RDWR|unix.O_NONBLOCK, 0)
	must(t, err)
	_, err = c.ep0.Write(descriptors())
	must(t, err)
	_, err = c.ep0.Write([]byte{2, 0, 0, 0, 16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}) // no strings
	must(t, err)
	c.served.Go(c.serve)
	must(t, c.Plug())
	return c
}

// descriptors are those of FunctionFS (functionfs.h): one interface of a
// printer in both directions, at full and at high speed.
func descriptors() []byte {
	var body []byte
	for _, size := range []uint16{64, 512} {
		body = append(body, 9, 4, 0, 0, 2, 7, 1, 2, 0)
		for _, endpoint := range []byte{0x81, 0x02} {
			body = append(body, 7, 5, endpoint, 2, byte(size), byte(size>>8), 0)
		}
	}
	var out []byte
	for _, v := range []int{3, 20 + len(body), 1 | 2, 3, 3} { // magic, length, both speeds, descriptors of each
		out = binary.LittleEndian.AppendUint32(out, uint32(v))
	}
	return append(out, body...)
}

// serve answers what the host asks the class.
func (c *printerCable) serve() {
	event := make([]byte, 12)
	for {
		n, err := c.ep0.Read(event)
		if errors.Is(err, os.ErrClosed) {
			return
		}
		if err != nil || n < len(event) || event[8] != setupEvent {
			continue
		}
		switch kind, request := event[0], event[1]; {
		case request == getDeviceID:
			id := append([]byte{0, byte(2 + len(deviceID))}, deviceID...)
			_, _ = c.ep0.Write(id[:min(len(id), int(event[6])|int(event[7])<<8)])
		case request == getPortStatus:
			_, _ = c.ep0.Write([]byte{0x18}) // selected, no error
		case kind&fromDevice == 0:
			_, _ = c.ep0.Read(nil) // a reset
		}
	}
}

func (c *printerCable) Path() string { return "usb:04b8:0202" }

func (c *printerCable) Plug() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.in != 0 {
		return nil
	}
	if err := errors.Join(c.g.plug(), c.g.settled()); err != nil {
		return err
	}
	in, err := unix.Open(filepath.Join(c.folder, "ep1"), unix.O_WRONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	out, err := unix.Open(filepath.Join(c.folder, "ep2"), unix.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return errors.Join(err, unix.Close(in))
	}
	c.in, c.out, c.rest = in, out, nil
	c.changed.Broadcast()
	return nil
}

func (c *printerCable) Unplug() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.in == 0 {
		return nil
	}
	in, out := c.in, c.out
	c.in, c.out = 0, 0
	return errors.Join(c.g.pull(), unix.Close(in), unix.Close(out)) // who reads or writes is woken by the first
}

func (c *printerCable) Close() error {
	err := c.Unplug()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	c.changed.Broadcast()
	return err
}

// Read hands out packets piece by piece: an endpoint gives whole ones.
func (c *printerCable) Read(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.rest) == 0 {
		for c.out == 0 && !c.closed {
			c.changed.Wait()
		}
		if c.closed {
			return 0, io.EOF
		}
		out, packet := c.out, make([]byte, 512)
		c.mu.Unlock()
		n, err := unix.Read(out, packet)
		if err != nil {
			time.Sleep(time.Millisecond) // it was pulled
		}
		c.mu.Lock()
		if err == nil && c.out == out {
			c.rest = packet[:n]
		}
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

func (c *printerCable) Write(p []byte) (int, error) {
	c.mu.Lock()
	in := c.in
	c.mu.Unlock()
	if in == 0 {
		return 0, virtual.ErrUnplugged
	}
	return unix.Write(in, p)
}

// SetWriteDeadline does nothing: Linux always has a read under way.
func (c *printerCable) SetWriteDeadline(time.Time) error { return nil }
