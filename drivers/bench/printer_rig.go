package bench

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/virtual"
)

// printerBench is one part of the suite under way: a driver, and a virtual
// printer at the other end of its wire.
type printerBench struct {
	*testing.T
	wire   string
	model  profile.Printer
	joins  PrinterJoiner
	driver PrinterDriver
	paper  *virtual.Printer
	begin  func()

	mu      sync.Mutex
	changed *sync.Cond
	health  []device.Health
	raw     [][]byte // papers that were cut off
}

func newPrinterBench(t *testing.T, wire string, model profile.Printer, joins PrinterJoiner) *printerBench {
	t.Helper()
	dir := t.TempDir()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	b := &printerBench{T: t, wire: wire, model: model, joins: joins}
	b.changed = sync.NewCond(&b.mu)
	before := runtime.NumGoroutine()
	address := port.Address{Kind: port.Serial, DataBits: 8, Parity: 'N', StopBits: 1}
	var err error
	open := func() (port.Port, error) { return port.Open(address) }
	switch wire {
	case "tcp":
		b.paper, err = virtual.NewNetworkPrinter("127.0.0.1:0", filepath.Join(dir, "capture"), log)
	case "pty":
		b.paper, err = virtual.NewPrinter(filepath.Join(dir, "printer"), filepath.Join(dir, "capture"), log)
	default:
		var cable virtual.Cable
		cable, open = joins.Wire(t)
		before = runtime.NumGoroutine() // it outlives this part
		b.paper, err = virtual.NewPrinterOn(cable, filepath.Join(dir, "capture"), log)
	}
	if err == nil {
		err = b.paper.Speak(joins.Speaks)
	}
	if err != nil {
		t.Fatal(err)
	}
	if address.Path = b.paper.Path(); wire == "tcp" {
		address = port.Address{Kind: port.TCP, Host: b.paper.Path()}
	}
	b.paper.OnReceipt(func(raw []byte) { b.note(func() { b.raw = append(b.raw, bytes.Clone(raw)) }) })
	b.paper.SetSpeed(100 * time.Microsecond)
	b.driver = joins.New(model, address.String(), open, log)
	b.driver.Watch(func(h device.Health) { b.note(func() { b.health = append(b.health, h) }) })
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	b.begin = sync.OnceFunc(func() {
		ended.Go(func() {
			if err := b.paper.Run(ctx); err != nil {
				t.Errorf("virtual printer: %v", err)
			}
		})
		ended.Go(func() { b.driver.Run(ctx) })
	})
	t.Cleanup(func() {
		cancel()
		_ = b.paper.Close()
		ended.Wait()
		wantGoroutines(t, before)
	})
	return b
}

func (b *printerBench) start() { b.begin() }

// wantGoroutines waits until no more goroutines run than before.
func wantGoroutines(t *testing.T, before int) {
	t.Helper()
	for end := time.Now().Add(patience); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(end) {
			var all [1 << 16]byte
			t.Errorf("%d goroutines run, %d did before:\n%s", runtime.NumGoroutine(), before, all[:runtime.Stack(all[:], true)])
			return
		}
	}
}

func (b *printerBench) note(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
	b.changed.Broadcast()
}

// until waits for something to be so.
func (b *printerBench) until(what string, so func() bool) {
	b.Helper()
	giveUp := time.AfterFunc(patience, func() { b.note(func() {}) })
	defer giveUp.Stop()
	end := time.Now().Add(patience)
	b.mu.Lock()
	defer b.mu.Unlock()
	for !so() {
		if time.Now().After(end) {
			b.Fatalf("never came: %s; health was %v", what, b.health)
		}
		b.changed.Wait()
	}
}

func (b *printerBench) untilHealth(state device.State, reason device.Reason) {
	b.Helper()
	b.until(fmt.Sprintf("%s %s", state, reason), func() bool {
		h := b.driver.Health()
		return h.State == state && h.Reason == reason
	})
}

