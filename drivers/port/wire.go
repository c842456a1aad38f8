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

// wire is what all kinds of ports are made of.
type wire struct {
	name   string
	stream stream
	tap    *tap // nil: nothing is noted

	// quietEOF: reading nothing means "nothing yet" and not "hung up". The
	// USB printer driver of Linux answers so to an empty packet.
	quietEOF bool
	// room is how many bytes may go now, 0 when the far end holds them up;
	// nil leaves that to the system.
	room func() (int, error)
	// discard throws away what the system has not sent yet. Without it the
	// last close of a stuck serial line waits up to 30 s for the device.
	discard func()
	// part says farewell before the close; nobody reads or writes any more.
	part func()

	reading, writing sync.Mutex // a deadline belongs to one call at a time
	closed           atomic.Bool
	unsent           atomic.Bool // a write has begun and has not ended well
}

// Pauses before asking again, where nothing tells when it is time.
const (
	emptyPause = 10 * time.Millisecond // of a wire with quietEOF
	roomPause  = 2 * time.Millisecond  // a few bytes at the usual speeds
)

// Read implements Port.
func (w *wire) Read(p []byte, timeout time.Duration) (int, error) {
	w.reading.Lock()
	defer w.reading.Unlock()
	if w.closed.Load() { // the deadline is Close's now
		return 0, w.explain(os.ErrClosed)
	}
	until := deadline(timeout)
	if err := w.stream.SetReadDeadline(until); err != nil {
		return 0, w.explain(err)
	}
	for !w.closed.Load() { // Close may have set its deadline just before ours
		n, err := w.stream.Read(p)
		if err == nil || n > 0 {
			w.tap.note(false, p[:n])
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
	return 0, w.explain(os.ErrClosed)
}

// Write implements Port.
func (w *wire) Write(p []byte, timeout time.Duration) (int, error) {
	w.writing.Lock()
	defer w.writing.Unlock()
	if w.closed.Load() {
		return 0, w.explain(os.ErrClosed)
	}
	until := deadline(timeout)
	if err := w.stream.SetWriteDeadline(until); err != nil {
		return 0, w.explain(err)
	}
	if w.closed.Load() { // it has set its deadline just before ours
		return 0, w.explain(os.ErrClosed)
	}
	w.unsent.Store(true)
	n, err := w.send(p, until)
	w.tap.note(true, p[:n])
	if err != nil {
		return n, w.explain(err)
	}
	w.unsent.Store(false)
	return n, nil
}

// send writes, as far and as fast as the far end allows.
func (w *wire) send(p []byte, until time.Time) (sent int, err error) {
	if w.room == nil {
		return w.stream.Write(p)
	}
	for sent < len(p) {
		room, err := w.room()
		switch {
		case err != nil:
			return sent, err
		case w.closed.Load():
			return sent, os.ErrClosed
		case room <= 0 && !until.IsZero() && time.Now().After(until):
			return sent, os.ErrDeadlineExceeded
		case room <= 0:
			time.Sleep(roomPause)
			continue
		}
		n, err := w.stream.Write(p[sent:min(len(p), sent+room)])
		sent += n
		if err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// Close implements Port. Bytes that Write has handed over whole are still
// sent; the rest of a write that timed out or is under way is thrown away.
func (w *wire) Close() error {
	if w.closed.Swap(true) {
		return nil
	}
	switch {
	case w.unsent.Load():
		if w.discard != nil {
			w.discard()
		}
	case w.part != nil:
		w.stopCalls()
		w.part()
	}
	return w.stream.Close()
}

// stopCalls ends the calls under way, and waits until they have ended.
func (w *wire) stopCalls() {
	past := time.Unix(1, 0)
	_ = w.stream.SetReadDeadline(past) // a stream that was closed stops them as well
	_ = w.stream.SetWriteDeadline(past)
	w.reading.Lock()
	defer w.reading.Unlock()
	w.writing.Lock()
	defer w.writing.Unlock()
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
