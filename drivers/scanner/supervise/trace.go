package supervise

import (
	"time"

	"github.com/posagent/posagent/drivers/scanner"
)

// traceLength is how many moments are kept: some minutes of a sale, and half a
// second of a flood.
const traceLength = 64

// ring keeps the newest moments.
type ring struct {
	moments []scanner.Moment // as many as have been, at most traceLength
	next    int              // the oldest, once all are there
}

func (r *ring) add(m scanner.Moment) {
	if len(r.moments) < traceLength {
		r.moments = append(r.moments, m)
		return
	}
	r.moments[r.next] = m
	r.next = (r.next + 1) % traceLength
}

func (r *ring) all() []scanner.Moment {
	return append(append([]scanner.Moment(nil), r.moments[r.next:]...), r.moments[:r.next]...)
}

// note puts a moment into the trace.
func (s *Scanner) note(what string, bytes int, shape string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trace.add(scanner.Moment{At: time.Now(), What: what, Bytes: bytes, Shape: shape})
}

// Trace is what happened on the wire lately, the oldest first. It holds
// lengths and kinds of bytes, and never a code.
func (s *Scanner) Trace() []scanner.Moment {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.trace.all()
}
