package charge_test

import (
	"errors"
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
	} {
		if err := charge.MayRefund(c.of, c.refunds, c.amount); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
}
