package agent

import (
	"cmp"
	"slices"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
)

// Sum is a number of records and what they come to, in minor units.
type Sum struct {
	Count int
	Minor int64
}

func (s *Sum) add(a money.Amount) {
	s.Count++
	s.Minor += a.Minor
}

// Total adds up the records of one kind, state and currency of a day, on both
// sides, as they were found and once what could be corrected was.
type Total struct {
	Kind        charge.Kind
	State       charge.State
	Currency    money.Currency
	Ours        Sum
	Theirs      Sum
	OursAfter   Sum
	TheirsAfter Sum
}

// totals are Totals while they are added up.
type totals map[totalOf]*Total

type totalOf struct {
	kind     charge.Kind
	state    charge.State
	currency money.Currency
}

func (t totals) of(kind charge.Kind, state charge.State, c money.Currency) *Total {
	key := totalOf{cmp.Or(kind, charge.Payment), state, c}
	if t[key] == nil {
		t[key] = &Total{Kind: key.kind, State: state, Currency: c}
	}
	return t[key]
}

// totalsOf adds both sides up as they were found.
func totalsOf(ours []charge.Record, theirs []charge.StatementEntry) totals {
	t := totals{}
	for _, rec := range ours {
		t.of(rec.Kind, rec.State, rec.Amount.Currency).Ours.add(rec.Amount)
	}
	for _, e := range theirs {
		t.of(e.Kind, e.State, e.Amount.Currency).Theirs.add(e.Amount)
	}
	return t
}

// after adds both sides up once more, and puts all in order.
func (t totals) after(ours []charge.Record, theirs []charge.StatementEntry) []Total {
	for _, rec := range ours {
		t.of(rec.Kind, rec.State, rec.Amount.Currency).OursAfter.add(rec.Amount)
	}
	for _, e := range theirs {
		t.of(e.Kind, e.State, e.Amount.Currency).TheirsAfter.add(e.Amount)
	}
	var out []Total
	for _, total := range t {
		out = append(out, *total)
	}
	order := func(s charge.State) int { return slices.Index(charge.States, s) }
	slices.SortFunc(out, func(a, b Total) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(order(a.State), order(b.State)), cmp.Compare(a.Currency, b.Currency))
	})
	return out
}
