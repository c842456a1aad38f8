package sale_test

import (
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/sale"
)

// Corporate numbers of public offices, as the National Tax Agency publishes
// them: that agency itself, the Digital Agency, the Ministry of Justice, the
// Ministry of Finance.
var offices = []sale.InvoiceNumber{"T7000012050002", "T8000012010038", "T1000012030001", "T8000012050001"}

func TestInvoiceNumbersOfPublicOffices(t *testing.T) {
	for _, n := range append(offices, "") {
		if err := n.Check(); err != nil {
			t.Errorf("%q: %v", n, err)
		}
	}
}

// Every digit that is mistyped is noticed, with one exception that lies in the
// formula itself: it counts modulo 9, so a 0 among the last twelve digits may
// be a 9 and the other way round.
func TestAMistypedDigitIsNoticed(t *testing.T) {
	for _, n := range offices {
		blind := 0
		for i := 1; i < len(n); i++ {
			for d := byte('0'); d <= '9'; d++ {
				if n[i] == d {
					continue
				}
				typed := n[:i] + sale.InvoiceNumber(d) + n[i+1:]
				alike := i > 1 && (n[i] == '0' && d == '9' || n[i] == '9' && d == '0')
				if err := typed.Check(); (err == nil) != alike {
					t.Errorf("%s typed as %s: %v", n, typed, err)
				}
				if alike {
					blind++
				}
			}
		}
		if want := strings.Count(string(n[2:]), "0") + strings.Count(string(n[2:]), "9"); blind != want {
			t.Errorf("%s: %d mistypes were let through, want %d", n, blind, want)
		}
	}
}

func TestInvoiceNumberForm(t *testing.T) {
	for _, n := range []sale.InvoiceNumber{
		"7000012050002", "T700001205000", "T70000120500022", "t7000012050002", "T 7000012050002", "T70000120500O2",
		"Ｔ7000012050002", "T７000012050002", "T0000000000000", "T-000012050002", "T",
	} {
		if err := n.Check(); err == nil {
			t.Errorf("%q is taken", n)
		}
	}
}

func FuzzInvoiceNumber(f *testing.F) {
	for _, n := range offices {
		f.Add(string(n))
	}
	f.Add("T")
	f.Add("T７000012050002")
	f.Add("T00000000000\x000")
	f.Fuzz(func(t *testing.T, text string) {
		if sale.InvoiceNumber(text).Check() != nil || text == "" {
			return
		}
		if len(text) != 14 || text[0] != 'T' || strings.Trim(text[1:], "0123456789") != "" || text[1] == '0' {
			t.Errorf("%q is taken", text)
		}
	})
}
