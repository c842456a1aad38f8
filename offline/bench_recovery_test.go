package offline_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
)

// BenchmarkRecovery is a start after a kill that left 64 MB of write-ahead log:
// eight times what the log grows to while selling, as a report that read for a
// long time would leave it. The floor is reading the two files once.
func BenchmarkRecovery(b *testing.B) {
	dir := b.TempDir()
	newFloor(b, dir) // refuses a file system in memory
	killed := filepath.Join(dir, "killed")
	leaveLog(b, killed, 64<<20)
	var reads, opens []time.Duration
	for b.Loop() {
		again := filepath.Join(dir, "again")
		copyBooks(b, killed, again)
		reads = append(reads, timed(b, func() error { return readBooks(again) }))
		var store *offline.Store
		opens = append(opens, timed(b, func() (err error) {
			if store, err = offline.Open(again, offline.Options{}); err != nil {
				return err
			}
			return store.View(func(rows book.Rows) error {
				if _, err := rows.OpenCharges(0, 500); err != nil {
					return err
				}
				_, err := rows.LastLink()
				return err
			})
		}))
		if err := store.Close(); err != nil {
			b.Fatal(err)
		}
		if err := os.RemoveAll(again); err != nil {
			b.Fatal(err)
		}
	}
	slices.Sort(reads)
	slices.Sort(opens)
	b.ReportMetric(at(opens, .5)/1000, "recover-p50-ms")
	b.ReportMetric(at(opens, 1)/1000, "recover-most-ms")
	b.ReportMetric(at(opens, .5)/at(reads, .5), "recover/read")
	b.ReportMetric(0, "ns/op")
}

// leaveLog makes books whose log holds so many bytes that are not yet in the
// database, as a kill would leave them in dir.
func leaveLog(b *testing.B, dir string, size int64) {
	b.Helper()
	live := filepath.Join(filepath.Dir(dir), "live")
	if err := os.Mkdir(live, 0o700); err != nil {
		b.Fatal(err)
	}
	books := openBooks(b, live)
	reading, finish := make(chan struct{}), make(chan struct{})
	ended := make(chan error, 1)
	go func() {
		ended <- books.View(func(rows book.Rows) error { // pins the log: nothing is folded into the database meanwhile
			_, err := rows.OpenCharges(0, 500)
			close(reading)
			<-finish
			return err
		})
	}()
	<-reading
	var l ledger
	for {
		info, err := os.Stat(filepath.Join(live, offline.FileName+"-wal"))
		if err != nil {
			b.Fatal(err)
		}
		if info.Size() >= size {
			break
		}
		if err := books.Update(func(tx book.Tx) error {
			for range 1000 {
				if err := l.prepare(tx); err != nil {
					return err
				}
				paid := l.rows[len(l.rows)-1]
				paid.State = charge.Approved
				if err := tx.PutCharge(paid); err != nil {
					return err
				}
			}
			return l.prepare(tx) // one in a thousand is still open
		}); err != nil {
			b.Fatal(err)
		}
	}
	copyBooks(b, live, dir)
	close(finish)
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}

// copyBooks copies the database and its log, as they lie there.
func copyBooks(b *testing.B, from, to string) {
	b.Helper()
	if err := os.MkdirAll(to, 0o700); err != nil {
		b.Fatal(err)
	}
	for _, name := range []string{offline.FileName, offline.FileName + "-wal"} {
		data, err := os.ReadFile(filepath.Join(from, name))
		if err != nil {
			b.Fatal(err)
		}
		file, err := os.OpenFile(filepath.Join(to, name), os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := file.Write(data); err != nil {
			b.Fatal(err)
		}
		if err := errors.Join(file.Sync(), file.Close()); err != nil { // as every commit left it
			b.Fatal(err)
		}
	}
}

func readBooks(dir string) error {
	for _, name := range []string{offline.FileName, offline.FileName + "-wal"} {
		file, err := os.Open(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, file); err != nil {
			return err
		}
		if err := file.Close(); err != nil {
			return err
		}
	}
	return nil
}
