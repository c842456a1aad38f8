package port

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// usualConnect is for a device in the same shop; a printer that boots
	// answers later, and is dialled again.
	usualConnect = 5 * time.Second
	// farewell is how long an answer to the last bytes may still take.
	farewell = time.Second
)

// keepalive finds out within half a minute that a printer was switched off:
// its silence alone says nothing.
var keepalive = net.KeepAliveConfig{Enable: true, Idle: 15 * time.Second, Interval: 5 * time.Second, Count: 3}

// openTCP dials a device. Most printers take one connection at a time and
// refuse or ignore a second one.
func openTCP(a Address, t *tap) (Port, error) {
	connect := a.Connect
	if connect == 0 {
		connect = usualConnect
	}
	dial := func(ctx context.Context) (*wire, error) { return dialTCP(ctx, a.Host, connect, t) }
	w, err := dial(context.Background())
	if err != nil {
		return nil, err
	}
	if a.Idle == 0 {
		return w, nil
	}
	return newSession(a.Host, w, dial, a.Idle), nil
}

func dialTCP(ctx context.Context, host string, connect time.Duration, t *tap) (*wire, error) {
	dialer := net.Dialer{Timeout: connect, KeepAliveConfig: keepalive}
	conn, err := dialer.DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, explainDial(host, err)
	}
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("%s: %w; it is no TCP connection", host, ErrNotDevice), conn.Close())
	}
	return &wire{
		name: host, stream: tcp, tap: t,
		part:    func() { part(tcp) },
		discard: func() { _ = tcp.SetLinger(0) }, // a reset: what is on its way is dropped
	}, nil
}

// part ends our half of a connection and reads on until the device has ended
// its half. A close before that, with an answer unread or still to come, is a
// reset on the wire, and printers throw what they have not printed away at
// one.
func part(conn *net.TCPConn) {
	if conn.CloseWrite() != nil {
		return // it has ended already
	}
	if conn.SetReadDeadline(time.Now().Add(farewell)) != nil {
		return
	}
	for buf := make([]byte, 256); ; {
		if _, err := conn.Read(buf); err != nil {
			return
		}
	}
}

func explainDial(host string, err error) error {
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded) || isTimeout(err):
		return fmt.Errorf("%s: %w; check that the device is on and in this network: %w", host, ErrTimeout, err)
	case errors.Is(err, unix.ECONNREFUSED):
		return fmt.Errorf("%w; the device is on, but takes no connection: check the port, and whether another register holds it", err)
	case isGone(err):
		return fmt.Errorf("%s: %w: %w", host, ErrGone, err)
	}
	return err
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}
