package port_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/posagent/posagent/drivers/port"
)

// tcpPair is a port and the device's side of its connection.
func tcpPair(t *testing.T) (port.Port, *net.TCPConn) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	address, err := port.ParseAddress("tcp:" + listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	p := open(t, address)
	conn, err := listener.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return p, conn.(*net.TCPConn)
}

func TestTCP(t *testing.T) {
	p, device := tcpPair(t)
	if _, err := p.Write([]byte("hello"), time.Minute); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, 5)
	if _, err := io.ReadFull(device, got); err != nil || string(got) != "hello" {
		t.Fatalf("device read %q (%v)", got, err)
	}
	if _, err := device.Write([]byte("ok")); err != nil {
		t.Fatal(err)
	}
	if got := readFull(t, p, 2); got != "ok" {
		t.Fatalf("read %q", got)
	}
	if _, err := p.Read(got, time.Millisecond); !errors.Is(err, port.ErrTimeout) {
		t.Fatalf("read: %v, want ErrTimeout", err)
	}
	if n, err := p.Write(make([]byte, 64<<20), 50*time.Millisecond); n >= 64<<20 || !errors.Is(err, port.ErrTimeout) {
		t.Fatalf("stuck write: %d, %v, want ErrTimeout", n, err)
	}
}

func TestTCPEnds(t *testing.T) {
	for name, end := range map[string]func(*net.TCPConn){
		"device ends":   func(c *net.TCPConn) { _ = c.Close() },
		"device resets": func(c *net.TCPConn) { _ = c.SetLinger(0); _ = c.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			p, device := tcpPair(t)
			end(device)
			if _, err := p.Read(make([]byte, 1), time.Minute); !errors.Is(err, port.ErrGone) {
				t.Fatalf("read: %v, want ErrGone", err)
			}
		})
	}
	t.Run("we close", func(t *testing.T) {
		p, _ := tcpPair(t)
		_ = p.Close()
		if _, err := p.Read(make([]byte, 1), time.Minute); !errors.Is(err, port.ErrClosed) {
			t.Fatalf("read: %v, want ErrClosed", err)
		}
	})
	t.Run("nobody listens", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		host := listener.Addr().String()
		_ = listener.Close()
		if _, err := port.Open(port.Address{Kind: port.TCP, Host: host}); !errors.Is(err, unix.ECONNREFUSED) {
			t.Fatalf("open: %v, want a refusal", err)
		}
	})
}

// What was written is not lost by a close with an answer unread: that would be
// a reset on the wire, and printers drop what they have not printed at one.
func TestTCPSaysFarewell(t *testing.T) {
	p, device := tcpPair(t)
	if _, err := p.Write([]byte("receipt"), time.Minute); err != nil {
		t.Fatal(err)
	}
	if _, err := device.Write([]byte("status nobody reads")); err != nil {
		t.Fatal(err)
	}
	closed := make(chan error, 1)
	go func() { closed <- p.Close() }()
	got, err := io.ReadAll(device)
	if err != nil || string(got) != "receipt" {
		t.Errorf("the device got %q (%v)", got, err)
	}
	if _, err := device.Write([]byte("the last answer")); err != nil {
		t.Errorf("its answer to the last bytes: %v", err)
	}
	if err := device.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-closed; err != nil {
		t.Errorf("close: %v", err)
	}
}

// A device that does not end its half is not waited for for ever, and whoever
// reads meanwhile is freed at once.
func TestTCPFarewellEnds(t *testing.T) {
	p, _ := tcpPair(t)
	ended := make(chan error, 1)
	go func() {
		_, err := p.Read(make([]byte, 1), 0)
		ended <- err
	}()
	for range 2 {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	if err := <-ended; !errors.Is(err, port.ErrClosed) {
		t.Errorf("read: %v, want ErrClosed", err)
	}
}

// The rest of a receipt that got stuck is not sent behind our back.
func TestTCPDropsTheStuckRest(t *testing.T) {
	p, device := tcpPair(t)
	if _, err := p.Write(make([]byte, 64<<20), 50*time.Millisecond); !errors.Is(err, port.ErrTimeout) {
		t.Fatalf("stuck write: %v, want ErrTimeout", err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, device); !errors.Is(err, unix.ECONNRESET) {
		t.Errorf("the device read to the end with %v, want a reset", err)
	}
}

// A device that is too busy to take a connection lets us wait, but not longer
// than we want to.
func TestTCPConnectDeadline(t *testing.T) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(fd)
	if err := errors.Join(unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), unix.Listen(fd, 0)); err != nil {
		t.Fatal(err)
	}
	here, err := unix.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	a, err := port.ParseAddress(fmt.Sprintf("tcp:127.0.0.1:%d?connect=100ms", here.(*unix.SockaddrInet4).Port))
	if err != nil {
		t.Fatal(err)
	}
	const most = 10 // connections that nobody takes and that the system holds all the same
	for range most {
		p, err := port.Open(a)
		if errors.Is(err, port.ErrTimeout) {
			return
		}
		if err != nil {
			t.Fatalf("open: %v, want ErrTimeout", err)
		}
		defer p.Close()
	}
	t.Error("no dial ever waited in vain")
}
