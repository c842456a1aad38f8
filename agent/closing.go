package agent

import (
	"cmp"
	"slices"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
)

// Closing is what a business day has come to by now (an X report). Reading it
// changes nothing.
type Closing struct {
	Day      charge.Day
	At       time.Time
	Takings  []Takings  // per currency
	Rows     []TakenRow // by wallet, kind and state
	Rates    []RateSum  // of what Paid and Offline count, each receipt's tax rounded once
	Finished bool       // nothing of the day waits for anybody
}

// Takings are the sums of a day in one currency. Every record of the day is in
// exactly one of them, but for those that came to nothing.
type Takings struct {
	Currency money.Currency
	Paid     Sum // payments that wallets have approved
	Offline  Sum // goods are gone, not collected yet
	Refunded Sum // given back by refunds of what was sold, by wallets or by hand
	Returned Sum // given back by refunds of what was owed: it was no sale, and Net is without it
	TopUps   Sum // cash that became money in wallets: it belongs into the drawer
	Open     Sum // of any kind, the result is not known yet
	Owed     Sum // to be given back
	Unpaid   Sum // goods are gone, and no money came
	Brought  Sum // other registers have sold it and this one collects: it is in their Paid and Offline
}

// Net is Paid and Offline less Refunded, in minor units.
func (t Takings) Net() int64 { return t.Paid.Minor + t.Offline.Minor - t.Refunded.Minor }

// TakenRow are the records of one wallet, kind, state and currency.
type TakenRow struct {
	Wallet   string
	Kind     charge.Kind
	State    charge.State
	Currency money.Currency
	Sum
}

// RateSum is what was sold at one rate, refunds not taken off.
type RateSum struct {
	Rate     sale.Rate
	Currency money.Currency
	Gross    int64 // minor units, tax included
	Tax      int64
}

// Closing adds up a business day; an empty date is today. A record belongs to
// the day on which it was begun.
func (r *Register) Closing(date string) (Closing, error) {
	if r.parts.Accounts == nil {
		return Closing{}, &Refused{Why: "reconcile.not_possible"}
	}
	now := r.parts.Now()
	day, err := r.dayOf(date, now)
	if err != nil {
		return Closing{}, err
	}
	records, err := r.parts.Accounts.Between(day.From, day.To)
	if err != nil {
		return Closing{}, err
	}
	sums := daysums{takings: map[money.Currency]*Takings{}, rows: map[TakenRow]*Sum{}, rates: map[RateSum]*RateSum{}}
	for _, rec := range records {
		returned, err := r.returned(rec)
		if err != nil {
			return Closing{}, err
		}
		if !sums.add(rec, returned, r.soldElsewhere(rec)) {
			continue
		}
		s, err := r.parts.Memory.Sale(rec.SaleID)
		if err != nil {
			return Closing{}, err
		}
		if err := sums.tax(s, r.parts.Store.Rounding); err != nil {
			return Closing{}, err
		}
	}
	return sums.closing(day, now), nil
}

// returned tells whether a record is the refund of a payment that was owed to
// the customer, and so of no sale that stands in any sum.
func (r *Register) returned(rec charge.Record) (bool, error) {
	if rec.Kind != charge.Refund {
		return false, nil
	}
	of, err := r.parts.Memory.Charge(rec.Of)
	return of.State == charge.Owed || of.State == charge.Reversed, err
}

// soldElsewhere tells whether another register took a record and counts it as sold. One
// that was brought back here from a lost disk is this register's own.
func (r *Register) soldElsewhere(rec charge.Record) bool {
	_, terminal, _, _, err := rec.Key.Parts()
	return rec.Carried && err == nil && terminal != r.parts.Store.Terminal
}

// daysums is a Closing while it is added up.
type daysums struct {
	takings map[money.Currency]*Takings
	rows    map[TakenRow]*Sum
	rates   map[RateSum]*RateSum
	waits   bool
}

// add counts a record, and tells whether it is a sale whose goods are gone.
func (d *daysums) add(rec charge.Record, returned, elsewhere bool) (sold bool) {
	kind := cmp.Or(rec.Kind, charge.Payment)
	row := TakenRow{Wallet: rec.Wallet, Kind: kind, State: rec.State, Currency: rec.Amount.Currency}
	if d.rows[row] == nil {
		d.rows[row] = &Sum{}
	}
	d.rows[row].add(rec.Amount)
	t := d.takings[rec.Amount.Currency]
	if t == nil {
		t = &Takings{Currency: rec.Amount.Currency}
		d.takings[rec.Amount.Currency] = t
	}
	into := t.of(kind, rec.State)
	d.waits = d.waits || into == &t.Offline || into == &t.Open || into == &t.Owed || into == &t.Unpaid
	sold = into == &t.Paid || into == &t.Offline
	switch {
	case into == nil:
		return false
	case into == &t.Refunded && returned:
		into = &t.Returned
	case sold && elsewhere:
		into, sold = &t.Brought, false
	}
	into.add(rec.Amount)
	return sold
}

// of is where a record of a kind and state is counted; nil when it came to
// nothing.
func (t *Takings) of(kind charge.Kind, state charge.State) *Sum {
	switch {
	case kind == charge.Refund && (state == charge.Approved || state == charge.Reversed): // Reversed: given by hand
		return &t.Refunded
	case state == charge.Approved && kind == charge.Topup:
		return &t.TopUps
	case state == charge.Approved:
		return &t.Paid
	case kind == charge.Payment && (state == charge.Queued || state == charge.Forwarding):
		return &t.Offline
	case state == charge.Owed:
		return &t.Owed
	case state == charge.Unpaid:
		return &t.Unpaid
	case state.Open():
		return &t.Open
	}
	return nil
}

func (d *daysums) tax(s sale.Sale, rounding sale.Rounding) error {
	totals, err := s.Totals(rounding)
	for _, t := range totals {
		key := RateSum{Rate: t.Rate, Currency: s.Amount.Currency}
		if d.rates[key] == nil {
			d.rates[key] = &RateSum{Rate: t.Rate, Currency: s.Amount.Currency}
		}
		d.rates[key].Gross += t.Gross.Minor
		d.rates[key].Tax += t.Tax.Minor
	}
	return err
}

// closing puts all in order.
func (d *daysums) closing(day charge.Day, now time.Time) Closing {
	out := Closing{Day: day, At: now, Finished: !d.waits}
	for _, t := range d.takings {
		out.Takings = append(out.Takings, *t)
	}
	slices.SortFunc(out.Takings, func(a, b Takings) int { return cmp.Compare(a.Currency, b.Currency) })
	for row, sum := range d.rows {
		row.Sum = *sum
		out.Rows = append(out.Rows, row)
	}
	order := func(s charge.State) int { return slices.Index(charge.States, s) }
	slices.SortFunc(out.Rows, func(a, b TakenRow) int {
		return cmp.Or(cmp.Compare(a.Wallet, b.Wallet), cmp.Compare(a.Kind, b.Kind), cmp.Compare(order(a.State), order(b.State)), cmp.Compare(a.Currency, b.Currency))
	})
	for _, r := range d.rates {
		out.Rates = append(out.Rates, *r)
	}
	slices.SortFunc(out.Rates, func(a, b RateSum) int {
		return cmp.Or(cmp.Compare(a.Currency, b.Currency), -cmp.Compare(a.Rate.Percent(), b.Rate.Percent()))
	})
	return out
}
