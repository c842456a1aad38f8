package sim

import (
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/book/memory"
)

// journal is the real book of a run, whose commits take their time: they are
// where power cuts and bad disks come in.
type journal struct {
	*book.Book
	run *run
}

// commit lets a write happen at an instant of its own, and everything that may
// go wrong with it. do returns the charge that was written.
func (j *journal) commit(what string, who uint64, do func() (charge.Record, error)) (rec charge.Record, err error) {
	r, w := j.run, j.run.till.w
	if r.dead.Load() {
		return rec, errGone
	}
	d := dice{hash(what, w.plan.seed, who)}
	done := make(chan struct{})
	w.agenda.at(w.now()+d.between(100*time.Microsecond, time.Millisecond), d.state, func() {
		defer close(done)
		rec, err = j.write(what, who, do)
	})
	<-done
	return rec, err
}

// write is the instant of a commit.
func (j *journal) write(what string, who uint64, do func() (charge.Record, error)) (charge.Record, error) {
	r, w := j.run, j.run.till.w
	p := w.plan.rates.crash
	switch {
	case r.dead.Load():
		return charge.Record{}, errGone
	case !r.ready && w.strike(CrashRecovering, 4*p, who, 0), w.strike(CrashBeforeWrite, p, who, 0):
		r.crash("before the %s was durable", what)
		return charge.Record{}, errGone
	case w.strike(WriteFailed, w.plan.rates.disk, who, 0):
		r.fail = failLost
	case w.strike(WriteUnclear, w.plan.rates.disk, who, 0):
		r.fail = failKept
	}
	broken := r.fail != failNot
	r.instant.Store(true)
	rec, err := do()
	r.instant.Store(false)
	r.fail = failNot
	w.tracef("commit", "%s %s: %s is %s%s", r.till.id, what, rec.Key, rec.State, words(err))
	if rec.Kind == charge.Refund && r.till.issued[rec.Key] == "" {
		r.till.issue(rec)
	}
	if broken {
		r.till.ill = true
		r.till.engineer()
	}
	if w.strike(CrashAfterWrite, p, who, 0) {
		r.crash("after the %s was durable", what)
		return charge.Record{}, errGone
	}
	return rec, err
}

func words(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}

// Charge is Book.Charge. A look takes its time too, to each charge another:
// else the settlers that a start begins all at once would stay in step for
// ever, and which of them is first would be the scheduler's to say. Two who
// look at one charge at one instant see it at one instant, for the same reason.
func (j *journal) Charge(key charge.Key) (charge.Record, error) {
	if j.run.dead.Load() {
		return charge.Record{}, errGone
	}
	w := j.run.till.w
	d := roll(w.plan.seed, "look", w.faceOf(string(key)).who^uint64(w.now()), 0)
	time.Sleep(d.between(time.Microsecond, 2*time.Millisecond))
	return j.Book.Charge(key)
}

// Prepare is Book.Prepare.
func (j *journal) Prepare(s sale.Sale, by charge.By) (charge.Record, error) {
	w, t := j.run.till.w, j.run.till
	if j.run.dead.Load() {
		return charge.Record{}, errGone
	}
	return j.commit("prepare", w.nth(s.ID, "prepare"), func() (charge.Record, error) {
		rec, err := j.Book.Prepare(s, by)
		if err == nil {
			t.issue(rec)
		}
		return rec, err
	})
}

// issue notes a key that was issued and which charge of its sale it is.
func (t *till) issue(rec charge.Record) {
	w := t.w
	if other, twice := t.issued[rec.Key]; twice {
		w.fail("keys are issued once", "%s for sale %s and for sale %s", rec.Key, other, rec.SaleID)
	}
	t.issued[rec.Key] = rec.SaleID
	t.order = append(t.order, rec.Key)
	t.prepared++
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ofSale[rec.SaleID]++
	w.faces[rec.Key] = &face{who: hash(rec.SaleID, uint64(w.ofSale[rec.SaleID])), calls: make(map[string]int)}
}

// Apply is Book.Apply.
func (j *journal) Apply(key charge.Key, steps ...charge.Step) (charge.Record, error) {
	if j.run.dead.Load() {
		return charge.Record{}, errGone
	}
	what := "apply " + string(steps[len(steps)-1].Event)
	return j.commit(what, j.run.till.w.nth(string(key), what), func() (charge.Record, error) {
		return j.Book.Apply(key, steps...)
	})
}

// Printed is Book.Printed.
func (j *journal) Printed(key charge.Key, paper charge.Paper, reprint bool) (charge.Record, error) {
	if j.run.dead.Load() {
		return charge.Record{}, errGone
	}
	return j.commit("printed", j.run.till.w.nth(string(key), "printed"), func() (charge.Record, error) {
		return j.Book.Printed(key, paper, reprint)
	})
}

// Mark is Book.Mark.
func (j *journal) Mark(key charge.Key, step charge.Step) {
	if j.run.dead.Load() {
		return
	}
	if step.Event == charge.Send {
		j.run.till.started(key)
	}
	j.Book.Mark(key, step)
}

// started counts a charge whose request starts.
func (t *till) started(key charge.Key) {
	t.w.mu.Lock()
	defer t.w.mu.Unlock()
	f := t.w.face(string(key))
	if f.calls["started"]++; f.calls["started"] == 1 {
		t.charges++
	}
}

// What the next commit does.
const (
	failNot  = iota
	failLost // it fails and nothing of it is kept
	failKept // it fails, but is durable
)

var errDisk = errors.New("disk I/O error")

// disk is the store of a run with the faults of a disk.
type disk struct {
	*memory.Store
	run *run
}

// Update writes at once when a commit has its instant. What the books do by
// themselves, as when they judge and write down a refund, waits here for an
// instant of its own.
func (d *disk) Update(do func(book.Tx) error) error {
	if d.run.instant.Load() {
		return d.write(do)
	}
	who := d.run.till.w.nth(d.run.till.id, "books")
	_, err := d.run.journal.commit("books", who, func() (newest charge.Record, err error) {
		if err = d.write(do); err == nil {
			newest = d.newest()
		}
		return newest, err
	})
	return err
}

func (d *disk) newest() (rec charge.Record) {
	_ = d.Store.View(func(rows book.Rows) error {
		page, err := rows.Charges(book.Filter{Limit: 1})
		if len(page) > 0 {
			rec = page[0].Record
		}
		return err
	})
	return rec
}

func (d *disk) write(do func(book.Tx) error) error {
	switch fail := d.run.fail; fail {
	case failLost:
		return d.Store.Update(func(tx book.Tx) error {
			if err := do(tx); err != nil {
				return err
			}
			return errDisk
		})
	case failKept:
		if err := d.update(do); err != nil {
			return err
		}
		return fmt.Errorf("%w, and nobody knows what was kept", errDisk)
	}
	return d.update(do)
}
