package agent_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/closing"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
)

// told is a closing as a reviewer reads it.
func told(c agent.Closing) string {
	var out strings.Builder
	fmt.Fprintf(&out, "%s finished %v\n", c.Day.Date, c.Finished)
	for _, t := range c.Takings {
		fmt.Fprintf(&out, "%s net %d: paid %v offline %v refunded %v returned %v topups %v open %v owed %v unpaid %v\n", t.Currency, t.Net(), t.Paid, t.Offline, t.Refunded, t.Returned, t.TopUps, t.Open, t.Owed, t.Unpaid)
	}
	for _, r := range c.Rates {
		fmt.Fprintf(&out, "%d%%: %d, tax %d\n", r.Rate.Percent(), r.Gross, r.Tax)
	}
	for _, r := range c.Rows {
		fmt.Fprintf(&out, "%q %s %s: %v\n", r.Wallet, r.Kind, r.State, r.Sum)
	}
	return out.String()
}

// Everything of a day is counted once, in the sum where it belongs, and what
// came to nothing in none.
func TestADayIsAddedUp(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		time.Sleep(48 * time.Hour) // the clock of these tests begins on a day that is none
		paid := s.paid("a", 1099)
		s.paid("b", 1100)
		_, err := s.refund(paid.Key, 99)
		must(t, err)
		s.credited("top", 3000)
		s.owed("owed", 700)
		for id, state := range map[string]charge.State{"doubt": charge.InDoubt, "unpaid": charge.Unpaid, "no": charge.Declined, "gone": charge.Abandoned} {
			s.here(id, 400, state)
		}
		mixed := sale.Sale{ID: "mixed", Amount: money.Yen(1188), BusinessDate: "2026-11-22", At: time.Now(), Operator: "hanako", Lines: []sale.Line{
			{Name: "tea", Quantity: 1, Amount: money.Yen(108), Rate: sale.Reduced}, {Name: "pen", Quantity: 1, Amount: money.Yen(1080), Rate: sale.Standard},
		}}
		rec, err := s.books.Prepare(mixed, charge.ByCashier)
		must(t, err)
		for _, e := range paths[charge.Approved] {
			_, err = s.books.Apply(rec.Key, charge.Step{Event: e, Wallet: "own", By: charge.ByWallet, At: time.Now()})
			must(t, err)
		}
		synctest.Wait()
		c, err := s.Closing("")
		must(t, err)
		const want = `finished false
JPY net 3288: paid {3 3387} offline {0 0} refunded {1 99} returned {0 0} topups {1 3000} open {1 400} owed {1 700} unpaid {1 400}
10%: 3279, tax 297
8%: 108, tax 8
`
		_, got, _ := strings.Cut(told(c), " ")
		if !strings.HasPrefix(got, want) {
			t.Errorf("it says\n%swant\n%s", got, want)
		}
		sum := 0
		for _, r := range c.Rows {
			sum += r.Count
		}
		if sum != 10 || !strings.Contains(got, `"own" refund approved: {1 99}`) || !strings.Contains(got, "charge abandoned: {1 400}") {
			t.Errorf("%d records in\n%s", sum, got)
		}
		again, err := s.Closing(c.Day.Date)
		must(t, err)
		if told(again) != told(c) {
			t.Errorf("looking once more it says\n%s", told(again))
		}
	})
}

// Money of a payment that no sale stands for goes back and takes nothing off
// what was sold.
func TestWhatWasOwedIsNoRefundOfASale(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.paid("sold", 1000)
		owed := s.owed("owed", 700)
		for _, yen := range []int64{300, 400} { // a part leaves it owed, all of it closes it
			_, err := s.refund(owed.Key, yen)
			must(t, err)
			time.Sleep(10 * time.Minute)
			c, err := s.Closing("")
			must(t, err)
			if got := c.Takings[0]; got.Net() != 1000 || got.Refunded.Count != 0 || got.Returned.Count == 0 {
				t.Errorf("after %d: %s", yen, told(c))
			}
		}
		s.is(owed.Key, charge.Reversed)
	})
}

// What a wallet would not give back and a manager gave by hand is given back.
func TestARefundByHandIsARefund(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		sold := s.paid("sold", 1000)
		rec, err := s.books.PrepareRefund(sold.Key, money.Yen(300), charge.ByManager, "hanako")
		must(t, err)
		for _, e := range []charge.Event{charge.Send, charge.Lapse} {
			_, err = s.books.Apply(rec.Key, charge.Step{Event: e, Wallet: "own", By: charge.ByManager, At: time.Now()})
			must(t, err)
		}
		_, err = s.Resolve(rec.Key, agent.GaveBack, "hanako")
		must(t, err)
		s.is(rec.Key, charge.Reversed)
		c, err := s.Closing("")
		must(t, err)
		if got := c.Takings[0]; got.Net() != 700 || got.Refunded != (closing.Sum{Count: 1, Minor: 300}) {
			t.Errorf("of 1000, 300 were given back by hand: %s", told(c))
		}
	})
}

func TestADayWithoutAnything(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.paid("a", 1000)
		c, err := s.Closing("2026-01-02")
		if err != nil || !c.Finished || len(c.Takings)+len(c.Rows)+len(c.Rates) != 0 {
			t.Errorf("%+v %v", c, err)
		}
		var invalid *agent.Invalid
		for _, date := range []string{"2026-13-01", "yesterday", "1999-12-31"} {
			if _, err := s.Closing(date); !errors.As(err, &invalid) {
				t.Errorf("%s: %v", date, err)
			}
		}
	})
}
