package sale_test

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
)

func basket() sale.Sale {
	return sale.Sale{
		ID: "s-1", Reference: "POS-0815", Amount: money.Yen(410),
		Lines: []sale.Line{
			{Name: "おにぎり 紅鮭", Quantity: 2, Amount: money.Yen(320), Rate: sale.Reduced},
			{Name: "雑誌　特集号", Quantity: 1, Amount: money.Yen(110), Rate: sale.Standard},
			{Name: "値引", Quantity: 1, Amount: money.Yen(-20), Rate: sale.Reduced},
		},
	}
}

func TestCheckTakes(t *testing.T) {
	for name, s := range map[string]sale.Sale{
		"a basket":     basket(),
		"no lines":     {Amount: money.Yen(1)},
		"dollars":      {Amount: money.Amount{Minor: 1280, Currency: "USD"}},
		"a lot":        {Amount: money.Yen(sale.MaxMinor)},
		"long and odd": {Amount: money.Yen(1), Reference: strings.Repeat("伝", sale.MaxReference)},
	} {
		if err := s.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCheckRefuses(t *testing.T) {
	for says, change := range map[string]func(*sale.Sale){
		"amount is 0":                 func(s *sale.Sale) { s.Amount.Minor = 0 },
		"amount is -410":              func(s *sale.Sale) { s.Amount.Minor = -410 },
		"amount is 1000000001":        func(s *sale.Sale) { s.Amount.Minor = sale.MaxMinor + 1 },
		`currency ""`:                 func(s *sale.Sale) { s.Amount.Currency = "" },
		`currency "yen"`:              func(s *sale.Sale) { s.Amount.Currency = "yen" },
		"lines add up to 410 JPY":     func(s *sale.Sale) { s.Amount.Minor = 411 },
		"reference":                   func(s *sale.Sale) { s.Reference = "POS\n0815" },
		"reference must be at most":   func(s *sale.Sale) { s.Reference = strings.Repeat("x", sale.MaxReference+1) },
		"201 lines":                   func(s *sale.Sale) { s.Lines = make([]sale.Line, sale.MaxLines+1) },
		"lines[1]: name":              func(s *sale.Sale) { s.Lines[1].Name = "" },
		"lines[0]: name":              func(s *sale.Sale) { s.Lines[0].Name = "\x1bp\x00" }, // would open the drawer
		"lines[2]: name":              func(s *sale.Sale) { s.Lines[2].Name = "a\xffb" },
		"lines[0]: name must be 1 to": func(s *sale.Sale) { s.Lines[0].Name = strings.Repeat("鮭", sale.MaxName+1) },
		"lines[0]: quantity":          func(s *sale.Sale) { s.Lines[0].Quantity = 0 },
		`lines[1]: rate "luxury"`:     func(s *sale.Sale) { s.Lines[1].Rate = "luxury" },
		"lines[1]: currency is USD":   func(s *sale.Sale) { s.Lines[1].Amount.Currency = "USD" },
		"lines[1]: amount is out of":  func(s *sale.Sale) { s.Lines[0].Amount.Minor, s.Lines[1].Amount.Minor = math.MaxInt64, 1 },
	} {
		s := basket()
		change(&s)
		if err := s.Check(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, want a complaint with %q", err, says)
		}
	}
}

// What Check takes can be printed: no text carries a control character, and
// the totals per rate add up to the sale.
func TestWhatCheckTakesCanBePrinted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := sale.Sale{Amount: money.Yen(0), Lines: lines(t)}
		for _, l := range s.Lines {
			s.Amount.Minor += l.Amount.Minor
		}
		odd := rapid.StringN(1, 8, -1) // mostly refused, so that one field at a time gets it
		if rapid.Bool().Draw(t, "odd reference") {
			s.Reference = odd.Draw(t, "reference")
		} else {
			s.Lines[rapid.IntRange(0, len(s.Lines)-1).Draw(t, "line")].Name = odd.Draw(t, "name")
		}
		if s.Check() != nil {
			return
		}
		for _, text := range append([]string{s.Reference}, names(s)...) {
			if strings.ContainsFunc(text, func(r rune) bool { return r < 0x20 || r >= 0x7f && r < 0xa0 }) {
				t.Fatalf("%q is taken", text)
			}
		}
		totals, err := s.Totals(sale.Nearest)
		if err != nil {
			t.Fatal(err)
		}
		var sum int64
		for _, total := range totals {
			sum += total.Gross.Minor
		}
		if sum != s.Amount.Minor {
			t.Fatalf("totals add up to %d, the sale is over %s", sum, s.Amount)
		}
	})
}

func names(s sale.Sale) []string {
	var out []string
	for _, l := range s.Lines {
		out = append(out, l.Name)
	}
	return out
}
