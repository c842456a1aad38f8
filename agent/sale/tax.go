package sale

import (
	"fmt"
	"math/bits"

	"github.com/posagent/posagent/agent/money"
)

// Rate is a class of Japanese consumption tax.
type Rate string

const (
	Standard Rate = "standard" // 10%
	Reduced  Rate = "reduced"  // 8%: food and drink to take away, newspapers
	Exempt   Rate = "exempt"   // not taxed: top-ups, gift cards, stamps
)

// Known tells whether r is one of the rates above.
func (r Rate) Known() bool { return r == Standard || r == Reduced || r == Exempt }

// Percent is the tax rate in percent.
func (r Rate) Percent() int64 {
	switch r {
	case Standard:
		return 10
	case Reduced:
		return 8
	}
	return 0
}

// Rounding is how a fraction of a yen of tax is treated. The law leaves the
// choice to the store, and asks for one rounding per rate and receipt.
type Rounding string

const (
	Floor   Rounding = "floor"
	Nearest Rounding = "nearest"
	Ceil    Rounding = "ceil"
)

// RateTotal is the part of a receipt that is taxed at one rate.
type RateTotal struct {
	Rate  Rate
	Gross money.Amount // tax included
	Tax   money.Amount // the tax in Gross, rounded once
}

// Totals are the totals per rate in the order standard, reduced, exempt; rates
// without a line are left out. Tax is rounded once per rate, as the Japanese
// qualified invoice system demands, and never per line. The invoice of a part
// of a bill is the bill's: its tax is what it adds to that of the parts before
// it, so that the parts of a bill come to the tax of the bill.
func (s Sale) Totals(rounding Rounding) ([]RateTotal, error) {
	lines := s.Lines
	if len(lines) == 0 {
		lines = []Line{{Quantity: 1, Amount: s.Amount, Rate: Standard}}
	}
	out, err := totals(lines, s.Amount.Currency, rounding)
	if err != nil || len(s.Before) == 0 {
		return out, err
	}
	for i, t := range out {
		before := grossOf(s.Before, t.Rate)
		out[i].Tax.Minor = taxIn(before+t.Gross.Minor, t.Rate.Percent(), rounding) - taxIn(before, t.Rate.Percent(), rounding)
	}
	return out, nil
}

func totals(lines []Line, currency money.Currency, rounding Rounding) (out []RateTotal, err error) {
	for _, rate := range []Rate{Standard, Reduced, Exempt} {
		var gross money.Amount
		found := false
		for _, l := range lines {
			if l.Rate != rate {
				continue
			}
			found = true
			if gross, err = gross.Add(l.Amount); err != nil {
				return nil, fmt.Errorf("total at %d%%: %w", rate.Percent(), err)
			}
		}
		if found {
			tax := money.Amount{Minor: taxIn(gross.Minor, rate.Percent(), rounding), Currency: currency}
			out = append(out, RateTotal{Rate: rate, Gross: gross, Tax: tax})
		}
	}
	return out, nil
}

// taxIn is the tax inside a gross amount: gross*percent/(100+percent), with
// the 128-bit product that a large gross needs. A discount makes it negative;
// it is then rounded as its positive twin, so that a return undoes a sale.
func taxIn(gross, percent int64, rounding Rounding) int64 {
	if gross < 0 {
		return -taxIn(-gross, percent, rounding)
	}
	base := uint64(100 + percent)
	hi, lo := bits.Mul64(uint64(gross), uint64(percent))
	tax, rest := bits.Div64(hi, lo, base)
	switch {
	case rounding == Ceil && rest > 0, rounding == Nearest && 2*rest >= base:
		tax++
	}
	return int64(tax)
}
