package powercut_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline/book"
)

// limits take whatever the shop sells.
var limits = charge.Limits{PerCharge: 1 << 40, PerToken: 1 << 40, Outstanding: 1 << 40, Count: 1 << 30, Age: time.Hour}

// proofOf is what stands behind a charge that is taken without a network.
func proofOf(id string) charge.Proof {
	return charge.Proof{Device: "phone of " + id, Counter: 7, Token: "customer of " + id, Serial: "certificate of " + id, Until: t0.Add(time.Hour), Sealed: evidenceOf(id)}
}

func evidenceOf(id string) []byte { return []byte("sealed code of " + id) }

// take takes a sale without a network.
func (s *shop) take(id string) (ack, error) {
	rec, err := s.Prepare(aSale(id), charge.ByCashier)
	if err != nil {
		return ack{}, err
	}
	a := ack{Key: rec.Key, Sale: id, State: rec.State, Links: 1, Paper: rec.Paper}
	if err := s.told(a); err != nil {
		return a, err
	}
	if rec, err = s.accept(rec.Key, id); err != nil {
		return a, err
	}
	a.State, a.Links = rec.State, 2
	return a, s.told(a)
}

func (s *shop) accept(key charge.Key, id string) (charge.Record, error) {
	step := charge.Step{Event: charge.Queue, Wallet: wallets[0], By: charge.ByCashier, Reason: charge.ReasonOffline, Code: codeOf(id)}
	return s.Accept(key, step, proofOf(id), limits)
}

// forward sends what was taken, and hears an answer, or none.
func (s *shop) forward(a ack, n int) error {
	rec, err := s.Apply(a.Key, charge.Step{Event: charge.Send, Wallet: wallets[0], By: charge.ByTimer})
	if err != nil {
		return err
	}
	a.State, a.Links = rec.State, a.Links+1
	if err := s.told(a); err != nil { // from here on a byte may leave
		return err
	}
	event := []charge.Event{charge.Approve, charge.Decline, charge.Lose, charge.Approve}[n%4]
	if rec, err = s.Apply(a.Key, charge.Step{Event: event, Wallet: wallets[0], By: charge.ByWallet, Asked: t0}); err != nil {
		return err
	}
	a.State, a.Links = rec.State, a.Links+1
	return s.told(a)
}

// leave lets charges leave with a queue file, and comes back with one of them.
func (s *shop) leave(taken ...ack) error {
	for i, a := range taken {
		moved, err := s.MoveOut([]charge.Key{a.Key}, "Q", false, charge.ByManager, "manager")
		if err != nil || len(moved) != 1 {
			return fmt.Errorf("%d have left, %w", len(moved), err)
		}
		a.State, a.Links, a.Moved = charge.Forwarding, a.Links+1, true
		if err := s.told(a); err != nil || i > 0 {
			return err
		}
		if _, err := s.MoveBack(moved, charge.ByManager, "manager"); err != nil {
			return err
		}
		a.Links, a.Moved = a.Links+1, false
		if err := s.told(a); err != nil {
			return err
		}
	}
	return nil
}

// bring takes in what another register took.
func (s *shop) bring(n int) (ack, error) {
	key, err := charge.NewKey("S1", "T2", 9, int64(n))
	if err != nil {
		return ack{}, err
	}
	a := ack{Key: key, Sale: "carried-" + string(key), State: charge.Queued, Links: 2, Paper: charge.Unprinted, Carried: true}
	p := proofOf(a.Sale)
	p.Signature = []byte("signed by T2")
	c := charge.Carried{Key: key, Wallet: wallets[0], Amount: aSale(a.Sale).Amount, Code: codeOf(a.Sale), Accepted: t0, Proof: p, From: "queue file Q2"}
	became, _, err := s.TakeOver([]charge.Carried{c}, func(time.Time) string { return "2026-11-22" }, charge.ByManager, "manager")
	if err == nil && became[0] != charge.HandedTaken {
		err = fmt.Errorf("it was %s", became[0])
	}
	if err != nil {
		return a, err
	}
	return a, s.told(a)
}

// blackout is a day without a network: charges are taken one by one and by
// several counters at once, some leave and others come, and in the end the
// queue is collected while more is taken.
func (s *shop) blackout(name string, customers int) error {
	var taken []ack
	for n := range 3 {
		a, err := s.take(fmt.Sprint(name, "-first-", n))
		if err != nil {
			return err
		}
		taken = append(taken, a)
	}
	if err := s.leave(taken[1:]...); err != nil {
		return err
	}
	for n := range 2 {
		a, err := s.bring(len(name)*100 + n)
		if err == nil {
			err = s.forward(a, n)
		}
		if err != nil {
			return err
		}
	}
	var all sync.WaitGroup
	failed := make([]error, customers+1)
	all.Go(func() { failed[customers] = s.forward(taken[0], 0) })
	for n := range customers {
		all.Go(func() {
			a, err := s.take(fmt.Sprint(name, "-", n))
			if err == nil {
				err = errors.Join(s.SaveMark(), s.forward(a, n))
			}
			failed[n] = err
		})
	}
	all.Wait()
	return errors.Join(failed...)
}

