package port

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// session is a Port whose connection is closed while nobody uses it, and made
// again by the next write: a printer that takes one connection at a time can
// so be shared, and no firewall in between forgets about it. Reads wait
// meanwhile: a device that is not connected says nothing.
type session struct {
	host string
	dial func(context.Context) (*wire, error)
	idle time.Duration

	ctx  context.Context // ends with Close, and a dial with it
	stop context.CancelFunc

	writing sync.Mutex // one write, or one end of a connection, at a time

	mu      sync.Mutex
	now     *wire // nil: not connected
	changed chan struct{}
	used    time.Time
	timer   *time.Timer
	ending  sync.WaitGroup
}

func newSession(host string, w *wire, dial func(context.Context) (*wire, error), idle time.Duration) *session {
	s := &session{host: host, dial: dial, idle: idle, changed: make(chan struct{})}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.mu.Lock()
	defer s.mu.Unlock()
	s.set(w)
	s.watch(idle)
	return s
}

// watch needs s.mu. It has look look again after d.
func (s *session) watch(d time.Duration) {
	s.ending.Add(1)
	s.timer = time.AfterFunc(d, s.look)
}

// look ends the connection when nobody has used it for long enough.
func (s *session) look() {
	defer s.ending.Done()
	if !s.writing.TryLock() { // a write under way is a use
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.ctx.Err() == nil {
			s.watch(s.idle)
		}
		return
	}
	defer s.writing.Unlock()
	s.mu.Lock()
	old, left := s.now, s.idle-time.Since(s.used)
	switch {
	case s.ctx.Err() != nil:
		old = nil
	case left > 0:
		s.watch(left)
		old = nil
	default:
		s.set(nil)
	}
	s.mu.Unlock()
	if old != nil {
		_ = old.Close() // it says farewell; the next write dials
	}
}

// set needs s.mu. It tells whoever waits that the connection is another one.
func (s *session) set(w *wire) {
	s.now, s.used = w, time.Now()
	close(s.changed)
	s.changed = make(chan struct{})
}

func (s *session) use() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.used = time.Now()
}

// Read implements Port.
func (s *session) Read(p []byte, timeout time.Duration) (int, error) {
	until := deadline(timeout)
	for {
		s.mu.Lock()
		w, changed := s.now, s.changed
		s.mu.Unlock()
		if w == nil {
			if err := s.wait(changed, until); err != nil {
				return 0, err
			}
			continue
		}
		left := time.Duration(0)
		if !until.IsZero() {
			left = max(time.Until(until), time.Nanosecond)
		}
		n, err := w.Read(p, left)
		switch {
		case s.ctx.Err() != nil:
			return 0, s.closed()
		case errors.Is(err, ErrClosed): // nobody used it
			continue
		case err == nil:
			s.use()
		}
		return n, err
	}
}

// wait waits for a connection.
func (s *session) wait(changed <-chan struct{}, until time.Time) error {
	var late <-chan time.Time
	if !until.IsZero() {
		timer := time.NewTimer(time.Until(until))
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-s.ctx.Done():
		return s.closed()
	case <-late:
		return ErrTimeout
	case <-changed:
		return nil
	}
}

// Write implements Port.
func (s *session) Write(p []byte, timeout time.Duration) (int, error) {
	s.writing.Lock()
	defer s.writing.Unlock()
	until := deadline(timeout)
	w, err := s.connected(until)
	if err != nil {
		return 0, err
	}
	left := time.Duration(0)
	if !until.IsZero() {
		left = max(time.Until(until), time.Nanosecond)
	}
	n, err := w.Write(p, left)
	s.use()
	return n, err
}

// connected needs s.writing, which look holds while a connection ends: there
// is never a second one beside it.
func (s *session) connected(until time.Time) (*wire, error) {
	s.mu.Lock()
	w := s.now
	s.mu.Unlock()
	if s.ctx.Err() != nil {
		return nil, s.closed()
	}
	if w != nil {
		return w, nil
	}
	ctx := s.ctx
	if !until.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, until)
		defer cancel()
	}
	w, err := s.dial(ctx)
	if err != nil {
		if s.ctx.Err() != nil {
			return nil, s.closed()
		}
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil { // Close has come meanwhile, and has not seen it
		return nil, errors.Join(s.closed(), w.Close())
	}
	s.set(w)
	s.watch(s.idle)
	return w, nil
}

func (s *session) closed() error { return fmt.Errorf("%s: %w", s.host, ErrClosed) }

// Close implements Port.
func (s *session) Close() error {
	s.mu.Lock()
	again := s.ctx.Err() != nil
	s.stop()
	if s.timer.Stop() {
		s.ending.Done()
	}
	w := s.now
	s.mu.Unlock()
	var err error
	if w != nil && !again {
		err = w.Close()
	}
	s.ending.Wait() // for a farewell that is under way
	return err
}
