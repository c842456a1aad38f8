package port

import (
	"context"
	"net"
	"os"
	"time"
)

// IsPseudo is for the test of device numbers.
var IsPseudo = isPseudo

// NewQuiet is a port on a file whose empty reads mean "nothing yet".
func NewQuiet(f *os.File) Port { return &wire{name: f.Name(), stream: f, quietEOF: true} }

// Kernel stands in for ioctl(2).
type Kernel interface{ kernel }

// Answers is a kernel that knows these requests: what it writes into the
// buffer of one, or the error with which it refuses.
type Answers map[uint]any

func (a Answers) fill(_ int, request uint, into []byte) (int, error) {
	switch answer := a[request].(type) {
	case string:
		return copy(into, answer), nil
	case error:
		return 0, answer
	case func([]byte) error:
		return 0, answer(into)
	}
	return linux{}.fill(-1, request, into) // EBADF: nobody planned for it
}

func (a Answers) set(_ int, request uint, value int) error {
	if answer, ok := a[request].(func(int) error); ok {
		return answer(value)
	}
	return linux{}.set(-1, request, value)
}

// OpenOn opens an address before a kernel of the test's.
func OpenOn(a Address, k Answers, t *Trace) (Port, error) {
	return open(a, k, &tap{trace: t, generation: 1})
}

// HIDRawOn is a port of whole reports on a file.
func HIDRawOn(f *os.File, k Answers, t *Trace) Port { return newHIDRaw(f, k, &tap{trace: t}) }

// Requests of the kernel, for Answers.
const (
	LPStatus = lpGetStatus
	Grab     = evGrab
	Clock    = evClock
)

// Reads is the number of a request that fills a buffer.
var Reads = reads

// NewSession is a port that is closed while nobody uses it, on connections of
// the test's.
func NewSession(idle time.Duration, dial func(context.Context) (net.Conn, error)) (Port, error) {
	wired := func(ctx context.Context) (*wire, error) {
		conn, err := dial(ctx)
		if err != nil {
			return nil, err
		}
		return &wire{name: "printer", stream: conn, part: func() {}}, nil
	}
	w, err := wired(context.Background())
	if err != nil {
		return nil, err
	}
	return newSession("printer", w, wired, idle), nil
}
