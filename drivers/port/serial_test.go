package port_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.bug.st/serial"
	"golang.org/x/sys/unix"

	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/virtual"
)

func newLine(t *testing.T) *virtual.Line {
	t.Helper()
	line, err := virtual.NewLine(filepath.Join(t.TempDir(), "line"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = line.Close() })
	return line
}

func serialAt(path string) port.Address { return port.Address{Kind: port.Serial, Path: path} }

func open(t *testing.T, a port.Address) port.Port {
	t.Helper()
	p, err := port.Open(a)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func TestSerialCarriesEveryByteInEveryMode(t *testing.T) {
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for _, text := range []string{"mode=8N1", "baud=115200&mode=8E2", "baud=12345", "baud=9600&mode=7S2", "mode=7M1", "mode=8O1"} {
		t.Run(text, func(t *testing.T) {
			line := newLine(t)
			address, err := port.ParseAddress("serial:" + line.Path() + "?" + text)
			if err != nil {
				t.Fatal(err)
			}
			p := open(t, address)
			if _, err := line.Write(all); err != nil {
				t.Fatal(err)
			}
			if got := readFull(t, p, len(all)); got != string(all) {
				t.Fatalf("read % x", got)
			}
			if n, err := p.Write(all, time.Minute); n != len(all) || err != nil {
				t.Fatalf("write: %d, %v", n, err)
			}
			got := make([]byte, len(all))
			if _, err := io.ReadFull(line, got); err != nil || string(got) != string(all) {
				t.Fatalf("far end read % x (%v)", got, err)
			}
		})
	}
}

func readFull(t *testing.T, p port.Port, want int) string {
	t.Helper()
	got, buf := "", make([]byte, 64)
	for len(got) < want {
		n, err := p.Read(buf, time.Minute)
		if err != nil {
			t.Fatalf("read after %d of %d bytes: %v", len(got), want, err)
		}
		got += string(buf[:n])
	}
	return got
}

func TestReadTimeout(t *testing.T) {
	p := open(t, serialAt(newLine(t).Path()))
	for range 2 { // a timeout does not spoil the next read
		if n, err := p.Read(make([]byte, 8), time.Millisecond); n != 0 || !errors.Is(err, port.ErrTimeout) {
			t.Fatalf("read: %d, %v; want ErrTimeout", n, err)
		}
	}
}

// A code that was scanned before the register listened is not delivered.
func TestOpenDropsWhatCameBefore(t *testing.T) {
	line := newLine(t)
	if _, err := line.Write([]byte("old\r")); err != nil {
		t.Fatal(err)
	}
	p := open(t, serialAt(line.Path()))
	if _, err := line.Write([]byte("new\r")); err != nil {
		t.Fatal(err)
	}
	if got := readFull(t, p, 4); got != "new\r" {
		t.Fatalf("read %q", got)
	}
}

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
	for range 50 {
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

func TestUnplugIsToldApartFromClose(t *testing.T) {
	waitingRead := func(p port.Port) chan error {
		ended := make(chan error, 1)
		go func() {
			_, err := p.Read(make([]byte, 1), 0)
			ended <- err
		}()
		return ended
	}
	t.Run("unplug", func(t *testing.T) {
		line := newLine(t)
		p := open(t, serialAt(line.Path()))
		ended := waitingRead(p)
		if err := line.Unplug(); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; !errors.Is(err, port.ErrGone) || errors.Is(err, port.ErrClosed) {
			t.Errorf("read: %v, want ErrGone", err)
		}
		if _, err := p.Write([]byte("x"), time.Second); !errors.Is(err, port.ErrGone) {
			t.Errorf("write: %v, want ErrGone", err)
		}
		if _, err := port.Open(serialAt(line.Path())); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("open: %v, want ErrNotExist", err)
		}
		if err := line.Plug(); err != nil {
			t.Fatal(err)
		}
		open(t, serialAt(line.Path())) // while the old port is still held
	})
	t.Run("close", func(t *testing.T) {
		p := open(t, serialAt(newLine(t).Path()))
		ended := waitingRead(p)
		for range 2 {
			if err := p.Close(); err != nil {
				t.Fatal(err)
			}
		}
		if err := <-ended; !errors.Is(err, port.ErrClosed) || errors.Is(err, port.ErrGone) {
			t.Errorf("read: %v, want ErrClosed", err)
		}
	})
}

func TestSecondOpenerIsRefused(t *testing.T) {
	line := newLine(t)
	first := open(t, serialAt(line.Path()))
	if _, err := port.Open(serialAt(line.Path())); !errors.Is(err, port.ErrBusy) {
		t.Fatalf("second open: %v, want ErrBusy", err)
	}
	if _, err := port.Open(port.Address{Kind: port.File, Path: line.Path()}); !errors.Is(err, port.ErrBusy) {
		t.Fatalf("second open as a file: %v, want ErrBusy", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, serialAt(line.Path()))
}

func TestOpenSerialErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "plain")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]error{
		"/dev/no-such-line": fs.ErrNotExist,
		file:                port.ErrNotDevice,
		t.TempDir():         unix.EISDIR,
		"/dev/null":         port.ErrNotDevice,
	} {
		if _, err := port.Open(serialAt(path)); !errors.Is(err, want) {
			t.Errorf("open %s: %v, want %v", path, err, want)
		}
	}
	bad := serialAt(newLine(t).Path())
	bad.Parity = 'X'
	if _, err := port.Open(bad); err == nil {
		t.Error("parity X was taken")
	}
}

func TestPseudoTerminalsAreKnownByNumber(t *testing.T) {
	var near unix.Stat_t
	if err := unix.Stat(newLine(t).Path(), &near); err != nil {
		t.Fatal(err)
	}
	if !port.IsPseudo(near.Rdev) {
		t.Error("a pseudo terminal was not recognised")
	}
	for name, number := range map[string]uint64{"ttyS0": unix.Mkdev(4, 64), "ttyUSB0": unix.Mkdev(188, 0), "ttyACM0": unix.Mkdev(166, 0)} {
		if port.IsPseudo(number) {
			t.Errorf("%s was taken for a pseudo terminal", name)
		}
	}
}
