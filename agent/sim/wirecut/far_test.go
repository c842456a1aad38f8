package wirecut_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/sim/wirecut"
)

// patience only ends a hung test.
const patience = 30 * time.Second

// far is a TLS server that keeps what it read on each connection, and answers
// each line with the same line.
type far struct {
	addr  string
	roots *tls.Config
	mu    sync.Mutex
	lines []string
	errs  []error
	ended sync.WaitGroup
}

func listen(t *testing.T) *far {
	t.Helper()
	// httptest has a certificate and its authority at hand.
	donor := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(donor.Close)
	f := &far{roots: donor.Client().Transport.(*http.Transport).TLSClientConfig.Clone()}
	f.roots.ServerName = "example.com"
	l, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: donor.TLS.Certificates})
	check(t, err)
	f.addr = l.Addr().String()
	f.ended.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			f.ended.Go(func() { f.serve(conn) })
		}
	})
	t.Cleanup(func() { l.Close(); f.ended.Wait() })
	return f
}

func (f *far) serve(conn net.Conn) {
	defer conn.Close()
	var line []byte
	p := make([]byte, 1)
	for {
		if _, err := conn.Read(p); err != nil {
			f.mu.Lock()
			f.errs = append(f.errs, err)
			f.mu.Unlock()
			return
		}
		if line = append(line, p[0]); p[0] == '\n' {
			f.mu.Lock()
			f.lines = append(f.lines, string(line))
			f.mu.Unlock()
			_, _ = conn.Write(line)
			line = nil
		}
	}
}

func (f *far) heard() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.lines...)
}

// broke is the first end of a connection that was not a proper one.
func (f *far) broke() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, err := range f.errs {
		if !errors.Is(err, io.EOF) {
			return err
		}
	}
	return nil
}

func proxy(t *testing.T, target string, plan func(int) wirecut.Plan) *wirecut.Proxy {
	t.Helper()
	p, err := wirecut.New(target, plan)
	check(t, err)
	t.Cleanup(func() { check(t, p.Close()) })
	return p
}

// dial makes a TLS connection to the far side by way of the proxy.
func (f *far) dial(t *testing.T, p *wirecut.Proxy) *tls.Conn {
	t.Helper()
	conn, err := tls.Dial("tcp", p.Addr(), f.roots)
	check(t, err)
	t.Cleanup(func() { conn.Close() })
	check(t, conn.SetDeadline(time.Now().Add(patience)))
	return conn
}

func say(t *testing.T, conn net.Conn, line string) {
	t.Helper()
	_, err := conn.Write([]byte(line))
	check(t, err)
}

func hear(t *testing.T, conn net.Conn, line string) {
	t.Helper()
	p := make([]byte, len(line))
	if _, err := io.ReadFull(conn, p); err != nil || string(p) != line {
		t.Fatalf("heard %q (%v), want %q", p, err, line)
	}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it never came to pass that %s", what)
		}
	}
}

// greeted is a connection that has exchanged a line, so that no handshake is
// left in what comes.
func greeted(t *testing.T, f *far, p *wirecut.Proxy) *tls.Conn {
	t.Helper()
	conn := f.dial(t, p)
	say(t, conn, "hello\n")
	hear(t, conn, "hello\n")
	return conn
}
