package storetest

import (
	"crypto/sha256"
	"errors"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

func aZ(number int64, date string) charge.Z {
	z := charge.Z{Number: number, Date: date, After: 3 * (number - 1), Upto: 3 * number, At: at.Add(time.Duration(number) * time.Hour), By: charge.ByManager, Operator: "taro", Document: []byte(`{"number":` + date + `}`)}
	z.Hash = sha256.Sum256(z.Document)
	return z
}

// closings are numbered without a gap, one a date, and come back as they went
// in.
func closings(t *testing.T, s book.Store) {
	days := []string{"2026-11-22", "2026-11-23", "2026-11-25"}
	for i, day := range days {
		update(t, s, func(tx book.Tx) error { return tx.AddZ(aZ(int64(i)+1, day)) })
	}
	for _, wrong := range []charge.Z{aZ(3, "2026-11-26"), aZ(5, "2026-11-26"), aZ(4, "2026-11-25"), {Number: 4, Date: "2026-11-26"}} {
		if err := s.Update(func(tx book.Tx) error { return tx.AddZ(wrong) }); err == nil {
			t.Errorf("Z %d of %s was taken", wrong.Number, wrong.Date)
		}
	}
	if err := s.Update(func(tx book.Tx) error {
		if err := tx.AddZ(aZ(4, "2026-11-26")); err != nil {
			return err
		}
		return errMine
	}); err == nil {
		t.Error("a transaction that changed its mind went through")
	}
	err := s.View(func(rows book.Rows) error {
		newest, err := rows.Zs(0, 2)
		equal(t, "the newest", newest, []charge.Z{utcZ(aZ(3, days[2])), utcZ(aZ(2, days[1]))})
		older, err2 := rows.Zs(2, 10)
		equal(t, "the page after", older, []charge.Z{utcZ(aZ(1, days[0]))})
		none, err3 := rows.Zs(1, 10)
		equal(t, "behind the last", len(none), 0)
		return errors.Join(err, err2, err3)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func utcZ(z charge.Z) charge.Z {
	z.At = z.At.UTC()
	return z
}
