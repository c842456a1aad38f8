package sale_test

import (
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
)

var roundings = []sale.Rounding{sale.Floor, sale.Nearest, sale.Ceil}

func TestTaxTable(t *testing.T) {
	text, err := os.ReadFile("testdata/tax.txt")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for _, line := range strings.Split(string(text), "\n") {
		line, _, _ = strings.Cut(line, "#")
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "rate" {
			continue
		}
		rows++
		gross := number(t, f[1])
		for i, rounding := range roundings {
			want := number(t, f[2+i])
			if got := tax(t, sale.Rate(f[0]), gross, rounding); got != want {
				t.Errorf("%s %d, %s: %d, want %d", f[0], gross, rounding, got, want)
			}
		}
	}
	if rows < 20 {
		t.Errorf("only %d rows were read", rows)
	}
}

func number(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// tax is the tax of a sale with one line.
func tax(t interface {
	Helper()
	Fatalf(string, ...any)
}, rate sale.Rate, gross int64, rounding sale.Rounding) int64 {
	t.Helper()
	s := sale.Sale{Amount: money.Yen(gross), Lines: []sale.Line{{Name: "x", Quantity: 1, Amount: money.Yen(gross), Rate: rate}}}
	totals, err := s.Totals(rounding)
	if err != nil || len(totals) != 1 || totals[0].Gross != money.Yen(gross) || totals[0].Rate != rate {
		t.Fatalf("%s %d: %+v, %v", rate, gross, totals, err)
	}
	return totals[0].Tax.Minor
}

// lines of any goods, in any order.
func lines(t *rapid.T) []sale.Line {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) sale.Line {
		return sale.Line{
			Name: "x", Quantity: rapid.IntRange(1, 9).Draw(t, "quantity"),
			Amount: money.Yen(rapid.Int64Range(-5000, 100_000).Draw(t, "amount")),
			Rate:   rapid.SampledFrom([]sale.Rate{sale.Standard, sale.Reduced, sale.Exempt}).Draw(t, "rate"),
		}
	}), 1, 30).Draw(t, "lines")
}

// The law asks for one rounding per rate and receipt, so the tax is that of
// the sum of a rate's lines, however the sum is cut into lines, and it is
// within one yen of the exact tax.
func TestTaxIsRoundedOncePerRate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := sale.Sale{Amount: money.Yen(1), Lines: lines(t)}
		rounding := rapid.SampledFrom(roundings).Draw(t, "rounding")
		totals, err := s.Totals(rounding)
		if err != nil {
			t.Fatal(err)
		}
		gross := map[sale.Rate]int64{}
		for _, l := range s.Lines {
			gross[l.Rate] += l.Amount.Minor
		}
		if len(totals) != len(gross) {
			t.Fatalf("%d rates in %d totals", len(gross), len(totals))
		}
		for _, total := range totals {
			if total.Gross != money.Yen(gross[total.Rate]) {
				t.Fatalf("%s: gross %v, want %d", total.Rate, total.Gross, gross[total.Rate])
			}
			checkLaw(t, total, rounding)
		}
	})
}

// checkLaw compares with the exact fraction: gross x percent / (100 + percent).
func checkLaw(t *rapid.T, total sale.RateTotal, rounding sale.Rounding) {
	percent := total.Rate.Percent()
	exact := big.NewRat(total.Gross.Minor*percent, 100+percent)
	off := new(big.Rat).Sub(new(big.Rat).SetInt64(total.Tax.Minor), exact)
	if total.Gross.Minor < 0 { // a return is rounded as the sale that it undoes
		off.Neg(off)
	}
	one, half := big.NewRat(1, 1), big.NewRat(1, 2)
	minus := new(big.Rat).Neg(one)
	good := false
	switch rounding {
	case sale.Floor:
		good = off.Sign() <= 0 && off.Cmp(minus) > 0
	case sale.Ceil:
		good = off.Sign() >= 0 && off.Cmp(one) < 0
	case sale.Nearest:
		good = new(big.Rat).Abs(off).Cmp(half) <= 0
	}
	if !good {
		t.Fatalf("%s %d, %s: tax %d, exactly %s", total.Rate, total.Gross.Minor, rounding, total.Tax.Minor, exact.FloatString(3))
	}
}

// Also where 64 bits are not enough for gross x percent.
func TestTaxOfVeryLargeAmounts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		gross := rapid.Int64Min(0).Draw(t, "gross")
		rate := rapid.SampledFrom([]sale.Rate{sale.Standard, sale.Reduced}).Draw(t, "rate")
		product := new(big.Int).Mul(big.NewInt(gross), big.NewInt(rate.Percent()))
		want := product.Div(product, big.NewInt(100+rate.Percent())).Int64()
		if got := tax(t, rate, gross, sale.Floor); got != want {
			t.Fatalf("%s %d: %d, want %d", rate, gross, got, want)
		}
	})
}

// Rounding per line gives another tax; this is the case that tells them apart.
func TestRoundingPerLineWouldBeWrong(t *testing.T) {
	line := sale.Line{Name: "ガム", Quantity: 1, Amount: money.Yen(13), Rate: sale.Reduced}
	s := sale.Sale{Amount: money.Yen(39), Lines: []sale.Line{line, line, line}}
	totals, err := s.Totals(sale.Floor)
	if err != nil || len(totals) != 1 || totals[0].Tax != money.Yen(2) {
		t.Errorf("%+v, %v: want a tax of 2 in 39; each 13 rounded alone has 0", totals, err)
	}
}

func TestASaleWithoutLinesIsTaxedAtTheStandardRate(t *testing.T) {
	totals, err := sale.Sale{Amount: money.Yen(1280)}.Totals(sale.Floor)
	if err != nil || len(totals) != 1 || totals[0] != (sale.RateTotal{Rate: sale.Standard, Gross: money.Yen(1280), Tax: money.Yen(116)}) {
		t.Errorf("%+v, %v", totals, err)
	}
}
