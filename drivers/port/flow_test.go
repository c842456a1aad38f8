package port_test

import (
	"bytes"
	"errors"
	"io"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/posagent/posagent/drivers/port"
)

// A printer that sends XOFF is sent no more until it sends XON, and neither of
// the two reaches the reader.
func TestXONXOFF(t *testing.T) {
	line := newLine(t)
	a := serialAt(line.Path())
	a.Flow = port.XONXOFF
	p := open(t, a)
	write(t, line, "\x13")
	// The kernel holds output back once it has seen the XOFF; what was sent
	// before cannot be called back. A write that gets stuck shows it.
	stuck := false
	for range 1000 {
		if _, err := p.Write(make([]byte, 4096), 20*time.Millisecond); errors.Is(err, port.ErrTimeout) {
			stuck = true
			break
		}
	}
	if !stuck {
		t.Fatal("XOFF holds nothing up")
	}
	write(t, line, "\x11\x12")
	if got := readFull(t, p, 1); got != "\x12" {
		t.Errorf("read %q, want only the status", got)
	}
	go func() { _, _ = io.Copy(io.Discard, line) }()
	if _, err := p.Write(make([]byte, 1<<16), time.Minute); err != nil {
		t.Errorf("after XON: %v", err)
	}
}

func write(t *testing.T, to io.Writer, text string) {
	t.Helper()
	if _, err := io.WriteString(to, text); err != nil {
		t.Fatal(err)
	}
}

// Without flow control the two are bytes like all others: a scanner may send
// them.
func TestNoFlowPassesXOFF(t *testing.T) {
	line := newLine(t)
	flowing := serialAt(line.Path())
	flowing.Flow = port.XONXOFF
	if err := open(t, flowing).Close(); err != nil { // and leaves nothing behind
		t.Fatal(err)
	}
	p := open(t, serialAt(line.Path()))
	write(t, line, "\x13\x11")
	if got := readFull(t, p, 2); got != "\x13\x11" {
		t.Errorf("read %q", got)
	}
}

func TestRTSCTSIsSet(t *testing.T) {
	line := newLine(t)
	a := serialAt(line.Path())
	a.Flow = port.RTSCTS
	open(t, a)
	fd, err := unix.Open(line.Path(), unix.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	settings, err := unix.IoctlGetTermios(fd, unix.TCGETS)
	if err != nil || settings.Cflag&unix.CRTSCTS == 0 || settings.Iflag&unix.IXON != 0 {
		t.Errorf("the line is set to %+v (%v)", settings, err)
	}
}

// modem is the lines of a device that holds us up by its DTR, and a queue that
// is never longer than what we were told to keep it at.
type modem struct {
	ready  atomic.Bool
	queued atomic.Int32
}

func (m *modem) answers() port.Answers {
	return port.Answers{
		unix.TIOCMGET: func(into []byte) error {
			lines := uint32(0)
			if m.ready.Load() {
				lines = unix.TIOCM_DSR
			}
			copy(into, number(lines))
			return nil
		},
		unix.TIOCOUTQ: func(into []byte) error {
			copy(into, number(uint32(m.queued.Load())))
			return nil
		},
	}
}

func TestDTRDSR(t *testing.T) {
	line := newLine(t)
	a := serialAt(line.Path())
	a.Flow = port.DTRDSR
	m := &modem{}
	p, err := port.OpenOn(a, m.answers(), &port.Trace{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })

	if n, err := p.Write([]byte("x"), 20*time.Millisecond); n != 0 || !errors.Is(err, port.ErrTimeout) {
		t.Fatalf("while DSR is low: %d, %v, want ErrTimeout", n, err)
	}
	m.ready.Store(true)
	m.queued.Store(64)
	if n, err := p.Write([]byte("x"), 20*time.Millisecond); n != 0 || !errors.Is(err, port.ErrTimeout) {
		t.Fatalf("while 64 bytes are on their way: %d, %v, want ErrTimeout", n, err)
	}
	m.queued.Store(0)
	sent := bytes.Repeat([]byte("receipt "), 100)
	ended := make(chan error, 1)
	go func() {
		_, err := p.Write(sent, time.Minute)
		ended <- err
	}()
	got := make([]byte, len(sent))
	if _, err := io.ReadFull(line, got); err != nil || !bytes.Equal(got, sent) {
		t.Fatalf("the far end got %q (%v)", got, err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}

	m.ready.Store(false) // a close frees who waits for the line
	go func() {
		_, err := p.Write([]byte("x"), 0)
		ended <- err
	}()
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, port.ErrClosed) {
		t.Errorf("held up and closed: %v, want ErrClosed", err)
	}
}

// No more than a little goes at once, so that a printer which lowers the line
// is not overrun by what is on its way.
func TestDTRDSRGoesInSmallSteps(t *testing.T) {
	line := newLine(t)
	a := serialAt(line.Path())
	a.Flow = port.DTRDSR
	m := &modem{}
	m.ready.Store(true)
	answers := m.answers()
	asked := 0
	dsr := answers[unix.TIOCMGET].(func([]byte) error)
	answers[unix.TIOCMGET] = func(into []byte) error {
		asked++
		return dsr(into)
	}
	p, err := port.OpenOn(a, answers, &port.Trace{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	asked = 0
	if _, err := p.Write(make([]byte, 640), time.Minute); err != nil || asked != 10 {
		t.Errorf("640 bytes took %d looks at DSR (%v), want 10", asked, err)
	}
}

// A line without modem control cannot be held up so, and says it at once.
func TestDTRDSRNeedsTheLine(t *testing.T) {
	a := serialAt(newLine(t).Path())
	a.Flow = port.DTRDSR
	if _, err := port.Open(a); !errors.Is(err, port.ErrNotDevice) {
		t.Errorf("open: %v, want ErrNotDevice", err)
	}
}
