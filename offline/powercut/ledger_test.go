package powercut_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/offline/powercut"
	"github.com/posagent/posagent/wallet/reference/ledger"
	"github.com/posagent/posagent/wallet/reference/ledgerdb"
	"github.com/posagent/posagent/wallet/wire"
)

// word is an answer that a register was given: from this call of the trace on
// it must stand in the wallet's books.
type word struct {
	at     int
	answer wire.Answer
}

// day of a wallet: payments by many registers at once, refunds and reversals,
// each answer with the moment in which it was given.
type walletDay struct {
	rec   *powercut.Recorder
	books *ledger.Ledger
	mu    sync.Mutex
	words []word
}

func walletOf(s ledger.Store) *ledger.Ledger {
	return ledger.New(s, ledger.Options{Clock: func() time.Time { return t0 }, PointsPerMille: 10})
}

func (d *walletDay) told(a wire.Answer, err error) error {
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	at, err := d.rec.At()
	d.words = append(d.words, word{at, a})
	return err
}

func (d *walletDay) register(n int) error {
	terminal := fmt.Sprintf("T%02d", n)
	for seq := range 6 {
		m, err := d.books.MintCode("hanako")
		if err != nil {
			return err
		}
		key := fmt.Sprintf("S1-%s-1-%d", terminal, seq)
		r := wire.ChargeRequest{Key: key, Store: "S1", Terminal: terminal, Amount: 1000, Currency: "JPY", Code: m.Code, Mode: wire.Online, ValidUntil: t0.Add(time.Second), Nonce: "n"}
		if err := d.told(d.books.Charge(r)); err != nil {
			return err
		}
		switch seq % 3 {
		case 1:
			err = d.told(d.books.Refund(wire.RefundRequest{Key: key + "0", ChargeKey: key, Store: "S1", Terminal: terminal, Amount: 333, Currency: "JPY", Nonce: "n"}))
		case 2:
			err = d.told(d.books.Reverse(key, wire.ReversalRequest{Amount: 1000, Currency: "JPY", Nonce: "n"}))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// check opens what a disk has kept: every word that was given before the cut
// stands, and the books balance.
func (d *walletDay) check(dir string, cut int) error {
	s, err := ledgerdb.Open(filepath.Join(dir, "ledger.db"), nil)
	if err != nil {
		return err
	}
	defer s.Close()
	books := walletOf(s)
	last := map[string]wire.Answer{}
	for _, w := range d.words {
		if w.at <= cut {
			last[w.answer.Key] = w.answer
		}
	}
	for key, said := range last {
		stands, err := books.Inquire(key, "")
		if err != nil {
			return fmt.Errorf("%s was %s: %w", key, said.Status, err)
		}
		later := said.Status == wire.Approved && stands.Status == wire.Reversed // which was under way
		if !later && (stands.Status != said.Status || stands.Receipt != said.Receipt || stands.PointsEarned != said.PointsEarned) {
			return fmt.Errorf("the register was told %+v, and it stands %+v", said, stands)
		}
	}
	trial, err := books.Trial()
	if err == nil && (trial.Sum != 0 || trial.Negative != 0 || trial.Wrong != 0) {
		err = fmt.Errorf("the books do not balance: %+v", trial)
	}
	return errors.Join(err, s.Check())
}

// TestTheWalletKeepsItsWord cuts the power of the reference wallet at any
// moment of a day.
func TestTheWalletKeepsItsWord(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ledger.db")
	s, err := ledgerdb.Open(path, nil)
	if err == nil {
		_, err = walletOf(s).AddCustomer("hanako", 1_000_000)
	}
	if err := errors.Join(err, s.Close()); err != nil {
		t.Fatal(err)
	}
	rec, err := disk.Record(dir)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = ledgerdb.Open(path, nil); err != nil {
		t.Fatal(err)
	}
	d := &walletDay{rec: rec, books: walletOf(s)}
	var all sync.WaitGroup
	failed := make([]error, 8)
	for n := range failed {
		all.Go(func() { failed[n] = d.register(n) })
	}
	all.Wait()
	trace, err := rec.End()
	if err := errors.Join(append(failed, err, s.Close())...); err != nil {
		t.Fatal(err)
	}
	seed, images := seedOf(t), number(t, "POSAGENT_IMAGES", 400)
	base := ground(t)
	for n := range images {
		cut := powercut.Cut(seed, n, len(trace.Ops))
		p := powercut.NewPlatter(trace)
		if err := p.Advance(cut); err != nil {
			t.Fatal(err)
		}
		at := filepath.Join(base, fmt.Sprint(n))
		err := os.Mkdir(at, 0o700)
		if err == nil {
			err = p.Image(seed, n, false).Write(at)
		}
		if err == nil {
			err = d.check(at, cut)
		}
		if err := errors.Join(err, os.RemoveAll(at)); err != nil {
			t.Fatalf("POSAGENT_SEED=%d, image %d, cut at call %d of %d: %v", seed, n, cut, len(trace.Ops), err)
		}
	}
	t.Logf("%d words, %d calls, %d images", len(d.words), len(trace.Ops), images)
}
