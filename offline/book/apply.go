package book

import (
	"fmt"
	"slices"

	"github.com/posagent/posagent/agent/charge"
)

// mark is a step that waits for company. It stays in hand until an Apply of
// its charge is durable: Mark never learns whether a commit succeeded, and an
// outcome without the Send before it would find no arrow.
type mark struct {
	step   charge.Step
	cancel func() // takes it out of the Store's queue
	n      int64  // the journal number it got in the transaction that last wrote it; 0 before
}

// Apply takes the steps in order, after the marks of the same charge that are
// not written yet, in one transaction. It returns the charge after the last
// step, durable.
func (b *Book) Apply(key charge.Key, steps ...charge.Step) (charge.Record, error) {
	var after Row
	var written []*mark
	b.callOff(key)
	err := b.update(func(t *turn) error {
		row, err := t.charge(key)
		if err != nil {
			return err
		}
		written = b.marksOf(key) // inside, so that no other Apply comes between a mark and its outcome
		if row, _, err = b.takeMarks(t, row, written); err != nil {
			return err
		}
		for _, step := range steps {
			if row, _, err = b.take(t, row, step); err != nil {
				return err
			}
			b.used(step.Code.Hash, key)
		}
		after = row
		return t.put(row)
	})
	if err != nil {
		return charge.Record{}, fmt.Errorf("write what happened to charge %s: %w", key, err)
	}
	b.forget(key, written)
	return after.Record, nil
}

// Mark is Apply for a step that only narrows a recovery. It is written with
// the next Apply of the same charge, or with whatever is written next, or
// alone after 20 ms; it does not wait.
func (b *Book) Mark(key charge.Key, step charge.Step) {
	m := &mark{step: step}
	b.mu.Lock()
	b.marks[key] = append(b.marks[key], m)
	b.codes.use(step.Code.Hash, key, b.opts.Now())
	b.mu.Unlock()
	cancel := b.rows.Soon(markWithin, func(tx Tx) error {
		return b.turnOf(tx, func(t *turn) error {
			row, err := t.charge(key)
			if err != nil {
				return err
			}
			row, fresh, err := b.takeMarks(t, row, b.marksOf(key))
			if err != nil || fresh == 0 { // an Apply was quicker
				return err
			}
			return t.put(row)
		})
	})
	b.mu.Lock()
	m.cancel = cancel
	b.mu.Unlock()
}

// callOff takes the marks of a charge out of the Store's queue: the Apply that
// comes now writes them, and then has the commit to itself.
func (b *Book) callOff(key charge.Key) {
	var cancels []func()
	b.mu.Lock()
	for _, m := range b.marks[key] {
		if m.cancel != nil {
			cancels = append(cancels, m.cancel)
		}
	}
	b.mu.Unlock()
	for _, cancel := range cancels {
		cancel()
	}
}

// takeMarks lets the marks happen that are not in the journal yet, and counts
// them.
func (b *Book) takeMarks(t *turn, row Row, marks []*mark) (_ Row, fresh int, err error) {
	for _, m := range marks {
		there, err := inJournal(t.tx, row.Key, m)
		if err != nil {
			return row, fresh, err
		}
		if there {
			continue
		}
		if row, m.n, err = b.take(t, row, m.step); err != nil {
			return row, fresh, err
		}
		fresh++
	}
	return row, fresh, nil
}

// inJournal tells whether the transaction that last wrote a mark was kept. A
// number that was given back by one that was not may be another entry's now.
func inJournal(tx Tx, key charge.Key, m *mark) (bool, error) {
	if m.n == 0 {
		return false, nil
	}
	links, err := tx.LinksAfter(m.n-1, 1)
	if err != nil || len(links) == 0 {
		return false, err
	}
	l := links[0]
	return l.N == m.n && l.Key == key && l.Step.Event == m.step.Event && l.Step.Wallet == m.step.Wallet, nil
}

func (b *Book) marksOf(key charge.Key) []*mark {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.marks[key])
}

// forget lets marks go that are durable.
func (b *Book) forget(key charge.Key, written []*mark) {
	if len(written) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	left := slices.DeleteFunc(b.marks[key], func(m *mark) bool { return slices.Contains(written, m) })
	if b.marks[key] = left; len(left) == 0 {
		delete(b.marks, key)
	}
}

// take lets one step happen to a row and writes its entry into the journal,
// whose number it returns.
func (b *Book) take(t *turn, row Row, step charge.Step) (Row, int64, error) {
	step.At, step.Asked = stamp(step.At), stamp(step.Asked)
	if step.At.IsZero() {
		step.At = b.now()
	}
	after, moved := row, false
	note, err := t.heldBack(row, step.Event)
	if err != nil {
		return row, 0, err
	}
	if note == "" {
		after, moved, note = b.rules.Take(row, step)
	}
	if moved && step.Event == charge.Approve && after.State == charge.Approved {
		note = noted(note, after.Points.Note())
	}
	note, step.Note = noted(step.Note, note), ""
	if outstanding(row.State) && !outstanding(after.State) {
		if err := t.tx.CloseProof(row.Seq); err != nil {
			return row, 0, err
		}
	}
	if after.State.Settled() && !row.State.Settled() {
		if err := t.tx.WipeProof(row.Seq); err != nil {
			return row, 0, err
		}
	}
	link := Link{Key: row.Key, Before: row.LastLink, From: row.State, To: after.State, Moved: moved, Step: step, Note: note}
	n, err := t.append(link)
	after.LastLink = n
	return after, n, err
}

// noted is what a person said to a step and what the rules say of it, as one
// note.
func noted(said, ruled string) string {
	if said != "" && ruled != "" {
		return said + "; " + ruled
	}
	return said + ruled
}
