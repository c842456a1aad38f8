package port

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// dsrWindow is how many bytes may be on their way to a device that holds us up
// by DSR: Linux has no such flow control of its own, and what the system has
// taken goes out whatever DSR says then. Receipt printers lower the line while
// they still have room for 128 bytes or more.
const dsrWindow = 64

// setFlow sets how the device holds up what is sent to it. The serial library
// has just switched all of it off.
func (w *wire) setFlow(f *os.File, flow Flow, k kernel) error {
	switch flow {
	case NoFlow:
		return nil
	case DTRDSR:
		return w.holdByDSR(f, k)
	}
	return control(f, func(fd int) error {
		t, err := unix.IoctlGetTermios(fd, unix.TCGETS)
		if err != nil {
			return err
		}
		if flow == RTSCTS {
			t.Cflag |= unix.CRTSCTS
		} else {
			// Only what we send is held up: IXOFF would mix XOFF and XON of our
			// own into what is printed, and IXANY would let any byte go on.
			t.Iflag |= unix.IXON
			t.Iflag &^= unix.IXOFF | unix.IXANY
			t.Cc[unix.VSTART], t.Cc[unix.VSTOP] = 0x11, 0x13
		}
		return unix.IoctlSetTermios(fd, unix.TCSETS, t)
	})
}

// holdByDSR has each write wait while the device's line is low.
func (w *wire) holdByDSR(f *os.File, k kernel) error {
	w.room = func() (room int, err error) {
		err = control(f, func(fd int) error {
			modem, err := word(k, fd, unix.TIOCMGET)
			if err != nil || modem&unix.TIOCM_DSR == 0 {
				return err
			}
			queued, err := word(k, fd, unix.TIOCOUTQ)
			room = dsrWindow - int(queued)
			return err
		})
		return room, err
	}
	if _, err := w.room(); err != nil {
		return fmt.Errorf("%w; this line has no DSR, so flow=dtrdsr cannot be had: use flow=xonxoff and set the printer to it: %w", ErrNotDevice, err)
	}
	return nil
}
