package tpm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Device is a TPM of this machine.
type Device struct {
	path     string
	fd       int // -1: closed
	patience time.Duration
}

const (
	patience    = 30 * time.Second // for one command: the slowest take a few seconds
	headerSize  = 10               // tag, size and code
	maxResponse = 4096
	busy        = 0x922 // TPM_RC_RETRY: nothing was done yet
)

// Open opens the device of a TPM, such as /dev/tpmrm0, or the unix socket of a
// software TPM. Errors of the file keep their kind (fs.ErrNotExist and others).
func Open(path string) (*Device, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	d := &Device{path: path, patience: patience}
	switch mode := info.Mode(); {
	case mode&os.ModeCharDevice != 0:
		d.fd, err = unix.Open(path, unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	case mode&os.ModeSocket != 0:
		d.fd, err = dial(path)
	default:
		return nil, fmt.Errorf("%s is no device", path)
	}
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return d, nil
}

func dial(path string) (int, error) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return 0, err
	}
	if err := unix.Connect(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		return 0, errors.Join(err, unix.Close(fd))
	}
	return fd, nil
}

// Close lets go of the device. Closing it twice does nothing more.
func (d *Device) Close() error {
	if d.fd < 0 {
		return nil
	}
	fd := d.fd
	d.fd = -1
	return unix.Close(fd)
}

// Send gives the TPM a command and waits for its response, again while the TPM
// says that it has not begun. A TPM that does not answer is an error after half
// a minute.
func (d *Device) Send(command []byte) ([]byte, error) {
	end := time.Now().Add(d.patience)
	for pause := time.Millisecond; ; pause *= 2 {
		response, err := d.exchange(command, end)
		if err != nil {
			return nil, fmt.Errorf("the TPM at %s: %w", d.path, err)
		}
		if binary.BigEndian.Uint32(response[6:]) != busy || time.Now().Add(pause).After(end) {
			return response, nil
		}
		time.Sleep(pause)
	}
}

func (d *Device) exchange(command []byte, end time.Time) ([]byte, error) {
	n, err := unix.Write(d.fd, command)
	if err == nil && n < len(command) {
		err = io.ErrShortWrite
	}
	if err != nil {
		return nil, err
	}
	response := make([]byte, 0, maxResponse)
	for {
		if err := d.wait(end); err != nil {
			return nil, err
		}
		n, err := unix.Read(d.fd, response[len(response):maxResponse])
		switch {
		case errors.Is(err, unix.EINTR) || errors.Is(err, unix.EAGAIN):
			continue
		case err != nil:
			return nil, err
		case n == 0:
			return nil, io.ErrUnexpectedEOF
		}
		response = response[:len(response)+n]
		if len(response) < headerSize {
			continue
		}
		switch size := binary.BigEndian.Uint32(response[2:]); {
		case size < headerSize || size > maxResponse || len(response) > int(size):
			return nil, fmt.Errorf("its response is broken (%d bytes that say they are %d)", len(response), size)
		case len(response) == int(size):
			return response, nil
		}
	}
}

// wait waits until there is something to read.
func (d *Device) wait(end time.Time) error {
	for {
		left := time.Until(end)
		if left <= 0 {
			return fmt.Errorf("it has not answered within %s", d.patience)
		}
		n, err := unix.Poll([]unix.PollFd{{Fd: int32(d.fd), Events: unix.POLLIN}}, int(left/time.Millisecond)+1)
		switch {
		case errors.Is(err, unix.EINTR):
		case err != nil:
			return err
		case n > 0:
			return nil
		}
	}
}
