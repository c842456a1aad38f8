// Package closing adds up what a register took: for a business day so far (X)
// and for the closing of it (Z), and says what a Z's document holds. It reads
// no books and decides nothing.
//
// Invariant: sums are differences. What a record adds where it is, it takes
// away from where it was, so that all Zs of a register together say what its
// books say, whenever a charge changed.
package closing

import (
	"cmp"
	"slices"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
)

// Sum is a number of records and what they come to, in minor units. Both are
// negative for what was counted in an earlier Z and is something else now.
type Sum struct {
	Count int   `json:"count"`
	Minor int64 `json:"amount"`
}

func (s *Sum) add(sign int, minor int64) {
	s.Count += sign
	s.Minor += int64(sign) * minor
}

// Takings are the sums in one currency.
type Takings struct {
	Currency money.Currency `json:"currency"`
	Paid     Sum            `json:"paid"`
	Cash     Sum            `json:"cash"`
	Offline  Sum            `json:"offline"`
	Refunded Sum            `json:"refunded"`
	Returned Sum            `json:"returned"`
	TopUps   Sum            `json:"top_ups"`
	Open     Sum            `json:"open"`
	Owed     Sum            `json:"owed"`
	Unpaid   Sum            `json:"unpaid"`
	Brought  Sum            `json:"brought"`

	// Of Paid less Refunded and Returned, in minor units and in points: what
	// customers paid with points of wallets, and what wallets granted. Both are
	// the wallets': the shop has the money of Paid all the same.
	PointsUsed   int64 `json:"points_used,omitempty"`
	PointsEarned int64 `json:"points_earned,omitempty"`
}

// Net is Paid, Cash and Offline less Refunded, in minor units.
func (t Takings) Net() int64 { return t.Paid.Minor + t.Cash.Minor + t.Offline.Minor - t.Refunded.Minor }

func (t *Takings) points(sign int64, p charge.Points) {
	t.PointsUsed += sign * p.Used
	t.PointsEarned += sign * p.Earned
}

func (t *Takings) of(c Class) *Sum {
	switch c {
	case Paid:
		return &t.Paid
	case Cash:
		return &t.Cash
	case Offline:
		return &t.Offline
	case Refunded:
		return &t.Refunded
	case Returned:
		return &t.Returned
	case TopUps:
		return &t.TopUps
	case Open:
		return &t.Open
	case Owed:
		return &t.Owed
	case Unpaid:
		return &t.Unpaid
	case Brought:
		return &t.Brought
	}
	return nil
}

// Row are the records of one wallet, kind, state and currency.
type Row struct {
	Wallet   string         `json:"wallet"`
	Kind     charge.Kind    `json:"kind"`
	State    charge.State   `json:"state"`
	Currency money.Currency `json:"currency"`
	Sum
}

// Rate is what was sold at one tax rate, refunds not taken off, each receipt's
// tax rounded once.
type Rate struct {
	Rate     sale.Rate      `json:"rate"`
	Currency money.Currency `json:"currency"`
	Gross    int64          `json:"gross"` // minor units, tax included
	Tax      int64          `json:"tax"`
}

// Totals are the sums in order. Sums of nothing are left out.
type Totals struct {
	Takings []Takings `json:"takings"`
	Rates   []Rate    `json:"rates"`
	Rows    []Row     `json:"rows"` // by wallet, kind and state
}

// Sums are Totals while they are added up.
type Sums struct {
	takings map[money.Currency]*Takings
	rows    map[Row]*Sum
	rates   map[Rate]*Rate
}

// New has nothing in it.
func New() *Sums {
	return &Sums{takings: map[money.Currency]*Takings{}, rows: map[Row]*Sum{}, rates: map[Rate]*Rate{}}
}

// Add counts a record once (sign 1), or takes it away once (-1), in a state and
// a class. The empty state is that of a record that is not there.
func (s *Sums) Add(sign int, rec charge.Record, state charge.State, class Class) {
	if state == "" {
		return
	}
	row := Row{Wallet: rec.Wallet, Kind: cmp.Or(rec.Kind, charge.Payment), State: state, Currency: rec.Amount.Currency}
	if s.rows[row] == nil {
		s.rows[row] = &Sum{}
	}
	s.rows[row].add(sign, rec.Amount.Minor)
	t := s.takings[rec.Amount.Currency]
	if t == nil {
		t = &Takings{Currency: rec.Amount.Currency}
		s.takings[rec.Amount.Currency] = t
	}
	if into := t.of(class); into != nil {
		into.add(sign, rec.Amount.Minor)
	}
	switch class {
	case Paid:
		t.points(int64(sign), rec.Points)
	case Refunded, Returned:
		t.points(-int64(sign), rec.Points)
	}
}

// Tax counts a sale that is sold now (sign 1), or is not any more (-1).
func (s *Sums) Tax(sign int, of sale.Sale, rounding sale.Rounding) error {
	totals, err := of.Totals(rounding)
	for _, t := range totals {
		key := Rate{Rate: t.Rate, Currency: of.Amount.Currency}
		if s.rates[key] == nil {
			s.rates[key] = &Rate{Rate: t.Rate, Currency: of.Amount.Currency}
		}
		s.rates[key].Gross += int64(sign) * t.Gross.Minor
		s.rates[key].Tax += int64(sign) * t.Tax.Minor
	}
	return err
}

// Totals puts all in order.
func (s *Sums) Totals() (out Totals) {
	for _, t := range s.takings {
		out.Takings = append(out.Takings, *t)
	}
	slices.SortFunc(out.Takings, func(a, b Takings) int { return cmp.Compare(a.Currency, b.Currency) })
	for row, sum := range s.rows {
		if row.Sum = *sum; row.Sum != (Sum{}) {
			out.Rows = append(out.Rows, row)
		}
	}
	order := func(s charge.State) int { return slices.Index(charge.States, s) }
	slices.SortFunc(out.Rows, func(a, b Row) int {
		return cmp.Or(cmp.Compare(a.Wallet, b.Wallet), cmp.Compare(a.Kind, b.Kind), cmp.Compare(order(a.State), order(b.State)), cmp.Compare(a.Currency, b.Currency))
	})
	for _, r := range s.rates {
		if r.Gross != 0 || r.Tax != 0 {
			out.Rates = append(out.Rates, *r)
		}
	}
	slices.SortFunc(out.Rates, func(a, b Rate) int {
		return cmp.Or(cmp.Compare(a.Currency, b.Currency), -cmp.Compare(a.Rate.Percent(), b.Rate.Percent()))
	})
	return out
}
