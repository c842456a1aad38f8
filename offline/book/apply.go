package book

import (
	"fmt"
	"slices"

	"github.com/posagent/posagent/agent/charge"
)

// Apply takes the steps in order, after the marks of the same charge that are
// not written yet, in one transaction. It returns the charge after the last
// step, durable.
func (b *Book) Apply(key charge.Key, steps ...charge.Step) (charge.Record, error) {
	var after Row
	marks := b.takeMarks(key)
	err := b.rows.Update(func(tx Tx) error {
		row, err := tx.Charge(key)
		if err != nil {
			return err
		}
		for _, step := range append(slices.Clone(marks), steps...) {
			if row, err = b.take(tx, row, step); err != nil {
				return err
			}
		}
		after = row
		return tx.PutCharge(row)
	})
	if err != nil {
		b.returnMarks(key, marks)
		return charge.Record{}, fmt.Errorf("write what happened to charge %s: %w", key, err)
	}
	return after.Record, nil
}

// Mark is Apply for a step that only narrows a recovery. It is written with
// the next Apply of the same charge, or with whatever is written next, or
// alone after 20 ms; it does not wait.
func (b *Book) Mark(key charge.Key, step charge.Step) {
	b.mu.Lock()
	b.marks[key] = append(b.marks[key], step)
	b.mu.Unlock()
	b.rows.Soon(markWithin, func(tx Tx) error {
		marks := b.takeMarks(key)
		if len(marks) == 0 {
			return nil // an Apply was quicker
		}
		row, err := tx.Charge(key)
		if err != nil {
			return err
		}
		for _, m := range marks {
			if row, err = b.take(tx, row, m); err != nil {
				return err
			}
		}
		return tx.PutCharge(row)
	})
}

func (b *Book) takeMarks(key charge.Key) []charge.Step {
	b.mu.Lock()
	defer b.mu.Unlock()
	marks := b.marks[key]
	delete(b.marks, key)
	return marks
}

func (b *Book) returnMarks(key charge.Key, marks []charge.Step) {
	if len(marks) == 0 {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.marks[key] = append(marks, b.marks[key]...)
}

// take lets one step happen to a row: the arrow of the table if there is one,
// what the row remembers of the step, and its entry in the journal.
func (b *Book) take(tx Tx, row Row, step charge.Step) (Row, error) {
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
	link := Link{Key: row.Key, From: from, To: row.State, Moved: moved, Step: step, Note: note}
	return row, appendLink(tx, link)
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
