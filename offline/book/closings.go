package book

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// ErrOtherZ means that the register was closed meanwhile.
var ErrOtherZ = errors.New("the register has been closed meanwhile: look at the newest Z")

// Zs are closings below a number, or the newest when it is 0, newest first.
func (b *Book) Zs(below int64, most int) (out []charge.Z, err error) {
	err = b.rows.View(func(rows Rows) error {
		out, err = rows.Zs(below, most)
		return err
	})
	return out, err
}

// PutZ closes the register: the Z is kept for good, and the journal holds the
// hash of its document, both or neither. It fails with ErrOtherZ when it does
// not follow the newest one.
func (b *Book) PutZ(z charge.Z) (charge.Z, error) {
	z = z.Sealed()
	z.At = stamp(z.At)
	err := b.update(func(t *turn) error {
		last, err := lastZ(t.tx)
		if err != nil {
			return err
		}
		if err := t.learn(); err != nil {
			return err
		}
		if z.Number != last.Number+1 || z.After != last.Upto || z.Date <= last.Date {
			return ErrOtherZ
		}
		if z.Upto < z.After || z.Upto > t.end.n {
			return fmt.Errorf("closing Z %d covers entries up to %d, and the journal ends with %d", z.Number, z.Upto, t.end.n)
		}
		if err := t.tx.AddZ(z); err != nil {
			return err
		}
		_, err = t.append(Link{Step: charge.Step{By: z.By, Operator: z.Operator, At: z.At}, Note: z.Note()})
		return err
	})
	return z, err
}

func lastZ(rows Rows) (charge.Z, error) {
	zs, err := rows.Zs(0, 1)
	if err != nil || len(zs) == 0 {
		return charge.Z{}, err
	}
	return zs[0], nil
}

// Moves are what the journal did to records behind its n-th entry, in the order
// of their first entry there, and the entry up to which it was read: the end,
// or the last one before the first entry of a moment that is not before until.
// The zero time sets no end. Entries never change, so it reads page by page and
// lets the log go on.
func (b *Book) Moves(n int64, until time.Time) (moves []charge.Move, upto int64, err error) {
	const most = 1000
	var found []move
	at := make(map[charge.Key]int)
	for upto = n; ; {
		links, err := b.Journal(upto, most)
		if err != nil {
			return nil, upto, err
		}
		for _, l := range links {
			if !until.IsZero() && !l.Step.At.Before(until) {
				moves, err = b.fill(found)
				return moves, upto, err
			}
			if upto = l.N; l.Key == "" || !l.Moved {
				continue
			}
			i, known := at[l.Key]
			if !known {
				i = len(found)
				at[l.Key], found = i, append(found, move{charge.Move{Record: charge.Record{Key: l.Key}, Was: l.From}, l.N})
			}
			found[i].Is = l.To
			if l.Step.Reason != charge.ReasonNone || l.To == charge.Approved {
				found[i].Why = l.Step.Reason
			}
		}
		if len(links) < most {
			moves, err = b.fill(found)
			return moves, upto, err
		}
	}
}

// FirstBegun is when the first record behind the n-th entry was begun here, at
// a moment that is such; false when there is none.
func (b *Book) FirstBegun(n int64, such func(time.Time) bool) (time.Time, bool, error) {
	const most = 1000
	for {
		links, err := b.Journal(n, most)
		if err != nil {
			return time.Time{}, false, err
		}
		for _, l := range links {
			if n = l.N; l.Key != "" && l.Before == 0 && l.To == charge.Prepared && such(l.Step.At) {
				return l.Step.At, true, nil
			}
		}
		if len(links) < most {
			return time.Time{}, false, nil
		}
	}
}

// move is a Move and its first entry.
type move struct {
	charge.Move
	first int64
}

// reasonBefore is the reason that a charge had before an entry.
func reasonBefore(chain []Link, n int64) (why charge.Reason) {
	for _, l := range chain {
		if l.N < n && l.Moved && (l.Step.Reason != charge.ReasonNone || l.To == charge.Approved) {
			why = l.Step.Reason
		}
	}
	return why
}

// fill reads the records of moves.
func (b *Book) fill(moves []move) ([]charge.Move, error) {
	const page = 500
	out := make([]charge.Move, 0, len(moves))
	for some := range slices.Chunk(moves, page) {
		err := b.rows.View(func(rows Rows) error {
			for _, m := range some {
				row, err := rows.Charge(m.Key)
				if err != nil {
					return fmt.Errorf("charge %s of the journal: %w", m.Key, err)
				}
				m.Record = row.Record
				if m.Was == charge.Reversed { // why matters of no other state
					chain, err := rows.Chain(row.LastLink)
					if err != nil {
						return err
					}
					m.Had = reasonBefore(chain, m.first)
				}
				out = append(out, m.Move)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return out, nil
}
