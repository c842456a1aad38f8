package port

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// Requests of usblp, the kernel's driver of USB printers (drivers/usb/class/usblp.c).
const (
	lpGetStatus   = 0x060B // LPGETSTATUS of linux/lp.h
	lpDeviceID    = 1      // LPIOC_GET_DEVICE_ID of group P
	longestLPID   = 1024
	lpNoFault     = 0x08 // the lines of a parallel port: this one is low on a fault
	lpSelected    = 0x10
	lpPaperIsOut  = 0x20
	lpIDLengthLen = 2 // the id begins with its own length, these two bytes included
)

// lp is a USB printer.
type lp struct {
	*wire
	file   *os.File
	kernel kernel
}

// openLP opens a USB printer. usblp lets one program in at a time and answers
// EBUSY to the next; CUPS is one, while it prints.
func openLP(path string, k kernel, t *tap) (Port, error) {
	f, err := openDevice(path, os.O_RDWR)
	if err != nil {
		return nil, err
	}
	p := newLP(f, k, t)
	// Any printer knows its id; what does not is no printer.
	if _, err := p.deviceID(); errors.Is(err, unix.ENOTTY) || errors.Is(err, unix.EINVAL) {
		return nil, errors.Join(fmt.Errorf("%s: %w; it is not the file of a USB printer (/dev/usb/lp…)", path, ErrNotDevice), f.Close())
	}
	return p, nil
}

func newLP(f *os.File, k kernel, t *tap) *lp {
	return &lp{wire: &wire{name: f.Name(), stream: f, quietEOF: true, tap: t}, file: f, kernel: k}
}

// Describe implements Describer.
func (p *lp) Describe() (Description, error) {
	id, err := p.deviceID()
	if err != nil {
		return Description{}, p.explain(err)
	}
	return Description{DeviceID: id}, nil
}

func (p *lp) deviceID() (id string, err error) {
	into := make([]byte, longestLPID)
	err = control(p.file, func(fd int) error {
		_, err := p.kernel.fill(fd, reads('P', lpDeviceID, longestLPID), into)
		return err
	})
	if err != nil {
		return "", err
	}
	n := int(binary.BigEndian.Uint16(into))
	if n < lpIDLengthLen || n > len(into) { // some printers count wrongly; a text has an end of its own
		n = len(into)
	}
	return printable(into[lpIDLengthLen:n]), nil
}

// printable is what a device says of itself up to its NUL, without signs that
// a terminal would obey.
func printable(said []byte) string {
	var out []byte
	for _, b := range said {
		if b == 0 {
			break
		}
		if b < ' ' || b > '~' {
			b = '.'
		}
		out = append(out, b)
	}
	return string(out)
}

// Lines implements Lines.
func (p *lp) Lines() (LineStatus, error) {
	var status uint32
	err := control(p.file, func(fd int) (err error) {
		status, err = word(p.kernel, fd, lpGetStatus)
		return err
	})
	if err != nil {
		return LineStatus{}, p.explain(err)
	}
	return LineStatus{Fault: status&lpNoFault == 0, Selected: status&lpSelected != 0, PaperOut: status&lpPaperIsOut != 0}, nil
}