// untilReady waits for a printer that can print, as far as it can tell.
func (b *printerBench) untilReady() {
	b.Helper()
	if b.model.Status {
		b.untilHealth(device.Ready, device.ReasonNone)
		return
	}
	b.untilHealth(device.Degraded, device.CannotTell)
}

// untilUsable waits for a printer that does not say that it cannot print. One
// that sits in the middle of a command may not be able to say anything.
func (b *printerBench) untilUsable() {
	b.Helper()
	b.until("usable", func() bool { s := b.driver.Health().State; return s == device.Ready || s == device.Degraded })
}

func (b *printerBench) print(doc printer.Document, within time.Duration) printer.Outcome {
	b.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	out := b.driver.Print(ctx, doc)
	b.Logf("outcome: %+v", out)
	return out
}

// wantDone checks an outcome against the best that the model can tell.
func (b *printerBench) wantDone(out printer.Outcome) {
	b.Helper()
	want := printer.Sent
	switch b.model.Confirm {
	case "processid", "etb", "etx":
		want = printer.Confirmed
	case "gsr", "dc2q":
		want = printer.Processed
	}
	if out.Result != want || out.Bytes == 0 {
		b.Fatalf("outcome is %+v, want %s", out, want)
	}
}

func (b *printerBench) want(out printer.Outcome, result printer.Result, reason device.Reason) {
	b.Helper()
	if out.Result != result || out.Reason != reason {
		b.Fatalf("outcome is %s %q (%s), want %s %q", out.Result, out.Reason, out.Detail, result, reason)
	}
	if begun := out.Bytes > 0; begun == (result == printer.Failed) {
		b.Errorf("%d bytes left, outcome is %s", out.Bytes, result)
	}
}

// wantBroken checks the outcome of a document that broke off. A network takes
// megabytes before a printer has read one: then nobody knows that it is torn.
func (b *printerBench) wantBroken(out printer.Outcome, reason device.Reason) {
	b.Helper()
	torn := out.Result == printer.Torn || out.Result == printer.Unknown && b.wire == "tcp"
	if !torn || out.Reason != reason || out.Bytes == 0 {
		b.Fatalf("outcome is %+v, want torn, %s", out, reason)
	}
}

// read is the paper of bytes.
func (b *printerBench) read(raw []byte) []string {
	b.Helper()
	tape, err := papertape.Read(raw, b.model, papertape.Look{})
	if err != nil {
		b.Fatal(err)
	}
	var out []string
	for _, r := range tape.Receipts {
		out = append(out, r.Text())
	}
	return out
}

func (b *printerBench) wanted(doc printer.Document) string {
	b.Helper()
	data, _, err := b.joins.Encode(doc, b.model)
	if err != nil {
		b.Fatal(err)
	}
	papers := b.read(data)
	return papers[len(papers)-1]
}

// papers are the papers that were cut off so far.
func (b *printerBench) papers() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for _, raw := range b.raw {
		out = append(out, b.read(raw)...)
	}
	return out
}

// wantPapers waits for these documents on paper, and no others.
func (b *printerBench) wantPapers(docs ...printer.Document) {
	b.Helper()
	b.until(fmt.Sprintf("%d papers", len(docs)), func() bool { return len(b.raw) >= len(docs) })
	got := b.papers()
	if len(got) != len(docs) {
		b.Fatalf("%d papers came out, want %d:\n%s", len(got), len(docs), got)
	}
	for i, doc := range docs {
		if want := b.wanted(doc); got[i] != want {
			b.Errorf("paper %d is\n%s\nwant\n%s", i+1, got[i], want)
		}
	}
}

// wantLast waits for one more paper than before, and checks it.
func (b *printerBench) wantLast(before int, doc printer.Document) {
	b.Helper()
	b.until("one more paper", func() bool { return len(b.raw) > before })
	got := b.papers()
	if want := b.wanted(doc); got[len(got)-1] != want {
		b.Errorf("the last paper is\n%s\nwant\n%s", got[len(got)-1], want)
	}
	times := 0
	for _, text := range got {
		if text == b.wanted(doc) {
			times++
		}
	}
	if times != 1 {
		b.Errorf("the document came out %d times", times)
	}
}
