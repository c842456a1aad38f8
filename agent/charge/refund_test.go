package charge_test

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
)

func yen(n int64) money.Amount { return money.Amount{Minor: n, Currency: money.JPY} }

func TestWhatMayBeRefunded(t *testing.T) {
	paid := charge.Record{Key: "S-1-1-1", Kind: charge.Payment, State: charge.Approved, Amount: yen(1000)}
	in := func(s charge.State) charge.Record { r := paid; r.State = s; return r }
	refund := func(s charge.State, n int64) charge.Record {
		return charge.Record{Key: "S-1-1-2", Kind: charge.Refund, Of: paid.Key, State: s, Amount: yen(n)}
	}
	times := func(n int, r charge.Record) []charge.Record { return slices.Repeat([]charge.Record{r}, n) }
	topUp := func(s charge.State) charge.Record { r := in(s); r.Kind = charge.Topup; return r }
	const huge = math.MaxInt64 // two of them, and a sum that nobody watches is negative
	for _, c := range []struct {
		name    string
		of      charge.Record
		refunds []charge.Record
		amount  money.Amount
		want    error
	}{
		{"all of it", paid, nil, yen(1000), nil},
		{"one yen more", paid, nil, yen(1001), charge.ErrOverRefund},
		{"nothing", paid, nil, yen(0), charge.ErrNotRefundable},
		{"less than nothing", paid, nil, yen(-1), charge.ErrNotRefundable},
		{"another currency", paid, nil, money.Amount{Minor: 10, Currency: "USD"}, charge.ErrNotRefundable},
		{"the rest", paid, []charge.Record{refund(charge.Approved, 600), refund(charge.Forwarding, 300)}, yen(100), nil},
		{"more than the rest while one is under way", paid, []charge.Record{refund(charge.Approved, 600), refund(charge.Forwarding, 300)}, yen(101), charge.ErrOverRefund},
		{"what a declined one left", paid, []charge.Record{refund(charge.Declined, 1000), refund(charge.Abandoned, 1000)}, yen(1000), nil},
		{"what was given by hand counts", paid, []charge.Record{refund(charge.Reversed, 1000)}, yen(1), charge.ErrOverRefund},
		{"refunds of another charge do not count", paid, []charge.Record{{Of: "S-1-1-9", State: charge.Approved, Amount: yen(1000)}}, yen(1000), nil},
		{"what the wallet would not reverse", in(charge.Owed), nil, yen(1000), nil},
		{"while it is being reversed", in(charge.Reversing), nil, yen(1000), charge.ErrNotRefundable},
		{"declined", in(charge.Declined), nil, yen(1000), charge.ErrNotRefundable},
		{"in doubt", in(charge.InDoubt), nil, yen(1000), charge.ErrNotRefundable},
		{"a refund", refund(charge.Approved, 1000), nil, yen(10), charge.ErrNotRefundable},
		{"a top-up", topUp(charge.Approved), nil, yen(1000), charge.ErrNotRefundable},
		{"a top-up whose cash is owed", topUp(charge.Owed), nil, yen(1000), charge.ErrNotRefundable},
		{"more than a number holds", paid, nil, yen(huge), charge.ErrOverRefund},
		{"after more than there ever was", paid, []charge.Record{refund(charge.Approved, huge)}, yen(1), charge.ErrOverRefund},
		{"after so much that the sum runs over", paid, times(2, refund(charge.Approved, huge)), yen(1), charge.ErrOverRefund},
		{"the fiftieth", paid, times(49, refund(charge.Forwarding, 1)), yen(1), nil},
		{"one more than fifty", paid, times(50, refund(charge.Forwarding, 1)), yen(1), charge.ErrManyRefunds},
		{"one after fifty that were not given", paid, times(50, refund(charge.Declined, 1)), yen(1), nil},
	} {
		if err := charge.MayRefund(c.of, c.refunds, c.amount); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}
