package memory

import (
	"fmt"
	"slices"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

func (r rows) FormalOf(subject string) (charge.Formal, error) {
	for _, f := range r.d.formals {
		if f.Subject == subject {
			return copyFormal(f), nil
		}
	}
	return charge.Formal{}, book.ErrNotFound
}

func (r rows) LastFormal() (charge.Formal, error) {
	if len(r.d.formals) == 0 {
		return charge.Formal{}, book.ErrNotFound
	}
	return copyFormal(r.d.formals[len(r.d.formals)-1]), nil
}

func (t *tx) AddFormal(f charge.Formal) error {
	_, err := t.FormalOf(f.Subject)
	if err == nil || f.Number != int64(len(t.d.formals))+1 || f.Subject == "" || f.Key == "" || f.Amount.Minor <= 0 || len(f.Amount.Currency) != 3 {
		return fmt.Errorf("formal receipt %d is not the next, its subject has one, or it is none", f.Number)
	}
	t.d.formals = append(t.d.formals, copyFormal(f))
	t.undo = append(t.undo, func() { t.d.formals = t.d.formals[:len(t.d.formals)-1] })
	return nil
}

func (t *tx) PutFormal(number int64, paper charge.Paper, copies int) error {
	i := slices.IndexFunc(t.d.formals, func(f charge.Formal) bool { return f.Number == number })
	if i < 0 {
		return fmt.Errorf("formal receipt %d: %w", number, book.ErrNotFound)
	}
	was := t.d.formals[i]
	t.d.formals[i].Paper, t.d.formals[i].Copies = paper, copies
	t.undo = append(t.undo, func() { t.d.formals[i] = was })
	return nil
}

func copyFormal(f charge.Formal) charge.Formal {
	f.At, f.Returned = plain(f.At), cloned(f.Returned)
	return f
}
