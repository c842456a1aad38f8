package mpm

import (
	"strconv"
	"strings"

	"github.com/posagent/posagent/agent/money"
)

// numeric are the numeric codes of ISO 4217 of the currencies that
// money.Currency knows.
var numeric = map[money.Currency]string{
	"JPY": "392", "KRW": "410", "VND": "704", "USD": "840", "EUR": "978", "CNY": "156",
	"HKD": "344", "PHP": "608", "SGD": "702", "THB": "764", "TWD": "901",
}

// Currency is the currency of the code, and false for one that this build does
// not know.
func (c Code) Currency() (money.Currency, bool) {
	for currency, code := range numeric {
		if code == c.Value(idCurrency) {
			return currency, true
		}
	}
	return "", false
}

// Amount is what is to be paid, and false when the customer enters it, or when
// the currency is one that this build does not know.
func (c Code) Amount() (money.Amount, bool) {
	currency, known := c.Currency()
	text := c.Value(idAmount)
	if !known || text == "" {
		return money.Amount{}, false
	}
	exp, _ := currency.Exponent()
	whole, decimals, _ := strings.Cut(text, ".")
	if len(decimals) > exp {
		return money.Amount{}, false
	}
	minor, err := strconv.ParseInt(whole+decimals+strings.Repeat("0", exp-len(decimals)), 10, 64)
	return money.Amount{Minor: minor, Currency: currency}, err == nil
}

// amountText is an amount as field 54 writes it: with a point only where the
// currency has decimals.
func amountText(a money.Amount) string {
	text, _, _ := strings.Cut(a.String(), " ")
	return text
}

// checkMoney holds the amount and the tip against each other and the currency.
func (c Code) checkMoney() error {
	amount := c.Value(idAmount)
	if amount != "" && nothing.MatchString(amount) {
		return wrong(idAmount, "%q is nothing to pay", amount)
	}
	if currency, known := c.Currency(); known && amount != "" {
		exp, _ := currency.Exponent()
		if _, decimals, _ := strings.Cut(amount, "."); len(decimals) > exp {
			return wrong(idAmount, "%q has %d decimals; %s has %d", amount, len(decimals), currency, exp)
		}
	}
	tip := c.Value(idTip)
	for _, t := range []struct{ id, with string }{{idTipFixed, "02"}, {idTipPercent, "03"}} {
		switch value := c.Value(t.id); {
		case (tip == t.with) != (value != ""):
			return wrong(t.id, "it stands if field 55 is %q, and only then", t.with)
		case value != "" && nothing.MatchString(value):
			return wrong(t.id, "%q is nothing", value)
		}
	}
	return nil
}
