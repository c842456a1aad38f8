package offline

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/sqlite"
)

// Search narrows charges; zero fields do not narrow, and all that are set hold
// together.
type Search struct {
	From, To  time.Time // prepared at From or later, and before To
	Min, Max  int64     // minor units, both inclusive; 0: no bound
	Wallets   []string  // one of these
	States    []charge.State
	Kinds     []charge.Kind // charge.Payment is stored as ''
	Operator  string
	Key       charge.Key
	Reference string // the POS software's number, whole
	Text      string // is in the key, the wallet's number or the masked code
	After     Place  // behind this one; zero: from the newest on
	Limit     int    // of the page: 1 to 500, 0 is 50
}

// Place is where a page ends in the order of a search, newest first.
type Place struct{ At, Seq int64 }

// Hit is a charge with its sale's number.
type Hit struct {
	book.Row
	Reference, BusinessDate string // of the sale
}

// How many charges one page looks at where no index answers the whole
// question: in the index alone, or at the charges themselves. A page that found
// less than it may then says how far it looked, and the next one goes on from
// there: however many charges there are, a page takes no longer.
const (
	mostInIndex = 100_000
	mostLooked  = 10_000
)

// Search is a page of charges, newest first, and where the next one begins:
// zero when there is none. A page with a next one may be short, or empty.
func (s *Store) Search(q Search) (page []Hit, next Place, err error) {
	if q.Limit <= 0 {
		q.Limit = 50
	}
	q.Limit = min(q.Limit, 500)
	err = s.db.View(func(c *sqlite.Conn) error {
		page, next, err = tx{c}.search(q)
		return err
	})
	return page, next, err
}

func (t tx) search(q Search) ([]Hit, Place, error) {
	by, err := t.seeking(q)
	if err != nil {
		return nil, Place{}, err
	}
	end, err := t.horizon(q, by)
	if err != nil {
		return nil, Place{}, err
	}
	sql, args := by.page(q, end)
	rows, err := all(t, scanCharge, sql, args...)
	if err != nil {
		return nil, Place{}, err
	}
	next := end
	if len(rows) == q.Limit {
		last := rows[len(rows)-1]
		next = Place{At: nanos(last.PreparedAt), Seq: last.Seq}
	}
	page := make([]Hit, 0, len(rows))
	for _, row := range rows {
		hit := Hit{Row: row}
		sold, err := t.c.One("SELECT reference, business_date FROM sales WHERE id = ?", row.SaleID)
		if err != nil && !errors.Is(err, sqlite.ErrNoRow) {
			return nil, Place{}, err
		}
		hit.Reference, hit.BusinessDate = sold.Text(0), sold.Text(1)
		page = append(page, hit)
	}
	return page, next, nil
}

// way is how a search finds its rows: by an index that has them in order, or
// by the numbers of few rows.
type way struct {
	from    string // the rest of FROM charges
	where   string // what the index or the numbers need
	ordered bool   // by charges_prepared, which holds all that narrows by time and amount
	numbers []any  // the argument of where, if any
	most    int    // to pass over on one page; 0: there is no need for a bound
}

// seeking chooses the way that passes over the fewest rows.
func (t tx) seeking(q Search) (way, error) {
	switch {
	case q.Key != "":
		row, err := t.Charge(q.Key)
		if err != nil && !errors.Is(err, book.ErrNotFound) {
			return way{}, err
		}
		seqs := []int64{row.Seq}
		if q.Reference != "" {
			ofSale, err := t.referred(q.Reference)
			if err != nil {
				return way{}, err
			}
			seqs = slices.DeleteFunc(seqs, func(seq int64) bool { return !slices.Contains(ofSale, seq) })
		}
		return numbered(seqs)
	case q.Reference != "":
		seqs, err := t.referred(q.Reference)
		if err != nil {
			return way{}, err
		}
		return numbered(seqs)
	case within(q.States, charge.Owed, charge.Unpaid):
		return way{from: "INDEXED BY charges_left", where: "state IN ('owed', 'unpaid')"}, nil
	case len(q.States) > 0 && !slices.ContainsFunc(q.States, func(s charge.State) bool { return !s.Open() }):
		return way{from: "INDEXED BY charges_open", where: "open = 1 AND seq > 0"}, nil
	}
	w := way{ordered: true}
	switch {
	case len(q.Wallets) > 0 || len(q.States) > 0 || len(q.Kinds) > 0 || q.Operator != "" || q.Text != "":
		w.most = mostLooked
	case q.Min > 0 || q.Max > 0:
		w.most = mostInIndex
	}
	return w, nil
}

// referred are the numbers of the charges whose sale has a number of the POS
// software's, on whichever day.
func (t tx) referred(reference string) ([]int64, error) {
	var seqs []int64
	for row, err := range t.c.Query("SELECT charges FROM sales INDEXED BY sales_reference WHERE reference = ? AND reference <> '' AND charges <> ''", reference) {
		if err != nil {
			return nil, err
		}
		var some []int64
		if err := json.Unmarshal([]byte("["+row.Text(0)+"]"), &some); err != nil {
			return nil, err
		}
		seqs = append(seqs, some...)
	}
	return seqs, nil
}

