package book_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/offline/book"
)

var limits = charge.Limits{PerCharge: 3000, PerToken: 5000, Outstanding: 9000, Count: 4, Age: time.Hour}

func signed(phone string, counter int64, token string) charge.Proof {
	return charge.Proof{Device: phone, Counter: counter, Token: token, Serial: "cert of " + phone, Affords: 8000, Until: t0.Add(time.Hour), Sealed: []byte("sealed")}
}

var queue = charge.Step{Event: charge.Queue, Wallet: "alpha", By: charge.ByCashier}

func (f *fixture) prepareYen(id string, yen int64) charge.Record {
	f.t.Helper()
	s := aSale(id)
	s.Amount = money.Yen(yen)
	rec, err := f.Prepare(s, charge.ByCashier)
	if err != nil {
		f.t.Fatalf("prepare: %v", err)
	}
	return rec
}

// accept takes a new sale of an amount without a network.
func (f *fixture) accept(id string, yen int64, p charge.Proof, over ...charge.Limit) (charge.Record, error) {
	f.t.Helper()
	rec := f.prepareYen(id, yen)
	return f.Accept(rec.Key, queue, p, limits, over...)
}

func (f *fixture) refuses(err error, limit charge.Limit, left int64) {
	f.t.Helper()
	var over *charge.OverLimit
	if !errors.As(err, &over) || over.Limit != limit || over.Left != left || !errors.Is(err, charge.ErrNotTaken) {
		f.t.Fatalf("got %v, want a refusal by %s with %d left", err, limit, left)
	}
}

// A code that is new and within every limit is taken, and is outstanding until
// its charge is collected; then its evidence is gone, and the code known.
func TestAChargeIsTakenWithoutANetwork(t *testing.T) {
	f := newFixture(t)
	rec, err := f.accept("a", 1000, signed("phone", 5, "taro"))
	if err != nil || rec.State != charge.Queued || rec.Goods() != charge.HandOver {
		t.Fatalf("taken as %+v, %v", rec, err)
	}
	if e, err := f.Exposure(); err != nil || e.Count != 1 || e.Minor != 1000 || e.Oldest.IsZero() {
		t.Errorf("outstanding are %+v, %v", e, err)
	}
	if sealed, err := f.Evidence(rec.Key); err != nil || string(sealed) != "sealed" {
		t.Errorf("the evidence is %q, %v", sealed, err)
	}
	f.apply(rec.Key, f.said(charge.Send, "alpha"))
	f.apply(rec.Key, f.said(charge.Approve, "alpha"))
	if e, err := f.Exposure(); err != nil || e.Count != 0 {
		t.Errorf("outstanding are still %+v, %v", e, err)
	}
	if _, err := f.Evidence(rec.Key); !errors.Is(err, book.ErrNotFound) {
		t.Errorf("the evidence of a charge that is collected: %v", err)
	}
	for _, counter := range []int64{5, 4} {
		if _, err := f.accept(fmt.Sprint("again ", counter), 10, signed("phone", counter, "taro")); !errors.Is(err, charge.ErrReplayed) {
			t.Errorf("counter %d after 5: %v", counter, err)
		}
	}
	if _, err := f.accept("b", 10, signed("phone", 6, "taro")); err != nil {
		t.Errorf("the next code of that phone: %v", err)
	}
	f.verify(8)
}

// Every limit refuses what would go over it, says what is left, and keeps
// nothing of it; a manager lifts those of the shop, never the certificate's.
func TestLimitsWithoutANetwork(t *testing.T) {
	f := newFixture(t)
	_, err := f.accept("much", 3001, signed("p1", 1, "taro"))
	f.refuses(err, charge.PerCharge, 3000)
	if _, err := f.accept("1", 3000, signed("p1", 1, "taro")); err != nil {
		t.Fatal(err)
	}
	_, err = f.accept("token", 2001, signed("p2", 1, "taro"))
	f.refuses(err, charge.PerToken, 2000)
	if _, err := f.accept("2", 2000, signed("p1", 2, "taro")); err != nil {
		t.Fatal(err)
	}
	_, err = f.accept("certificate", 3000, signed("p1", 3, "taro"), charge.PerToken)
	if err != nil {
		t.Errorf("the certificate affords 8000, of which 5000 are spent: %v", err)
	}
	_, err = f.accept("more than it affords", 1, signed("p1", 4, "taro"), charge.PerToken, charge.Certificate)
	f.refuses(err, charge.Certificate, 0)
	_, err = f.accept("terminal", 1001, signed("p3", 1, "hanako"))
	f.refuses(err, charge.Outstanding, 1000)
	if _, err := f.accept("4", 1000, signed("p3", 1, "hanako")); err != nil {
		t.Fatal(err)
	}
	_, err = f.accept("count", 1, signed("p4", 1, "jiro"), charge.Outstanding)
	f.refuses(err, charge.Count, 0)
	f.now = f.now.Add(2 * time.Hour)
	_, err = f.accept("age", 1, signed("p4", 1, "jiro"), charge.Outstanding, charge.Count)
	f.refuses(err, charge.Age, 0)
	if _, err := f.accept("5", 1, signed("p4", 1, "jiro"), charge.Outstanding, charge.Count, charge.Age); err != nil {
		t.Errorf("lifted by a manager: %v", err)
	}
	if e, err := f.Exposure(); err != nil || e.Count != 5 || e.Minor != 9001 {
		t.Errorf("outstanding are %+v, %v", e, err)
	}
}

// Two at once cannot go over a limit together, nor take one code twice.
func TestLimitsHoldForTwoAtOnce(t *testing.T) {
	f := newFixture(t)
	const tries = 20
	var keys []charge.Key
	for i := range tries {
		keys = append(keys, f.prepareYen(fmt.Sprint("s", i), 1000).Key)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	taken := 0
	for i, key := range keys {
		all.Go(func() {
			_, err := f.Accept(key, queue, signed(fmt.Sprint("p", i/2), 1, fmt.Sprint("t", i/2)), limits)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				taken++
			}
		})
	}
	all.Wait()
	if e, err := f.Exposure(); err != nil || e.Count != taken || taken != limits.Count {
		t.Errorf("%d were taken, %+v outstanding, %v; want %d", taken, e, err, limits.Count)
	}
}

// What is refused stays as it was, and a charge that is done for is not taken.
func TestWhatIsNotTakenWithoutANetwork(t *testing.T) {
	f := newFixture(t)
	rec := f.prepareYen("a", 4000)
	_, err := f.Accept(rec.Key, queue, signed("p", 1, "taro"), limits)
	f.refuses(err, charge.PerCharge, 3000)
	if now, err := f.Charge(rec.Key); err != nil || now.State != charge.Prepared {
		t.Errorf("refused and yet %s, %v", now.State, err)
	}
	f.apply(rec.Key, f.said(charge.Cancel, ""))
	if _, err := f.Accept(rec.Key, queue, signed("p", 1, "taro"), charge.Limits{PerCharge: 9999, PerToken: 9999, Outstanding: 9999, Count: 9, Age: time.Hour}); !errors.Is(err, charge.ErrNotTaken) {
		t.Errorf("an abandoned charge: %v", err)
	}
	if _, err := f.accept("b", 10, signed("p", 1, "taro")); err != nil {
		t.Errorf("the code was not used by what was refused: %v", err)
	}
}
