package agent_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/closing"
	"github.com/posagent/posagent/agent/money"
)

// closes makes a Z, carrying forward what waits.
func (s *till) closes() closing.Report {
	s.t.Helper()
	z, err := s.CloseZ(s.t.Context(), agent.CloseWish{Reason: "it can wait", By: charge.ByManager, Operator: "taro"})
	must(s.t, err)
	return s.read(z)
}

func (s *till) read(z charge.Z) (doc closing.Report) {
	s.t.Helper()
	must(s.t, json.Unmarshal(z.Document, &doc))
	if doc.Number != z.Number || doc.Upto != z.Upto || z.Sealed().Hash != z.Hash {
		s.t.Errorf("Z %d has the document %s", z.Number, z.Document)
	}
	return doc
}

// tomorrow is some hours into the next business day.
func (s *till) tomorrow() {
	now := time.Now().UTC().Add(-5 * time.Hour)
	time.Sleep(now.Truncate(24 * time.Hour).Add(28 * time.Hour).Sub(now))
}

// A change of yesterday's charge is in today's Z, and leaves yesterday's as it
// is.
func TestALaterChangeIsInALaterZ(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.tomorrow()
		sold := s.paid("a", 1000)
		if top := s.sells("top", 3000, true); top.State != charge.Approved {
			t.Fatalf("the top-up is %s", top.State)
		}
		first := s.closes()
		if got := first.Takings[0]; got.Net() != 1000 || got.Paid != (closing.Sum{Count: 1, Minor: 1000}) || got.TopUps.Minor != 3000 || first.Drawer.Cash != 3000 {
			t.Errorf("the first Z: %+v, cash %d", got, first.Drawer.Cash)
		}
		if len(first.Rates) != 1 || first.Rates[0].Gross != 1000 || first.Rates[0].Tax != 90 {
			t.Errorf("rates %+v", first.Rates)
		}
		s.tomorrow()
		_, err := s.books.Apply(sold.Key, charge.Step{Event: charge.Confirm, Wallet: "own", By: charge.ByManager, At: time.Now()}) // the wallet took it back
		must(t, err)
		second := s.closes()
		if got := second.Takings[0]; got.Net() != -1000 || got.Paid != (closing.Sum{Count: -1, Minor: -1000}) || got.Unpaid != (closing.Sum{Count: 1, Minor: 1000}) {
			t.Errorf("the second Z: %+v", got)
		}
		if len(second.Rates) != 1 || second.Rates[0].Gross != -1000 || second.Rates[0].Tax != -90 || second.After != first.Upto || second.Number != 2 {
			t.Errorf("rates %+v, after %d", second.Rates, second.After)
		}
		zs, err := s.Zs(0, 10)
		must(t, err)
		if again := s.read(zs[1]); again.Takings[0] != first.Takings[0] {
			t.Error("the first Z has changed")
		}
		_, err = s.books.Audit(t.Context())
		must(t, err)
	})
}

