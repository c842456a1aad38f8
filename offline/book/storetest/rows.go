package storetest

import (
	"errors"
	"slices"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/book"
)

func absent(t *testing.T, s book.Store) {
	update(t, s, func(tx book.Tx) error {
		r, err := tx.Charge("S1-T1-7-1")
		missing(t, "Charge", r, err)
		bought, err := tx.Sale("none")
		missing(t, "Sale", bought, err)
		bought, err = tx.SaleByReference("2026-11-22", "pos", "R-1")
		missing(t, "SaleByReference", bought, err)
		l, err := tx.LastLink()
		missing(t, "LastLink", l, err)
		n, err := tx.Meta("never set")
		if n != 0 || err != nil {
			t.Errorf("Meta is %d, %v, want 0 and no error", n, err)
		}
		for name, read := range map[string]func() (int, error){
			"ChargesOfSale": func() (int, error) { r, err := tx.ChargesOfSale("none"); return len(r), err },
			"OpenCharges":   func() (int, error) { r, err := tx.OpenCharges(0, 10); return len(r), err },
			"Charges":       func() (int, error) { r, err := tx.Charges(book.Filter{}); return len(r), err },
			"Chain":         func() (int, error) { l, err := tx.Chain(7); return len(l), err },
			"LinksAfter":    func() (int, error) { l, err := tx.LinksAfter(0, 10); return len(l), err },
		} {
			if n, err := read(); n != 0 || err != nil {
				t.Errorf("%s has %d rows, %v, want none and no error", name, n, err)
			}
		}
		return nil
	})
}

func roundTrip(t *testing.T, s book.Store) {
	bare := book.Row{Seq: 2, Record: charge.Record{Key: "S1-T1-0-2", SaleID: "sale-2", Amount: money.Yen(1), State: charge.Prepared}}
	full, bought := row(1, charge.Reversing), aSale("sale-1", "2026-11-22", "R-1")
	plain := aSale("sale-2", "2026-11-22", "")
	plain.Lines, plain.TopUp = nil, false
	first, second := link(1, full.Key), book.Link{N: 2, Key: bare.Key, To: charge.Prepared}
	update(t, s, func(tx book.Tx) error {
		return errors.Join(tx.PutSale(bought), tx.PutSale(plain), tx.AddCharge(full), tx.AddCharge(bare), tx.AppendLink(first), tx.AppendLink(second), tx.SetMeta("epoch", 1<<62))
	})
	view(t, s, func(rows book.Rows) error {
		got, err := rows.Charge(full.Key)
		equal(t, "a full charge", got, utc(full))
		bareGot, err2 := rows.Charge(bare.Key)
		equal(t, "a bare charge", bareGot, bare)
		soldGot, err3 := rows.Sale("sale-1")
		equal(t, "a sale", soldGot, utcSale(bought))
		plainGot, err4 := rows.Sale("sale-2")
		equal(t, "a sale without lines", plainGot, utcSale(plain))
		links, err5 := rows.LinksAfter(0, 10)
		equal(t, "the journal", links, []book.Link{utcLink(first), second})
		return errors.Join(err, err2, err3, err4, err5)
	})
	update(t, s, func(tx book.Tx) error {
		n, err := tx.Meta("epoch")
		equal(t, "a number", n, int64(1<<62))
		return err
	})
}

func copies(t *testing.T, s book.Store) {
	mine := row(1, charge.Sent)
	put(t, s, mine)
	mine.Route[0] = "changed by the writer"
	got := found(t, s, func(r book.Rows) (book.Row, error) { return r.Charge(mine.Key) })
	got.Route[0] = "changed by a reader"
	again := found(t, s, func(r book.Rows) (book.Row, error) { return r.Charge(mine.Key) })
	equal(t, "the route", again.Route, []string{"another", "example"})
}

func order(t *testing.T, s book.Store) {
	var rows []book.Row
	for _, seq := range []int64{9, 10, 2, 11, 100} { // as text, 10 and 100 would come before 2
		r := row(seq, charge.Pending)
		r.SaleID = "one sale"
		rows = append(rows, r)
	}
	put(t, s, rows...)
	oldest := []int64{2, 9, 10, 11, 100}
	newest := slices.Clone(oldest)
	slices.Reverse(newest)
	equal(t, "ChargesOfSale", seqs(found(t, s, func(r book.Rows) ([]book.Row, error) { return r.ChargesOfSale("one sale") })), oldest)
	equal(t, "OpenCharges", seqs(found(t, s, openCharges)), oldest)
	equal(t, "one page of OpenCharges", seqs(found(t, s, func(r book.Rows) ([]book.Row, error) { return r.OpenCharges(oldest[0], 1) })), oldest[1:2])
	equal(t, "Charges", seqs(found(t, s, func(r book.Rows) ([]book.Row, error) { return r.Charges(book.Filter{}) })), newest)
}

