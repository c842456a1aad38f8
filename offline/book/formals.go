package book

import (
	"errors"
	"fmt"

	"github.com/posagent/posagent/agent/charge"
)

// FormalOf is the formal receipt of a sale or a bill, and false when there is
// none.
func (b *Book) FormalOf(subject string) (f charge.Formal, found bool, err error) {
	err = b.rows.View(func(rows Rows) error {
		f, err = rows.FormalOf(subject)
		return err
	})
	if errors.Is(err, ErrNotFound) {
		return f, false, nil
	}
	return f, err == nil, err
}

// IssueFormal gives a formal receipt the next number, durable when it returns;
// the journal has it as well. It fails with charge.ErrFormalThere when its
// subject has one.
func (b *Book) IssueFormal(f charge.Formal) (charge.Formal, error) {
	f.At, f.Paper, f.Copies = stamp(f.At), charge.Unprinted, 0
	err := b.update(func(t *turn) error {
		if _, err := t.tx.FormalOf(f.Subject); !errors.Is(err, ErrNotFound) {
			return errors.Join(err, notTaken{charge.ErrFormalThere})
		}
		last, err := t.tx.LastFormal()
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		f.Number = last.Number + 1
		if err := t.tx.AddFormal(f); err != nil {
			return err
		}
		return t.formalNote(f, f.By, f.Operator, f.Note())
	})
	return f, err
}

// FormalPrinted remembers what became of a formal receipt's paper; again counts
// a copy, and is in the journal with who asked for it.
func (b *Book) FormalPrinted(f charge.Formal, paper charge.Paper, again bool, by charge.By, operator string) (charge.Formal, error) {
	f.Paper = paper
	if again {
		f.Copies++
	}
	err := b.update(func(t *turn) error {
		if err := t.tx.PutFormal(f.Number, f.Paper, f.Copies); err != nil {
			return err
		}
		if !again {
			return t.formalNote(f, charge.ByTimer, "", fmt.Sprintf("formal receipt %d: paper %s", f.Number, paper))
		}
		return t.formalNote(f, by, operator, fmt.Sprintf("copy %d of formal receipt %d", f.Copies, f.Number))
	})
	return f, err
}

func (t *turn) formalNote(f charge.Formal, by charge.By, operator, note string) error {
	_, err := t.append(Link{Step: charge.Step{By: by, Operator: operator, At: t.book.now()}, Note: note})
	return err
}
