package offline

import (
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/sqlite"
)

const selectBill = `SELECT id, source, reference, business_date, amount, currency, lines, at, operator, given_up FROM bills `

func scanBill(r sqlite.Row) (sale.Bill, error) {
	lines, err := listOf[sale.Line](r.Text(6))
	return sale.Bill{GivenUp: timeOf(r.Int(9)), Sale: sale.Sale{
		ID: r.Text(0), Source: r.Text(1), Reference: r.Text(2), BusinessDate: r.Text(3),
		Amount: money.Amount{Minor: r.Int(4), Currency: money.Currency(r.Text(5))},
		Lines:  lines, At: timeOf(r.Int(7)), Operator: r.Text(8),
	}}, err
}

// Bill is a bill by its id.
func (t tx) Bill(id string) (sale.Bill, error) {
	return one(t, scanBill, selectBill+"WHERE id = ?", id)
}

// BillByReference is the bill with that source's number of that business day.
func (t tx) BillByReference(businessDate, source, reference string) (sale.Bill, error) {
	if reference == "" {
		return sale.Bill{}, book.ErrNotFound
	}
	return one(t, scanBill, selectBill+"WHERE business_date = ? AND source = ? AND reference = ? AND reference <> ''", businessDate, source, reference)
}

// PartsOfBill are the parts of a bill, paid or not, by number.
func (t tx) PartsOfBill(id string) ([]sale.Sale, error) {
	return all(t, scanSale, selectSale+"WHERE bill = ? AND bill <> '' ORDER BY part", id)
}

// PutBill adds a bill. A second one with its id, or with its reference on the
// same business day, is refused.
func (t tx) PutBill(b sale.Bill) error {
	lines, err := list(b.Lines)
	if err != nil {
		return err
	}
	_, err = t.c.Exec(`INSERT INTO bills (id, source, reference, business_date, amount, currency, lines, at, operator, given_up)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		b.ID, b.Source, b.Reference, b.BusinessDate, b.Amount.Minor, string(b.Amount.Currency), lines, nanos(b.At), b.Operator, nanos(b.GivenUp))
	return err
}

// EndBill remembers when a bill was given up.
func (t tx) EndBill(id string, at time.Time) error {
	n, err := t.c.Exec("UPDATE bills SET given_up = ? WHERE id = ?", nanos(at), id)
	if err == nil && n == 0 {
		err = fmt.Errorf("bill %s: %w", id, book.ErrNotFound)
	}
	return err
}
