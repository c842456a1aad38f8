// Package money is an amount of money: a whole number of minor units and the
// currency they are in. It is not a decimal library, it knows no exchange
// rates, and no floating point number enters or leaves it.
//
// Invariant: two amounts are only ever added or compared in one currency, and
// an overflow is an error, never a wrapped number.
package money

import (
	"errors"
	"fmt"
	"math"
	"strconv"
)

// Currency is an ISO 4217 alphabetic code in upper case, such as "JPY".
type Currency string

// JPY is the Japanese yen. It has no minor unit of its own: one minor unit is
// one yen (ISO 4217 exponent 0).
const JPY Currency = "JPY"

// ErrCurrency means that two amounts of different currencies met.
var ErrCurrency = errors.New("amounts are in different currencies")

// ErrRange means that a sum does not fit 64 bits.
var ErrRange = errors.New("amount is out of range")

// Amount is Minor minor units of Currency. The zero Amount is no money in no
// currency; it may be added to any amount.
type Amount struct {
	Minor    int64    `json:"amount"`
	Currency Currency `json:"currency"`
}

// Yen is an amount of n yen.
func Yen(n int64) Amount { return Amount{Minor: n, Currency: JPY} }

// Exponent is the number of decimal digits of the currency's minor unit
// (ISO 4217), and false for a currency that this build does not know.
func (c Currency) Exponent() (int, bool) {
	switch c {
	case "JPY", "KRW", "VND":
		return 0, true
	case "USD", "EUR", "CNY", "HKD", "PHP", "SGD", "THB", "TWD":
		return 2, true
	}
	return 0, false
}

// Add is a+b, or ErrCurrency, or ErrRange.
func (a Amount) Add(b Amount) (Amount, error) {
	if a == (Amount{}) {
		return b, nil
	}
	if b == (Amount{}) {
		return a, nil
	}
	if a.Currency != b.Currency {
		return Amount{}, fmt.Errorf("%w: %s and %s", ErrCurrency, a.Currency, b.Currency)
	}
	if (b.Minor > 0 && a.Minor > math.MaxInt64-b.Minor) || (b.Minor < 0 && a.Minor < math.MinInt64-b.Minor) {
		return Amount{}, fmt.Errorf("%w: %d + %d", ErrRange, a.Minor, b.Minor)
	}
	return Amount{Minor: a.Minor + b.Minor, Currency: a.Currency}, nil
}

// Sub is a-b, or ErrCurrency, or ErrRange.
func (a Amount) Sub(b Amount) (Amount, error) {
	if b.Minor == math.MinInt64 {
		return Amount{}, fmt.Errorf("%w: -(%d)", ErrRange, b.Minor)
	}
	return a.Add(Amount{Minor: -b.Minor, Currency: b.Currency})
}

// String is the amount for logs and tests: digits, point and currency, such
// as "1280 JPY" or "12.80 USD". An unknown currency shows its minor units.
func (a Amount) String() string {
	return a.digits(false) + " " + string(a.Currency)
}

// Text is the amount for people, with a thousands separator and, for yen, the
// sign U+00A5 in front: "¥1,280", "-¥1,280", "USD 12.80".
func (a Amount) Text() string {
	d := a.digits(true)
	sign := ""
	if d[0] == '-' {
		sign, d = "-", d[1:]
	}
	if a.Currency == JPY {
		return sign + "¥" + d
	}
	return sign + string(a.Currency) + " " + d
}

func (a Amount) digits(separate bool) string {
	exp, _ := a.Currency.Exponent()
	n, sign := uint64(a.Minor), ""
	if a.Minor < 0 {
		n, sign = -n, "-"
	}
	s := strconv.FormatUint(n, 10)
	for len(s) <= exp {
		s = "0" + s
	}
	whole, frac := s[:len(s)-exp], s[len(s)-exp:]
	if separate {
		for i := len(whole) - 3; i > 0; i -= 3 {
			whole = whole[:i] + "," + whole[i:]
		}
	}
	if frac != "" {
		frac = "." + frac
	}
	return sign + whole + frac
}
