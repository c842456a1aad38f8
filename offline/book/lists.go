package book

import (
	"slices"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// astray is how far the clock may have been out while charges were prepared,
// without Between missing any behind them.
const astray = 24 * time.Hour

// Between are all records that were prepared from one moment until before
// another, oldest first: payments, refunds and top-ups. There is no index: it
// goes back until a whole page is too old, as loadCodes does.
func (b *Book) Between(from, to time.Time) ([]charge.Record, error) {
	return b.collect(Filter{}, func(page []Row) (take []Row, more bool) {
		for _, row := range page {
			if !row.PreparedAt.Before(from) && row.PreparedAt.Before(to) {
				take = append(take, row)
			}
			more = more || row.Carried || !row.PreparedAt.Before(from.Add(-astray)) // what was carried here is older than its place
		}
		return take, more
	})
}

// InStates are all records in one of the states, oldest first.
func (b *Book) InStates(states ...charge.State) ([]charge.Record, error) {
	if len(states) == 0 {
		return nil, nil
	}
	return b.collect(Filter{States: states}, func(page []Row) ([]Row, bool) { return page, true })
}

// collect reads pages, newest first, and gives what sift takes of them oldest
// first. sift also tells whether older pages matter.
func (b *Book) collect(f Filter, sift func(page []Row) (take []Row, more bool)) ([]charge.Record, error) {
	f.Limit = 500
	var out []charge.Record
	err := b.rows.View(func(rows Rows) error {
		for {
			page, err := rows.Charges(f)
			if err != nil {
				return err
			}
			take, more := sift(page)
			for _, row := range take {
				out = append(out, row.Record)
			}
			if !more || len(page) < f.Count() {
				return nil
			}
			f.Before = page[len(page)-1].Seq
		}
	})
	slices.Reverse(out)
	return out, err
}
