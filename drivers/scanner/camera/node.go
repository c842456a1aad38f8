package camera

import (
	"errors"
	"fmt"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/posagent/posagent/drivers/port"
)

// node is an open video device: the calls of the kernel, and nothing that
// knows in which order they are made.
type node interface {
	ioctl(request uintptr, arg unsafe.Pointer) error
	mmap(offset int64, length int) ([]byte, error)
	munmap([]byte) error
	// wait waits until a picture is ready, at most so long: port.ErrTimeout.
	wait(time.Duration) error
	// close frees whoever waits.
	close() error
}

// file is a node of Linux. The descriptor stays in Go's poller, so that a
// wait ends with close and nothing touches the number afterwards.
type file struct{ *os.File }

func openNode(path string) (node, error) {
	f, err := os.OpenFile(path, os.O_RDWR|unix.O_NONBLOCK, 0)
	switch {
	case errors.Is(err, unix.ENODEV) || errors.Is(err, unix.ENXIO):
		return nil, fmt.Errorf("%w: %w", port.ErrGone, err)
	case err != nil:
		return nil, err
	case f.SetReadDeadline(time.Time{}) != nil:
		return nil, errors.Join(fmt.Errorf("%s: %w; it cannot be waited for", path, port.ErrNotDevice), f.Close())
	}
	return file{f}, nil
}

func (f file) ioctl(request uintptr, arg unsafe.Pointer) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return explain(err)
	}
	failed := conn.Control(func(fd uintptr) {
		for {
			_, _, errno := unix.Syscall(unix.SYS_IOCTL, fd, request, uintptr(arg))
			if errno == unix.EINTR {
				continue
			}
			if errno != 0 {
				err = errno
			}
			return
		}
	})
	if failed != nil {
		return explain(failed)
	}
	return explain(err)
}

func (f file) mmap(offset int64, length int) (p []byte, err error) {
	conn, err := f.SyscallConn()
	if err != nil {
		return nil, explain(err)
	}
	failed := conn.Control(func(fd uintptr) {
		p, err = unix.Mmap(int(fd), offset, length, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	})
	return p, errors.Join(failed, err)
}

func (f file) munmap(p []byte) error { return unix.Munmap(p) }

func (f file) wait(most time.Duration) error {
	conn, err := f.SyscallConn()
	if err != nil {
		return explain(err)
	}
	if err := f.SetReadDeadline(time.Now().Add(most)); err != nil {
		return explain(err)
	}
	return explain(conn.Read(func(fd uintptr) bool {
		ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
		n, err := unix.Poll(ready, 0)
		return err == nil && n > 0 // also of an error, which the next call tells
	}))
}

func (f file) close() error { return f.Close() }

// explain turns errors of the system into those that supervisors know.
func explain(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		return port.ErrTimeout
	case errors.Is(err, os.ErrClosed):
		return port.ErrClosed
	case errors.Is(err, unix.ENODEV) || errors.Is(err, unix.ENXIO) || errors.Is(err, unix.EIO):
		return fmt.Errorf("%w: %w", port.ErrGone, err)
	case errors.Is(err, unix.EBUSY):
		return fmt.Errorf("%w: %w", port.ErrBusy, err)
	}
	return err
}
