package pole

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/posagent/posagent/drivers/port"
)

// Printer passes bytes on to what hangs on it.
type Printer interface {
	Through(context.Context, []byte) error
}

// Through opens a display behind a printer: each write goes to the printer in
// one piece, between two documents, within ESC = 2 (to the display only) and
// ESC = 1 (to the printer only).
func Through(p Printer) port.Opener {
	return func() (port.Port, error) { return &through{printer: p, closed: make(chan struct{})}, nil }
}

// documentTime is how long a write waits for a document that is being printed.
const documentTime = 15 * time.Second

// through is a wire that leads through a printer.
type through struct {
	printer Printer
	once    sync.Once
	closed  chan struct{}
}

// Read implements port.Port: nothing ever comes back.
func (t *through) Read(_ []byte, timeout time.Duration) (int, error) {
	var over <-chan time.Time
	if timeout > 0 {
		timer := time.NewTimer(timeout)
		defer timer.Stop()
		over = timer.C
	}
	select {
	case <-t.closed:
		return 0, port.ErrClosed
	case <-over:
		return 0, port.ErrTimeout
	}
}

// Write implements port.Port.
func (t *through) Write(p []byte, timeout time.Duration) (int, error) {
	// A document that is being printed comes first.
	ctx, cancel := context.WithTimeout(context.Background(), max(timeout, documentTime))
	defer cancel()
	if err := t.printer.Through(ctx, slices.Concat([]byte{0x1B, '=', 2}, p, []byte{0x1B, '=', 1})); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close implements port.Port.
func (t *through) Close() error {
	t.once.Do(func() { close(t.closed) })
	return nil
}
