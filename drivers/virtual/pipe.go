package virtual

import (
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/posagent/posagent/drivers/port"
)

// Pipe is a cable inside of this process for devices whose bytes come in
// pieces with an end: reports of HID devices, events of keyboards. What one
// Send gives, one Read gets. It is safe for use by several goroutines.
type Pipe struct {
	mu   sync.Mutex
	near *nearEnd // what a driver has open; nil: nothing
	out  bool     // unplugged

	Lamps []byte // of a keyboard: those that are lit, as bits
}

// pipeLength is how many pieces wait for a reader: as many as Linux keeps of
// a keyboard or of a HID device.
const pipeLength = 64

// Open is an Opener of the near end. As with a real device there is one
// reader at a time.
func (p *Pipe) Open() (port.Port, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.out:
		return nil, fmt.Errorf("virtual device: %w", fs.ErrNotExist)
	case p.near != nil && !p.near.isClosed():
		return nil, fmt.Errorf("virtual device: %w", port.ErrBusy)
	}
	p.near = &nearEnd{
		pieces: make(chan []byte, pipeLength), closed: make(chan struct{}), gone: make(chan struct{}), leds: p.Lamps,
	}
	return p.near, nil
}

// Send gives the reader one piece. It waits for a reader that is behind, and
// fails with ErrUnplugged when nobody has the device open.
func (p *Pipe) Send(piece []byte) error {
	p.mu.Lock()
	near := p.near
	p.mu.Unlock()
	if near == nil {
		return ErrUnplugged
	}
	select {
	case near.pieces <- append([]byte(nil), piece...):
		return nil
	case <-near.closed:
	case <-near.gone:
	}
	return ErrUnplugged
}

// Unplug pulls the cable. What the reader has not read yet is gone with it.
func (p *Pipe) Unplug() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.near != nil && !p.out {
		close(p.near.gone)
	}
	p.near, p.out = nil, true
	return nil
}

// Plug puts it back.
func (p *Pipe) Plug() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.out = false
	return nil
}

// Grabbed tells whether the reader keeps everybody else away.
func (p *Pipe) Grabbed() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.near != nil && p.near.isGrabbed()
}

// nearEnd is what a driver has open.
type nearEnd struct {
	pieces chan []byte
	closed chan struct{}
	gone   chan struct{}
	once   sync.Once
	leds   []byte

	mu      sync.Mutex
	grabbed bool
}

// Read implements port.Port.
func (n *nearEnd) Read(p []byte, timeout time.Duration) (int, error) {
	select { // the end comes before what is left
	case <-n.closed:
		return 0, port.ErrClosed
	case <-n.gone:
		return 0, port.ErrGone
	default:
	}
	var expired <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case piece := <-n.pieces:
		return copy(p, piece), nil
	case <-n.closed:
		return 0, port.ErrClosed
	case <-n.gone:
		return 0, port.ErrGone
	case <-expired:
		return 0, port.ErrTimeout
	}
}

// Write implements port.Port: the bytes go nowhere.
func (n *nearEnd) Write(p []byte, _ time.Duration) (int, error) {
	if n.isClosed() {
		return 0, port.ErrClosed
	}
	return len(p), nil
}

// Close implements port.Port.
func (n *nearEnd) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

func (n *nearEnd) isClosed() bool {
	select {
	case <-n.closed:
		return true
	default:
		return false
	}
}

// Grab keeps everybody else away, as that of a key device does.
func (n *nearEnd) Grab(on bool) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.grabbed = on
	return nil
}

func (n *nearEnd) isGrabbed() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.grabbed && !n.isClosed()
}

// LEDs are the lamps of a keyboard that are lit, as bits.
func (n *nearEnd) LEDs() ([]byte, error) { return n.leds, nil }
