package book

import (
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// Accept takes a charge without a network: step is its Queue. Whether the code
// is new and every limit leaves room is judged in the transaction that writes
// it down, so that two at once cannot go over together. over names limits that
// a manager lifts for this one charge, if they are Liftable.
func (b *Book) Accept(key charge.Key, step charge.Step, proof charge.Proof, limits charge.Limits, over ...charge.Limit) (charge.Record, error) {
	var after Row
	var written []*mark
	b.callOff(key)
	err := b.update(func(t *turn) error {
		row, err := t.charge(key)
		if err == nil {
			err = t.affords(row, proof, limits, over)
		}
		if err != nil {
			return err
		}
		written = b.marksOf(key)
		if row, _, err = b.takeMarks(t, row, written); err != nil {
			return err
		}
		if row, _, err = b.take(t, row, step); err != nil {
			return err
		}
		if !outstanding(row.State) {
			return notTaken{fmt.Errorf("it is %s and cannot be taken without a network", row.State)}
		}
		b.used(step.Code.Hash, key)
		after = row
		if err := t.put(row); err != nil {
			return err
		}
		return t.tx.AddProof(row, proof)
	})
	if err != nil {
		return charge.Record{}, fmt.Errorf("take charge %s without a network: %w", key, err)
	}
	b.forget(key, written)
	return after.Record, nil
}

// affords judges a code against what was taken before.
func (t *turn) affords(row Row, proof charge.Proof, limits charge.Limits, over []charge.Limit) error {
	last, err := t.tx.LastCounter(proof.Device)
	switch {
	case err == nil && proof.Counter <= last:
		return charge.ErrReplayed
	case err != nil && !errors.Is(err, ErrNotFound):
		return err
	}
	owes, err := t.tx.Unpaid(proof.Token)
	if err != nil {
		return err
	}
	all, err := t.tx.Exposure(false)
	if err != nil {
		return err
	}
	token, err := t.tx.ExposureOf(proof.Token)
	if err != nil {
		return err
	}
	spent, err := t.tx.SpentUnder(proof.Serial)
	if err != nil {
		return err
	}
	j := judging{amount: row.Amount.Minor, over: over}
	if owes {
		j.refuse(&charge.OverLimit{Limit: charge.Denied})
	}
	j.limit(charge.PerCharge, limits.PerCharge, 0)
	j.limit(charge.PerToken, limits.PerToken, token)
	j.limit(charge.Outstanding, limits.Outstanding, all.Minor)
	if proof.Affords > 0 {
		j.limit(charge.Certificate, proof.Affords, spent)
	}
	j.room(charge.Count, int64(limits.Count), int64(all.Count))
	if now := t.book.now(); !all.Oldest.IsZero() && now.Sub(all.Oldest) > limits.Age {
		j.refuse(&charge.OverLimit{Limit: charge.Age, Most: int64(limits.Age / time.Second)})
	}
	return j.err
}

// judging is how a charge stands to its limits: the first that has no room
// refuses it.
type judging struct {
	amount int64
	over   []charge.Limit
	err    error
}

func (j *judging) limit(name charge.Limit, most, used int64) {
	if left := max(most-used, 0); j.amount > left {
		j.refuse(&charge.OverLimit{Limit: name, Most: most, Left: left})
	}
}

func (j *judging) room(name charge.Limit, most, used int64) {
	if left := max(most-used, 0); left < 1 {
		j.refuse(&charge.OverLimit{Limit: name, Most: most, Left: left})
	}
}

func (j *judging) refuse(e *charge.OverLimit) {
	for _, lifted := range j.over {
		if lifted == e.Limit && e.Limit.Liftable() {
			return
		}
	}
	if j.err == nil {
		j.err = e
	}
}

// outstanding tells that a charge was taken without a network and is still to
// be collected.
func outstanding(s charge.State) bool { return s == charge.Queued || s == charge.Forwarding }

// Exposure is what this register took without a network and has not seen
// collected yet, also what has left with a queue file.
func (b *Book) Exposure() (charge.Exposure, error) { return b.exposure(false) }

// CarriedExposure is the same of what other registers took and this one is to
// collect.
func (b *Book) CarriedExposure() (charge.Exposure, error) { return b.exposure(true) }

func (b *Book) exposure(carried bool) (e charge.Exposure, err error) {
	err = b.rows.View(func(rows Rows) (err error) {
		e, err = rows.Exposure(carried)
		return err
	})
	return e, err
}

// Due are charges that were taken without a network and are to be collected
// from a wallet, those whose code ends first before the others; after is the
// last one of the page before.
func (b *Book) Due(wallet string, after charge.Due, most int) (out []charge.Due, err error) {
	err = b.rows.View(func(rows Rows) (err error) {
		out, err = rows.Due(wallet, after, most)
		return err
	})
	return out, err
}

// DueOf is one such charge, and ErrNotFound when it does not wait to be
// collected.
func (b *Book) DueOf(key charge.Key) (due charge.Due, err error) {
	err = b.rows.View(func(rows Rows) error {
		row, err := rows.Charge(key)
		if err == nil {
			due, err = rows.DueOf(row.Seq)
		}
		return err
	})
	return due, err
}

// Evidence is the sealed code of a charge that was taken without a network, and
// ErrNotFound once it has come to its end or when there never was one.
func (b *Book) Evidence(key charge.Key) (sealed []byte, err error) {
	err = b.rows.View(func(rows Rows) error {
		row, err := rows.Charge(key)
		if err == nil {
			sealed, err = rows.Evidence(row.Seq)
		}
		return err
	})
	return sealed, err
}
