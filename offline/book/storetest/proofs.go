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

func proofs(t *testing.T, s book.Store) {
	first, second, third := row(1, charge.Queued), row(2, charge.Queued), row(3, charge.Forwarding)
	second.ChangedAt = first.ChangedAt.Add(-time.Minute)
	for _, r := range []book.Row{first, second, third} {
		put(t, s, r)
	}
	update(t, s, func(tx book.Tx) error {
		_, err := tx.LastCounter("phone")
		if !errors.Is(err, book.ErrNotFound) {
			t.Errorf("a counter of an unknown phone: %v", err)
		}
		return errors.Join(
			tx.AddProof(first, proofOf("phone", 7, "taro", "c1")),
			tx.AddProof(second, proofOf("phone", 9, "taro", "c1")),
			tx.AddProof(third, proofOf("other", 1, "hanako", "c2")))
	})
	for what, p := range map[string]struct {
		row   book.Row
		proof charge.Proof
	}{
		"a second proof of one charge":   {first, proofOf("phone", 10, "taro", "c1")},
		"the same code for another":      {row(4, charge.Queued), proofOf("phone", 9, "taro", "c1")},
		"a charge that is not there":     {row(5, charge.Queued), proofOf("phone", 11, "taro", "c1")},
		"a proof that says of no device": {row(4, charge.Queued), proofOf("", 11, "taro", "c1")},
	} {
		if p.row.Seq == 4 {
			if err := s.View(func(r book.Rows) error { _, err := r.Charge(p.row.Key); return err }); err != nil {
				put(t, s, p.row)
			}
		}
		if err := s.Update(func(tx book.Tx) error { return tx.AddProof(p.row, p.proof) }); err == nil {
			t.Errorf("%s was taken", what)
		}
	}
	look := func(rows book.Rows, want charge.Exposure, taro, c1, counter int64) {
		t.Helper()
		got, err := rows.Exposure(100)
		if err != nil {
			t.Fatal(err)
		}
		got.Oldest = got.Oldest.UTC()
		equal(t, "what is outstanding", got, want)
		for name, read := range map[string]struct {
			n    func() (int64, error)
			want int64
		}{
			"what is outstanding of taro": {func() (int64, error) { return rows.ExposureOf("taro") }, taro},
			"what c1 was used for":        {func() (int64, error) { return rows.SpentUnder("c1") }, c1},
			"the phone's counter":         {func() (int64, error) { return rows.LastCounter("phone") }, counter},
		} {
			n, err := read.n()
			if err != nil {
				t.Fatal(err)
			}
			equal(t, name, n, read.want)
		}
	}
	sum := first.Amount.Minor + second.Amount.Minor
	view(t, s, func(rows book.Rows) error {
		look(rows, charge.Exposure{Count: 3, Minor: sum + third.Amount.Minor, Oldest: second.ChangedAt.UTC()}, sum, sum, 9)
		some, err := rows.Exposure(1)
		equal(t, "one of what is outstanding", some.Count, 1)
		sealed, err2 := rows.Evidence(2)
		equal(t, "the evidence", string(sealed), "sealed phone")
		_, err3 := rows.Evidence(9)
		if !errors.Is(err3, book.ErrNotFound) {
			t.Errorf("evidence of no charge: %v", err3)
		}
		return errors.Join(err, err2)
	})
	update(t, s, func(tx book.Tx) error {
		return errors.Join(tx.CloseProof(2), tx.CloseProof(2), tx.CloseProof(77), tx.WipeProof(2), tx.WipeProof(77))
	})
	view(t, s, func(rows book.Rows) error {
		look(rows, charge.Exposure{Count: 2, Minor: first.Amount.Minor + third.Amount.Minor, Oldest: first.ChangedAt.UTC()}, first.Amount.Minor, sum, 9)
		if _, err := rows.Evidence(2); !errors.Is(err, book.ErrNotFound) {
			t.Errorf("evidence that was wiped: %v", err)
		}
		return nil
	})
}
