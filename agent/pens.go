package agent

import (
	"errors"
	"fmt"
	"sync"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/sale"
)

// pens keeps whoever writes to a charge alone with it, from the look that
// decides to the moment it is shown: otherwise a cancel could undo what was
// just approved, and an older state could be shown after a newer one. Charges
// do not wait for each other.
type pens struct {
	mu   sync.Mutex
	held map[charge.Key]*pen
}

type pen struct {
	free  chan struct{} // holds one token while nobody writes
	users int
}

// take waits for the pen of a charge and returns how to lay it down.
func (p *pens) take(key charge.Key) (lay func()) {
	p.mu.Lock()
	one := p.held[key]
	if one == nil {
		if p.held == nil {
			p.held = make(map[charge.Key]*pen)
		}
		one = &pen{free: make(chan struct{}, 1)}
		one.free <- struct{}{}
		p.held[key] = one
	}
	one.users++
	p.mu.Unlock()
	<-one.free
	return func() {
		one.free <- struct{}{}
		p.mu.Lock()
		defer p.mu.Unlock()
		if one.users--; one.users == 0 {
			delete(p.held, key)
		}
	}
}

// write takes steps, durably, and shows what came of them.
func (r *Register) write(key charge.Key, steps ...charge.Step) (charge.Record, error) {
	defer r.pens.take(key)()
	rec, err := r.apply(key, steps...)
	if err == nil {
		r.show(rec)
	}
	return rec, err
}

// errUnread means that nothing was written because the books could not be
// read. Unlike a journal that cannot write, that may pass.
var errUnread = errors.New("the charge cannot be read, so nothing was changed: try again")

// undo takes a step that gives a charge up, unless it has been shown as paid
// by now, be it a sale or a top-up. A charge that cannot be undone comes back
// as it is.
func (r *Register) undo(key charge.Key, step charge.Step) (charge.Record, error) {
	defer r.pens.take(key)()
	rec, err := r.parts.Memory.Charge(key)
	if err != nil {
		return rec, fmt.Errorf("%w: %w", errUnread, err)
	}
	if _, arrow := rec.Kind.Next(rec.State, step.Event); !arrow || rec.State.Goods() == charge.HandOver {
		return rec, nil // two may have given it up at once
	}
	if rec, err = r.apply(key, step); err == nil {
		r.show(rec)
	}
	return rec, err
}

// apply writes steps; the caller holds the charge's pen. A journal that cannot
// write is a trouble of its own: nothing more is sold until an engineer has
// looked.
func (r *Register) apply(key charge.Key, steps ...charge.Step) (charge.Record, error) {
	rec, err := r.parts.Journal.Apply(key, steps...)
	if err != nil {
		r.cannotWrite(key, err)
		return rec, err
	}
	r.exposed.mayHaveMoved()
	r.watch(rec)
	return rec, nil
}

// prepare makes a charge under a new key, durably. A sale that the books do
// not take is no trouble of the books.
func (r *Register) prepare(s sale.Sale, by charge.By) (charge.Record, error) {
	rec, err := r.parts.Journal.Prepare(s, by)
	if err != nil && !errors.Is(err, charge.ErrNotTaken) {
		r.cannotWrite(rec.Key, err)
	}
	return rec, err
}

// cannotWrite is the trouble of a journal that failed, whatever it was to
// write: the outcome of the next request would fail as well.
func (r *Register) cannotWrite(key charge.Key, err error) {
	r.log.Error("the journal cannot write", "charge", string(key), "error", err)
	r.trouble("journal.dead", "", err.Error())
}
