package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/money"
	"github.com/posagent/posagent/agent/sale"
	"github.com/posagent/posagent/offline"
	"github.com/posagent/posagent/offline/book"
)

// rows is how many charges a register has made when its start is measured: a
// few years of a busy one.
const rows = 100_000

// BenchmarkStart is the time from exec of the real program to the first
// /readyz that says yes, with a full database, and the memory that it holds
// when nothing happens.
func BenchmarkStart(b *testing.B) {
	p := newPlace(b, "")
	onDisk(b, p.dir)
	realAuthority(b, p)
	program := p.at("posagent")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Stderr = os.Stderr
	check(b, build.Run())
	fillBooks(b, p.at("data"))
	start := func() (*exec.Cmd, time.Duration) {
		cmd := exec.Command(program, p.asShop()...)
		began := time.Now()
		check(b, cmd.Start())
		for p.ready() != nil {
			if time.Since(began) > patience {
				b.Fatal("the agent does not get ready")
			}
			time.Sleep(time.Millisecond)
		}
		return cmd, time.Since(began)
	}
	stop := func(cmd *exec.Cmd) {
		check(b, cmd.Process.Signal(syscall.SIGTERM))
		check(b, cmd.Wait())
	}
	var clean, killed []time.Duration
	for b.Loop() {
		cmd, took := start()
		clean = append(clean, took)
		check(b, cmd.Process.Kill())
		_ = cmd.Wait()
		cmd, took = start()
		killed = append(killed, took)
		stop(cmd)
	}
	cmd, _ := start()
	time.Sleep(5 * time.Second) // the check of the whole database is over by then
	idle, peak := memory(b, cmd.Process.Pid, "VmRSS"), memory(b, cmd.Process.Pid, "VmHWM")
	stop(cmd)
	b.ReportMetric(at(clean, .5)/1000, "ready-p50-ms")
	b.ReportMetric(at(killed, .5)/1000, "ready-after-kill-p50-ms")
	b.ReportMetric(idle, "idle-MB")
	b.ReportMetric(0, "ns/op")
	b.Logf("%d starts with %d charges\n%-34s %7s %8s   %s\n%-34s %7.0f %8.0f   250\n%-34s %7.0f %8.0f   250\n%-34s %7.1f %8.1f   30",
		len(clean), rows, "", "p50", "most", "at most",
		"ready after a clean stop, ms", at(clean, .5)/1000, at(clean, 1)/1000,
		"ready after kill -9, ms", at(killed, .5)/1000, at(killed, 1)/1000,
		"resident memory, MB: idle, peak", idle, peak)
}

// inside lets the book work within one transaction, so that filling a
// database does not take a sync per charge.
type inside struct{ tx book.Tx }

func (s inside) Update(do func(book.Tx) error) error { return do(s.tx) }
func (s inside) Soon(_ time.Duration, do func(book.Tx) error) func() {
	_ = do(s.tx)
	return func() {}
}
func (s inside) View(do func(book.Rows) error) error { return do(s.tx) }

// fillBooks makes charges as a register makes them, all of them paid.
func fillBooks(b *testing.B, dir string) {
	b.Helper()
	store, err := offline.Open(dir, offline.Options{})
	check(b, err)
	const batch = 1000
	const apart = 10 * time.Minute // about two years of long days
	at := time.Now().Add(-rows * apart)
	for n := 0; n < rows; n += batch {
		check(b, store.Update(func(tx book.Tx) error {
			books, err := book.Open(inside{tx}, book.Options{Store: storeID, Terminal: terminalID, Wallets: []string{"own"}, Now: func() time.Time { return at }})
			if err != nil {
				return err
			}
			for i := n; i < n+batch; i++ {
				at = at.Add(apart)
				if err := payOne(books, i, at); err != nil {
					return err
				}
			}
			return nil
		}))
	}
	check(b, store.Close())
}

func payOne(books *book.Book, n int, at time.Time) error {
	rec, err := books.Prepare(sale.Sale{
		ID: fmt.Sprintf("sale%020d", n), Source: "till", Reference: fmt.Sprint("R-", n), At: at, BusinessDate: at.Format(time.DateOnly),
		Amount: money.Yen(1280), Lines: []sale.Line{{Name: "おにぎり 紅鮭", Quantity: 2, Amount: money.Yen(1280), Rate: sale.Reduced}},
	}, charge.ByAPI)
	if err != nil {
		return err
	}
	code := charge.CodeMark{Kind: "own", Masked: "970000…42", Hash: fmt.Sprintf("%064x", n)}
	sent, err := books.Apply(rec.Key,
		charge.Step{Event: charge.Send, Wallet: "own", By: charge.ByCashier, Code: code, At: at},
		charge.Step{Event: charge.Approve, Wallet: "own", By: charge.ByWallet, Receipt: fmt.Sprintf("W%010d", n), Asked: at, At: at})
	if err == nil && sent.State != charge.Approved {
		err = errors.New("the charge is " + string(sent.State))
	}
	return err
}
