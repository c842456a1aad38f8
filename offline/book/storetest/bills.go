package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/offline/book"
)

func aBill(id, reference string) sale.Bill {
	return sale.Bill{Sale: sale.Sale{
		ID: id, Source: "till", Reference: reference, BusinessDate: "2026-11-22", Amount: money.Yen(2000), At: at, Operator: "hanako",
		Lines: []sale.Line{{Name: "茶", Quantity: 1, Amount: money.Yen(2000), Rate: sale.Reduced}},
	}}
}

func aPart(bill string, n int) sale.Sale {
	part := sale.Sale{ID: bill + "-" + string(rune('0'+n)), Amount: money.Yen(500), BusinessDate: "2026-11-22", At: at, Bill: bill, Part: n, Handed: 1000}
	if n > 1 {
		part.Before = []sale.Line{{Name: "一部", Quantity: 1, Amount: money.Yen(500), Rate: sale.Reduced}}
	}
	return part
}

// bills come back as they went in, with their parts in order, and are added
// once.
func bills(t *testing.T, s book.Store) {
	update(t, s, func(tx book.Tx) error {
		return errors.Join(tx.PutBill(aBill("b", "R-1")), tx.PutBill(aBill("c", "")), tx.PutBill(aBill("d", "")),
			tx.PutSale(aPart("b", 2)), tx.PutSale(aPart("b", 1)), tx.PutSale(sale.Sale{ID: "alone", Amount: money.Yen(1), BusinessDate: "2026-11-22", At: at}))
	})
	for what, again := range map[string]func(book.Tx) error{
		"its id":        func(tx book.Tx) error { return tx.PutBill(aBill("b", "R-2")) },
		"its reference": func(tx book.Tx) error { return tx.PutBill(aBill("e", "R-1")) },
		"a part":        func(tx book.Tx) error { p := aPart("b", 2); p.ID = "other"; return tx.PutSale(p) },
		"a stranger":    func(tx book.Tx) error { return tx.EndBill("e", at) },
	} {
		if err := s.Update(again); err == nil {
			t.Errorf("%s was taken twice", what)
		}
	}
	update(t, s, func(tx book.Tx) error { return tx.EndBill("c", at.Add(time.Hour)) })
	if err := s.Update(func(tx book.Tx) error { return errors.Join(tx.EndBill("b", at), errMine) }); !errors.Is(err, errMine) {
		t.Error(err)
	}
	err := s.View(func(rows book.Rows) error {
		b, err := rows.Bill("b")
		want := aBill("b", "R-1")
		want.At = want.At.UTC()
		equal(t, "the bill", b, want)
		c, err2 := rows.Bill("c")
		equal(t, "given up", c.GivenUp, at.Add(time.Hour).UTC())
		_, none := rows.Bill("x")
		equal(t, "no bill", errors.Is(none, book.ErrNotFound), true)
		r, err3 := rows.BillByReference("2026-11-22", "till", "R-1")
		equal(t, "by reference", r.ID, "b")
		_, none = rows.BillByReference("2026-11-22", "till", "")
		equal(t, "without a reference", errors.Is(none, book.ErrNotFound), true)
		parts, err4 := rows.PartsOfBill("b")
		first, second := aPart("b", 1), aPart("b", 2)
		first.At, second.At = first.At.UTC(), second.At.UTC()
		equal(t, "parts", parts, []sale.Sale{first, second})
		nobodys, err5 := rows.PartsOfBill("")
		equal(t, "sales that are no part", len(nobodys), 0)
		return errors.Join(err, err2, err3, err4, err5)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func aFormal(number int64, subject string) charge.Formal {
	return charge.Formal{
		Number: number, Subject: subject, Key: "S1-T1-6-1", To: "株式会社みほん", For: "お品代", Amount: money.Yen(1280), Returned: []int64{20, 3},
		At: at, By: charge.ByCashier, Operator: "hanako", Paper: charge.Unprinted,
	}
}

// formals are numbered without a gap, one a subject, and only their paper
// changes.
func formals(t *testing.T, s book.Store) {
	update(t, s, func(tx book.Tx) error {
		return errors.Join(tx.AddFormal(aFormal(1, "a")), tx.AddFormal(aFormal(2, "b")))
	})
	for _, wrong := range []charge.Formal{aFormal(2, "c"), aFormal(4, "c"), aFormal(3, "a"), aFormal(3, "")} {
		if err := s.Update(func(tx book.Tx) error { return tx.AddFormal(wrong) }); err == nil {
			t.Errorf("%d of %q was taken", wrong.Number, wrong.Subject)
		}
	}
	update(t, s, func(tx book.Tx) error { return tx.PutFormal(1, charge.PaperDone, 2) })
	if err := s.Update(func(tx book.Tx) error { return tx.PutFormal(3, charge.PaperDone, 2) }); err == nil {
		t.Error("the paper of none was taken")
	}
	err := s.View(func(rows book.Rows) error {
		one, err := rows.FormalOf("a")
		want := aFormal(1, "a")
		want.At, want.Paper, want.Copies = want.At.UTC(), charge.PaperDone, 2
		equal(t, "the first", one, want)
		last, err2 := rows.LastFormal()
		equal(t, "the last", last.Number, int64(2))
		_, none := rows.FormalOf("c")
		equal(t, "none", errors.Is(none, book.ErrNotFound), true)
		return errors.Join(err, err2)
	})
	if err != nil {
		t.Fatal(err)
	}
}
