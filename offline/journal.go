package offline

import (
	"errors"
	"fmt"
	"slices"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/sqlite"
)

const selectLink = `SELECT n, before, key, from_state, to_state, moved, event, wallet, reason, asked_by, operator, receipt,
	code_kind, code_masked, code_hash, asked_at, at, note, hash FROM journal `

func scanLink(r sqlite.Row) (book.Link, error) {
	l := book.Link{
		N: r.Int(0), Before: r.Int(1), Key: charge.Key(r.Text(2)), From: charge.State(r.Text(3)), To: charge.State(r.Text(4)), Moved: r.Bool(5),
		Step: charge.Step{
			Event: charge.Event(r.Text(6)), Wallet: r.Text(7), Reason: charge.Reason(r.Text(8)), By: charge.By(r.Text(9)),
			Operator: r.Text(10), Receipt: r.Text(11),
			Code:  charge.CodeMark{Kind: r.Text(12), Masked: r.Text(13), Hash: r.Text(14)},
			Asked: timeOf(r.Int(15)), At: timeOf(r.Int(16)),
		},
		Note: r.Text(17),
	}
	if n := copy(l.Hash[:], r.Blob(18)); n != len(l.Hash) {
		return l, fmt.Errorf("journal entry %d has a hash of %d bytes", l.N, n)
	}
	return l, nil
}

// LastLink is the head of the journal.
func (t tx) LastLink() (book.Link, error) {
	return one(t, scanLink, selectLink+"ORDER BY n DESC LIMIT 1")
}

// Chain is the n-th entry and those before it of the same charge, oldest
// first.
func (t tx) Chain(n int64) ([]book.Link, error) {
	var out []book.Link
	for n > 0 {
		l, err := one(t, scanLink, selectLink+"WHERE n = ?", n)
		if errors.Is(err, book.ErrNotFound) {
			break
		}
		if err != nil {
			return nil, err
		}
		out = append(out, l)
		n = l.Before
	}
	slices.Reverse(out)
	return out, nil
}

// LinksAfter are at most limit entries behind the n-th, oldest first.
func (t tx) LinksAfter(n int64, limit int) ([]book.Link, error) {
	return all(t, scanLink, selectLink+"WHERE n > ? ORDER BY n LIMIT ?", n, max(limit, 0))
}

const insertLink = `INSERT INTO journal (n, before, key, from_state, to_state, moved, event, wallet, reason, asked_by, operator, receipt,
	code_kind, code_masked, code_hash, asked_at, at, note, hash)
	SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19
	WHERE ?1 = 1 + coalesce((SELECT max(n) FROM journal), 0)`

// AppendLink adds the next entry. Any other number than the next is refused.
func (t tx) AppendLink(l book.Link) error {
	s := l.Step
	added, err := t.c.Exec(insertLink, l.N, l.Before, string(l.Key), string(l.From), string(l.To), l.Moved, string(s.Event), s.Wallet,
		string(s.Reason), string(s.By), s.Operator, s.Receipt, s.Code.Kind, s.Code.Masked, s.Code.Hash,
		nanos(s.Asked), nanos(s.At), l.Note, l.Hash[:])
	if err == nil && added == 0 {
		err = fmt.Errorf("journal entry %d: %w", l.N, book.ErrNotNext)
	}
	return err
}

// Meta is a number by name, 0 when it was never set.
func (t tx) Meta(name string) (int64, error) {
	row, err := t.c.One("SELECT value FROM meta WHERE name = ?", name)
	if errors.Is(err, sqlite.ErrNoRow) {
		return 0, nil
	}
	return row.Int(0), err
}

// SetMeta remembers a number.
func (t tx) SetMeta(name string, value int64) error {
	_, err := t.c.Exec("INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = ?2", name, value)
	return err
}
