package sqlite

import (
	"errors"
	"fmt"
	"time"
)

// ErrAborted means that a transaction ended its goroutine in the middle, and
// that those which shared its commit were undone with it.
var ErrAborted = errors.New("the transaction ended before its end and was undone")

// commit runs a batch in one transaction and leaves a result in each write.
func (w *writer) commit(batch []*write) {
	if w.dead != nil {
		failAll(batch, w.dead)
		return
	}
	began := time.Now()
	err := w.transact(batch)
	if err != nil {
		failAll(batch, err)
		w.conn.rollback()
		if fatal(err) {
			w.dead = fmt.Errorf("nothing is written until the database is opened again: %w", asDead(w.conn.path, err))
			w.log.Error("the database takes no more writes", "database", w.conn.path, "error", err)
		}
	}
	w.count.add(len(batch), time.Since(began))
}

// transact returns an error only when nothing of the batch can be trusted to
// be kept; a write that failed by itself has its error in err.
func (w *writer) transact(batch []*write) error {
	c := w.conn
	if err := c.begin(); err != nil {
		return err
	}
	kept := 0
	for _, one := range batch {
		// A savepoint costs two statements. Alone in a commit a write needs
		// none: the rollback of the whole is its own.
		if len(batch) == 1 {
			one.err = guarded(c, one.do)
		} else {
			one.err = c.alone(one.do)
		}
		if c.gone != nil {
			return c.gone
		}
		if one.err == nil {
			kept++
		}
	}
	if kept == 0 {
		c.rollback()
		return nil
	}
	return c.commit()
}

// failAll gives err to every write that has not failed by itself already.
func failAll(batch []*write, err error) {
	for _, one := range batch {
		if one.err == nil {
			one.err = err
		}
	}
}

func asDead(path string, err error) error {
	if errors.Is(err, ErrDead) {
		return err
	}
	return problem(ErrDead, path, "look at the disk, then start again", err)
}
