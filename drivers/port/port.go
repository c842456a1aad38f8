// Package port turns an address into a wire: serial lines, pseudo terminals,
// TCP and plain device files, all with the same few manners. It knows no
// protocol and no device.
//
// Invariant: a Port that was closed never touches a file again, whatever has
// reused its descriptor, and no Read or Write outlives its timeout.
package port

import (
	"errors"
	"time"
)

// Port is an open wire to a device. One goroutine may read while another
// writes; Close may be called from anywhere, more than once, and frees both.
type Port interface {
	// Read waits at most timeout for bytes and returns those that are there.
	// Nothing in time is (0, ErrTimeout); a timeout of 0 waits for ever.
	Read(p []byte, timeout time.Duration) (int, error)
	// Write hands all of p to the system, or returns how many bytes it took
	// and why it stopped. Bytes taken are no proof of bytes printed.
	Write(p []byte, timeout time.Duration) (int, error)
	Close() error
}

// The errors that a caller can test for. Opening also fails with
// fs.ErrNotExist and fs.ErrPermission.
var (
	ErrTimeout = errors.New("no bytes within the time allowed")
	ErrClosed  = errors.New("port was closed here")
	ErrGone    = errors.New("device went away")
	ErrBusy    = errors.New("port is in use by another program")

	// ErrNotDevice is of opening only: the path is something else.
	ErrNotDevice = errors.New("not a device that can be used so")
)

// Opener opens a port anew each time it is called; supervisors hold one.
type Opener func() (Port, error)
