// Package storetest is the conformance suite of book.Store: what the rules in
// offline/book may rely on. A store joins it with a few lines in a test.
//
// Invariant: the suite knows no store; it speaks through the interface alone.
package storetest

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/offline/book"
)

// Make makes an empty store for one test and cleans it up after it. reopen
// closes it and returns a store with what it had kept; it may be nil.
type Make func(t *testing.T) (store book.Store, reopen func() book.Store)

// Run runs the suite.
func Run(t *testing.T, fresh Make) {
	cases := []struct {
		name string
		run  func(*testing.T, book.Store)
	}{
		{"absent rows are ErrNotFound", absent},
		{"rows come back as they went in", roundTrip},
		{"what is handed out is a copy", copies},
		{"a transaction reads its own writes", ownWrites},
		{"an error keeps nothing", rollback},
		{"a panic keeps nothing and fails alone", panics},
		{"charges come in order", order},
		{"pages are cut by state, position and size", paging},
		{"open charges follow the state", open},
		{"a charge keeps its identity", identity},
		{"a sale is added once", salesOnce},
		{"a reference is unique on its business day", references},
		{"the journal is dense and only grows", journal},
		{"proofs stay, evidence goes", proofs},
		{"what is no proof", noProofs},
		{"what is due comes by its end", due},
		{"charges change hands", hands},
		{"closings are numbered and stay", closings},
		{"alerts stand once", alerts},
		{"bills keep their parts in order", bills},
		{"formal receipts are numbered and stay", formals},
		{"updates are serialised", serialised},
		{"a view sees no half transaction", halves},
		{"a view is as new as the last update", newness},
		{"a mark goes with the next update and before it", markMerged},
		{"a mark is written alone in time", markAlone},
		{"a mark that fails is dropped alone", markFails},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			store, _ := fresh(t)
			c.run(t, store)
		})
	}
	t.Run("reopening keeps everything", func(t *testing.T) {
		store, again := fresh(t)
		if again == nil {
			t.Skip("SKIP: this store cannot be reopened")
		}
		reopened(t, store, again)
	})
}

// at is a time to the nanosecond, away from UTC: a store must keep the moment.
var at = time.Date(2026, 11, 22, 9, 15, 4, 123456789, time.FixedZone("JST", 9*3600))

// row is a charge with something in every field.
func row(seq int64, state charge.State) book.Row {
	key, err := charge.NewKey("S1", "T1", 7, seq)
	if err != nil {
		panic(err) // the parts above fit
	}
	return book.Row{Seq: seq, Epoch: 7, Record: charge.Record{
		Key: key, Kind: charge.Refund, Of: "S1-T1-6-1", SaleID: fmt.Sprintf("sale-%d", seq), Amount: money.Yen(1280 + seq), State: state,
		Reason: charge.ReasonTimeout, Wallet: "example", Route: []string{"another", "example"}, Confirmed: []string{"another"},
		Code:    charge.CodeMark{Kind: "emv_cpm", Masked: "850512…7F", Hash: fmt.Sprintf("hash-%d", seq)},
		Receipt: "W-1", Points: charge.Points{Used: 120, Earned: 3, Left: 45}, Attempts: 3, By: charge.ByManager, Operator: "花子", Paper: charge.PaperUnknown, Reprints: 2, Alarms: 1,
		PreparedAt: at, SentAt: at.Add(time.Millisecond), ChangedAt: at.Add(time.Second),
	}, LastLink: 2 * seq}
}

func aSale(id, date, reference string) sale.Sale {
	return sale.Sale{
		ID: id, Source: "pos", Reference: reference, Amount: money.Yen(1280), BusinessDate: date, At: at, Operator: "花子", TopUp: true,
		Lines: []sale.Line{
			{Name: "弁当", Quantity: 2, Amount: money.Yen(1080), Rate: sale.Reduced},
			{Name: "袋", Quantity: 1, Amount: money.Yen(200), Rate: sale.Standard},
		},
	}
}

func link(n int64, key charge.Key) book.Link {
	l := book.Link{
		N: n, Key: key, From: charge.Sent, To: charge.InDoubt, Moved: true, Note: "line one\nline two",
		Step: charge.Step{
			Event: charge.Lose, Wallet: "example", Reason: charge.ReasonTimeout, By: charge.ByTimer, Operator: "花子", Receipt: "W-1",
			Code: charge.CodeMark{Kind: "digits", Masked: "280000…01", Hash: "h"}, Asked: at, At: at.Add(time.Second),
		},
	}
	for i := range l.Hash {
		l.Hash[i] = byte(n) + byte(i)
	}
	return l
}

func update(t *testing.T, s book.Store, do func(book.Tx) error) {
	t.Helper()
	if err := s.Update(do); err != nil {
		t.Fatal(err)
	}
}

func view(t *testing.T, s book.Store, do func(book.Rows) error) {
	t.Helper()
	if err := s.View(do); err != nil {
		t.Fatal(err)
	}
}

func put(t *testing.T, s book.Store, rows ...book.Row) {
	t.Helper()
	update(t, s, func(tx book.Tx) error {
		for _, r := range rows {
			if err := sell(tx, r); err != nil {
				return err
			}
		}
		return nil
	})
}

// sell puts a charge, and its sale before it.
func sell(tx book.Tx, r book.Row) error {
	if _, err := tx.Sale(r.SaleID); errors.Is(err, book.ErrNotFound) {
		if err := tx.PutSale(aSale(r.SaleID, "2026-11-01", "")); err != nil {
			return err
		}
	}
	if _, err := tx.Charge(r.Key); err == nil {
		return tx.PutCharge(r)
	}
	return tx.AddCharge(r)
}

// found reads something in a View of its own.
func found[T any](t *testing.T, s book.Store, read func(book.Rows) (T, error)) T {
	t.Helper()
	var got T
	view(t, s, func(rows book.Rows) (err error) {
		got, err = read(rows)
		return err
	})
	return got
}

// missing wants ErrNotFound and the zero value.
func missing[T any](t *testing.T, what string, got T, err error) {
	t.Helper()
	if !errors.Is(err, book.ErrNotFound) {
		t.Errorf("%s: error is %v, want ErrNotFound", what, err)
	}
	if !reflect.ValueOf(got).IsZero() {
		t.Errorf("%s: came with %+v, want the zero value", what, got)
	}
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

func seqs(rows []book.Row) []int64 {
	out := make([]int64, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.Seq)
	}
	return out
}

// utc is a row as a store gives it back: the same moments, in UTC.
func utc(r book.Row) book.Row {
	r.PreparedAt, r.SentAt, r.ChangedAt = r.PreparedAt.UTC(), r.SentAt.UTC(), r.ChangedAt.UTC()
	return r
}

func utcSale(s sale.Sale) sale.Sale {
	s.At = s.At.UTC()
	return s
}

func utcLink(l book.Link) book.Link {
	l.Step.Asked, l.Step.At = l.Step.Asked.UTC(), l.Step.At.UTC()
	return l
}
