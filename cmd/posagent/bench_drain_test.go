package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/metrics"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
)

// BenchmarkDrain is a long queue that is collected from a wallet which is 30 ms
// away, while somebody pays every quarter of a second: how fast it goes, what
// a charge costs in processor time (agent, wallet and both ends of TLS), and
// what the customers notice, and the memory of it all. POSAGENT_DRAIN is its length.
func BenchmarkDrain(b *testing.B) {
	length := 5_000
	if text := os.Getenv("POSAGENT_DRAIN"); text != "" {
		var err error
		length, err = strconv.Atoi(text)
		check(b, err)
	}
	const away, every = 30 * time.Millisecond, 250 * time.Millisecond
	var busy, quiet []time.Duration
	var took, cpu time.Duration
	var heap uint64
	for b.Loop() {
		r := newRig(b, func(dir string) { fillQueue(b, dir, length) })
		r.delay.Store(int64(away))
		left := func() int {
			q, err := r.local().Queue(context.Background(), 1)
			check(b, err)
			return q.Count
		}
		runtime.GC() // filling the queue left much behind
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		began, spent := time.Now(), cpuTime(b)
		for left() > 0 {
			busy = append(busy, r.sellAtOnce())
			metrics.Read(live)
			heap = max(heap, live[0].Value.Uint64())
			time.Sleep(every)
		}
		took, cpu = time.Since(began), cpuTime(b)-spent
		for range min(len(busy), 200) {
			quiet = append(quiet, r.sellAtOnce())
			time.Sleep(every)
		}
	}
	b.ReportMetric(float64(length)/took.Seconds(), "charges/s")
	b.ReportMetric(float64(cpu.Microseconds())/float64(length), "cpu-us/charge")
	b.ReportMetric(at(busy, .5)/at(quiet, .5), "live-p50/quiet")
	b.ReportMetric(at(busy, .99)/at(quiet, .99), "live-p99/quiet")
	b.ReportMetric(float64(heap)/(1<<20), "live-heap-MB")
	b.ReportMetric(0, "ns/op")
	b.Logf("%d charges in %s; %d live sales, us: p50 %.0f, p99 %.0f; the same when it is quiet: %.0f, %.0f",
		length, took.Round(time.Millisecond), len(busy), at(busy, .5), at(busy, .99), at(quiet, .5), at(quiet, .99))
}

func cpuTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	check(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// fillQueue takes charges without a network as a register takes them.
func fillQueue(b *testing.B, dir string, length int) {
	b.Helper()
	key, err := offline.Secret(dir, "offline.key")
	check(b, err)
	sealer, err := offline.NewSealer(key)
	check(b, err)
	store, err := offline.Open(dir, offline.Options{})
	check(b, err)
	now := time.Now()
	limits := charge.Limits{PerCharge: 1 << 40, PerToken: 1 << 40, Outstanding: 1 << 40, Count: 1 << 30, Age: time.Hour}
	const batch = 1000
	for n := 0; n < length; n += batch {
		check(b, store.Update(func(tx book.Tx) error {
			books, err := book.Open(inside{tx}, book.Options{Store: storeID, Terminal: terminalID, Wallets: []string{"own"}, Now: func() time.Time { return now }})
			for i := n; err == nil && i < min(n+batch, length); i++ {
				var rec charge.Record
				if rec, err = books.Prepare(sale.Sale{
					ID: fmt.Sprintf("queued%020d", i), Source: "till", At: now, BusinessDate: now.Format(time.DateOnly), Amount: money.Yen(1280),
				}, charge.ByAPI); err != nil {
					break
				}
				id := fmt.Sprintf("own/%016x", i)
				_, err = books.Accept(rec.Key, charge.Step{
					Event: charge.Queue, Wallet: "own", Reason: charge.ReasonOffline, By: charge.ByCashier, At: now,
					Code: charge.CodeMark{Kind: "signed", Masked: "OP1…", Hash: fmt.Sprintf("%064x", i)},
				}, charge.Proof{
					Device: id, Counter: 1, Token: id, Serial: id, Until: now.Add(time.Hour), Sealed: sealer.Seal(string(rec.Key), make([]byte, 590)),
				}, limits)
			}
			return err
		}))
	}
	check(b, store.Close())
}