// Whatever happens in some days, and whenever: all Zs together say what the X
// reports of all days say.
func TestAllZsTogetherAreTheBooks(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			atTill(t, func(t *testing.T, s *till) {
				r := rand.New(rand.NewPCG(seed, 7))
				s.tomorrow()
				cash := int64(0)
				zs, xs := closing.Takings{Currency: money.JPY}, closing.Takings{Currency: money.JPY}
				rates, ratesX := map[string]int64{}, map[string]int64{}
				rows, rowsX := map[closing.Row]closing.Sum{}, map[closing.Row]closing.Sum{}
				var keys []charge.Key
				var days []string
				for day := range 5 {
					for n := range r.IntN(8) {
						keys = append(keys, s.something(r, fmt.Sprint(day, "-", n), keys))
					}
					time.Sleep(time.Duration(r.IntN(180)) * time.Second)
					if r.IntN(3) > 0 || day == 4 {
						z := s.closes()
						for len(z.Takings) > 0 && z.Date != s.today() { // a day was forgotten: that of now comes behind it
							addTakings(&zs, z.Takings, rates, z.Rates, rows, z.Rows)
							cash += z.Drawer.Cash
							z = s.closes()
						}
						addTakings(&zs, z.Takings, rates, z.Rates, rows, z.Rows)
						cash += z.Drawer.Cash
					}
					days = append(days, s.today())
					if day < 4 {
						s.tomorrow()
					}
				}
				for _, key := range keys { // what lies in the drawer by the records as they are now
					for _, of := range append(must2(s.RefundsOf(key))(t), must2(s.books.Charge(key))(t)) {
						cash -= closing.Moved(of, of.State, of.Reason)
					}
				}
				if cash != 0 {
					t.Errorf("the Zs have %d more in the drawer than the books", cash)
				}
				for _, day := range days {
					x, err := s.Closing(day)
					must(t, err)
					addTakings(&xs, x.Takings, ratesX, x.Rates, rowsX, x.Rows)
				}
				// Nothing happened since the last Z.
				if zs != xs {
					t.Errorf("all Zs:\n%+v\nall Xs:\n%+v", zs, xs)
				}
				same(t, "rates", rates, ratesX)
				same(t, "rows", rows, rowsX)
				_, err := s.books.Audit(t.Context())
				must(t, err)
			})
		})
	}
}

func must2[V any](v V, err error) func(*testing.T) V {
	return func(t *testing.T) V {
		t.Helper()
		must(t, err)
		return v
	}
}

func (s *till) today() string { return time.Now().UTC().Add(-5 * time.Hour).Format(time.DateOnly) }

func same[K comparable, V comparable](t *testing.T, what string, a, b map[K]V) {
	t.Helper()
	var none V
	for k, v := range a {
		if b[k] != v && (v != none || b[k] != none) {
			t.Errorf("%s: %v is %v in the Zs and %v in the Xs", what, k, v, b[k])
		}
	}
	for k, v := range b {
		if _, there := a[k]; !there && v != none {
			t.Errorf("%s: %v is %v in the Xs alone", what, k, v)
		}
	}
}

func addTakings(to *closing.Takings, from []closing.Takings, rates map[string]int64, more []closing.Rate, rows map[closing.Row]closing.Sum, lines []closing.Row) {
	add := func(a *closing.Sum, b closing.Sum) { a.Count, a.Minor = a.Count+b.Count, a.Minor+b.Minor }
	for _, f := range from {
		add(&to.Paid, f.Paid)
		add(&to.Offline, f.Offline)
		add(&to.Refunded, f.Refunded)
		add(&to.Returned, f.Returned)
		add(&to.TopUps, f.TopUps)
		add(&to.Open, f.Open)
		add(&to.Owed, f.Owed)
		add(&to.Unpaid, f.Unpaid)
		add(&to.Brought, f.Brought)
	}
	for _, r := range more {
		rates[string(r.Rate)+" gross"] += r.Gross
		rates[string(r.Rate)+" tax"] += r.Tax
	}
	for _, l := range lines {
		sum := l.Sum
		l.Sum = closing.Sum{}
		was := rows[l]
		add(&was, sum)
		rows[l] = was
	}
}