// blackouts are books that are opened, go through two days without a network,
// are closed and opened again.
func blackouts(t testing.TB) *Day {
	return record(t, closed(t), func(s *shop) error {
		if err := s.blackout("dark", 5); err != nil {
			return err
		}
		if err := errors.Join(s.store.Close(), s.open(false)); err != nil {
			return err
		}
		return s.blackout("darker", 2)
	})
}

// proofsFit holds what stands behind the charges of an image against their
// rows: what was taken has its proof, its evidence for as long as it is not at
// its end and not a moment longer, and its part in what is outstanding.
func (d *Day) proofsFit(tx book.Rows, rows []book.Row) error {
	var count [2]charge.Exposure
	for _, r := range rows {
		if !d.taken(r.Key) || r.State == charge.Prepared {
			continue
		}
		outstanding := r.State == charge.Queued || r.State == charge.Forwarding
		if outstanding {
			one := &count[0]
			if r.Carried {
				one = &count[1]
			}
			one.Count, one.Minor = one.Count+1, one.Minor+r.Amount.Minor
		}
		if err := proofFits(tx, r, r.SaleID, outstanding); err != nil {
			return err
		}
	}
	for i, want := range count {
		got, err := tx.Exposure(i == 1)
		if err != nil {
			return err
		}
		if got.Count != want.Count || got.Minor != want.Minor || (got.Count > 0) == got.Oldest.IsZero() {
			return lostf("outstanding are %+v, and the rows come to %+v (of other registers: %t)", got, want, i == 1)
		}
	}
	return nil
}

func proofFits(tx book.Rows, r book.Row, id string, outstanding bool) error {
	spent, err := tx.SpentUnder("certificate of " + id)
	if err != nil || spent != r.Amount.Minor {
		return lostf("charge %s of %s has a proof over %d, %v", r.Key, r.Amount, spent, err)
	}
	sealed, err := tx.Evidence(r.Seq)
	switch {
	case outstanding && string(sealed) != string(evidenceOf(id)):
		return lostf("charge %s is %s, and its evidence is %q, %v", r.Key, r.State, sealed, err)
	case !outstanding && !errors.Is(err, book.ErrNotFound):
		return lostf("charge %s is %s, and its evidence is there: %q, %v", r.Key, r.State, sealed, err)
	}
	due, err := tx.DueOf(r.Seq)
	if outstanding != (err == nil) || outstanding && due.Key != r.Key {
		return lostf("charge %s is %s, and is to be collected as %s, %v", r.Key, r.State, due.Key, err)
	}
	return nil
}

// taken tells that a charge was taken without a network at some time of the day.
func (d *Day) taken(key charge.Key) bool {
	return slices.ContainsFunc(d.of[key], func(n int64) bool { return d.Journal[n-1].To == charge.Queued })
}

// leftFits: a charge that was told to have left is only asked about, unless it
// has come back since.
func (d *Day) leftFits(tx book.Rows, rows []book.Row, told []ack) error {
	by := make(map[charge.Key]book.Row, len(rows))
	for _, r := range rows {
		by[r.Key] = r
	}
	for _, a := range told {
		if !a.Moved || by[a.Key].LastLink != d.of[a.Key][a.Links-1] {
			continue
		}
		if due, err := tx.DueOf(by[a.Key].Seq); err != nil || due.Moved.IsZero() {
			return lostf("charge %s was told to have left, and is here as %+v, %v", a.Key, due, err)
		}
	}
	return nil
}

// With synchronous=NORMAL what was taken without a network is lost as well: the
// goods are gone, and nobody ever asks for the money.
func TestTheMachineFindsLostEvidence(t *testing.T) {
	day := record(t, closed(t), func(s *shop) error {
		if n, err := disk.Run("PRAGMA synchronous = NORMAL"); err != nil || n != 1 {
			return fmt.Errorf("the setting was changed on %d connections, %v; want 1", n, err)
		}
		for n := range 12 {
			if _, err := s.take(fmt.Sprint("dark-", n)); err != nil {
				return err
			}
		}
		return nil
	})
	findsLoss(t, anywhere(day, seedOf(t), 200), 130)
}
