package agent

import (
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/closing"
)

// Closing is what a business day has come to by now (an X report). Reading it
// changes nothing.
type Closing struct {
	Day charge.Day
	At  time.Time
	closing.Totals
	Finished bool // nothing of the day waits for anybody
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
	out := Closing{Day: day, At: now, Finished: true}
	sums := closing.New()
	for _, rec := range records {
		returned, err := r.returned(rec)
		if err != nil {
			return Closing{}, err
		}
		class := closing.Of(rec.Kind, rec.State, closing.Place{Returned: returned, Elsewhere: r.soldElsewhere(rec)})
		sums.Add(1, rec, rec.State, class)
		out.Finished = out.Finished && !closing.Waits(class, rec.State)
		if !class.Sold() {
			continue
		}
		s, err := r.parts.Memory.Sale(rec.SaleID)
		if err == nil {
			err = sums.Tax(1, s, r.parts.Store.Rounding)
		}
		if err != nil {
			return Closing{}, err
		}
	}
	out.Totals = sums.Totals()
	return out, nil
}

// returned tells whether a record is the refund of a payment that was owed to
// the customer, and so of no sale that stands in any sum.
func (r *Register) returned(rec charge.Record) (bool, error) {
	if rec.Kind != charge.Refund {
		return false, nil
	}
	of, err := r.parts.Memory.Charge(rec.Of)
	return noSale(of.State), err
}

// soldElsewhere tells whether another register took a record and counts it as sold. One
// that was brought back here from a lost disk is this register's own.
func (r *Register) soldElsewhere(rec charge.Record) bool {
	_, terminal, _, _, err := rec.Key.Parts()
	return rec.Carried && err == nil && terminal != r.parts.Store.Terminal
}
