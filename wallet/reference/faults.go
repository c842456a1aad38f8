package reference

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/posagent/posagent/wallet/wire"
)

// faults is the trouble that was ordered last.
type faults struct {
	mu    sync.Mutex
	order wire.FaultOrder
}

func (f *faults) set(o wire.FaultOrder) error {
	switch o.Fault {
	case wire.FaultNone, wire.FaultSlow, wire.FaultSilent, wire.FaultReset, wire.FaultDuplicate, wire.FaultLate, wire.FaultNonsense, wire.FaultRefuse,
		wire.FaultHold, wire.FaultConfirm:
	default:
		return fmt.Errorf("there is no fault %q: use none, slow, silent, reset, duplicate, late, nonsense, refuse, hold or confirm", o.Fault)
	}
	if o.Count < 0 {
		return fmt.Errorf("count is %d, but must be 0 (no limit) or more", o.Count)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.order = o
	return nil
}

func (f *faults) standing() wire.FaultOrder {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.order.Fault == "" {
		return wire.FaultOrder{Fault: wire.FaultNone}
	}
	return f.order
}

// take is the fault of this call that moves money, and counts it.
func (f *faults) take() wire.Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.order.Fault == wire.FaultRefuse { // ordered since this call was let in
		return wire.FaultNone
	}
	return f.count()
}

// refuses tells whether this call, of any kind, is refused, and counts it.
func (f *faults) refuses() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.order.Fault == wire.FaultRefuse && f.count() == wire.FaultRefuse
}

func (f *faults) count() wire.Fault {
	fault := f.order.Fault
	if fault == "" {
		return wire.FaultNone
	}
	if f.order.Count == 1 {
		f.order = wire.FaultOrder{Fault: wire.FaultNone}
	} else if f.order.Count > 1 {
		f.order.Count--
	}
	return fault
}

// move carries out a call that moves money, with the fault that is ordered.
func (s *Server) move(w http.ResponseWriter, r *http.Request, key, nonce string, do func(wire.Fault) (wire.Answer, error)) {
	fault := s.faults.take()
	if fault == wire.FaultHold {
		s.hold(s.opts.Late)
	}
	a, err := s.commit(fault, key, do)
	s.log.Info("asked for money", "kind", a.Kind, "key", key, "amount", a.Amount, "status", a.Status, "reason", a.Reason, "fault", fault, "error", err)
	if a.Reason == wire.CodeUsed && s.opts.Ledger.Forked() {
		s.log.Warn("one key was on two phones: it is ended, and registers are told", "key", key, "error", s.announce())
	}
	if s.trouble(w, r, fault) {
		return
	}
	reply(w, nonce, a, err)
}

// commit asks the books, and for FaultDuplicate twice at once, as a network
// does that repeats a request.
func (s *Server) commit(fault wire.Fault, key string, do func(wire.Fault) (wire.Answer, error)) (wire.Answer, error) {
	if fault != wire.FaultDuplicate {
		return do(fault)
	}
	var twin sync.WaitGroup
	twin.Go(func() {
		a, err := do(fault)
		s.log.Info("asked again", "kind", a.Kind, "key", key, "status", a.Status, "error", err)
	})
	a, err := do(fault)
	twin.Wait()
	return a, err
}

// trouble plays the fault after the books have spoken, and returns true when
// there is nothing left to answer.
func (s *Server) trouble(w http.ResponseWriter, r *http.Request, fault wire.Fault) bool {
	switch fault {
	case wire.FaultSlow:
		return s.wait(r, s.opts.Slow)
	case wire.FaultLate:
		return s.wait(r, s.opts.Late)
	case wire.FaultNonsense: // what the network of a shopping centre answers
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		io.WriteString(w, "<!doctype html><title>Free Wi-Fi</title><p>Please accept the terms of use.\n")
		return true
	case wire.FaultSilent:
		s.takeOver(w, func(conn net.Conn) { io.Copy(io.Discard, conn) }) // until the register leaves
		return true
	case wire.FaultReset:
		s.takeOver(w, reset)
		return true
	}
	return false
}

// hold waits whether or not the register does. A server that stops does not.
func (s *Server) hold(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.ctx.Done():
	}
}

// wait is true when the register has left meanwhile. A server that stops does
// not wait.
func (s *Server) wait(r *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-s.ctx.Done():
	case <-r.Context().Done():
		return true
	}
	return false
}

// takeOver takes the connection away from net/http, so that nothing answers
// on it, and closes it when do ends or the server stops.
func (s *Server) takeOver(w http.ResponseWriter, do func(net.Conn)) {
	s.taken.Add(1)
	defer s.taken.Done()
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		s.log.Error("cannot play the fault", "error", err)
		return
	}
	defer conn.Close()
	defer context.AfterFunc(s.ctx, func() { conn.Close() })()
	conn.SetDeadline(time.Time{})
	do(conn)
}

// reset closes the connection below TLS without lingering, which sends a TCP
// RST and no farewell of TLS before it.
func reset(conn net.Conn) {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	if t, ok := conn.(*net.TCPConn); ok {
		t.SetLinger(0)
	}
	conn.Close()
}
