package money_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/money"
)

func TestString(t *testing.T) {
	for _, c := range []struct {
		amount       money.Amount
		string, text string
	}{
		{money.Yen(0), "0 JPY", "¥0"},
		{money.Yen(1), "1 JPY", "¥1"},
		{money.Yen(999), "999 JPY", "¥999"},
		{money.Yen(1000), "1000 JPY", "¥1,000"},
		{money.Yen(1280), "1280 JPY", "¥1,280"},
		{money.Yen(-1280), "-1280 JPY", "-¥1,280"},
		{money.Yen(38_615_473), "38615473 JPY", "¥38,615,473"},
		{money.Yen(math.MaxInt64), "9223372036854775807 JPY", "¥9,223,372,036,854,775,807"},
		{money.Yen(math.MinInt64), "-9223372036854775808 JPY", "-¥9,223,372,036,854,775,808"},
		{money.Amount{Minor: 1280, Currency: "USD"}, "12.80 USD", "USD 12.80"},
		{money.Amount{Minor: 5, Currency: "USD"}, "0.05 USD", "USD 0.05"},
		{money.Amount{Minor: -5, Currency: "EUR"}, "-0.05 EUR", "-EUR 0.05"},
		{money.Amount{Minor: 123_456_789, Currency: "PHP"}, "1234567.89 PHP", "PHP 1,234,567.89"},
		{money.Amount{Minor: 5000, Currency: "KRW"}, "5000 KRW", "KRW 5,000"},
		{money.Amount{Minor: 12, Currency: "XTS"}, "12 XTS", "XTS 12"}, // unknown: its minor units
	} {
		if got := c.amount.String(); got != c.string {
			t.Errorf("String is %q, want %q", got, c.string)
		}
		if got := c.amount.Text(); got != c.text {
			t.Errorf("Text is %q, want %q", got, c.text)
		}
	}
}

// The sign for people is U+00A5, which takes one column on paper; U+FFE5, which
// some libraries write, takes two.
func TestTextUsesTheNarrowYenSign(t *testing.T) {
	if text := money.Yen(1).Text(); !strings.HasPrefix(text, "\u00a5") {
		t.Errorf("%q", text)
	}
}

func TestAddAndSub(t *testing.T) {
	usd := func(n int64) money.Amount { return money.Amount{Minor: n, Currency: "USD"} }
	for _, c := range []struct {
		name string
		do   func() (money.Amount, error)
		want money.Amount
		err  error
	}{
		{"sum", func() (money.Amount, error) { return money.Yen(1000).Add(money.Yen(280)) }, money.Yen(1280), nil},
		{"difference", func() (money.Amount, error) { return money.Yen(1000).Sub(money.Yen(1280)) }, money.Yen(-280), nil},
		{"nothing and something", func() (money.Amount, error) { return money.Amount{}.Add(money.Yen(5)) }, money.Yen(5), nil},
		{"something and nothing", func() (money.Amount, error) { return money.Yen(5).Add(money.Amount{}) }, money.Yen(5), nil},
		{"something less nothing", func() (money.Amount, error) { return money.Yen(5).Sub(money.Amount{}) }, money.Yen(5), nil},
		{"two currencies", func() (money.Amount, error) { return money.Yen(5).Add(usd(5)) }, money.Amount{}, money.ErrCurrency},
		{"zero yen is yen", func() (money.Amount, error) { return money.Yen(0).Add(usd(5)) }, money.Amount{}, money.ErrCurrency},
		{"two currencies less", func() (money.Amount, error) { return money.Yen(5).Sub(usd(5)) }, money.Amount{}, money.ErrCurrency},
		{"too much", func() (money.Amount, error) { return money.Yen(math.MaxInt64).Add(money.Yen(1)) }, money.Amount{}, money.ErrRange},
		{"too little", func() (money.Amount, error) { return money.Yen(math.MinInt64).Add(money.Yen(-1)) }, money.Amount{}, money.ErrRange},
		{"just enough", func() (money.Amount, error) { return money.Yen(math.MaxInt64 - 1).Add(money.Yen(1)) }, money.Yen(math.MaxInt64), nil},
		{"no twin", func() (money.Amount, error) { return money.Yen(0).Sub(money.Yen(math.MinInt64)) }, money.Amount{}, money.ErrRange},
		{"no unknown twin", func() (money.Amount, error) { return money.Amount{}.Sub(money.Yen(math.MinInt64)) }, money.Amount{}, money.ErrRange},
	} {
		if got, err := c.do(); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %v, %v; want %v, %v", c.name, got, err, c.want, c.err)
		}
	}
}

// Add is the sum of whole numbers where it fits 64 bits, and ErrRange exactly
// where it does not.
func TestAddIsTheSumOrAnError(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.Int64().Draw(t, "a"), rapid.Int64().Draw(t, "b")
		want := new(big.Int).Add(big.NewInt(a), big.NewInt(b))
		got, err := money.Yen(a).Add(money.Yen(b))
		if !want.IsInt64() {
			if !errors.Is(err, money.ErrRange) || got != (money.Amount{}) {
				t.Fatalf("%d + %d is %v, %v", a, b, got, err)
			}
			return
		}
		if got != money.Yen(want.Int64()) || err != nil {
			t.Fatalf("%d + %d is %v, %v", a, b, got, err)
		}
		if back, err := got.Sub(money.Yen(b)); b != math.MinInt64 && (back != money.Yen(a) || err != nil) {
			t.Fatalf("%d + %d - %d is %v, %v", a, b, b, back, err)
		}
	})
}

// Without its commas and its sign, Text is String.
func TestTextAndStringAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := money.Amount{Minor: rapid.Int64().Draw(t, "minor"), Currency: rapid.SampledFrom([]money.Currency{"JPY", "USD", "XTS"}).Draw(t, "currency")}
		text := strings.NewReplacer(",", "", "¥", "", string(a.Currency)+" ", "").Replace(a.Text())
		if want, _, _ := strings.Cut(a.String(), " "); text != want {
			t.Fatalf("Text is %s, String is %s", a.Text(), a)
		}
	})
}

func TestExponent(t *testing.T) {
	for c, want := range map[money.Currency]int{"JPY": 0, "KRW": 0, "VND": 0, "USD": 2, "EUR": 2, "CNY": 2, "HKD": 2, "PHP": 2, "SGD": 2, "THB": 2, "TWD": 2} {
		if got, ok := c.Exponent(); got != want || !ok {
			t.Errorf("%s: %d, %v; ISO 4217 has %d", c, got, ok, want)
		}
	}
	for _, c := range []money.Currency{"", "jpy", "YEN", "XTS"} {
		if _, ok := c.Exponent(); ok {
			t.Errorf("%q is known", c)
		}
	}
}

func TestJSON(t *testing.T) {
	const text = `{"amount":1280,"currency":"JPY"}`
	made, err := json.Marshal(money.Yen(1280))
	if string(made) != text || err != nil {
		t.Errorf("%s, %v", made, err)
	}
	for _, bad := range []string{`{"amount":12.80}`, `{"amount":1e3}`, `{"amount":"1280"}`, `{"amount":9223372036854775808}`} {
		var a money.Amount
		if err := json.Unmarshal([]byte(bad), &a); err == nil {
			t.Errorf("%s became %v: only whole numbers are money", bad, a)
		}
	}
}
