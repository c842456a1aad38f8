package port_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

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
