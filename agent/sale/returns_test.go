package sale_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
)

func TestAReturnIsSharedOutOverTheRates(t *testing.T) {
	s := sale.Sale{Amount: money.Yen(1580), Lines: []sale.Line{
		{Name: "batteries", Quantity: 1, Amount: money.Yen(1100), Rate: sale.Standard},
		{Name: "rice ball", Quantity: 3, Amount: money.Yen(480), Rate: sale.Reduced},
	}}
	for _, c := range []struct {
		name    string
		earlier []money.Amount
		amount  int64
		want    []sale.RateTotal
	}{
		{"all of it", nil, 1580, []sale.RateTotal{{sale.Standard, money.Yen(1100), money.Yen(100)}, {sale.Reduced, money.Yen(480), money.Yen(35)}}},
		{"a part", nil, 500, []sale.RateTotal{{sale.Standard, money.Yen(348), money.Yen(31)}, {sale.Reduced, money.Yen(152), money.Yen(11)}}},
		{"the rest", []money.Amount{money.Yen(500)}, 1080, []sale.RateTotal{{sale.Standard, money.Yen(752), money.Yen(68)}, {sale.Reduced, money.Yen(328), money.Yen(24)}}},
		{"one yen", nil, 1, []sale.RateTotal{{sale.Standard, money.Yen(1), money.Yen(0)}}},
	} {
		got, err := s.Return(c.earlier, money.Yen(c.amount), sale.Floor)
		if err != nil || len(got) != len(c.want) {
			t.Fatalf("%s: %v, %v", c.name, got, err)
		}
		for i := range got {
			if got[i] != c.want[i] {
				t.Errorf("%s: %v, want %v", c.name, got[i], c.want[i])
			}
		}
	}
	if _, err := s.Return([]money.Amount{money.Yen(1000)}, money.Yen(581), sale.Floor); err == nil {
		t.Error("more went back than was sold")
	}
}

// However a sale goes back, by steps of any size, exactly what was sold at
// each rate goes back, and each step is exactly its amount.
func TestReturnsAddUpToTheSale(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s sale.Sale
		s.Amount = money.Yen(0)
		for range rapid.IntRange(1, 6).Draw(t, "lines") {
			l := sale.Line{Name: "x", Quantity: 1, Amount: money.Yen(rapid.Int64Range(-300, 5000).Draw(t, "amount")), Rate: rapid.SampledFrom([]sale.Rate{sale.Standard, sale.Reduced, sale.Exempt}).Draw(t, "rate")}
			s.Lines = append(s.Lines, l)
			s.Amount.Minor += l.Amount.Minor
		}
		if s.Amount.Minor <= 0 {
			t.Skip("no sale")
		}
		sold, _ := s.Totals(sale.Floor)
		back := map[sale.Rate]int64{}
		var earlier []money.Amount
		for left := s.Amount.Minor; left > 0; {
			amount := money.Yen(rapid.Int64Range(1, left).Draw(t, "back"))
			got, err := s.Return(earlier, amount, sale.Floor)
			if err != nil {
				t.Fatal(err)
			}
			var sum int64
			for _, r := range got {
				back[r.Rate] += r.Gross.Minor
				sum += r.Gross.Minor
			}
			if sum != amount.Minor {
				t.Fatalf("a return of %s is %v", amount, got)
			}
			earlier, left = append(earlier, amount), left-amount.Minor
		}
		for _, r := range sold {
			if back[r.Rate] != r.Gross.Minor {
				t.Fatalf("%s: %d of %s went back in %v", r.Rate, back[r.Rate], r.Gross, earlier)
			}
		}
	})
}
