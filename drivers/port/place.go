package port

import (
	"errors"
	"fmt"
	"sync"
)

// Found is where a USB device is right now.
type Found struct {
	Address  Address // of its file
	Identity string  // of this very plugging-in: it is another one after the next
}

// Find looks up where the device of a USB address is now. It fails with
// fs.ErrNotExist, ErrNotAllowed or ErrAmbiguous.
type Find func(Address) (Found, error)

// Place is where one device is opened, again and again. There is never more
// than one port of it open: the one before is closed first, so that the kernel
// can give a device that comes back its old number.
type Place struct {
	address Address
	find    Find
	trace   Trace

	opening    sync.Mutex
	last       Port
	generation uint64
}

// NewPlace is the place of an address; find is asked for USB addresses only.
func NewPlace(a Address, find Find) *Place { return &Place{address: a, find: find} }

// Address is the address as it was configured.
func (p *Place) Address() Address { return p.address }

// Trace is what went over all openings of the place.
func (p *Place) Trace() *Trace { return &p.trace }

// Open is an Opener.
func (p *Place) Open() (Port, error) {
	p.opening.Lock()
	defer p.opening.Unlock()
	if p.last != nil {
		_ = p.last.Close() // whoever had it is told by ErrClosed
		p.last = nil
	}
	found, err := p.lookUp()
	if err != nil {
		return nil, err
	}
	opened, err := open(found.Address, linux{}, &tap{trace: &p.trace, generation: p.generation + 1})
	if err != nil {
		return nil, err
	}
	if err := p.still(found); err != nil {
		return nil, errors.Join(err, opened.Close())
	}
	p.generation++
	p.trace.openedAs(p.generation)
	p.last = opened
	return opened, nil
}

// Look tells where the device is now, for a driver that opens it by itself.
func (p *Place) Look() (Found, error) { return p.lookUp() }

func (p *Place) lookUp() (Found, error) {
	if p.address.Kind != USB {
		return Found{Address: p.address}, nil
	}
	if p.find == nil {
		return Found{}, fmt.Errorf("%s: %w; nothing here looks up USB devices", p.address, ErrNotDevice)
	}
	return p.find(p.address)
}

// still tells whether the device is where it was found: between looking up
// and opening another one may have been plugged in and got its file.
func (p *Place) still(found Found) error {
	now, err := p.lookUp()
	if err != nil {
		return err
	}
	if now != found {
		return fmt.Errorf("%s: %w; it was plugged in anew while it was being opened", p.address, ErrGone)
	}
	return nil
}
