package memory

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/offline/book"
)

func (r rows) Bill(id string) (sale.Bill, error) {
	b, there := r.d.bills[id]
	if !there {
		return sale.Bill{}, book.ErrNotFound
	}
	return copyBill(b), nil
}

func (r rows) BillByReference(businessDate, source, reference string) (sale.Bill, error) {
	for _, b := range r.d.bills {
		if reference != "" && b.BusinessDate == businessDate && b.Source == source && b.Reference == reference {
			return copyBill(b), nil
		}
	}
	return sale.Bill{}, book.ErrNotFound
}

func (r rows) PartsOfBill(id string) (out []sale.Sale, err error) {
	for _, part := range r.d.byBill[id] {
		out = append(out, copySale(r.d.sales[part]))
	}
	slices.SortFunc(out, func(a, b sale.Sale) int { return cmp.Compare(a.Part, b.Part) })
	return out, nil
}

func (t *tx) PutBill(b sale.Bill) error {
	if b.ID == "" || b.Amount.Minor <= 0 || len(b.Amount.Currency) != 3 {
		return errors.New("a bill needs an id and an amount")
	}
	if _, taken := t.d.bills[b.ID]; taken {
		return fmt.Errorf("bill %s is there already", b.ID)
	}
	if other, err := t.BillByReference(b.BusinessDate, b.Source, b.Reference); err == nil {
		return fmt.Errorf("bill %s has the reference %s of that day already", other.ID, b.Reference)
	}
	t.d.bills[b.ID] = copyBill(b)
	t.undo = append(t.undo, func() { delete(t.d.bills, b.ID) })
	return nil
}

func (t *tx) EndBill(id string, at time.Time) error {
	was, there := t.d.bills[id]
	if !there {
		return fmt.Errorf("bill %s: %w", id, book.ErrNotFound)
	}
	now := was
	now.GivenUp = plain(at)
	t.d.bills[id] = now
	t.undo = append(t.undo, func() { t.d.bills[id] = was })
	return nil
}

func copyBill(b sale.Bill) sale.Bill {
	b.Sale, b.GivenUp = copySale(b.Sale), plain(b.GivenUp)
	return b
}
