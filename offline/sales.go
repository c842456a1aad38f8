package offline

import (
	"errors"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/sqlite"
)

const selectSale = `SELECT id, source, reference, business_date, amount, currency, lines, at, operator, top_up, bill, part, before, handed FROM sales `

func scanSale(r sqlite.Row) (sale.Sale, error) {
	lines, err := listOf[sale.Line](r.Text(6))
	before, bad := listOf[sale.Line](r.Text(12))
	return sale.Sale{
		ID: r.Text(0), Source: r.Text(1), Reference: r.Text(2), BusinessDate: r.Text(3),
		Amount: money.Amount{Minor: r.Int(4), Currency: money.Currency(r.Text(5))},
		Lines:  lines, At: timeOf(r.Int(7)), Operator: r.Text(8), TopUp: r.Bool(9),
		Bill: r.Text(10), Part: int(r.Int(11)), Before: before, Handed: r.Int(13),
	}, errors.Join(err, bad)
}

// Sale is a sale by its id.
func (t tx) Sale(id string) (sale.Sale, error) {
	return one(t, scanSale, selectSale+"WHERE id = ?", id)
}

// SaleByReference is the sale with that source's number of that business day. A sale without a number is not found under the empty one.
func (t tx) SaleByReference(businessDate, source, reference string) (sale.Sale, error) {
	if reference == "" {
		return sale.Sale{}, book.ErrNotFound
	}
	return one(t, scanSale, selectSale+"WHERE business_date = ? AND source = ? AND reference = ? AND reference <> ''", businessDate, source, reference)
}

// PutSale adds a sale. A second one with its id, or with its reference on the
// same business day, is refused.
func (t tx) PutSale(s sale.Sale) error {
	lines, err := list(s.Lines)
	before, bad := list(s.Before)
	if err := errors.Join(err, bad); err != nil {
		return err
	}
	_, err = t.c.Exec(`INSERT INTO sales (id, source, reference, business_date, amount, currency, lines, at, operator, top_up, bill, part, before, handed)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		s.ID, s.Source, s.Reference, s.BusinessDate, s.Amount.Minor, string(s.Amount.Currency), lines, nanos(s.At), s.Operator, s.TopUp,
		s.Bill, s.Part, before, s.Handed)
	return err
}
