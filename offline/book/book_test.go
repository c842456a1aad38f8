package book_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/offline/book"
	"github.com/posagent/posagent/offline/book/memory"
)

// t0 is when the tests begin; epochs count seconds since 2020.
var t0 = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

var epochZero = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

var errDisk = errors.New("the disk said no")

// fixture is a book over a store in memory whose timers and commits a test
// holds in its hands.
type fixture struct {
	*book.Book
	t       failer
	store   *memory.Store
	now     time.Time
	waiting []func() // marks whose time has not come
	broken  bool     // commits fail
	wallets []string
}

type failer interface {
	Helper()
	Fatalf(string, ...any)
}

func newFixture(t failer, wallets ...string) *fixture {
	f := &fixture{t: t, now: t0}
	f.store = memory.New(memory.Options{After: func(_ time.Duration, do func()) func() {
		f.waiting = append(f.waiting, do)
		return func() {}
	}})
	if wallets == nil {
		wallets = []string{"alpha", "beta"}
	}
	f.wallets = wallets
	f.open(wallets...)
	return f
}

func (f *fixture) open(wallets ...string) {
	f.t.Helper()
	b, err := book.Open(f, book.Options{Store: "S1", Terminal: "T1", Wallets: wallets, Now: func() time.Time { return f.now }})
	if err != nil {
		f.t.Fatalf("open: %v", err)
	}
	f.Book = b
}

// Update, Soon and View make the fixture a Store whose commits can fail after
// everything was done.
func (f *fixture) Update(do func(book.Tx) error) error { return f.store.Update(f.commit(do)) }
func (f *fixture) View(do func(book.Rows) error) error { return f.store.View(do) }
func (f *fixture) Soon(w time.Duration, do func(book.Tx) error) func() {
	return f.store.Soon(w, f.commit(do))
}

func (f *fixture) commit(do func(book.Tx) error) func(book.Tx) error {
	return func(tx book.Tx) error {
		if err := do(tx); err != nil {
			return err
		}
		if f.broken {
			return errDisk
		}
		return nil
	}
}

// alone lets the time of all marks come.
func (f *fixture) alone() {
	waiting := f.waiting
	f.waiting = nil
	for _, do := range waiting {
		do()
	}
}

func (f *fixture) crash() { f.store, f.waiting = f.store.Crash(), nil }

// later moves the clock.
func (f *fixture) later(d time.Duration) time.Time {
	f.now = f.now.Add(d)
	return f.now
}

func aSale(id string) sale.Sale {
	return sale.Sale{ID: id, Amount: money.Yen(1280), BusinessDate: "2026-11-22", At: t0, Operator: "hanako"}
}

func (f *fixture) prepare(id string) charge.Record {
	f.t.Helper()
	rec, err := f.Prepare(aSale(id), charge.ByCashier)
	if err != nil {
		f.t.Fatalf("prepare: %v", err)
	}
	return rec
}

func (f *fixture) apply(key charge.Key, steps ...charge.Step) charge.Record {
	f.t.Helper()
	rec, err := f.Apply(key, steps...)
	if err != nil {
		f.t.Fatalf("apply: %v", err)
	}
	return rec
}

// force puts a charge into a state that a test begins with, as if an earlier
// run had left it there.
func (f *fixture) force(key charge.Key, change func(*book.Row)) {
	f.t.Helper()
	err := f.store.Update(func(tx book.Tx) error {
		row, err := tx.Charge(key)
		if err != nil {
			return err
		}
		change(&row)
		return tx.PutCharge(row)
	})
	if err != nil {
		f.t.Fatalf("force: %v", err)
	}
	f.open(f.wallets...) // a book is the only writer of its store, and remembers what it wrote
}

func (f *fixture) links() []book.Link {
	f.t.Helper()
	var out []book.Link
	if err := f.store.View(func(rows book.Rows) (err error) { out, err = rows.LinksAfter(0, 10_000); return err }); err != nil {
		f.t.Fatalf("links: %v", err)
	}
	return out
}

// verify wants a whole journal of so many entries.
func (f *fixture) verify(want int) {
	f.t.Helper()
	err := f.store.View(func(rows book.Rows) error {
		n, err := book.Audit(rows)
		if err == nil && n != int64(want) {
			err = fmt.Errorf("%d entries, want %d", n, want)
		}
		return err
	})
	if err != nil {
		f.t.Fatalf("verify: %v", err)
	}
}

// said is a wallet's answer to something that was asked when the charge stood
// as it does now, or later.
func (f *fixture) said(e charge.Event, wallet string) charge.Step {
	at := f.later(time.Second)
	return charge.Step{Event: e, Wallet: wallet, By: charge.ByWallet, Asked: at, At: at}
}

func send(wallet string) charge.Step {
	return charge.Step{Event: charge.Send, Wallet: wallet, By: charge.ByCashier, At: t0, Code: charge.CodeMark{Kind: "digits", Hash: "h1"}}
}