// something happens: to nobody yet, or to one of the charges there are.
func (s *till) something(r *rand.Rand, id string, keys []charge.Key) charge.Key {
	yen := int64(100 + r.IntN(2000))
	if len(keys) > 0 && r.IntN(2) == 0 {
		key := keys[r.IntN(len(keys))]
		rec, err := s.books.Charge(key)
		must(s.t, err)
		switch r.IntN(6) {
		case 0:
			_, _ = s.refund(key, 1+yen/20) // refused where it is not possible
		case 1:
			_, _ = s.Resolve(key, agent.GaveBack, "taro")
		case 2:
			_, _ = s.books.Apply(key, charge.Step{Event: charge.Confirm, Wallet: "own", By: charge.ByManager, At: time.Now()})
		case 3:
			_, _, _ = s.giveBack(key, yen, agent.Either, id)
		case 4:
			_, _ = s.refund(key, rec.Amount.Minor) // all of it, also of what is owed
		case 5:
			if rec.State == charge.Reversed || rec.State == charge.Owed { // a late word: it was paid after all
				_, _ = s.books.Apply(key, charge.Step{Event: charge.Approve, Wallet: "own", By: charge.ByWallet, At: time.Now()})
			}
		}
		time.Sleep(time.Minute)
	}
	switch r.IntN(5) {
	case 0:
		return s.credited(id, 1000*(1+yen%9)).Key
	case 1:
		return s.owed(id, yen).Key
	case 2:
		return s.here(id, yen, []charge.State{charge.Declined, charge.InDoubt, charge.Unpaid, charge.Reversing, charge.Abandoned}[r.IntN(5)])
	}
	return s.paid(id, yen).Key
}

// Why a register is not closed.
func TestNoZ(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.tomorrow()
		ctx := t.Context()
		must(t, s.opens("standing", 700, false))
		_, err := s.CloseZ(ctx, agent.CloseWish{})
		s.wants(err, "closing.sale")
		must(t, s.scans())
		s.here("doubt", 400, charge.InDoubt)
		_, err = s.CloseZ(ctx, agent.CloseWish{})
		s.wants(err, "closing.left")
		_, err = s.CloseZ(ctx, agent.CloseWish{Date: "2000-01-05"})
		s.wants(err, "closing.order")
		z := s.closes()
		if z.Number != 1 || z.Reason != "it can wait" || len(z.Waiting) != 1 || z.Waiting[0].State != charge.InDoubt || z.Waiting[0].Minor != 400 {
			t.Errorf("carried forward: %+v", z)
		}
		for _, date := range []string{"", z.Date, "2000-01-01"} {
			_, err = s.CloseZ(ctx, agent.CloseWish{Date: date, Reason: "again"})
			s.wants(err, "closing.done")
		}
		_, err = s.Z(2)
		s.wants(err, "closing.unknown")
	})
}

func TestNoZWithTheClockMovedBack(t *testing.T) {
	bubble(t, func(t *testing.T, s *shop) {
		time.Sleep(48 * time.Hour)
		_, err := s.CloseZ(t.Context(), agent.CloseWish{Reason: "r"})
		must(t, err)
		s.set(-time.Minute)
		_, err = s.CloseZ(t.Context(), agent.CloseWish{Reason: "r"})
		(&till{t: t}).wants(err, "closing.clock")
		s.set(-48 * time.Hour)
		_, err = s.CloseZ(t.Context(), agent.CloseWish{Reason: "r"})
		(&till{t: t}).wants(err, "closing.clock")
	})
}

// A day that nobody closed is closed first, up to its end; what came after it
// is in the next one.
func TestAForgottenDayComesFirst(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.tomorrow()
		s.paid("yesterday", 1000)
		yesterday := s.today()
		s.tomorrow()
		s.paid("today", 300)
		first, second := s.closes(), s.closes()
		if first.Date != yesterday || first.Takings[0].Net() != 1000 || second.Date != s.today() || second.Takings[0].Net() != 300 {
			t.Errorf("%s %+v, then %s %+v", first.Date, first.Takings, second.Date, second.Takings)
		}
	})
}

// Of two who close at once, one does.
func TestTwoCloseAtOnce(t *testing.T) {
	atTill(t, func(t *testing.T, s *till) {
		s.tomorrow()
		s.paid("a", 1000)
		made := make(chan error, 4)
		for range cap(made) {
			go func() {
				_, err := s.CloseZ(t.Context(), agent.CloseWish{Reason: "r"})
				made <- err
			}()
		}
		good := 0
		for range cap(made) {
			if err := <-made; err == nil {
				good++
			}
		}
		zs, err := s.Zs(0, 10)
		must(t, err)
		if good != 1 || len(zs) != 1 {
			t.Errorf("%d closed, %d are there", good, len(zs))
		}
	})
}
