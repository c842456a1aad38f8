package ledgertest

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/wire"
)

func (w wallet) day(t failer, from, to time.Time, after string) wire.Reconciliation {
	t.Helper()
	got, err := w.Day(ledger.DayRequest{Store: "S0001", Terminal: "T01", BusinessDate: "2026-07-01", From: from, To: to, After: after, Nonce: "n"})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func testDay(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	before := w.request("S0001-T01-1-1", w.mint(t, "Hanako"), 1)
	approved.check(t, w.charge(t, before))
	w.clock.add(time.Hour)
	from := w.clock.Now()
	paid := w.request("S0001-T01-1-2", w.mint(t, "Hanako"), 100)
	approved.check(t, w.charge(t, paid))
	approved.check(t, w.refund(t, w.refundOf("S0001-T01-1-3", paid.Key, 40)))
	approved.check(t, w.topUp(t, topup(w.request("S0001-T01-1-4", w.mint(t, "Hanako"), 500))))
	other := w.request("S0001-T011-1-1", w.mint(t, "Hanako"), 7) // whose name begins alike
	other.Terminal = "T011"
	approved.check(t, w.charge(t, other))
	reversed.check(t, w.reverse(t, "S0001-T01-1-5", 30)) // never seen
	declined(wire.CodeUnknown).check(t, w.charge(t, w.request("S0001-T01-1-6", "97", 20)))
	asked := w.request("S0001-T01-1-7", w.mint(t, "Hanako"), 60)
	pending.check(t, w.onPhone(t, asked))
	undone := w.request("S0001-T01-1-8", w.mint(t, "Hanako"), 9)
	approved.check(t, w.charge(t, undone))
	w.clock.add(time.Hour)
	to := w.clock.Now()
	approved.check(t, w.charge(t, w.request("S0001-T01-1-9", w.mint(t, "Hanako"), 1))) // the next day
	reversed.check(t, w.reverse(t, undone.Key, 9))                                     // still of its own day
	got := w.day(t, from, to, "")
	yen := func(n int, kind wire.Kind, status wire.Status, amount int64, of string) wire.Entry {
		return wire.Entry{Key: fmt.Sprint("S0001-T01-1-", n), Kind: kind, Status: status, Amount: amount, Currency: "JPY", ChargeKey: of, At: from}
	}
	want := wire.Reconciliation{
		Store: "S0001", Terminal: "T01", BusinessDate: "2026-07-01", From: from, To: to, Nonce: "n",
		Entries: []wire.Entry{
			yen(2, wire.KindCharge, wire.Approved, 100, ""), yen(3, wire.KindRefund, wire.Approved, 40, paid.Key),
			yen(4, wire.KindTopup, wire.Approved, 500, ""), yen(5, wire.KindCharge, wire.Reversed, 30, ""),
			yen(6, wire.KindCharge, wire.Declined, 20, ""), yen(7, wire.KindCharge, wire.Declined, 60, ""), // ran out
			yen(8, wire.KindCharge, wire.Reversed, 9, ""),
		},
		Totals: []wire.Total{
			{Kind: wire.KindCharge, Status: wire.Approved, Currency: "JPY", Count: 1, Amount: 100},
			{Kind: wire.KindCharge, Status: wire.Declined, Currency: "JPY", Count: 2, Amount: 80},
			{Kind: wire.KindCharge, Status: wire.Reversed, Currency: "JPY", Count: 2, Amount: 39},
			{Kind: wire.KindRefund, Status: wire.Approved, Currency: "JPY", Count: 1, Amount: 40},
			{Kind: wire.KindTopup, Status: wire.Approved, Currency: "JPY", Count: 1, Amount: 500},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("the day is %+v, want %+v", got, want)
	}
	if got := w.day(t, to.Add(time.Hour), to.Add(2*time.Hour), ""); len(got.Entries) != 0 || len(got.Totals) != 0 || got.Next != "" {
		t.Fatalf("a day without anything: %+v", got)
	}
	for name, bad := range map[string]ledger.DayRequest{
		"no store": {Terminal: "T01", From: from, To: to}, "no terminal": {Store: "S0001", From: from, To: to},
		"backwards": {Store: "S0001", Terminal: "T01", From: to, To: from}, "after": {Store: "S0001", Terminal: "T01", From: from, To: to, After: "x"},
	} {
		if got, err := w.Day(bad); !errors.Is(err, ledger.ErrInvalid) {
			t.Errorf("%s: %+v, %v, want ErrInvalid", name, got, err)
		}
	}
}

// testLongDay reads a day of many pages, whose entries are as long as can be.
func testLongDay(t *testing.T, open Open) {
	w := newWallet(t, open(t))
	from := w.clock.Now()
	const keys = 2*wire.PageOfEntries + 1
	for i := range keys {
		w.clock.add(time.Nanosecond)
		w.reverse(t, fmt.Sprintf("S0001-T01-%022d", i), math.MaxInt64/keys)
	}
	to, n, after := w.clock.Now().Add(1), 0, ""
	for page := 1; ; page++ {
		got := w.day(t, from, to, after)
		for _, e := range got.Entries {
			if want := fmt.Sprintf("S0001-T01-%022d", n); e.Key != want {
				t.Fatalf("entry %d is %s", n, e.Key)
			}
			n++
		}
		if last := got.Next == ""; last && (len(got.Totals) != 1 || got.Totals[0].Count != keys) || !last && len(got.Totals) != 0 {
			t.Fatalf("the totals of page %d are %+v; only the last has those of the whole day", page, got.Totals)
		}
		if data, err := json.Marshal(got); err != nil || len(data) > 48<<10 {
			t.Fatalf("page %d has %d bytes, %v: too near to the 64 kB that a register reads", page, len(data), err)
		}
		if got.Next == "" {
			if page != 3 || n != keys {
				t.Fatalf("%d entries on %d pages, want %d on 3", n, page, keys)
			}
			return
		}
		after = got.Next
	}
}