func paging(t *testing.T, s book.Store) {
	var rows []book.Row
	for seq := range int64(600) {
		state := charge.Approved
		if seq%3 == 0 {
			state = charge.Owed
		} else if seq%3 == 1 {
			state = charge.Declined
		}
		rows = append(rows, row(seq+1, state))
	}
	put(t, s, rows...)
	for _, c := range []struct {
		f           book.Filter
		count       int
		first, last int64
	}{
		{book.Filter{}, 50, 600, 551},
		{book.Filter{Limit: -1}, 50, 600, 551},
		{book.Filter{Limit: 3}, 3, 600, 598},
		{book.Filter{Limit: 10_000}, 500, 600, 101},
		{book.Filter{Before: 551}, 50, 550, 501},
		{book.Filter{Before: 3}, 2, 2, 1},
		{book.Filter{Before: 1}, 0, 0, 0},
		{book.Filter{States: []charge.State{charge.Owed}, Limit: 2}, 2, 598, 595},
		{book.Filter{States: []charge.State{charge.Owed, charge.Declined}, Limit: 3, Before: 599}, 3, 598, 595},
		{book.Filter{States: []charge.State{charge.Reversing}}, 0, 0, 0},
	} {
		got := found(t, s, func(r book.Rows) ([]book.Row, error) { return r.Charges(c.f) })
		if len(got) != c.count {
			t.Errorf("%+v: %d rows, want %d", c.f, len(got), c.count)
		} else if c.count > 0 && (got[0].Seq != c.first || got[c.count-1].Seq != c.last) {
			t.Errorf("%+v: from %d to %d, want from %d to %d", c.f, got[0].Seq, got[c.count-1].Seq, c.first, c.last)
		}
	}
}

func openCharges(r book.Rows) ([]book.Row, error) { return r.OpenCharges(0, 1000) }

func open(t *testing.T, s book.Store) {
	for _, state := range charge.States {
		put(t, s, row(1, state))
		got := found(t, s, openCharges)
		if state.Open() != (len(got) == 1) {
			t.Errorf("%s: %d open charges, but Open is %t", state, len(got), state.Open())
		}
		if len(got) == 1 && got[0].State != state {
			t.Errorf("%s: reads as %s", state, got[0].State)
		}
	}
}

func identity(t *testing.T, s book.Store) {
	put(t, s, row(1, charge.Prepared), row(2, charge.Prepared))
	for what, change := range map[string]func(*book.Row){
		"another key":      func(r *book.Row) { r.Key = "S1-T1-7-99" },
		"another's key":    func(r *book.Row) { r.Key = row(2, "").Key },
		"another sale":     func(r *book.Row) { r.SaleID = "other" },
		"another amount":   func(r *book.Row) { r.Amount.Minor++ },
		"another currency": func(r *book.Row) { r.Amount.Currency = "USD" },
		"another epoch":    func(r *book.Row) { r.Epoch++ },
		"another kind":     func(r *book.Row) { r.Kind, r.Of = charge.Topup, "" },
		"another payment":  func(r *book.Row) { r.Of = row(2, "").Key },
		"a used key again": func(r *book.Row) { r.Seq = 3 },
		"a key of another": func(r *book.Row) { r.Seq, r.Key = 3, "S1-T1-7-4" },
		"an unknown sale":  func(r *book.Row) { *r = row(5, charge.Prepared) },
	} {
		r := row(1, charge.Approved)
		change(&r)
		if err := s.Update(func(tx book.Tx) error { return tx.PutCharge(r) }); err == nil {
			t.Errorf("%s was put", what)
		}
		if err := s.Update(func(tx book.Tx) error { return tx.AddCharge(r) }); err == nil {
			t.Errorf("%s was added", what)
		}
	}
	for what, change := range map[string]func(*book.Row){
		"no position":                           func(r *book.Row) { r.Seq = 0 },
		"no key":                                func(r *book.Row) { r.Key = "" },
		"no amount":                             func(r *book.Row) { r.Amount.Minor = 0 },
		"no currency":                           func(r *book.Row) { r.Amount.Currency = "" },
		"no state":                              func(r *book.Row) { r.State = "" },
		"a payment back without being a refund": func(r *book.Row) { r.Kind = charge.Payment },
	} {
		r := row(9, charge.Prepared)
		change(&r)
		if err := s.Update(func(tx book.Tx) error { return tx.AddCharge(r) }); err == nil {
			t.Errorf("a row with %s was taken", what)
		}
	}
	got := found(t, s, func(r book.Rows) ([]book.Row, error) { return r.Charges(book.Filter{}) })
	equal(t, "the rows", got, []book.Row{utc(row(2, charge.Prepared)), utc(row(1, charge.Prepared))})
}

