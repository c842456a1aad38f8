package book

import (
	"context"
	"errors"
	"fmt"

	"github.com/posagent/posagent/agent/charge"
)

// Journal are at most limit entries behind the n-th, oldest first.
func (b *Book) Journal(after int64, limit int) (links []Link, err error) {
	err = b.rows.View(func(rows Rows) error {
		links, err = rows.LinksAfter(after, limit)
		return err
	})
	return links, err
}

// Verify follows the chain of the whole journal and returns its last sound
// entry. It reads page by page, so that sales go on and the log does not wait:
// entries never change, and those that come meanwhile are read as well. By the
// mark beside the books it also finds a tail that was cut off since the last
// SaveMark, or a chain that was made anew.
func (b *Book) Verify(ctx context.Context) (Link, error) {
	b.markMu.Lock()
	mark := b.marked
	b.markMu.Unlock()
	var other error
	last, err := verify(func(after int64, most int) ([]Link, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		links, err := b.Journal(after, most)
		for _, l := range links {
			if l.N == mark.Links && l.Hash != mark.Hash {
				other = &Broken{N: l.N, Why: "is another one than was written: the mark beside the books knows its hash"}
			}
		}
		return links, err
	})
	switch {
	case err != nil:
		return last, err
	case other != nil:
		return last, other
	case last.N < mark.Links:
		return last, &Broken{N: last.N + 1, Why: fmt.Sprintf("is missing, and so are those up to %d, which the mark beside the books knows", mark.Links)}
	}
	return last, nil
}

// Audit is Verify, and holds every charge against its entries; see the function
// of the same name. The log waits while the charges are read, at most until ctx ends.
func (b *Book) Audit(ctx context.Context) (Link, error) {
	last, err := b.Verify(ctx)
	if err != nil {
		return last, err
	}
	err = b.rows.View(func(rows Rows) error {
		if _, err := Audit(until{rows, ctx}); err != nil {
			return err
		}
		if last, err = rows.LastLink(); errors.Is(err, ErrNotFound) {
			return nil
		}
		return err
	})
	return last, err
}

// until are rows that can be read as long as somebody waits.
type until struct {
	Rows
	ctx context.Context
}

func (u until) LinksAfter(n int64, limit int) ([]Link, error) {
	if err := u.ctx.Err(); err != nil {
		return nil, err
	}
	return u.Rows.LinksAfter(n, limit)
}

func (u until) Chain(n int64) ([]Link, error) {
	if err := u.ctx.Err(); err != nil {
		return nil, err
	}
	return u.Rows.Chain(n)
}

// Text is what the hash of an entry covers: SHA-256 over the 32 bytes of the
// hash before (zeros before the first) and this text.
func (l Link) Text() string { return string(l.canonical(nil)) }

// Note writes down what a person or a program did to the register and not to a
// charge: who signed in, who was locked out and let in again. It is an entry
// without a key.
func (b *Book) Note(by charge.By, operator, what string) error {
	return b.update(func(t *turn) error {
		_, err := t.append(Link{Step: charge.Step{By: by, Operator: operator, At: b.now()}, Note: what})
		return err
	})
}

// End is the number of the newest entry, 0 before the first.
func (b *Book) End() (n int64, err error) {
	err = b.rows.View(func(rows Rows) error {
		last, err := rows.LastLink()
		if n = last.N; errors.Is(err, ErrNotFound) {
			return nil
		}
		return err
	})
	return n, err
}