// Two charges never have one key: not in one run, not over runs, not with the
// clock standing, going back, or before 2020.
func TestKeysAreUniqueOverEpochs(t *testing.T) {
	f := newFixture(t)
	seen := map[charge.Key]bool{}
	var last int64
	for i, clock := range []time.Time{t0, t0, t0.Add(-40 * 24 * time.Hour), epochZero.Add(-time.Hour), t0.Add(time.Hour), t0.Add(time.Hour)} {
		f.crash()
		f.now = clock
		f.open("alpha")
		if f.Epoch() <= last {
			t.Errorf("run %d has epoch %d after %d", i, f.Epoch(), last)
		}
		if seconds := int64(clock.Sub(epochZero) / time.Second); f.Epoch() != max(last+1, seconds) && i > 0 {
			t.Errorf("run %d has epoch %d; want the greater of %d and %d", i, f.Epoch(), last+1, seconds)
		}
		last = f.Epoch()
		for n := range 3 {
			key := f.prepare(fmt.Sprintf("sale-%d-%d", i, n)).Key
			if seen[key] {
				t.Errorf("key %s was issued twice", key)
			}
			seen[key] = true
			if !strings.HasPrefix(string(key), fmt.Sprintf("S1-T1-%d-", last)) {
				t.Errorf("key %s is not of epoch %d", key, last)
			}
		}
	}
}

// A key that was counted in a transaction which failed was shown to nobody;
// the next one must still be new.
func TestAFailedPrepareLeavesNothing(t *testing.T) {
	f := newFixture(t)
	f.broken = true
	if rec, err := f.Prepare(aSale("a"), charge.ByCashier); err == nil || rec.Key != "" {
		t.Errorf("a charge %q came of a broken disk, error %v", rec.Key, err)
	}
	f.broken = false
	f.verify(0)
	f.prepare("a")
	f.verify(1)
}

// A second key while the first may be paid could take the money twice.
func TestASecondKeyOnlyWhenTheFirstCannotBePaid(t *testing.T) {
	for _, s := range charge.States {
		f := newFixture(t)
		first := f.prepare("a")
		f.force(first.Key, func(r *book.Row) { r.State = s })
		second, err := f.Prepare(aSale("a"), charge.ByCashier)
		if s.AllowsNewKey() {
			if err != nil || second.Key == first.Key || second.State != charge.Prepared {
				t.Errorf("%s: got %+v, %v; want a new key", s, second, err)
			}
			continue
		}
		if !errors.Is(err, book.ErrSaleOpen) || second.Key != "" {
			t.Errorf("%s: got key %q, %v; want ErrSaleOpen", s, second.Key, err)
		}
		if all, _ := f.ChargesOfSale("a"); len(all) != 1 {
			t.Errorf("%s: the sale has %d charges after the refusal", s, len(all))
		}
	}
}

// Not only the newest charge counts: any earlier one may still be paid.
func TestAnEarlierChargeBarsANewKey(t *testing.T) {
	f := newFixture(t)
	first := f.prepare("a")
	f.apply(first.Key, send("alpha"), f.said(charge.Decline, "alpha"))
	second := f.prepare("a")
	f.apply(second.Key, send("alpha"), f.said(charge.Decline, "alpha"))
	f.force(first.Key, func(r *book.Row) { r.State = charge.Approved })
	if _, err := f.Prepare(aSale("a"), charge.ByCashier); !errors.Is(err, book.ErrSaleOpen) {
		t.Errorf("got %v, want ErrSaleOpen", err)
	}
}

// The total of a sale is what its first charge was over.
func TestASaleKeepsItsAmount(t *testing.T) {
	f := newFixture(t)
	first := f.prepare("a")
	f.apply(first.Key, send("alpha"), f.said(charge.Decline, "alpha"))
	other := aSale("a")
	other.Amount = money.Yen(1)
	if rec, err := f.Prepare(other, charge.ByCashier); err == nil {
		t.Errorf("a sale over %s got a charge over %s", first.Amount, rec.Amount)
	}
}

func TestAClockBehindTheLastStartIsNoticed(t *testing.T) {
	f := newFixture(t)
	if f.ClockBehind() {
		t.Error("the first start has nothing to be behind of")
	}
	f.now = f.now.Add(time.Minute)
	f.open(f.wallets...)
	if f.ClockBehind() {
		t.Error("a minute later is not behind")
	}
	f.open(f.wallets...)
	if f.ClockBehind() {
		t.Error("a second start at once is not behind")
	}
	f.now = f.now.Add(time.Hour)
	f.prepare("an hour later")
	f.now = f.now.Add(-30 * time.Minute)
	f.open(f.wallets...)
	if !f.ClockBehind() {
		t.Error("after the last start, and before what was written since")
	}
	f.now = f.now.Add(-time.Hour)
	f.open(f.wallets...)
	if !f.ClockBehind() {
		t.Error("an hour earlier was not noticed")
	}
}
