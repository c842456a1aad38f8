package offline

import (
	"fmt"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/sqlite"
)

const selectZ = "SELECT number, date, after, upto, at, asked_by, operator, document, hash FROM closings "

func scanZ(r sqlite.Row) (charge.Z, error) {
	z := charge.Z{
		Number: r.Int(0), Date: r.Text(1), After: r.Int(2), Upto: r.Int(3), At: timeOf(r.Int(4)),
		By: charge.By(r.Text(5)), Operator: r.Text(6), Document: r.Blob(7),
	}
	if n := copy(z.Hash[:], r.Blob(8)); n != len(z.Hash) {
		return z, fmt.Errorf("closing Z %d has a hash of %d bytes", z.Number, n)
	}
	return z, nil
}

// Zs are closings below a number, or the newest ones when it is 0, newest
// first.
func (t tx) Zs(below int64, most int) ([]charge.Z, error) {
	return all(t, scanZ, selectZ+"WHERE ?1 = 0 OR number < ?1 ORDER BY number DESC LIMIT ?2", below, max(most, 0))
}

// AddZ adds the next closing. Any other number than the next, or a date that
// has one, is refused.
func (t tx) AddZ(z charge.Z) error {
	n, err := t.c.Exec(`INSERT INTO closings (number, date, after, upto, at, asked_by, operator, document, hash)
		SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9 WHERE ?1 = 1 + coalesce((SELECT max(number) FROM closings), 0)`,
		z.Number, z.Date, z.After, z.Upto, nanos(z.At), string(z.By), z.Operator, z.Document, z.Hash[:])
	if err == nil && n == 0 {
		err = fmt.Errorf("closing Z %d is not the next", z.Number)
	}
	return err
}
