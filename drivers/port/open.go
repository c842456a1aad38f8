package port

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Open opens the wire that an address names, alone: a second opener gets
// ErrBusy. A device that is not there fails with fs.ErrNotExist (no such path)
// or ErrGone (the path is there, the hardware is not), a lack of rights with
// fs.ErrPermission, and a path that is something else with ErrNotDevice.
func Open(a Address) (Port, error) { return open(a, linux{}, nil) }

func open(a Address, k kernel, t *tap) (Port, error) {
	switch a.Kind {
	case Serial:
		return openSerial(a, k, t)
	case TCP:
		return openTCP(a, t)
	case File:
		return openFile(a.Path, t)
	case LP:
		return openLP(a.Path, k, t)
	case HIDRaw:
		return openHIDRaw(a.Path, k, t)
	case EvDev:
		return openEvDev(a.Path, k, t)
	case Video:
		return nil, fmt.Errorf("%s: %w; a camera is opened by its driver", a, ErrNotDevice)
	case USB:
		return nil, fmt.Errorf("%s: %w; where a USB device is must be looked up first", a, ErrNotDevice)
	}
	return nil, fmt.Errorf("open: %q is not a kind of wire; use %s", a.Kind, kinds)
}

// At is an Opener of an address; baud is the speed of a line whose address
// names none, such as the profile's.
func At(a Address, baud int) Opener {
	if a.Baud == 0 {
		a.Baud = baud
	}
	return func() (Port, error) { return Open(a) }
}

// openDevice opens a device file and locks it; mode is os.O_RDWR or
// os.O_RDONLY. The descriptor is
// in Go's poller from the start (O_NONBLOCK), so that deadlines work and Close
// frees whoever waits. It must stay there: (*os.File).Fd would silently make
// it blocking, therefore only SyscallConn is used on it.
func openDevice(path string, mode int) (*os.File, error) {
	f, err := os.OpenFile(path, mode|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, explainOpen(path, err)
	}
	info, err := f.Stat()
	if err == nil && (info.Mode().IsRegular() || info.IsDir()) {
		err = fmt.Errorf("%s: %w; it is a plain file or a folder", path, ErrNotDevice)
	}
	if err == nil && f.SetDeadline(time.Time{}) != nil {
		err = fmt.Errorf("%s: %w; it cannot be waited for", path, ErrNotDevice)
	}
	if err == nil {
		err = lock(f, path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// lock takes the device for this process with flock(2). TIOCEXCL alone would
// not do: the kernel does not hold it against root. A program that takes no
// lock, such as ModemManager, is not kept out by it.
func lock(f *os.File, path string) error {
	err := control(f, func(fd int) error { return unix.Flock(fd, unix.LOCK_EX|unix.LOCK_NB) })
	if errors.Is(err, unix.EWOULDBLOCK) {
		return busy(path)
	}
	return err
}

// control runs an ioctl on a file without taking it out of the poller.
func control(f *os.File, do func(fd int) error) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return err
	}
	if refused := conn.Control(func(fd uintptr) { err = do(int(fd)) }); refused != nil {
		return refused
	}
	return err
}

func busy(path string) error {
	return fmt.Errorf("%s: %w; find it with: fuser -v %s", path, ErrBusy, path)
}

// explainOpen says what to do about an error of opening a device file.
func explainOpen(path string, err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w; plug the device in, or correct the path", err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w; %s", err, leave(path))
	case errors.Is(err, unix.EBUSY):
		return busy(path)
	case isGone(err):
		return fmt.Errorf("%w: %w", ErrGone, err)
	}
	return err
}

// leave says how a user gets the right to open a device.
func leave(path string) string {
	const rules = "it is root's alone: install posagent's udev rules, then plug the device in again"
	info, err := os.Stat(path)
	if err != nil {
		return rules
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	const group = 0o060 // may do anything
	if !ok || stat.Gid == 0 || info.Mode()&group == 0 {
		return rules
	}
	name := strconv.FormatUint(uint64(stat.Gid), 10)
	if g, err := user.LookupGroupId(name); err == nil {
		name = g.Name
	}
	return fmt.Sprintf("add the user to group %s: usermod -aG %[1]s USER", name)
}
