package sale

import (
	"errors"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent/money"
)

// Bill is a purchase that is paid in parts: some by code, the rest in cash or
// with another wallet. What is owed is written as a Sale; each part is a Sale
// of its own that names the bill, so that a charge knows nothing of bills.
type Bill struct {
	Sale
	GivenUp time.Time // zero: it was not
}

// MaxParts is how many parts a bill may have, paid or not.
const MaxParts = 20

// nameOfPart is the line of a part at one rate: the goods are on the bill.
const nameOfPart = "お会計の一部"

// Share is what a part pays of a bill at each rate, after what the parts before
// it pay: in proportion to what is left at each rate, so that all parts
// together pay exactly what was sold at each.
func (b Bill) Share(before []Line, amount money.Amount) ([]Line, error) {
	left, err := b.Totals(Floor)
	if err != nil {
		return nil, err
	}
	for i := range left {
		left[i].Gross.Minor -= grossOf(before, left[i].Rate)
	}
	parts, err := shares(left, amount)
	if err != nil {
		return nil, fmt.Errorf("a part of a bill: %w", err)
	}
	var out []Line
	for i, t := range left {
		if parts[i] != 0 {
			out = append(out, part(t.Rate, money.Amount{Minor: parts[i], Currency: amount.Currency}))
		}
	}
	return out, nil
}

func part(rate Rate, amount money.Amount) Line {
	return Line{Name: nameOfPart, Quantity: 1, Amount: amount, Rate: rate}
}

func grossOf(lines []Line, rate Rate) (minor int64) {
	for _, l := range lines {
		if l.Rate == rate {
			minor += l.Amount.Minor
		}
	}
	return minor
}

// Sum is what lines come to, in minor units.
func Sum(lines []Line) (minor int64) {
	for _, l := range lines {
		minor += l.Amount.Minor
	}
	return minor
}

// Left is what stands of a part at each rate, a line for each, after what went
// back of it, oldest first.
func (s Sale) Left(back []money.Amount) ([]Line, error) {
	left, err := s.left(back, Floor)
	if err != nil {
		return nil, err
	}
	var out []Line
	for _, t := range left {
		if t.Gross.Minor != 0 {
			out = append(out, part(t.Rate, t.Gross))
		}
	}
	return out, nil
}

// Completes tells that a bill is paid in full once this part of it is.
func (s Sale) Completes(b Bill) bool {
	return s.Bill == b.ID && Sum(s.Before)+s.Amount.Minor == b.Amount.Minor
}

// CheckPart tells what is wrong with a part of a bill.
func (s Sale) CheckPart(b Bill) error {
	switch {
	case s.Bill != b.ID || s.Part < 1 || s.Part > MaxParts:
		return fmt.Errorf("a bill has at most %d parts", MaxParts)
	case s.Amount.Currency != b.Amount.Currency:
		return fmt.Errorf("the part is in %s, the bill in %s", s.Amount.Currency, b.Amount.Currency)
	case s.Cash() && s.Handed < s.Amount.Minor:
		return errors.New("handed is less than the part")
	case s.Handed > MaxMinor:
		return fmt.Errorf("handed is %d, but must be at most %d", s.Handed, int64(MaxMinor))
	case s.TopUp:
		return errors.New("a top-up is no part of a bill")
	}
	return s.Check()
}
