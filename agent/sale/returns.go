package sale

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/posagent/posagent/agent/money"
)

// Return is what goes back of a sale at each rate when amount of it is given
// back, after the earlier ones, oldest first. Each is shared out in proportion
// to what is left at each rate, so that all together give back exactly what
// was sold at each. A return is an invoice of its own: tax is rounded once per
// rate in it. Rates at which nothing goes back are left out.
func (s Sale) Return(earlier []money.Amount, amount money.Amount, rounding Rounding) ([]RateTotal, error) {
	left, err := s.left(earlier, rounding)
	if err != nil {
		return nil, err
	}
	parts, err := shares(left, amount)
	if err != nil {
		return nil, err
	}
	var out []RateTotal
	for i, t := range left {
		if parts[i] == 0 {
			continue
		}
		t.Gross.Minor = parts[i]
		t.Tax.Minor = taxIn(parts[i], t.Rate.Percent(), rounding)
		out = append(out, t)
	}
	return out, nil
}

// left is what is left of a sale at each rate after returns of it, oldest
// first; Tax in it is the whole sale's.
func (s Sale) left(returns []money.Amount, rounding Rounding) ([]RateTotal, error) {
	left, err := s.Totals(rounding)
	if err != nil {
		return nil, err
	}
	for _, back := range returns {
		parts, err := shares(left, back)
		if err != nil {
			return nil, err
		}
		for i := range left {
			left[i].Gross.Minor -= parts[i]
		}
	}
	return left, nil
}

// shares deals amount out in proportion to what is left at each rate: rounded
// down, and what remains of it to the largest fractions, the first rate before
// the others.
func shares(left []RateTotal, amount money.Amount) ([]int64, error) {
	var all int64
	for _, t := range left {
		all += t.Gross.Minor
	}
	if amount.Minor <= 0 || amount.Minor > all {
		return nil, fmt.Errorf("a return of %s, and %d is left of the sale", amount, all)
	}
	out, rests, order := make([]int64, len(left)), make([]*big.Int, len(left)), make([]int, len(left))
	over := amount.Minor
	for i, t := range left {
		part, rest := new(big.Int).DivMod( // rounds down, also below 0: a discount may be all there is at a rate
			new(big.Int).Mul(big.NewInt(amount.Minor), big.NewInt(t.Gross.Minor)), big.NewInt(all), new(big.Int))
		out[i], rests[i], order[i] = part.Int64(), rest, i
		over -= out[i]
	}
	slices.SortStableFunc(order, func(a, b int) int { return -rests[a].Cmp(rests[b]) })
	for _, i := range order[:over] {
		out[i]++
	}
	return out, nil
}
