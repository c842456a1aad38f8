package virtual

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

// Cable is what a virtual device hangs on: a Line, a Socket, or one of yours.
// Read waits while it is unplugged, and ends with io.EOF when it is closed.
type Cable interface {
	Path() string
	Read([]byte) (int, error)
	Write([]byte) (int, error)
	SetWriteDeadline(time.Time) error
	Plug() error
	Unplug() error
	Close() error
}

// Socket is a device in the network. As most printers it has one session at a
// time; who comes meanwhile waits. It is safe for use by several goroutines.
type Socket struct {
	address string

	mu      sync.Mutex
	changed *sync.Cond
	door    net.Listener // nil while unplugged
	session net.Conn
	closed  bool
}

// NewSocket listens on an address of TCP. With port 0 the system chooses one,
// which stays the same however often the device is unplugged.
func NewSocket(address string) (*Socket, error) {
	s := &Socket{address: address}
	s.changed = sync.NewCond(&s.mu)
	return s, s.Plug()
}

// Path is host and port.
func (s *Socket) Path() string { return s.address }

// Plug brings the device into the network.
func (s *Socket) Plug() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return fmt.Errorf("plug %s: %w", s.address, os.ErrClosed)
	}
	if s.door != nil {
		return nil
	}
	door, err := net.Listen("tcp", s.address)
	if err != nil {
		return fmt.Errorf("plug %s: %w", s.address, err)
	}
	s.door, s.address = door, door.Addr().String()
	go s.accept(door)
	return nil
}

// accept lets one session in after the other.
func (s *Socket) accept(door net.Listener) {
	for {
		conn, err := door.Accept()
		if err != nil {
			return
		}
		s.mu.Lock()
		for s.session != nil && s.door == door {
			s.changed.Wait()
		}
		if s.door != door {
			s.mu.Unlock()
			_ = conn.Close()
			return
		}
		s.session = conn
		s.changed.Broadcast()
		s.mu.Unlock()
	}
}

// Unplug takes the device out of the network: its session breaks off with a
// reset, as when the cable is pulled and the connection given up.
func (s *Socket) Unplug() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pull()
}

// Close ends the socket for good: reads return io.EOF.
func (s *Socket) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	return s.pull()
}

// pull needs s.mu.
func (s *Socket) pull() error {
	defer s.changed.Broadcast()
	var err error
	if s.session != nil {
		if tcp, ok := s.session.(*net.TCPConn); ok {
			err = tcp.SetLinger(0)
		}
		err = errors.Join(err, s.session.Close())
		s.session = nil
	}
	if s.door != nil {
		err = errors.Join(err, s.door.Close())
		s.door = nil
	}
	return err
}

// Read waits for bytes of whoever has the session; once the socket is closed
// it returns io.EOF.
func (s *Socket) Read(p []byte) (int, error) {
	for {
		conn := s.wait()
		if conn == nil {
			return 0, io.EOF
		}
		if n, err := conn.Read(p); err == nil {
			return n, nil
		}
		s.leave(conn)
	}
}

// Write sends bytes to whoever has the session.
func (s *Socket) Write(p []byte) (int, error) {
	s.mu.Lock()
	conn := s.session
	s.mu.Unlock()
	if conn == nil {
		return 0, ErrUnplugged
	}
	return conn.Write(p)
}

// SetWriteDeadline ends a Write that nobody reads.
func (s *Socket) SetWriteDeadline(at time.Time) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session == nil {
		return ErrUnplugged
	}
	return s.session.SetWriteDeadline(at)
}

// wait returns the session, or nil once the socket is closed.
func (s *Socket) wait() net.Conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	for s.session == nil && !s.closed {
		s.changed.Wait()
	}
	return s.session
}

// leave ends a session that its other side has left.
func (s *Socket) leave(conn net.Conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.session == conn {
		_ = conn.Close()
		s.session = nil
		s.changed.Broadcast()
	}
}