func salesOnce(t *testing.T, s book.Store) {
	update(t, s, func(tx book.Tx) error { return tx.PutSale(aSale("a", "2026-11-22", "")) })
	other := aSale("a", "2026-11-23", "R-2")
	other.Amount = money.Yen(1)
	if err := s.Update(func(tx book.Tx) error { return tx.PutSale(other) }); err == nil {
		t.Error("a sale was written over another")
	}
	got := found(t, s, func(r book.Rows) (int64, error) { x, err := r.Sale("a"); return x.Amount.Minor, err })
	equal(t, "the amount", got, int64(1280))
}

func references(t *testing.T, s book.Store) {
	add := func(id, date, reference string) error {
		return s.Update(func(tx book.Tx) error { return tx.PutSale(aSale(id, date, reference)) })
	}
	for _, ok := range [][3]string{{"a", "2026-11-22", "R-1"}, {"b", "2026-11-23", "R-1"}, {"c", "2026-11-22", ""}, {"d", "2026-11-22", ""}} {
		if err := add(ok[0], ok[1], ok[2]); err != nil {
			t.Errorf("%q: %v", ok, err)
		}
	}
	if err := add("e", "2026-11-22", "R-1"); err == nil {
		t.Error("a reference was taken twice on one business day")
	}
	other := aSale("f", "2026-11-22", "R-1")
	other.Source = "kiosk"
	if err := s.Update(func(tx book.Tx) error { return tx.PutSale(other) }); err != nil {
		t.Errorf("another source may count for itself: %v", err)
	}
	view(t, s, func(rows book.Rows) error {
		kiosk, err1 := rows.SaleByReference("2026-11-22", "kiosk", "R-1")
		equal(t, "the other source's sale", kiosk.ID, "f")
		if err1 != nil {
			return err1
		}
		got, err := rows.SaleByReference("2026-11-23", "pos", "R-1")
		equal(t, "the sale of the next day", got.ID, "b")
		none, err2 := rows.SaleByReference("2026-11-22", "pos", "")
		missing(t, "the empty reference", none, err2)
		return err
	})
}

func journal(t *testing.T, s book.Store) {
	for n, key := range []charge.Key{"a", "b", "a", "a"} {
		update(t, s, func(tx book.Tx) error {
			l := link(int64(n+1), key)
			l.Before = []int64{0, 0, 1, 3}[n]
			return tx.AppendLink(l)
		})
	}
	for _, n := range []int64{-1, 0, 1, 4, 6} {
		if err := s.Update(func(tx book.Tx) error { return tx.AppendLink(link(n, "a")) }); err == nil {
			t.Errorf("entry %d was taken after entry 4", n)
		}
	}
	numbers := func(read func(book.Rows) ([]book.Link, error)) []int64 {
		out := []int64{}
		for _, l := range found(t, s, read) {
			out = append(out, l.N)
		}
		return out
	}
	equal(t, "entries of a", numbers(func(r book.Rows) ([]book.Link, error) { return r.Chain(4) }), []int64{1, 3, 4})
	equal(t, "two after 1", numbers(func(r book.Rows) ([]book.Link, error) { return r.LinksAfter(1, 2) }), []int64{2, 3})
	equal(t, "after the end", numbers(func(r book.Rows) ([]book.Link, error) { return r.LinksAfter(4, 2) }), []int64{})
	equal(t, "none wanted", numbers(func(r book.Rows) ([]book.Link, error) { return r.LinksAfter(0, 0) }), []int64{})
	fourth := link(4, "a")
	fourth.Before = 3
	equal(t, "the head", found(t, s, book.Rows.LastLink), utcLink(fourth))
}
