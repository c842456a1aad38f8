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

// take lets one step happen to a row: the arrow of the table if there is one,
// what the row remembers of the step, and its entry in the journal, whose
// number it returns.
func (b *Book) take(t *turn, row Row, step charge.Step) (Row, int64, error) {
	step.At, step.Asked = stamp(step.At), stamp(step.Asked)
	if step.At.IsZero() {
		step.At = b.now()
	}
	from := row.State
	to, moved, note := b.arrow(&row, step)
	if moved {
		b.remember(&row, step, to)
	} else if note == "" && charge.Contradicts(from, step.Event) {
		row.Alarms++
		note = "contradicts the books"
	}
	link := Link{Key: row.Key, Before: row.LastLink, From: from, To: row.State, Moved: moved, Step: step, Note: note}
	n, err := t.append(link)
	row.LastLink = n
	return row, n, err
}

// arrow decides whether a step moves the row, and says why when it does not.
func (b *Book) arrow(row *Row, step charge.Step) (to charge.State, moved bool, note string) {
	to, moved = charge.Next(row.State, step.Event)
	switch {
	case !moved:
		return row.State, false, ""
	case row.State.Settled() && step.By == charge.ByWallet && !step.Asked.After(row.ChangedAt):
		// A late reply: only an inquiry that was sent after the charge was
		// settled is proof against it.
		return row.State, false, "late reply, dropped"
	case step.Event == charge.Confirm && row.State == charge.Reversing && !slices.Contains(row.Route, step.Wallet):
		return row.State, false, "a confirmation of a wallet that was not asked"
	case step.Event == charge.Confirm && row.State == charge.Reversing:
		row.Confirmed = with(row.Confirmed, step.Wallet)
		if missing := without(row.Route, row.Confirmed...); len(missing) > 0 {
			return row.State, false, fmt.Sprintf("%d more wallets must confirm", len(missing))
		}
	}
	return to, true, ""
}

// remember writes a step that moved the row, be it from a state to itself,
// into the row.
func (b *Book) remember(row *Row, step charge.Step, to charge.State) {
	b.route(row, step, to)
	if step.Event == charge.Send {
		row.Attempts++
		row.Wallet = step.Wallet
		if row.SentAt.IsZero() {
			row.SentAt = step.At
		}
	}
	if step.Code.Hash != "" {
		row.Code = step.Code
	}
	if step.Reason != charge.ReasonNone || to == charge.Approved {
		row.Reason = step.Reason
	}
	if step.Receipt != "" {
		row.Receipt = step.Receipt
	}
	row.By, row.Operator = step.By, step.Operator
	if to != row.State {
		row.State, row.ChangedAt = to, step.At
	}
}

// route keeps the set of wallets that a request may have reached, and counts
// their confirmations anew whenever the charge begins to be undone.
func (b *Book) route(row *Row, step charge.Step, to charge.State) {
	switch {
	case step.Event == charge.Miss && row.State == charge.Sent:
		// The only request since Prepared never left, so this wallet cannot
		// know the key.
		row.Route = without(row.Route, step.Wallet)
	case step.Event != charge.Miss && step.Wallet != "":
		row.Route = with(row.Route, step.Wallet)
	}
	if to != charge.Reversing {
		return
	}
	if row.State != charge.Reversing {
		row.Confirmed = nil
	}
	if step.Event == charge.Approve {
		// What was confirmed before this yes proves nothing any more.
		row.Confirmed = without(row.Confirmed, step.Wallet)
	}
	if len(row.Route) == 0 {
		row.Route = with(nil, b.opts.Wallets...)
	}
}

// with is the sorted set plus members; the set itself is not changed.
func with(set []string, members ...string) []string {
	out := slices.Clone(set)
	for _, m := range members {
		if m != "" && !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	slices.Sort(out)
	return out
}

// without is the set less members; the set itself is not changed.
func without(set []string, members ...string) []string {
	return slices.DeleteFunc(slices.Clone(set), func(m string) bool { return slices.Contains(members, m) })
}
