package book

import (
	"errors"
	"iter"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/sale"
)

// Charge is one charge, or ErrNotFound.
func (b *Book) Charge(key charge.Key) (charge.Record, error) {
	var row Row
	err := b.rows.View(func(rows Rows) (err error) {
		row, err = rows.Charge(key)
		return err
	})
	return row.Record, err
}

// ChargesOfSale are the charges of a sale and the refunds of them, oldest
// first.
func (b *Book) ChargesOfSale(saleID string) ([]charge.Record, error) {
	return b.records(func(rows Rows) ([]Row, error) { return rows.ChargesOfSale(saleID) })
}

// EachOpen are the charges that still need work, oldest first. They are read a
// page at a time, each as it stands when its page is read: a long queue is no
// reason to need much memory.
func (b *Book) EachOpen() iter.Seq2[charge.Record, error] {
	return func(yield func(charge.Record, error) bool) {
		const most = 500
		for after := int64(0); ; {
			var page []Row
			err := b.rows.View(func(rows Rows) (err error) {
				page, err = rows.OpenCharges(after, most)
				return err
			})
			if err != nil {
				yield(charge.Record{}, err)
				return
			}
			for _, row := range page {
				if after = row.Seq; !yield(row.Record, nil) {
					return
				}
			}
			if len(page) < most {
				return
			}
		}
	}
}

// Open are all of them.
func (b *Book) Open() (out []charge.Record, err error) {
	for rec, err := range b.EachOpen() {
		if err != nil {
			return out, err
		}
		out = append(out, rec)
	}
	return out, nil
}

func (b *Book) records(read func(Rows) ([]Row, error)) ([]charge.Record, error) {
	var out []charge.Record
	err := b.rows.View(func(rows Rows) error {
		found, err := read(rows)
		for _, r := range found {
			out = append(out, r.Record)
		}
		return err
	})
	return out, err
}

// Sale is one sale, or ErrNotFound.
func (b *Book) Sale(id string) (sale.Sale, error) {
	var s sale.Sale
	err := b.rows.View(func(rows Rows) (err error) {
		s, err = rows.Sale(id)
		return err
	})
	return s, err
}

// SaleByReference is the sale that a source opened under its own number on a
// business day, or ErrNotFound.
func (b *Book) SaleByReference(businessDate, source, reference string) (sale.Sale, error) {
	var s sale.Sale
	err := b.rows.View(func(rows Rows) (err error) {
		s, err = rows.SaleByReference(businessDate, source, reference)
		return err
	})
	return s, err
}

// CodeUsed is the newest charge that a code was sent for within CodesFor, and
// false when there is none. hash is the code's keyed hash.
func (b *Book) CodeUsed(hash string) (charge.Record, bool, error) {
	b.mu.Lock()
	key, known := b.codes.by[hash]
	b.mu.Unlock()
	if !known {
		return charge.Record{}, false, nil
	}
	rec, err := b.Charge(key.key)
	return rec, err == nil, err
}

// Charges is a page of charges, newest first.
func (b *Book) Charges(f Filter) ([]Row, error) {
	var out []Row
	err := b.rows.View(func(rows Rows) (err error) {
		out, err = rows.Charges(f)
		return err
	})
	return out, err
}

// Links are the journal entries of one charge, oldest first.
func (b *Book) Links(key charge.Key) ([]Link, error) {
	var out []Link
	err := b.rows.View(func(rows Rows) error {
		row, err := rows.Charge(key)
		if errors.Is(err, ErrNotFound) {
			return nil
		}
		if err == nil {
			out, err = rows.Chain(row.LastLink)
		}
		return err
	})
	return out, err
}

// Printed remembers what became of a receipt; reprint counts one more copy.
// It moves no state.
func (b *Book) Printed(key charge.Key, paper charge.Paper, reprint bool) (charge.Record, error) {
	var row Row
	err := b.update(func(t *turn) (err error) {
		if row, err = t.tx.Charge(key); err != nil {
			return err
		}
		row.Paper = paper
		if reprint {
			row.Reprints++
		}
		return t.put(row)
	})
	return row.Record, err
}
