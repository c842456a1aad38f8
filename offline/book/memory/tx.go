package memory

import (
	"errors"
	"fmt"
	"slices"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/offline/book"
)

// tx is one transaction. It writes in place and remembers how to take each
// write back.
type tx struct {
	rows
	undo []func()
}

func (t *tx) rollback() {
	for _, back := range slices.Backward(t.undo) {
		back()
	}
}

func (t *tx) Meta(name string) (int64, error) { return t.d.meta[name], nil }

func (t *tx) SetMeta(name string, value int64) error {
	old, there := t.d.meta[name]
	t.undo = append(t.undo, func() {
		if there {
			t.d.meta[name] = old
		} else {
			delete(t.d.meta, name)
		}
	})
	t.d.meta[name] = value
	return nil
}

func (t *tx) PutCharge(row book.Row) error {
	if old, there := t.d.charges[row.Seq]; !there || !same(old, row) {
		return fmt.Errorf("charge %s (number %d) is not in the books, or has another key, kind, sale or amount there", row.Key, row.Seq)
	}
	return t.place(row)
}

func (t *tx) AddCharge(row book.Row) error {
	_, there := t.d.charges[row.Seq]
	if _, taken := t.d.byKey[row.Key]; taken || there {
		return fmt.Errorf("charge %s (number %d) contradicts a row that is there", row.Key, row.Seq)
	}
	return t.place(row)
}

func (t *tx) place(row book.Row) error {
	if err := whole(row); err != nil {
		return err
	}
	old, there := t.d.charges[row.Seq]
	if _, sold := t.d.sales[row.SaleID]; !sold {
		return fmt.Errorf("charge %s is for sale %s, which is not in the books", row.Key, row.SaleID)
	}
	row = copyRow(row)
	t.d.place(row)
	t.undo = append(t.undo, func() {
		if there {
			t.d.place(old)
		} else {
			t.d.remove(row)
		}
	})
	return nil
}

// whole is what the tables of the SQLite store check in every row.
func whole(r book.Row) error {
	_, _, _, seq, err := r.Key.Parts()
	ok := err == nil && (seq == r.Seq || r.Carried) && r.LastLink >= 0 && r.Seq > 0 && r.Epoch >= 0 && len(r.Key) > 0 && len(r.Key) <= charge.MaxKey &&
		r.Amount.Minor > 0 && len(r.Amount.Currency) == 3 && r.State != "" && min(r.Attempts, r.Reprints, r.Alarms) >= 0 &&
		(r.Kind == charge.Refund || r.Of == "")
	if !ok {
		return fmt.Errorf("charge %s (number %d) is no charge", r.Key, r.Seq)
	}
	return nil
}

// same tells that two rows are of the same charge.
func same(a, b book.Row) bool {
	return a.Epoch == b.Epoch && a.Key == b.Key && a.Kind == b.Kind && a.Of == b.Of && a.SaleID == b.SaleID && a.Amount == b.Amount && a.Carried == b.Carried
}

func (t *tx) PutSale(s sale.Sale) error {
	if s.ID == "" || s.Amount.Minor <= 0 || len(s.Amount.Currency) != 3 {
		return errors.New("a sale needs an id and an amount")
	}
	if _, taken := t.d.sales[s.ID]; taken {
		return fmt.Errorf("sale %s is there already", s.ID)
	}
	if parts, _ := t.PartsOfBill(s.Bill); slices.ContainsFunc(parts, func(p sale.Sale) bool { return p.Part == s.Part }) {
		return fmt.Errorf("bill %s has a part %d already", s.Bill, s.Part)
	}
	ref := reference{s.BusinessDate, s.Source, s.Reference}
	if s.Reference != "" {
		if id, taken := t.d.byRef[ref]; taken {
			return fmt.Errorf("sale %s has the reference %s of that day already", id, s.Reference)
		}
		t.d.byRef[ref] = s.ID
	}
	t.d.sales[s.ID] = copySale(s)
	parts := t.d.byBill[s.Bill]
	if s.Bill != "" {
		t.d.byBill[s.Bill] = append(slices.Clip(parts), s.ID) // anew: a copy of the data may share it
	}
	t.undo = append(t.undo, func() {
		delete(t.d.sales, s.ID)
		if s.Bill != "" {
			t.d.byBill[s.Bill] = parts
		}
		if s.Reference != "" {
			delete(t.d.byRef, ref)
		}
	})
	return nil
}

func (t *tx) AppendLink(l book.Link) error {
	if l.N != int64(len(t.d.links))+1 || l.Before < 0 || l.Before >= l.N {
		return fmt.Errorf("journal entry %d: %w", l.N, book.ErrNotNext)
	}
	l.Step.At, l.Step.Asked = plain(l.Step.At), plain(l.Step.Asked)
	t.d.links = append(t.d.links, l)
	t.undo = append(t.undo, func() {
		t.d.links = t.d.links[:len(t.d.links)-1]
	})
	return nil
}

func (t *tx) AddZ(z charge.Z) error {
	taken := slices.ContainsFunc(t.d.zs, func(other charge.Z) bool { return other.Date == z.Date })
	if taken || z.Number != int64(len(t.d.zs))+1 || len(z.Date) != 10 || z.After < 0 || z.Upto < z.After || len(z.Document) == 0 {
		return fmt.Errorf("closing Z %d is not the next, its date has one, or it is none", z.Number)
	}
	z.At, z.Document = plain(z.At), slices.Clone(z.Document)
	t.d.zs = append(t.d.zs, z)
	t.undo = append(t.undo, func() { t.d.zs = t.d.zs[:len(t.d.zs)-1] })
	return nil
}
