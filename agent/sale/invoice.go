package sale

import (
	"errors"
	"fmt"
)

// InvoiceNumber is the registration number of a qualified invoice issuer: "T"
// and the 13 digits of a corporate number.
type InvoiceNumber string

// Check verifies the form and the check digit (the first of the 13 digits):
// 9 - (sum of the other twelve, weighted 1, 2, 1, 2, … from the right, mod 9).
// An empty number passes: a store need not be registered.
func (n InvoiceNumber) Check() error {
	if n == "" {
		return nil
	}
	if len(n) != 14 || n[0] != 'T' {
		return errors.New("an invoice number is T and 13 digits, such as T7000012050002")
	}
	sum := 0
	for i := 13; i >= 1; i-- {
		d := int(n[i]) - '0'
		if d < 0 || d > 9 {
			return fmt.Errorf("invoice number %s: character %d is not a digit", n, i+1)
		}
		if i == 1 {
			break
		}
		weight := 1
		if (13-i)%2 == 1 {
			weight = 2
		}
		sum += d * weight
	}
	want := 9 - sum%9
	if got := int(n[1] - '0'); got != want {
		return fmt.Errorf("invoice number %s: the check digit after T is %d, but %d fits the rest; look for a mistyped digit", n, got, want)
	}
	return nil
}
