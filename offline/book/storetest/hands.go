package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

// brought is a row under another register's key, with the proof of its charge.
func brought(seq int64, key charge.Key) (book.Row, charge.Proof) {
	r := row(seq, charge.Queued)
	r.Key, r.Carried = key, true
	p := proofOf("carried "+string(key), 0, "taro", "c1")
	p.Signature = []byte("signed")
	return r, p
}

func hands(t *testing.T, s book.Store) {
	first, _, _ := taken(t, s)
	carried, proof := brought(4, "S1-T2-3-1")
	put(t, s, carried)
	update(t, s, func(tx book.Tx) error { return tx.AddProof(carried, proof) })
	same, _ := brought(5, "S1-T2-3-1")
	if err := s.Update(func(tx book.Tx) error { return tx.AddCharge(same) }); err == nil {
		t.Error("one key was carried here twice")
	}
	view(t, s, func(rows book.Rows) error {
		got, err := rows.Charge(carried.Key)
		equal(t, "a charge under another register's key", got, utc(carried))
		own, err2 := rows.Exposure(false)
		equal(t, "what this register took", own.Count, 3)
		theirs, err3 := rows.Exposure(true)
		equal(t, "what was carried here", theirs, charge.Exposure{Count: 1, Minor: carried.Amount.Minor, Oldest: carried.ChangedAt.UTC()})
		due, err4 := rows.DueOf(4)
		equal(t, "the other register's signature", string(due.Signature), "signed")
		equal(t, "the charge of it", due.Record, utc(carried).Record)
		return errors.Join(err, err2, err3, err4)
	})
	moved := first.ChangedAt.Add(time.Hour).UTC()
	update(t, s, func(tx book.Tx) error {
		return errors.Join(tx.MoveProof(1, moved), tx.MoveProof(3, moved), tx.MoveProof(3, time.Time{}), tx.CloseProof(4))
	})
	if err := s.Update(func(tx book.Tx) error { return tx.MoveProof(77, moved) }); err == nil {
		t.Error("a charge without a proof has left")
	}
	hers := carried
	hers.Carried = false
	if err := s.Update(func(tx book.Tx) error { return tx.PutCharge(hers) }); err == nil {
		t.Error("a carried charge became this register's own")
	}
	view(t, s, func(rows book.Rows) error {
		left, err := rows.DueOf(1)
		equal(t, "when it left", left.Moved, moved)
		back, err2 := rows.DueOf(3)
		equal(t, "one that is back", back.Moved.IsZero(), true)
		if _, err := rows.DueOf(4); !errors.Is(err, book.ErrNotFound) {
			t.Errorf("due is what is not outstanding: %v", err)
		}
		own, err3 := rows.Exposure(false)
		equal(t, "what left is outstanding", own.Count, 3)
		theirs, err4 := rows.Exposure(true)
		equal(t, "what was carried here is collected", theirs, charge.Exposure{})
		return errors.Join(err, err2, err3, err4)
	})
}
