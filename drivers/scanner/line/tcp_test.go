package line_test

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/bench"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
)

// A scanner behind a terminal server keeps the same manners.
func TestConformanceTCP(t *testing.T) {
	for name, model := range map[string]profile.Scanner{
		"cr":      {End: "cr", GapMilli: 150},
		"checked": {Header: "stx", End: "etx", BCC: "data", Digits: 4, GapMilli: 150, Marks: []string{"Q=]Q1", "K=]C0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bench.Scanner(t, model, func(t *testing.T, model profile.Scanner) bench.ScannerRig {
				far := &terminalServer{address: "127.0.0.1:0"}
				if err := far.plug(); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = far.unplug() })
				r := onLine(t, model, port.At(port.Address{Kind: port.TCP, Host: far.address}, 0))
				r.Send, r.Unplug, r.Plug = far.send, far.unplug, far.plug
				return r
			})
		})
	}
}

// terminalServer is a scanner in the network, for one register at a time.
type terminalServer struct {
	address string

	mu   sync.Mutex
	door net.Listener // nil while unplugged
	conn net.Conn     // the newest
	left sync.WaitGroup
}

func (s *terminalServer) plug() error {
	door, err := net.Listen("tcp", s.address)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.door, s.address = door, door.Addr().String()
	s.left.Go(func() {
		for {
			conn, err := door.Accept()
			if err != nil {
				return
			}
			s.mu.Lock()
			if s.conn != nil {
				_ = s.conn.Close()
			}
			s.conn = conn
			s.mu.Unlock()
		}
	})
	return nil
}

// unplug breaks the connection off, as a server does that loses its power.
func (s *terminalServer) unplug() error {
	s.mu.Lock()
	var err error
	if s.conn != nil {
		err = errors.Join(s.conn.(*net.TCPConn).SetLinger(0), s.conn.Close())
	}
	if s.door != nil {
		err = errors.Join(err, s.door.Close())
	}
	s.conn, s.door = nil, nil
	s.mu.Unlock()
	s.left.Wait()
	return err
}

func (s *terminalServer) send(p []byte) error {
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		s.mu.Lock()
		conn := s.conn
		s.mu.Unlock()
		if conn != nil { // the register has connected, and so has this side
			n, err := conn.Write(p)
			if err == nil && n < len(p) {
				err = io.ErrShortWrite
			}
			return err
		}
	}
	return os.ErrDeadlineExceeded
}
