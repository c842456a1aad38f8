package book_test

import (
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
)

// A customer whose charge was taken and never paid, and what the phone's
// certificate affords, are beyond any leave.
func TestNoLeaveForADeniedCustomer(t *testing.T) {
	every := []charge.Limit{charge.PerCharge, charge.PerToken, charge.Certificate, charge.Outstanding, charge.Count, charge.Age, charge.Denied}
	f := newFixture(t)
	rec, err := f.accept("a", 1000, signed("phone", 1, "taro"))
	if err != nil {
		t.Fatal(err)
	}
	f.now = f.now.Add(time.Minute)
	f.apply(rec.Key, f.said(charge.Lapse, ""))
	_, err = f.accept("b", 10, signed("phone", 2, "taro"), every...)
	f.refuses(err, charge.Denied, 0)
	_, err = f.accept("c", 8001, signed("other", 1, "hanako"), every...)
	f.refuses(err, charge.Certificate, 8000)
}
