package offline

import (
	"fmt"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/sqlite"
)

const selectFormal = "SELECT number, subject, charge, addressee, purpose, amount, currency, returned, at, asked_by, operator, paper, copies FROM formals "

func scanFormal(r sqlite.Row) (charge.Formal, error) {
	returned, err := listOf[int64](r.Text(7))
	return charge.Formal{
		Number: r.Int(0), Subject: r.Text(1), Key: charge.Key(r.Text(2)), To: r.Text(3), For: r.Text(4),
		Amount:   money.Amount{Minor: r.Int(5), Currency: money.Currency(r.Text(6))},
		Returned: returned, At: timeOf(r.Int(8)), By: charge.By(r.Text(9)), Operator: r.Text(10), Paper: charge.Paper(r.Text(11)), Copies: int(r.Int(12)),
	}, err
}

// FormalOf is the formal receipt of a sale or a bill.
func (t tx) FormalOf(subject string) (charge.Formal, error) {
	return one(t, scanFormal, selectFormal+"WHERE subject = ?", subject)
}

// LastFormal is the newest formal receipt.
func (t tx) LastFormal() (charge.Formal, error) {
	return one(t, scanFormal, selectFormal+"ORDER BY number DESC LIMIT 1")
}

// AddFormal adds the next formal receipt. Any other number than the next, or a
// subject that has one, is refused.
func (t tx) AddFormal(f charge.Formal) error {
	returned, err := list(f.Returned)
	if err != nil {
		return err
	}
	n, err := t.c.Exec(`INSERT INTO formals (number, subject, charge, addressee, purpose, amount, currency, returned, at, asked_by, operator, paper, copies)
		SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13 WHERE ?1 = 1 + coalesce((SELECT max(number) FROM formals), 0)`,
		f.Number, f.Subject, string(f.Key), f.To, f.For, f.Amount.Minor, string(f.Amount.Currency), returned, nanos(f.At), string(f.By), f.Operator, string(f.Paper), f.Copies)
	if err == nil && n == 0 {
		err = fmt.Errorf("formal receipt %d is not the next", f.Number)
	}
	return err
}

// PutFormal remembers what became of a formal receipt's paper.
func (t tx) PutFormal(number int64, paper charge.Paper, copies int) error {
	n, err := t.c.Exec("UPDATE formals SET paper = ?, copies = ? WHERE number = ?", string(paper), copies, number)
	if err == nil && n == 0 {
		err = fmt.Errorf("formal receipt %d: %w", number, book.ErrNotFound)
	}
	return err
}
