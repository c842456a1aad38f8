package port

import (
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// dialTimeout is for a device in the same shop; a printer that boots answers
// later, and is dialled again.
const dialTimeout = 5 * time.Second

// keepalive finds out within half a minute that a printer was switched off:
// its silence alone says nothing.
var keepalive = net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}

// openTCP dials a device. Most printers take one connection at a time and
// refuse or ignore a second one.
func openTCP(host string) (Port, error) {
	dialer := net.Dialer{Timeout: dialTimeout, KeepAliveConfig: keepalive}
	conn, err := dialer.Dial("tcp", host)
	if err == nil {
		return &wire{name: host, stream: conn}, nil
	}
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded) || isTimeout(err):
		return nil, fmt.Errorf("%s: %w; check that the device is on and in this network: %w", host, ErrTimeout, err)
	case errors.Is(err, unix.ECONNREFUSED):
		return nil, fmt.Errorf("%w; the device is on, but takes no connection: check the port, and whether another register holds it", err)
	case isGone(err):
		return nil, fmt.Errorf("%s: %w: %w", host, ErrGone, err)
	}
	return nil, err
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
