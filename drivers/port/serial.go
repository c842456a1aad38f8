package port

import (
	"errors"
	"fmt"
	"math"
	"os"
	"syscall"
	"time"

	"go.bug.st/serial"
	"golang.org/x/sys/unix"
)

// defaultBaud is the speed of a line that nobody has set: the factory setting
// of most scanners with a serial plug.
const defaultBaud = 9600

// openSerial opens a tty. The serial library sets the line (speed, bits,
// parity, raw mode, modem lines) and is closed again at once; the bytes go
// through a descriptor of our own. The settings belong to the line and not to
// a descriptor, so they stay for as long as ours is open. Flow control, which
// the library does not know, is set through ours.
//
// The library's own Write and Close are not used, because (v1.8.0, measured)
//   - Write after Close goes to whatever file has got the descriptor since,
//   - Write has no timeout, and Close does not free it,
//   - a hang-up looks like our own Close,
//   - its descriptor is inherited by every program that is started meanwhile.
func openSerial(a Address, k kernel, t *tap) (Port, error) {
	f, err := openDevice(a.Path, os.O_RDWR)
	if err != nil {
		return nil, err
	}
	if err := setLine(a); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	discard := func() { _ = control(f, func(fd int) error { return k.set(fd, unix.TCFLSH, unix.TCOFLUSH) }) }
	w := &wire{
		name: a.Path, stream: f, tap: t, discard: discard,
		part: func() {
			if !drained(f, k) {
				discard()
			}
		},
	}
	if err := errors.Join(w.setFlow(f, a.Flow, k), claim(f)); err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", a.Path, err), f.Close())
	}
	return w, nil
}

// stuck is how long a line that is closed may take no byte.
const stuck = time.Second

// drained waits for what was handed over whole, for as long as it moves, and
// tells whether all of it has gone. The system's own close would wait up to
// 30 s for a device that holds its line up and takes nothing any more.
func drained(f *os.File, k kernel) bool {
	for least, since := uint32(math.MaxUint32), time.Now(); ; time.Sleep(roomPause) {
		var left uint32
		err := control(f, func(fd int) (err error) {
			left, err = word(k, fd, unix.TIOCOUTQ)
			return err
		})
		switch {
		case err != nil || left == 0: // a line that is gone has nothing to wait for
			return true
		case left < least:
			least, since = left, time.Now()
		case time.Since(since) >= stuck:
			return false
		}
	}
}

// setLine sets the line by way of the library. InitialStatusBits stays nil:
// with it the library refuses every line without modem control.
func setLine(a Address) error {
	mode, err := modeOf(a)
	if err != nil {
		return err
	}
	// No program may be started between the library's open and its close.
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	line, err := serial.Open(a.Path, mode)
	if err != nil {
		return explainLibrary(a.Path, err)
	}
	// Some scanners send only while they see both lines up.
	raised := errors.Join(tolerate(line.SetDTR(true)), tolerate(line.SetRTS(true)))
	if err := errors.Join(raised, line.Close()); err != nil {
		return fmt.Errorf("%s: %w", a.Path, err)
	}
	return nil
}

func modeOf(a Address) (*serial.Mode, error) {
	mode := &serial.Mode{BaudRate: a.Baud, DataBits: a.DataBits}
	if mode.BaudRate == 0 {
		mode.BaudRate = defaultBaud
	}
	if mode.DataBits == 0 {
		mode.DataBits = 8
	}
	switch a.Parity {
	case 'N', 0:
		mode.Parity = serial.NoParity
	case 'E':
		mode.Parity = serial.EvenParity
	case 'O':
		mode.Parity = serial.OddParity
	case 'M':
		mode.Parity = serial.MarkParity
	case 'S':
		mode.Parity = serial.SpaceParity
	default:
		return nil, fmt.Errorf("%s: parity %q is not known; use N, E, O, M or S", a.Path, a.Parity)
	}
	switch a.StopBits {
	case 1, 0:
		mode.StopBits = serial.OneStopBit
	case 2:
		mode.StopBits = serial.TwoStopBits
	default:
		return nil, fmt.Errorf("%s: %d stop bits; use 1 or 2", a.Path, a.StopBits)
	}
	return mode, nil
}

// claim shuts out others (the library gave that up with its Close) and drops
// what lay in the input buffer: a code that was read before anybody listened
// must not be paid now.
func claim(f *os.File) error {
	return control(f, func(fd int) error {
		var at unix.Stat_t
		if err := unix.Fstat(fd, &at); err != nil {
			return err
		}
		if !isPseudo(uint64(at.Rdev)) {
			if err := unix.IoctlSetInt(fd, unix.TIOCEXCL, 0); err != nil {
				return err
			}
		}
		return unix.IoctlSetInt(fd, unix.TCFLSH, unix.TCIFLUSH)
	})
}

// isPseudo tells the near ends of pseudo terminals (major numbers 136 to 143,
// Documentation/admin-guide/devices.txt of Linux). TIOCEXCL ends with the last
// close of a line, and a pseudo terminal's maker often holds it open: after a
// crash here nobody could open it again.
func isPseudo(device uint64) bool {
	major := unix.Major(device)
	return major >= 136 && major <= 143
}

// tolerate lets pass that a line has no modem control: pseudo terminals and
// some USB adapters have none.
func tolerate(err error) error {
	if errors.Is(err, unix.ENOTTY) || errors.Is(err, unix.EINVAL) {
		return nil
	}
	return err
}

func explainLibrary(path string, err error) error {
	var p *serial.PortError
	if !errors.As(err, &p) {
		return explainOpen(path, fmt.Errorf("%s: %w", path, err))
	}
	switch p.Code() {
	case serial.PortBusy:
		return busy(path)
	case serial.PermissionDenied:
		return explainOpen(path, &os.PathError{Op: "open", Path: path, Err: unix.EACCES})
	case serial.PortNotFound:
		return explainOpen(path, &os.PathError{Op: "open", Path: path, Err: unix.ENOENT})
	case serial.InvalidSerialPort:
		if isGone(err) {
			return fmt.Errorf("%s: %w: %w", path, ErrGone, err)
		}
		return fmt.Errorf("%s: %w; it is not a serial line that takes these settings: %w", path, ErrNotDevice, err)
	}
	return fmt.Errorf("%s: %w", path, err)
}
