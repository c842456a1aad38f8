package storetest

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

var errMine = errors.New("changed my mind")

func meta(t *testing.T, s book.Store, name string) int64 {
	t.Helper()
	var got int64
	update(t, s, func(tx book.Tx) (err error) {
		got, err = tx.Meta(name)
		return err
	})
	return got
}

// add is a transaction that reads a number and writes one more.
func add(name string) func(book.Tx) error {
	return func(tx book.Tx) error {
		n, err := tx.Meta(name)
		if err != nil {
			return err
		}
		return tx.SetMeta(name, n+1)
	}
}

// everything writes to every table.
func everything(tx book.Tx, changed book.Row) error {
	return errors.Join(
		tx.PutCharge(changed), sell(tx, row(50, charge.Queued)), tx.PutSale(aSale("new", "2026-11-22", "R-9")),
		tx.AppendLink(link(2, changed.Key)), tx.SetMeta("old", 2), tx.SetMeta("new", 1))
}

// before is a store with something in every table.
func before(t *testing.T, s book.Store) book.Row {
	t.Helper()
	old := row(1, charge.Sent)
	put(t, s, old)
	update(t, s, func(tx book.Tx) error {
		return errors.Join(tx.PutSale(aSale("old", "2026-11-22", "R-1")), tx.AppendLink(link(1, old.Key)), tx.SetMeta("old", 1))
	})
	return old
}

// untouched wants the store as before left it, by every way to read it.
func untouched(t *testing.T, s book.Store, old book.Row) {
	t.Helper()
	update(t, s, func(tx book.Tx) error {
		got, err := tx.Charge(old.Key)
		equal(t, "the old charge", got, utc(old))
		tries, err2 := tx.ChargesOfSale(old.SaleID)
		equal(t, "the old charge by its sale", seqs(tries), []int64{1})
		gone, err3 := tx.Charge(row(50, "").Key)
		missing(t, "the charge that was not kept", gone, err3)
		open, err4 := tx.OpenCharges(0, 1000)
		equal(t, "open charges", seqs(open), []int64{1})
		charges, err5 := tx.Charges(book.Filter{})
		equal(t, "all charges", seqs(charges), []int64{1})
		bought, err6 := tx.SaleByReference("2026-11-22", "pos", "R-9")
		missing(t, "the sale that was not kept", bought, err6)
		last, err7 := tx.LastLink()
		equal(t, "the head of the journal", last, utcLink(link(1, old.Key)))
		links, err8 := tx.Chain(1)
		equal(t, "entries of the charge", len(links), 1)
		was, err9 := tx.Meta("old")
		equal(t, "the old number", was, int64(1))
		is, err10 := tx.Meta("new")
		equal(t, "the new number", is, int64(0))
		return errors.Join(err, err2, err4, err5, err7, err8, err9, err10)
	})
}

func changed(old book.Row) book.Row {
	old.State, old.Code.Hash, old.Route = charge.Approved, "another code", []string{"third"}
	return old
}

func ownWrites(t *testing.T, s book.Store) {
	old := before(t, s)
	update(t, s, func(tx book.Tx) error {
		if err := everything(tx, changed(old)); err != nil {
			return err
		}
		got, err := tx.Charge(old.Key)
		equal(t, "its state", got.State, charge.Approved)
		tries, err2 := tx.ChargesOfSale("sale-50")
		equal(t, "by its sale", seqs(tries), []int64{50})
		open, err3 := tx.OpenCharges(0, 1000)
		equal(t, "open charges", seqs(open), []int64{50})
		bought, err4 := tx.SaleByReference("2026-11-22", "pos", "R-9")
		equal(t, "the sale", bought.ID, "new")
		last, err5 := tx.LastLink()
		equal(t, "the head", last.N, int64(2))
		n, err6 := tx.Meta("old")
		equal(t, "the number", n, int64(2))
		return errors.Join(err, err2, err3, err4, err5, err6)
	})
}

func rollback(t *testing.T, s book.Store) {
	old := before(t, s)
	err := s.Update(func(tx book.Tx) error {
		if err := everything(tx, changed(old)); err != nil {
			t.Error(err)
		}
		return errMine
	})
	if err != errMine {
		t.Errorf("error is %v, want the very error of the callback", err)
	}
	untouched(t, s, old)
}

func panics(t *testing.T, s book.Store) {
	old := before(t, s)
	err := s.Update(func(tx book.Tx) error {
		_ = everything(tx, changed(old))
		panic("a bug of the caller")
	})
	if err == nil {
		t.Error("a panic was taken for success")
	}
	untouched(t, s, old)
}

