package supervise

import (
	"errors"
	"time"

	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/scanner"
)

// Decoder turns the bytes of one kind of scanner into events. It keeps no
// time: silence is told to it, so that a late goroutine cannot make one code
// into two.
type Decoder interface {
	// Feed takes what one read gave.
	Feed([]byte) []scanner.Event
	// Wait is how long Silence is put off; 0 means that nothing is pending.
	Wait() time.Duration
	// Silence says that nothing came for as long as Wait.
	Silence() []scanner.Event
	// Cut says that nothing more comes.
	Cut() []scanner.Event
}

const (
	// lastLook follows a read that timed out: the deadline may have passed
	// while this program slept and the bytes waited.
	lastLook = 2 * time.Millisecond

	// readLength is more than a scanner sends at a time.
	readLength = 4096
)

// Stream is a source that reads a port into a decoder.
func Stream(p port.Port, d Decoder, h Host) Source {
	return &stream{port: p, decoder: d, host: h, buf: make([]byte, readLength)}
}

type stream struct {
	port    port.Port
	decoder Decoder
	host    Host
	buf     []byte
}

// Read implements Source. Only a read that found nothing for the whole wait is
// silence; the clock between two reads may be our own delay.
func (s *stream) Read() ([]scanner.Event, error) {
	n, err := s.port.Read(s.buf, s.decoder.Wait())
	if errors.Is(err, port.ErrTimeout) {
		n, err = s.port.Read(s.buf, lastLook)
	}
	switch {
	case errors.Is(err, port.ErrTimeout):
		return s.decoder.Silence(), nil
	case err != nil:
		return nil, err
	}
	s.host.Heard()
	events := s.decoder.Feed(s.buf[:n])
	clear(s.buf[:n]) // it may have been a live payment code
	return events, nil
}

func (s *stream) Cut() []scanner.Event { return s.decoder.Cut() }
func (s *stream) Close() error         { return s.port.Close() }