func numbered(seqs []int64) (way, error) {
	text, err := json.Marshal(append([]int64{}, seqs...))
	return way{where: "seq IN (SELECT value FROM json_each(?))", numbers: []any{string(text)}}, err
}

func within(states []charge.State, these ...charge.State) bool {
	return len(states) > 0 && !slices.ContainsFunc(states, func(s charge.State) bool { return !slices.Contains(these, s) })
}

const farOff = `SELECT prepared_at, seq FROM charges INDEXED BY charges_prepared
	WHERE prepared_at >= ? AND (prepared_at, seq) < (?, ?) ORDER BY prepared_at DESC, seq DESC LIMIT 1 OFFSET ?`

// horizon is the last row that this page may look at; zero: to the end.
func (t tx) horizon(q Search, by way) (Place, error) {
	if by.most == 0 {
		return Place{}, nil
	}
	top := q.top()
	row, err := t.c.One(farOff, q.bottom(), top.At, top.Seq, by.most-1)
	if errors.Is(err, sqlite.ErrNoRow) {
		return Place{}, nil
	}
	return Place{At: row.Int(0), Seq: row.Int(1)}, err
}

// top is above the first row that may be shown.
func (q Search) top() Place {
	to := Place{At: math.MaxInt64}
	if !q.To.IsZero() {
		to.At = q.To.UnixNano()
	}
	if q.After != (Place{}) && (q.After.At < to.At) {
		return q.After
	}
	return to
}

// bottom is the earliest moment that may be shown.
func (q Search) bottom() int64 {
	if q.From.IsZero() {
		return 0
	}
	return q.From.UnixNano()
}

// terms are the conditions of a statement, and their arguments in their order.
type terms struct {
	all  []string
	args []any
}

func (t *terms) also(term string, args ...any) {
	t.all, t.args = append(t.all, term), append(t.args, args...)
}

func (t *terms) among(column string, words []any) {
	if len(words) > 0 {
		t.also(column+" IN (?"+strings.Repeat(", ?", len(words)-1)+")", words...)
	}
}

func (t terms) text() string { return strings.Join(t.all, " AND ") }

// inIndex are the conditions that charges_prepared alone decides.
func (q Search) inIndex(end Place) (t terms) {
	top := q.top()
	if end == (Place{}) {
		t.also("prepared_at >= ?", q.bottom())
	} else { // above the bottom, and alone: SQLite ends its walk at one of two bounds
		t.also("(prepared_at, seq) >= (?, ?)", end.At, end.Seq)
	}
	t.also("(prepared_at, seq) < (?, ?)", top.At, top.Seq)
	if q.Min > 0 {
		t.also("amount >= ?", q.Min)
	}
	if q.Max > 0 {
		t.also("amount <= ?", q.Max)
	}
	return t
}

// inRow are the conditions that only the charge itself decides.
func (q Search) inRow() (t terms) {
	if q.Operator != "" {
		t.also("operator = ?", q.Operator)
	}
	t.among("wallet", anys(q.Wallets))
	t.among("state", anys(q.States))
	var kinds []any
	for _, k := range q.Kinds {
		if kinds = append(kinds, string(k)); k == charge.Payment {
			kinds = append(kinds, "")
		}
	}
	t.among("kind", kinds)
	if q.Text != "" {
		t.also("(instr(key, ?) OR instr(receipt, ?) OR instr(code_masked, ?))", q.Text, q.Text, q.Text)
	}
	return t
}

// page is the statement of a page that ends with the row at end, or nowhere.
// On the ordered way the index is read for itself, and a charge only when the
// index leaves it in: SQLite would read each one first.
func (w way) page(q Search, end Place) (string, []any) {
	index, row := q.inIndex(end), q.inRow()
	var from string
	var all terms
	if w.ordered {
		from = "(SELECT prepared_at AS moment, seq AS number FROM charges INDEXED BY charges_prepared WHERE " + index.text() + ") CROSS JOIN charges"
		all.args = index.args
		all.also("seq = number")
	} else {
		from = "charges " + w.from
		all.also(w.where, w.numbers...)
		all.also(index.text(), index.args...)
	}
	if len(row.all) > 0 {
		all.also(row.text(), row.args...)
	}
	order := "prepared_at DESC, seq DESC"
	if w.ordered {
		order = "moment DESC, number DESC"
	}
	sql := strings.Replace(selectCharge, "FROM charges ", "FROM "+from+" ", 1)
	return sql + "WHERE " + all.text() + " ORDER BY " + order + " LIMIT ?", append(all.args, q.Limit)
}

func anys[T ~string](words []T) []any {
	var out []any
	for _, w := range words {
		out = append(out, string(w))
	}
	return out
}
