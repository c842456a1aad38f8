package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

func proofOf(device string, counter int64, token, serial string) charge.Proof {
	return charge.Proof{Device: device, Counter: counter, Token: token, Serial: serial, Affords: 9000, Until: at.Add(time.Hour), Sealed: []byte("sealed " + device)}
}

func later(p charge.Proof) charge.Proof {
	p.Until = p.Until.Add(time.Minute)
	return p
}

// taken puts three charges into a store that were taken without a network.
func taken(t *testing.T, s book.Store) (first, second, third book.Row) {
	first, second, third = row(1, charge.Queued), row(2, charge.Queued), row(3, charge.Forwarding)
	second.ChangedAt = first.ChangedAt.Add(-time.Minute)
	for _, r := range []book.Row{first, second, third} {
		put(t, s, r)
	}
	update(t, s, func(tx book.Tx) error {
		if _, err := tx.LastCounter("phone"); !errors.Is(err, book.ErrNotFound) {
			t.Errorf("a counter of an unknown phone: %v", err)
		}
		return errors.Join(
			tx.AddProof(first, proofOf("phone", 7, "taro", "c1")),
			tx.AddProof(second, later(proofOf("phone", 9, "taro", "c1"))),
			tx.AddProof(third, proofOf("other", 1, "hanako", "c2")))
	})
	return first, second, third
}

func noProofs(t *testing.T, s book.Store) {
	first, _, _ := taken(t, s)
	fourth := row(4, charge.Queued)
	put(t, s, fourth)
	for what, p := range map[string]struct {
		row   book.Row
		proof charge.Proof
	}{
		"a second proof of one charge":   {first, proofOf("phone", 10, "taro", "c1")},
		"the same code for another":      {fourth, proofOf("phone", 9, "taro", "c1")},
		"a charge that is not there":     {row(5, charge.Queued), proofOf("phone", 11, "taro", "c1")},
		"a proof that says of no device": {fourth, proofOf("", 11, "taro", "c1")},
	} {
		if err := s.Update(func(tx book.Tx) error { return tx.AddProof(p.row, p.proof) }); err == nil {
			t.Errorf("%s was taken", what)
		}
	}
	view(t, s, func(rows book.Rows) error {
		e, err := rows.Exposure(false)
		equal(t, "what is outstanding", e.Count, 3)
		return err
	})
}

// standing is what a store says of the three.
type standing struct {
	exposure          charge.Exposure
	taro, c1, counter int64
	owes              bool
}

func (want standing) check(t *testing.T, rows book.Rows) error {
	t.Helper()
	var got standing
	var errs [5]error
	got.exposure, errs[0] = rows.Exposure(false)
	got.taro, errs[1] = rows.ExposureOf("taro")
	got.c1, errs[2] = rows.SpentUnder("c1")
	got.counter, errs[3] = rows.LastCounter("phone")
	got.owes, errs[4] = rows.Unpaid("taro")
	got.exposure.Oldest = got.exposure.Oldest.UTC()
	equal(t, "how they stand", got, want)
	return errors.Join(errs[:]...)
}

func proofs(t *testing.T, s book.Store) {
	first, second, third := taken(t, s)
	sum := first.Amount.Minor + second.Amount.Minor
	view(t, s, func(rows book.Rows) error {
		carried, err := rows.Exposure(true)
		equal(t, "what was carried here", carried.Count, 0)
		sealed, err2 := rows.Evidence(2)
		equal(t, "the evidence", string(sealed), "sealed phone")
		if _, err := rows.Evidence(9); !errors.Is(err, book.ErrNotFound) {
			t.Errorf("evidence of no charge: %v", err)
		}
		all := standing{exposure: charge.Exposure{Count: 3, Minor: sum + third.Amount.Minor, Oldest: second.ChangedAt.UTC()}, taro: sum, c1: sum, counter: 9}
		return errors.Join(err, err2, all.check(t, rows))
	})
	update(t, s, func(tx book.Tx) error {
		gone := second
		gone.State = charge.Unpaid
		return errors.Join(tx.PutCharge(gone), tx.CloseProof(2), tx.CloseProof(2), tx.CloseProof(77), tx.WipeProof(2), tx.WipeProof(77))
	})
	view(t, s, func(rows book.Rows) error {
		if _, err := rows.Evidence(2); !errors.Is(err, book.ErrNotFound) {
			t.Errorf("evidence that was wiped: %v", err)
		}
		left := standing{
			exposure: charge.Exposure{Count: 2, Minor: first.Amount.Minor + third.Amount.Minor, Oldest: first.ChangedAt.UTC()},
			taro:     first.Amount.Minor, c1: sum, counter: 9, owes: true,
		}
		return left.check(t, rows)
	})
}

func due(t *testing.T, s book.Store) {
	_, second, _ := taken(t, s)
	view(t, s, func(rows book.Rows) error {
		all, err := rows.Due("example", charge.Due{}, 10)
		var seqs []int64
		for _, d := range all {
			seqs = append(seqs, d.Seq)
		}
		equal(t, "what is due, by its end and then its number", seqs, []int64{1, 3, 2})
		if len(all) != 3 {
			return err
		}
		equal(t, "the charge of one that is due", all[2].Record, utc(second).Record)
		equal(t, "when it was taken", all[2].Accepted, second.ChangedAt.UTC())
		next, err2 := rows.Due("example", all[0], 1)
		equal(t, "the next page", len(next) == 1 && next[0].Seq == 3, true)
		none, err3 := rows.Due("another", charge.Due{}, 10)
		equal(t, "what is due at another wallet", len(none), 0)
		return errors.Join(err, err2, err3)
	})
}
