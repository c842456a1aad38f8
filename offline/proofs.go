package offline

import (
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/sqlite"
)

// AddProof adds what stands behind a charge that was taken without a network.
func (t tx) AddProof(r book.Row, p charge.Proof) error {
	err := t.run(`INSERT INTO proofs (seq, device, counter, token, serial, affords, until, amount, at, outstanding, carried, signature, certificate)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?)`,
		r.Seq, p.Device, p.Counter, p.Token, p.Serial, p.Affords, nanos(p.Until), r.Amount.Minor, nanos(r.ChangedAt), r.Carried, blob(p.Signature), blob(p.Certificate))
	if err == nil {
		err = t.run("INSERT INTO evidence (seq, sealed) VALUES (?, ?)", r.Seq, p.Sealed)
	}
	if err != nil {
		return fmt.Errorf("the proof of charge %s: %w", r.Key, err)
	}
	return nil
}

// CloseProof takes a charge out of what is outstanding.
func (t tx) CloseProof(seq int64) error {
	return t.run("UPDATE proofs SET outstanding = 0 WHERE seq = ? AND outstanding = 1", seq)
}

// WipeProof takes the evidence of a charge away. secure_delete overwrites it
// in the page; the log holds it until it starts over.
func (t tx) WipeProof(seq int64) error { return t.run("DELETE FROM evidence WHERE seq = ?", seq) }

// LastCounter is the highest counter of a phone.
func (t tx) LastCounter(device string) (int64, error) {
	return one(t, func(r sqlite.Row) (int64, error) { return r.Int(0), nil },
		"SELECT counter FROM proofs WHERE device = ? ORDER BY counter DESC LIMIT 1", device)
}

// blob is bytes as a column that is never NULL.
func blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// ReplaceProof puts other evidence in place of what is there.
func (t tx) ReplaceProof(seq int64, sealed, signature, certificate []byte) error {
	n, err := t.c.Exec("UPDATE proofs SET signature = ?, certificate = ? WHERE seq = ?", blob(signature), blob(certificate), seq)
	if err == nil && n == 0 {
		return fmt.Errorf("charge number %d has no proof", seq)
	}
	if err == nil {
		err = t.run("INSERT INTO evidence (seq, sealed) VALUES (?1, ?2) ON CONFLICT (seq) DO UPDATE SET sealed = ?2", seq, sealed)
	}
	return err
}

// MoveProof notes when a charge left with a queue file.
func (t tx) MoveProof(seq int64, at time.Time) error {
	n, err := t.c.Exec("UPDATE proofs SET moved_at = ? WHERE seq = ?", nanos(at), seq)
	if err == nil && n == 0 {
		err = fmt.Errorf("charge number %d has no proof", seq)
	}
	return err
}

// Exposure is what is outstanding. The triggers of the table keep count.
func (t tx) Exposure(carried bool) (charge.Exposure, error) {
	return one(t, func(r sqlite.Row) (charge.Exposure, error) {
		return charge.Exposure{Count: int(r.Int(0)), Minor: r.Int(1), Oldest: timeOf(r.Int(2))}, nil
	}, `SELECT charges, minor, coalesce((SELECT min(at) FROM proofs WHERE outstanding = 1 AND carried = ?1), 0)
		FROM exposure WHERE carried = ?1`, carried)
}

// ExposureOf is what is outstanding of one customer, in minor units.
func (t tx) ExposureOf(token string) (int64, error) {
	return one(t, func(r sqlite.Row) (int64, error) { return r.Int(0), nil },
		"SELECT coalesce(sum(amount), 0) FROM proofs WHERE token = ? AND outstanding = 1", token)
}

// SpentUnder is what a certificate has been used for, in minor units.
func (t tx) SpentUnder(serial string) (int64, error) {
	return one(t, func(r sqlite.Row) (int64, error) { return r.Int(0), nil },
		"SELECT coalesce(sum(amount), 0) FROM proofs WHERE serial = ?", serial)
}

// Unpaid tells whether a charge of a customer was taken and never paid.
func (t tx) Unpaid(token string) (bool, error) {
	n, err := one(t, func(r sqlite.Row) (int64, error) { return r.Int(0), nil },
		"SELECT count(*) FROM (SELECT 1 FROM proofs JOIN charges USING (seq) WHERE token = ? AND outstanding = 0 AND state = 'unpaid' LIMIT 1)", token)
	return n > 0, err
}

const selectDue = "SELECT p.seq, p.at, p.until, p.moved_at, p.signature, p.certificate FROM proofs p "

func scanDue(r sqlite.Row) (charge.Due, error) {
	due := charge.Due{Seq: r.Int(0), Accepted: timeOf(r.Int(1)), Until: timeOf(r.Int(2)), Moved: timeOf(r.Int(3))}
	if signature := r.Blob(4); len(signature) > 0 {
		due.Signature = signature
	}
	if certificate := r.Blob(5); len(certificate) > 0 {
		due.Certificate = certificate
	}
	return due, nil
}

// Due are outstanding charges, those whose code ends first before the others.
func (t tx) Due(wallet string, after charge.Due, most int) ([]charge.Due, error) {
	places, err := all(t, scanDue, selectDue+`JOIN charges c ON c.seq = p.seq
		WHERE p.outstanding = 1 AND (p.until, p.seq) > (?, ?) AND c.wallet = ? ORDER BY p.until, p.seq LIMIT ?`,
		nanos(after.Until), after.Seq, wallet, most)
	if err != nil {
		return nil, err
	}
	for i := range places {
		if err := t.charged(&places[i]); err != nil {
			return nil, err
		}
	}
	return places, nil
}

// DueOf is one of them.
func (t tx) DueOf(seq int64) (charge.Due, error) {
	due, err := one(t, scanDue, selectDue+"WHERE p.seq = ? AND p.outstanding = 1", seq)
	if err != nil {
		return due, err
	}
	return due, t.charged(&due)
}

func (t tx) charged(due *charge.Due) error {
	row, err := one(t, scanCharge, selectCharge+"WHERE seq = ?", due.Seq)
	due.Record = row.Record
	return err
}

// Evidence is the sealed code of a charge.
func (t tx) Evidence(seq int64) ([]byte, error) {
	return one(t, func(r sqlite.Row) ([]byte, error) { return r.Blob(0), nil }, "SELECT sealed FROM evidence WHERE seq = ?", seq)
}

// Sealed are some of the codes that lie sealed in the books, the newest first.
func (s *Store) Sealed() (out []SealedCode, err error) {
	const some = 16
	err = s.db.View(func(c *sqlite.Conn) error {
		out, err = all(tx{c}, func(r sqlite.Row) (SealedCode, error) {
			return SealedCode{Charge: charge.Key(r.Text(0)), Sealed: r.Blob(1)}, nil
		}, "SELECT c.key, e.sealed FROM evidence e JOIN charges c USING (seq) ORDER BY seq DESC LIMIT ?", some)
		return err
	})
	return out, err
}

// run is a statement of which nothing is learned but its failure.
func (t tx) run(sql string, args ...any) error {
	_, err := t.c.Exec(sql, args...)
	return err
}
