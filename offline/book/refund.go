package book

import (
	"fmt"

	"github.com/posagent/posagent/agent/charge"
)

// RefundsOf are the refunds of a payment in whatever state, oldest first.
func (b *Book) RefundsOf(key charge.Key) ([]charge.Record, error) {
	var out []charge.Record
	err := b.rows.View(func(rows Rows) error {
		row, err := rows.Charge(key)
		if err == nil {
			out, err = refundsOf(rows, row)
		}
		return err
	})
	return out, err
}

// refundsOf finds the refunds of a payment: they are named in its sale.
func refundsOf(rows Rows, of Row) ([]charge.Record, error) {
	all, err := rows.ChargesOfSale(of.SaleID)
	var out []charge.Record
	for _, row := range all {
		if row.Kind == charge.Refund && row.Of == of.Key {
			out = append(out, row.Record)
		}
	}
	return out, err
}

// mayBeTwice tells that a step could give the money of a payment back a second
// time, if there is a refund of it: it starts a reversal of what was settled,
// or says that what is owed has been paid by hand.
func mayBeTwice(row Row, e charge.Event) bool {
	if row.State.Open() || row.Kind == charge.Refund {
		return false
	}
	to, moves := charge.Next(row.State, e)
	return moves && (to == charge.Reversing || row.State == charge.Owed)
}

// Twice tells which refund holds such a step back, in words for the journal;
// empty when none does. A reversal gives back all of a payment, so any refund
// that was made or may still be stands against it. What is owed may be paid by
// hand unless a refund is on its way, or was written off and may have been: the
// rest of the money is not in it.
func Twice(row Row, e charge.Event, refunds []charge.Record) string {
	if !mayBeTwice(row, e) {
		return ""
	}
	for _, r := range refunds {
		gone := r.State != charge.Declined && r.State != charge.Abandoned
		if row.State == charge.Owed {
			gone = r.State.Open() || r.State == charge.Owed
		}
		if gone && r.Of == row.Key {
			return fmt.Sprintf("held back: its refund %s is %s", r.Key, r.State)
		}
	}
	return ""
}

// heldBack is Twice over the refunds in the books. They are read only for the
// rare steps that could give back twice.
func (t *turn) heldBack(row Row, e charge.Event) (string, error) {
	if !mayBeTwice(row, e) {
		return "", nil
	}
	refunds, err := refundsOf(t.tx, row)
	return Twice(row, e, refunds), err
}

// judgedBefore is the planted bug: whether a refund is possible is judged in a
// transaction of its own, and another refund may come in between.
func (b *Book) judgedBefore(may func(Rows) (Row, error)) func(Rows) (Row, error) {
	var row Row
	err := b.rows.View(func(rows Rows) (err error) { row, err = may(rows); return err })
	return func(Rows) (Row, error) { return row, err }
}
