package port_test

import (
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.bug.st/serial"
	"golang.org/x/sys/unix"

	"github.com/posagent/posagent/drivers/port"
)

// The trap: a descriptor is closed, its number goes to another file, such as
// the database, and a late write lands there. The first half shows that this
// test sees it happen when the serial library is used bare.
func TestWriteAfterCloseTouchesNoOtherFile(t *testing.T) {
	bare, err := serial.Open(newLine(t).Path(), &serial.Mode{})
	if err != nil {
		t.Fatal(err)
	}
	if err := bare.Close(); err != nil {
		t.Fatal(err)
	}
	leaked := victims(t, func() { _, _ = bare.Write([]byte("LEAKED")) })
	if leaked == 0 {
		t.Error("the bare library no longer leaks, so this test proves nothing: find another way to show the trap")
	}

	ours := open(t, serialAt(newLine(t).Path()))
	if err := ours.Close(); err != nil {
		t.Fatal(err)
	}
	leaked = victims(t, func() {
		if n, err := ours.Write([]byte("LEAKED"), time.Second); n != 0 || !errors.Is(err, port.ErrClosed) {
			t.Errorf("write after close: %d, %v; want 0, ErrClosed", n, err)
		}
		if n, err := ours.Read(make([]byte, 1), time.Second); n != 0 || !errors.Is(err, port.ErrClosed) {
			t.Errorf("read after close: %d, %v; want 0, ErrClosed", n, err)
		}
	})
	if leaked != 0 {
		t.Fatalf("%d bytes landed in other files", leaked)
	}
}

// What was handed over whole is still sent when a line is closed, for as long
// as it moves; a device that takes nothing more does not hold the close up.
func TestCloseOfALineThatIsHeldUp(t *testing.T) {
	for name, c := range map[string]struct {
		queued  []uint32 // as the system tells it, the last one for ever
		flushed int
	}{
		"sent":    {[]uint32{0}, 0},
		"moves":   {[]uint32{300, 200, 200, 100, 0}, 0},
		"held up": {[]uint32{300, 200}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			flushed := 0
			p, err := port.OpenOn(serialAt(newLine(t).Path()), port.Answers{
				unix.TIOCOUTQ: func(into []byte) error {
					copy(into, number(c.queued[0]))
					c.queued = c.queued[min(1, len(c.queued)-1):]
					return nil
				},
				unix.TCFLSH: func(int) error { flushed++; return nil },
			}, &port.Trace{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := p.Write([]byte("receipt"), time.Second); err != nil {
				t.Fatal(err)
			}
			if err := p.Close(); err != nil || flushed != c.flushed || len(c.queued) != 1 {
				t.Errorf("%v, flushed %d times with %v to go, want %d", err, flushed, c.queued, c.flushed)
			}
		})
	}
}

// victims opens files that take the free descriptors, runs do, and returns how
// many bytes the files hold after it.
func victims(t *testing.T, do func()) int64 {
	t.Helper()
	var files []*os.File
	for range 16 {
		f, err := os.CreateTemp(t.TempDir(), "victim")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		files = append(files, f)
	}
	do()
	var bytes int64
	for _, f := range files {
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		bytes += info.Size()
	}
	return bytes
}

// The same with the close in the middle of a writer's work.
func TestCloseWhileWritingTouchesNoOtherFile(t *testing.T) {
	for range 15 {
		line := newLine(t)
		p := open(t, serialAt(line.Path()))
		go func() { _, _ = io.Copy(io.Discard, line) }()
		var writers sync.WaitGroup
		started := make(chan struct{})
		writers.Go(func() {
			for i := 0; ; i++ {
				if _, err := p.Write([]byte("LEAKED"), time.Minute); err != nil {
					return
				}
				if i == 0 {
					close(started)
				}
			}
		})
		<-started
		if leaked := victims(t, func() { _ = p.Close(); writers.Wait() }); leaked != 0 {
			t.Fatalf("%d bytes landed in other files", leaked)
		}
		if leaked := victims(t, func() { _, _ = p.Write([]byte("LEAKED"), time.Minute) }); leaked != 0 {
			t.Fatalf("%d bytes landed in other files", leaked)
		}
		_ = line.Close()
	}
}

// Nobody reads at the far end: the write ends at its timeout, or at once when
// the port is closed. The serial library alone would hang for ever.
func TestStuckWriterIsFreed(t *testing.T) {
	p := open(t, serialAt(newLine(t).Path()))
	n, err := p.Write(make([]byte, 1<<20), 50*time.Millisecond)
	if n <= 0 || n >= 1<<20 || !errors.Is(err, port.ErrTimeout) {
		t.Fatalf("stuck write: %d, %v; want some bytes and ErrTimeout", n, err)
	}

	ended := make(chan error, 1)
	go func() {
		_, err := p.Write(make([]byte, 1<<20), 0)
		ended <- err
	}()
	time.Sleep(20 * time.Millisecond) // long enough to be stuck; if it is not yet, the result is the same
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; !errors.Is(err, port.ErrClosed) {
		t.Fatalf("stuck write after close: %v, want ErrClosed", err)
	}
}

// The rest of a receipt that got stuck does not come out before the next one,
// and does not hold up the close. What the far end's buffer has got already
// cannot be called back.
func TestCloseThrowsTheStuckRestAway(t *testing.T) {
	line := newLine(t)
	stuck := open(t, serialAt(line.Path()))
	taken, err := stuck.Write(make([]byte, 1<<20), 50*time.Millisecond)
	if !errors.Is(err, port.ErrTimeout) {
		t.Fatalf("stuck write: %v, want ErrTimeout", err)
	}
	if err := stuck.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, serialAt(line.Path())).Write([]byte("next"), 10*time.Second); err != nil {
		t.Fatal(err)
	}
	var came []byte
	for buf := make([]byte, 4096); !strings.HasSuffix(string(came), "next"); {
		n, err := line.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		came = append(came, buf[:n]...)
	}
	if len(came)-len("next") >= taken {
		t.Fatalf("all %d bytes of the stuck write came before the next", taken)
	}
}

// What a write has handed over whole is sent, even when the port is closed at
// once.
func TestCloseKeepsWhatWasWritten(t *testing.T) {
	line := newLine(t)
	p := open(t, serialAt(line.Path()))
	if _, err := p.Write([]byte("all of it"), time.Minute); err != nil {
		t.Fatal(err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 9)
	if _, err := io.ReadFull(line, got); err != nil || string(got) != "all of it" {
		t.Fatalf("far end read %q (%v)", got, err)
	}
}
