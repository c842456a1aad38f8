// Package port turns an address into a wire: serial lines, pseudo terminals,
// USB printers, HID devices, keyboards, TCP and plain device files, all with
// the same few manners. It knows no protocol and no device.
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
// What a wire can do besides is found by a type assertion to Describer,
// Grabber, Keyboard or Lines.
type Port interface {
	// Read waits at most timeout for bytes and returns those that are there.
	// Nothing in time is (0, ErrTimeout); a timeout of 0 waits for ever.
	// HIDRaw reads one whole report at a time, EvDev whole input_event
	// records: what does not fit into p is lost or refused.
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
	// ErrNotAllowed is of opening only: a device carries the ids of the
	// address, but is of another kind or at another socket. Nothing was read.
	ErrNotAllowed = errors.New("a device that is not the one of the address")
	// ErrAmbiguous is of opening only: several devices fit the address.
	ErrAmbiguous = errors.New("several devices fit the address")
)

// Opener opens a port anew each time it is called; supervisors hold one.
type Opener func() (Port, error)

// Describer is a Port that can tell what is at its other end.
type Describer interface {
	Describe() (Description, error)
}

// Description is what the system knows of a device. What it does not know is
// empty.
type Description struct {
	Name            string // what it calls itself
	Socket          string // where the kernel sees it, such as usb-0000:00:14.0-1.2/input0
	Serial          string
	Vendor, Product uint16
	DeviceID        string // of LP: its IEEE 1284 id, MFG:…;MDL:…;CMD:…;
	Report          []byte // of HIDRaw: its report descriptor
}

// Grabber is a Port of EvDev. While it is grabbed nobody else, not even the
// screen in front, gets what is typed on the device.
type Grabber interface {
	Grab(on bool) error
}

// Keyboard is a Port of EvDev, asked for what no event tells: keys and lamps
// as bits, the lowest one first, numbered as in linux/input-event-codes.h.
type Keyboard interface {
	Keys() ([]byte, error) // held down now
	LEDs() ([]byte, error) // lit now, such as the one of CAPS LOCK
}

// Lines is a Port of LP, asked for its three status lines.
type Lines interface {
	Lines() (LineStatus, error)
}

// LineStatus is what a USB printer tells beside its data. Many models do not
// keep it up to date; what they say in their own language counts more.
type LineStatus struct {
	Fault    bool
	Selected bool // it is online
	PaperOut bool
}
