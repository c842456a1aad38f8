package whole_test

import (
	"errors"
	"sync"
	"time"

	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
)

// errGone is what a register that has crashed would never live to hear.
var errGone = errors.New("this register is no more")

// disk is the real store until the register crashes: from then on nothing it
// writes counts and nothing it reads comes back. The crash may strike just
// before or just after a commit.
type disk struct {
	*offline.Store
	mu    sync.Mutex
	steps int // commits, each counted before and after; 0: none is the last
	dead  bool
}

// crashAfter lets the n-th step from now be the last.
func (d *disk) crashAfter(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.steps = n
}

// spare calls off a crash that was ordered, and tells whether it was in time.
func (d *disk) spare() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.steps = 0
	return !d.dead
}

func (d *disk) kill() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = true
}

func (d *disk) gone() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dead
}

// last tells whether the next step is the last one.
func (d *disk) last() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.steps == 1
}

// step tells whether the register has crashed, at the latest now.
func (d *disk) step() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.steps > 0 {
		if d.steps--; d.steps == 0 {
			d.dead = true
		}
	}
	return d.dead
}

// linger is how long a crash just before a commit takes: time enough for a
// screen that shows what is not yet durable.
const linger = 3 * time.Millisecond

func (d *disk) Update(do func(book.Tx) error) error {
	if d.last() {
		time.Sleep(linger)
	}
	if d.step() {
		return errGone
	}
	err := d.Store.Update(func(tx book.Tx) error {
		if d.gone() {
			return errGone
		}
		return do(tx)
	})
	if d.step() {
		return errGone
	}
	return err
}

func (d *disk) Soon(within time.Duration, do func(book.Tx) error) func() {
	return d.Store.Soon(within, func(tx book.Tx) error {
		if d.gone() {
			return errGone
		}
		return do(tx)
	})
}

func (d *disk) View(do func(book.Rows) error) error {
	if d.gone() {
		return errGone
	}
	return d.Store.View(do)
}
