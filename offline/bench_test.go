package offline_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
)

// The benchmarks compare with what the disk itself can do, in the same loop,
// turn by turn: a disk's speed changes from second to second, a ratio of
// neighbours does not. On a file system in memory they would say nothing, and
// refuse.

// floor is a file of one page that is overwritten and synced.
type floor struct{ file *os.File }

func newFloor(b *testing.B, dir string) floor {
	b.Helper()
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		b.Fatal(err)
	}
	if s.Type == 0x01021994 || s.Type == 0x858458f6 { // TMPFS_MAGIC, RAMFS_MAGIC of linux/magic.h
		b.Fatalf("%s is in memory and a sync there costs nothing: set TMPDIR to a directory on a disk", dir)
	}
	file, err := os.Create(filepath.Join(dir, "floor"))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = file.Close() })
	f := floor{file}
	f.write(b)
	return f
}

func (f floor) write(b *testing.B) time.Duration {
	var page [4096]byte
	began := time.Now()
	if _, err := f.file.WriteAt(page[:], 0); err != nil {
		b.Fatal(err)
	}
	if err := syscall.Fdatasync(int(f.file.Fd())); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

func timed(b *testing.B, do func() error) time.Duration {
	began := time.Now()
	if err := do(); err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

func at(sorted []time.Duration, part float64) float64 {
	return float64(sorted[int(part*float64(len(sorted)-1))].Microseconds())
}

// ledger makes transactions as the book makes them.
type ledger struct {
	seq, n int64
	rows   []book.Row
}

func (l *ledger) prepare(tx book.Tx) error {
	l.seq++
	key, err := charge.NewKey("S1", "T1", 217000000, l.seq)
	if err != nil {
		return err
	}
	now := time.Now()
	row := book.Row{Seq: l.seq, Epoch: 217000000, Record: charge.Record{
		Key: key, SaleID: fmt.Sprintf("sale-%d", l.seq), Amount: money.Yen(1280), State: charge.Prepared,
		Paper: charge.Unprinted, By: charge.ByAPI, PreparedAt: now, ChangedAt: now,
	}}
	l.rows = append(l.rows, row)
	if _, err := tx.Sale(row.SaleID); !errors.Is(err, book.ErrNotFound) {
		return fmt.Errorf("sale %s is there already: %w", row.SaleID, err)
	}
	if _, err := tx.Charges(book.Filter{Limit: 1}); err != nil {
		return err
	}
	sold := sale.Sale{ID: row.SaleID, Source: "bench", Amount: row.Amount, BusinessDate: "2026-11-22", At: now}
	return errors.Join(tx.PutSale(sold), tx.AddCharge(row), l.link(tx, row, charge.Step{At: now}))
}

func (l *ledger) link(tx book.Tx, row book.Row, step charge.Step) error {
	l.n++
	return tx.AppendLink(book.Link{N: l.n, Key: row.Key, To: row.State, Moved: true, Step: step, Hash: [32]byte{1, byte(l.n)}})
}

// BenchmarkDurable is what a sale waits for, beside the bare sync of the same
// turn: a commit of one row, a new charge (Prepare), and the outcome of a
// request with its mark (Mark and Apply), through the rules.
func BenchmarkDurable(b *testing.B) {
	dir := b.TempDir()
	bare, store := newFloor(b, dir), openBooks(b, dir)
	books, err := book.Open(store, book.Options{Store: "S1", Terminal: "T1", Wallets: []string{"example"}, Now: time.Now})
	if err != nil {
		b.Fatal(err)
	}
	var floors, row, prepare, apply []time.Duration
	for i := range b.N {
		floors = append(floors, bare.write(b))
		row = append(row, timed(b, func() error {
			return store.Update(func(tx book.Tx) error { return tx.SetMeta("bench", int64(i)) })
		}))
		var rec charge.Record
		prepare = append(prepare, timed(b, func() (err error) {
			rec, err = books.Prepare(sale.Sale{ID: fmt.Sprintf("sale-%d", i), Amount: money.Yen(1280), BusinessDate: "2026-11-22", At: time.Now()}, charge.ByAPI)
			return err
		}))
		now := time.Now()
		mark := charge.CodeMark{Kind: "emv_cpm", Masked: "850512…7F", Hash: fmt.Sprintf("%064x", i*7919)}
		books.Mark(rec.Key, charge.Step{Event: charge.Send, Wallet: "example", By: charge.ByCashier, Code: mark, At: now})
		apply = append(apply, timed(b, func() error {
			_, err := books.Apply(rec.Key, charge.Step{Event: charge.Approve, Wallet: "example", By: charge.ByWallet, Receipt: "W-0123456789", Asked: now, At: now})
			return err
		}))
	}
	for _, d := range [][]time.Duration{floors, row, prepare, apply} {
		slices.Sort(d)
	}
	b.ReportMetric(at(floors, .5), "bare-p50-us")
	b.ReportMetric(at(row, .5)/at(floors, .5), "row/bare-p50")
	b.ReportMetric(at(prepare, .5)/at(floors, .5), "prepare/bare-p50")
	b.ReportMetric(at(apply, .5)/at(floors, .5), "apply/bare-p50")
	b.ReportMetric(at(floors, .99), "bare-p99-us")
	b.ReportMetric(at(apply, .99), "apply-p99-us")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkGroupCommit is the throughput of 16 writers against one, in turns.
func BenchmarkGroupCommit(b *testing.B) {
	dir := b.TempDir()
	newFloor(b, dir)
	books := openBooks(b, dir)
	const writers, round = 16, 20
	var values [writers]int64 // another one each time: SQLite does not write what does not change
	write := func(w int) error {
		values[w]++
		return books.Update(func(tx book.Tx) error { return tx.SetMeta(fmt.Sprint("writer ", w), values[w]) })
	}
	var single, shared time.Duration
	for range b.N {
		single += timed(b, func() error {
			for range round {
				if err := write(0); err != nil {
					return err
				}
			}
			return nil
		})
		shared += timed(b, func() error {
			var all sync.WaitGroup
			errs := make([]error, writers)
			for w := range writers {
				all.Go(func() {
					for range round {
						errs[w] = errors.Join(errs[w], write(w))
					}
				})
			}
			all.Wait()
			return errors.Join(errs...)
		})
	}
	one := round * float64(b.N) / single.Seconds()
	many := writers * round * float64(b.N) / shared.Seconds()
	stats := books.Stats()
	b.ReportMetric(one, "single/s")
	b.ReportMetric(many, "shared/s")
	b.ReportMetric(many/one, "x-single")
	b.ReportMetric(float64(stats.Writes)/float64(stats.Commits), "writes/commit")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkOpen is a start with as many charges as are open in the worst case.
func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	books := openBooks(b, dir)
	var l ledger
	for range 100 {
		if err := books.Update(func(tx book.Tx) error {
			for range 1000 {
				if err := l.prepare(tx); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			b.Fatal(err)
		}
	}
	if err := books.Close(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		again, err := offline.Open(dir, offline.Options{})
		if err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		if err := again.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
}
