package sim

import (
	"sync"
	"testing/synctest"
	"time"
)

// agenda is what happens when. One goroutine, the driver, takes one entry
// after the other, each at its own instant and each when everybody else waits:
// that is what makes a world a function of its seed, though the register's
// goroutines run as they like in between.
type agenda struct {
	born  time.Time
	timer *time.Timer // fires at the first entry's instant while the driver sleeps

	mu       sync.Mutex
	heap     []entry
	sleeping time.Duration // until when the driver sleeps; 0: it is awake
}

type entry struct {
	at  time.Duration // since the world was born
	tie uint64        // order of what happens at one instant
	do  func()
	off *bool // called off
}

func newAgenda(born time.Time) *agenda {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return &agenda{born: born, timer: t}
}

// at enters something. Any goroutine may; entries of one instant are taken in
// the order of their ties, whoever entered first.
func (a *agenda) at(when time.Duration, tie uint64, do func()) {
	a.enter(entry{at: when, tie: tie, do: do})
}

// later enters something that can be called off.
func (a *agenda) later(wait time.Duration, tie uint64, do func()) (stop func()) {
	off := new(bool)
	a.enter(entry{at: time.Since(a.born) + wait, tie: tie, do: do, off: off})
	return func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		*off = true
	}
}

func (a *agenda) enter(e entry) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.push(e)
	if a.sleeping > 0 && e.at < a.sleeping {
		a.sleeping = e.at
		a.timer.Reset(max(e.at-time.Since(a.born), 0))
	}
}

// run takes entries until an instant, calling after when each has had its
// effect.
func (a *agenda) run(until time.Duration, after func()) {
	for {
		synctest.Wait()
		now := time.Since(a.born)
		a.mu.Lock()
		if len(a.heap) > 0 && a.heap[0].off != nil && *a.heap[0].off {
			a.pop()
			a.mu.Unlock()
			continue
		}
		if len(a.heap) > 0 && a.heap[0].at <= now {
			e := a.pop()
			a.mu.Unlock()
			e.do()
			synctest.Wait()
			after()
			continue
		}
		if now >= until {
			a.mu.Unlock()
			return
		}
		wake := until
		if len(a.heap) > 0 {
			wake = min(wake, a.heap[0].at)
		}
		a.sleeping = wake
		a.timer.Reset(wake - now)
		a.mu.Unlock()
		<-a.timer.C
		a.mu.Lock()
		a.sleeping = 0
		a.mu.Unlock()
	}
}

// empty tells that nothing is to come.
func (a *agenda) empty() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, e := range a.heap {
		if e.off == nil || !*e.off {
			return false
		}
	}
	return true
}

func (e entry) before(o entry) bool {
	if e.at != o.at {
		return e.at < o.at
	}
	return e.tie < o.tie
}

func (a *agenda) push(e entry) {
	a.heap = append(a.heap, e)
	for i := len(a.heap) - 1; i > 0; {
		up := (i - 1) / 2
		if !a.heap[i].before(a.heap[up]) {
			break
		}
		a.heap[i], a.heap[up] = a.heap[up], a.heap[i]
		i = up
	}
}

func (a *agenda) pop() entry {
	top, last := a.heap[0], len(a.heap)-1
	a.heap[0] = a.heap[last]
	a.heap[last] = entry{}
	a.heap = a.heap[:last]
	for i := 0; ; {
		down := 2*i + 1
		if down >= last {
			break
		}
		if down+1 < last && a.heap[down+1].before(a.heap[down]) {
			down++
		}
		if !a.heap[down].before(a.heap[i]) {
			break
		}
		a.heap[i], a.heap[down] = a.heap[down], a.heap[i]
		i = down
	}
	return top
}
