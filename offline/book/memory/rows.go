package memory

import (
	"maps"
	"slices"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/offline/book"
)

// rows are the reads.
type rows struct{ d *data }

func (r rows) Charge(key charge.Key) (book.Row, error) {
	seq, found := r.d.byKey[key]
	if !found {
		return book.Row{}, book.ErrNotFound
	}
	return copyRow(r.d.charges[seq]), nil
}

func (r rows) ChargesOfSale(saleID string) ([]book.Row, error) {
	return r.copies(r.d.bySale[saleID]), nil
}

func (r rows) OpenCharges(after int64, most int) ([]book.Row, error) {
	open := slices.Sorted(maps.Keys(r.d.open))
	begin, _ := slices.BinarySearch(open, after+1)
	return r.copies(open[begin:min(begin+most, len(open))]), nil
}

func (r rows) Charges(f book.Filter) ([]book.Row, error) {
	var out []book.Row
	for _, seq := range slices.Backward(r.d.order) {
		if len(out) == f.Count() {
			break
		}
		row := r.d.charges[seq]
		if f.Before > 0 && seq >= f.Before || len(f.States) > 0 && !slices.Contains(f.States, row.State) {
			continue
		}
		out = append(out, copyRow(row))
	}
	return out, nil
}

func (r rows) copies(seqs []int64) []book.Row {
	var out []book.Row
	for _, seq := range seqs {
		out = append(out, copyRow(r.d.charges[seq]))
	}
	return out
}

func (r rows) Sale(id string) (sale.Sale, error) {
	s, found := r.d.sales[id]
	if !found {
		return sale.Sale{}, book.ErrNotFound
	}
	return copySale(s), nil
}

func (r rows) SaleByReference(businessDate, source, number string) (sale.Sale, error) {
	id, found := r.d.byRef[reference{businessDate, source, number}]
	if !found {
		return sale.Sale{}, book.ErrNotFound
	}
	return r.Sale(id)
}

func (r rows) LastLink() (book.Link, error) {
	if len(r.d.links) == 0 {
		return book.Link{}, book.ErrNotFound
	}
	return r.d.links[len(r.d.links)-1], nil
}

func (r rows) Chain(n int64) ([]book.Link, error) {
	var out []book.Link
	for n > 0 && n <= int64(len(r.d.links)) {
		out = append(out, r.d.links[n-1])
		n = r.d.links[n-1].Before
	}
	slices.Reverse(out)
	return out, nil
}

func (r rows) LinksAfter(n int64, limit int) ([]book.Link, error) {
	n = min(max(n, 0), int64(len(r.d.links)))
	end := min(n+int64(max(limit, 0)), int64(len(r.d.links)))
	return cloned(r.d.links[n:end]), nil
}

func (r rows) Zs(below int64, most int) (out []charge.Z, err error) {
	for _, z := range slices.Backward(r.d.zs) {
		if len(out) == most {
			break
		}
		if below == 0 || z.Number < below {
			z.Document = slices.Clone(z.Document)
			out = append(out, z)
		}
	}
	return out, nil
}
