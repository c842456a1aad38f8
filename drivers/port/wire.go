package port

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// stream is what *os.File and net.Conn have in common. Both are looked after
// by Go's poller: deadlines hold, Close frees whoever waits, and a call after
// Close never reaches the descriptor, which may be somebody else's by then.
type stream interface {
	Read([]byte) (int, error)
	Write([]byte) (int, error)
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
	Close() error
}

// wire is the Port of every kind of address.
type wire struct {
	name   string
	stream stream

	// quietEOF: reading nothing means "nothing yet" and not "hung up". The
	// USB printer driver of Linux answers so to an empty packet.
	quietEOF bool
	// discard throws away what the system has not sent yet. Without it the
	// last close of a stuck serial line waits up to 30 s for the device.
	discard func()

	reading, writing sync.Mutex // a deadline belongs to one call at a time
	closed           atomic.Bool
	unsent           atomic.Bool // a write has begun and has not ended well
}

// emptyPause is how long a wire with quietEOF rests before it asks again.
const emptyPause = 10 * time.Millisecond

// Read implements Port.
func (w *wire) Read(p []byte, timeout time.Duration) (int, error) {
	w.reading.Lock()
	defer w.reading.Unlock()
	until := deadline(timeout)
	if err := w.stream.SetReadDeadline(until); err != nil {
		return 0, w.explain(err)
	}
	for {
		n, err := w.stream.Read(p)
		if err == nil || n > 0 {
			return n, nil
		}
		if !w.quietEOF || !errors.Is(err, io.EOF) {
			return 0, w.explain(err)
		}
		time.Sleep(emptyPause)
		if !until.IsZero() && time.Now().After(until) {
			return 0, ErrTimeout
		}
	}
}

// Write implements Port.
func (w *wire) Write(p []byte, timeout time.Duration) (int, error) {
	w.writing.Lock()
	defer w.writing.Unlock()
	if err := w.stream.SetWriteDeadline(deadline(timeout)); err != nil {
		return 0, w.explain(err)
	}
	w.unsent.Store(true)
	n, err := w.stream.Write(p)
	if err != nil {
		return n, w.explain(err)
	}
	w.unsent.Store(false)
	return n, nil
}

// Close implements Port. Bytes that Write has handed over whole are still
// sent; the rest of a write that timed out or is under way is thrown away.
func (w *wire) Close() error {
	if w.closed.Swap(true) {
		return nil
	}
	if w.discard != nil && w.unsent.Load() {
		w.discard()
	}
	return w.stream.Close()
}

func deadline(timeout time.Duration) time.Time {
	if timeout <= 0 {
		return time.Time{}
	}
	return time.Now().Add(timeout)
}

// explain turns an error of the system into one that callers test for. What
// fails after our own Close is ErrClosed, whatever the system calls it.
func (w *wire) explain(err error) error {
	switch {
	case w.closed.Load() || errors.Is(err, os.ErrClosed) || errors.Is(err, net.ErrClosed):
		return fmt.Errorf("%s: %w", w.name, ErrClosed)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return ErrTimeout
	case isGone(err):
		return fmt.Errorf("%s: %w: %w", w.name, ErrGone, err)
	}
	return fmt.Errorf("%s: %w", w.name, err)
}

// isGone tells the errors by which Linux says that nobody is at the other end
// any more: hang-up (EOF, EIO), USB unplugged (ENODEV, ENXIO, ESHUTDOWN), TCP
// ended, reset, or dead by keepalive.
func isGone(err error) bool {
	if errors.Is(err, io.EOF) {
		return true
	}
	for _, e := range []unix.Errno{
		unix.EIO, unix.ENODEV, unix.ENXIO, unix.ESHUTDOWN,
		unix.ECONNRESET, unix.EPIPE, unix.ETIMEDOUT, unix.EHOSTUNREACH, unix.ENETUNREACH,
	} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}