func serialised(t *testing.T, s book.Store) {
	const workers, each = 16, 25
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for i := range each {
				do := add("count")
				if (w+i)%5 == 0 { // these fail, and must not take others along
					do = func(tx book.Tx) error { return errors.Join(add("count")(tx), errMine) }
				}
				if err := s.Update(do); err != nil && !errors.Is(err, errMine) {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	equal(t, "the count", meta(t, s, "count"), int64(workers*each*4/5))
}

func halves(t *testing.T, s book.Store) {
	a, b := row(1, charge.Sent), row(2, charge.Sent)
	put(t, s, a, b)
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 3 {
		wg.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				err := s.View(func(rows book.Rows) error {
					x, err := rows.Charge(a.Key)
					y, err2 := rows.Charge(b.Key)
					if x.Attempts != y.Attempts {
						t.Errorf("a view saw %d and %d attempts, which are written together", x.Attempts, y.Attempts)
					}
					return errors.Join(err, err2)
				})
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for n := range 100 {
		a.Attempts, b.Attempts = n, n
		put(t, s, a, b)
	}
	close(done)
	wg.Wait()
}

func newness(t *testing.T, s book.Store) {
	r := row(1, charge.Sent)
	for n := range 200 {
		r.Attempts = n
		put(t, s, r)
		got := found(t, s, func(rows book.Rows) (book.Row, error) { return rows.Charge(r.Key) })
		if got.Attempts != n {
			t.Fatalf("a view after update %d saw %d", n, got.Attempts)
		}
	}
}

func markMerged(t *testing.T, s book.Store) {
	s.Soon(time.Hour, func(tx book.Tx) error { return tx.SetMeta("order", 1) })
	s.Soon(time.Hour, func(tx book.Tx) error { return tx.SetMeta("order", 99) })() // called off
	s.Soon(time.Hour, func(tx book.Tx) error { return add("order")(tx) })
	update(t, s, func(tx book.Tx) error {
		n, err := tx.Meta("order")
		equal(t, "what the marks before this update wrote", n, int64(2))
		return err
	})
	equal(t, "the number", meta(t, s, "order"), int64(2))
}

func markAlone(t *testing.T, s book.Store) {
	written := make(chan struct{})
	s.Soon(5*time.Millisecond, func(tx book.Tx) error {
		close(written)
		return sell(tx, row(1, charge.Sent))
	})
	<-written // for ever, and so a failed test, when nobody writes it
	for found(t, s, func(rows book.Rows) (int, error) { r, err := rows.OpenCharges(0, 1000); return len(r), err }) == 0 {
		time.Sleep(time.Millisecond)
	}
}

func markFails(t *testing.T, s book.Store) {
	old := before(t, s)
	s.Soon(time.Hour, func(tx book.Tx) error { return errors.Join(everything(tx, changed(old)), errMine) })
	s.Soon(time.Hour, func(tx book.Tx) error { _ = tx.SetMeta("old", 9); panic("a bug of the caller") })
	s.Soon(time.Hour, func(tx book.Tx) error { return tx.SetMeta("good", 1) })
	update(t, s, func(tx book.Tx) error { return tx.SetMeta("update", 1) })
	untouched(t, s, old)
	equal(t, "the mark after those that failed", meta(t, s, "good"), int64(1))
	s.Soon(time.Hour, func(tx book.Tx) error { return tx.SetMeta("kept", 1) })
	if err := s.Update(func(book.Tx) error { return errMine }); err != errMine {
		t.Errorf("error is %v, want the very error of the callback", err)
	}
	equal(t, "the mark before an update that failed", meta(t, s, "kept"), int64(1))
}

func reopened(t *testing.T, s book.Store, again func() book.Store) {
	old := before(t, s)
	for n := range int64(20) {
		update(t, s, func(tx book.Tx) error {
			return errors.Join(sell(tx, row(n+2, charge.Queued)), tx.AppendLink(link(n+2, row(n+2, "").Key)),
				tx.PutSale(aSale(fmt.Sprint(n), "2026-11-22", "")))
		})
	}
	s = again()
	equal(t, "a charge", found(t, s, func(r book.Rows) (book.Row, error) { return r.Charge(old.Key) }), utc(old))
	equal(t, "open charges", len(found(t, s, openCharges)), 21)
	equal(t, "the head", found(t, s, book.Rows.LastLink), utcLink(link(21, row(21, "").Key)))
	equal(t, "the number", meta(t, s, "old"), int64(1))
	equal(t, "a sale", found(t, s, func(r book.Rows) (string, error) { x, err := r.Sale("7"); return x.ID, err }), "7")
	update(t, s, func(tx book.Tx) error { return tx.AppendLink(link(22, old.Key)) })
}
