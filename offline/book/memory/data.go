package memory

import (
	"maps"
	"slices"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/offline/book"
)

// data are the tables. Rows in it are never handed out and never changed in
// place: what goes in and out is a copy.
type data struct {
	charges map[int64]book.Row
	order   []int64 // the Seqs of charges, rising
	open    map[int64]bool
	byKey   map[charge.Key]int64
	bySale  map[string][]int64 // rising
	sales   map[string]sale.Sale
	byRef   map[reference]string
	bills   map[string]sale.Bill
	byBill  map[string][]string // the sales that are its parts
	formals []charge.Formal     // their numbers are 1, 2, 3, …
	links   []book.Link
	meta    map[string]int64
	proofs  map[int64]proof
	zs      []charge.Z   // their numbers are 1, 2, 3, …
	alerts  []book.Alert // by number; never changed in place
}

type reference struct{ date, source, number string }

func newData() *data {
	return &data{
		charges: make(map[int64]book.Row), open: make(map[int64]bool),
		byKey: make(map[charge.Key]int64), bySale: make(map[string][]int64),
		sales: make(map[string]sale.Sale), byRef: make(map[reference]string), bills: make(map[string]sale.Bill), byBill: make(map[string][]string),
		meta: make(map[string]int64), proofs: make(map[int64]proof),
	}
}

// clone is data of its own. What a map holds is never changed in place but for
// the lists of numbers.
func (d *data) clone() *data {
	c := &data{
		charges: maps.Clone(d.charges), order: slices.Clone(d.order), open: maps.Clone(d.open),
		byKey: maps.Clone(d.byKey), bySale: make(map[string][]int64, len(d.bySale)),
		sales: maps.Clone(d.sales), byRef: maps.Clone(d.byRef), bills: maps.Clone(d.bills), byBill: maps.Clone(d.byBill), links: slices.Clone(d.links), meta: maps.Clone(d.meta),
		proofs: maps.Clone(d.proofs), zs: slices.Clone(d.zs), formals: slices.Clone(d.formals), alerts: d.alerts,
	}
	for id, seqs := range d.bySale {
		c.bySale[id] = slices.Clone(seqs)
	}
	return c
}

// place puts row where a row of its Seq may be; remove takes it away again.
func (d *data) place(row book.Row) {
	if _, there := d.charges[row.Seq]; there {
		delete(d.open, row.Seq)
	} else {
		d.order = insert(d.order, row.Seq)
		d.byKey[row.Key] = row.Seq
		d.bySale[row.SaleID] = insert(d.bySale[row.SaleID], row.Seq)
	}
	d.charges[row.Seq] = row
	if row.State.Open() {
		d.open[row.Seq] = true
	}
}

func (d *data) remove(row book.Row) {
	delete(d.open, row.Seq)
	d.order = cut(d.order, row.Seq)
	delete(d.byKey, row.Key)
	d.bySale[row.SaleID] = cut(d.bySale[row.SaleID], row.Seq)
	delete(d.charges, row.Seq)
}

func insert(rising []int64, n int64) []int64 {
	at, _ := slices.BinarySearch(rising, n)
	return slices.Insert(rising, at, n)
}

func cut(rising []int64, n int64) []int64 {
	if at, found := slices.BinarySearch(rising, n); found {
		return slices.Delete(rising, at, at+1)
	}
	return rising
}

// copyRow is a row that shares nothing with r, its times as a database gives
// them back: in UTC and without the monotonic clock.
func copyRow(r book.Row) book.Row {
	r.Route, r.Confirmed = cloned(r.Route), cloned(r.Confirmed)
	r.PreparedAt, r.SentAt, r.ChangedAt = plain(r.PreparedAt), plain(r.SentAt), plain(r.ChangedAt)
	return r
}

func copySale(s sale.Sale) sale.Sale {
	s.Lines, s.Before, s.At = cloned(s.Lines), cloned(s.Before), plain(s.At)
	return s
}

// cloned is nil for an empty list, as it comes out of a database.
func cloned[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return slices.Clone(list)
}

func plain(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.Round(0).UTC()
}
