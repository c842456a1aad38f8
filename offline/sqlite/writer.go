package sqlite

import (
	"log/slog"
	"slices"
	"sync"
	"time"
)

// maxShared is how many Updates share a commit at most.
const maxShared = 256

// writer is the one place that writes. There is no goroutine of its own: the
// first caller commits for itself, those who come meanwhile wait, and the
// first of them then commits for all that wait. That is one writer at a time
// and group commit, without two switches of goroutine for a caller that is
// alone, which at a register is nearly every one.
type writer struct {
	conn *Conn
	log  *slog.Logger

	mu     sync.Mutex
	queue  []*write // in the order of the calls
	busy   bool     // somebody leads; only the leader touches conn and dead
	closed bool
	count  counters

	dead error // every later write fails with it
}

// write is one Update, or one mark of Soon.
type write struct {
	do    func(*Conn) error
	err   error
	wake  chan bool   // true: lead; false: done. nil for a mark
	timer *time.Timer // of a mark: when it must be written
	due   bool        // its timer has fired
}

var writes = sync.Pool{New: func() any { return &write{wake: make(chan bool, 1)} }}

func newWriter(conn *Conn, log *slog.Logger) *writer {
	return &writer{conn: conn, log: log}
}

func (w *writer) update(do func(*Conn) error) error {
	me := writes.Get().(*write)
	me.do, me.err = do, nil
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return ErrClosed
	}
	lead := w.enter(me)
	w.mu.Unlock()
	return w.await(me, lead)
}

// enter queues a write and tells whether its caller leads. It needs mu.
func (w *writer) enter(one *write) (lead bool) {
	w.queue = append(w.queue, one)
	if w.busy || one.wake == nil {
		return false
	}
	w.busy = true
	return true
}

func (w *writer) await(me *write, lead bool) error {
	for lead || <-me.wake {
		lead = false
		w.lead()
	}
	err := me.err
	me.do = nil
	writes.Put(me)
	return err
}

func (w *writer) soon(within time.Duration, do func(*Conn) error) (cancel func()) {
	mark := &write{do: do}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		w.log.Warn("a mark came after the database was closed and was dropped", "database", w.conn.path)
		return func() {}
	}
	w.enter(mark)
	mark.timer = time.AfterFunc(within, func() { w.expire(mark) })
	return func() { w.withdraw(mark) }
}

// withdraw takes a mark out of the queue, unless it is being written or is.
func (w *writer) withdraw(mark *write) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := slices.Index(w.queue, mark); i >= 0 {
		w.queue = slices.Delete(w.queue, i, i+1)
		mark.timer.Stop()
	}
}

// expire writes a mark that no Update took along.
func (w *writer) expire(mark *write) {
	w.mu.Lock()
	mark.due = true
	lead := !w.busy && len(w.queue) > 0
	if lead {
		w.busy = true
	}
	w.mu.Unlock()
	if lead {
		w.lead()
	}
}

// lead commits what waits and hands over. The deferred call also runs when a
// do ends its goroutine (runtime.Goexit, as a failing test does): whatever has
// no result by then is undone and told so.
func (w *writer) lead() {
	w.mu.Lock()
	n := min(len(w.queue), maxShared)
	batch := append([]*write(nil), w.queue[:n]...)
	w.queue = append(w.queue[:0], w.queue[n:]...)
	for _, one := range batch {
		if one.timer != nil {
			one.timer.Stop()
		}
	}
	w.mu.Unlock()
	finished := false
	defer func() {
		if !finished {
			w.conn.rollback()
			failAll(batch, ErrAborted)
		}
		w.handOver(batch)
	}()
	w.commit(batch)
	finished = true
}

// handOver gives the lead to the first that waits, and then their results to
// those whose writes are decided.
func (w *writer) handOver(batch []*write) {
	var next *write
	due := false
	w.mu.Lock()
	for _, one := range w.queue {
		due = due || one.due
		if one.wake != nil {
			next = one
			break
		}
	}
	w.busy = next != nil || due
	w.mu.Unlock()
	for _, one := range batch {
		if one.wake != nil {
			one.wake <- false
		} else if one.err != nil {
			w.log.Warn("a mark was dropped", "database", w.conn.path, "error", one.err)
		}
	}
	switch {
	case next != nil:
		next.wake <- true
	case due:
		go w.lead()
	}
}

// stop writes what is queued and refuses what comes after. It is false when
// that was done before.
func (w *writer) stop() bool {
	me := &write{wake: make(chan bool, 1), do: func(*Conn) error { return nil }}
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return false
	}
	w.closed = true
	lead := w.enter(me)
	w.mu.Unlock()
	for lead || <-me.wake {
		lead = false
		w.lead()
	}
	return true
}
