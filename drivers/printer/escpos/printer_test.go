package escpos_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/printer/spool"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/virtual"
)

// stand is a driver and a virtual printer on one pseudo terminal.
type stand struct {
	t       *testing.T
	profile profile.Printer
	driver  *spool.Printer
	paper   *virtual.Printer

	mu      sync.Mutex
	changed *sync.Cond
	health  []device.Health
	raw     [][]byte // receipts that were cut
}

func newStand(t *testing.T, p profile.Printer) *stand {
	t.Helper()
	dir := t.TempDir()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug}))
	paper, err := virtual.NewPrinter(filepath.Join(dir, "printer"), filepath.Join(dir, "capture"), log)
	if err != nil {
		t.Fatal(err)
	}
	b := &stand{t: t, profile: p, paper: paper}
	b.changed = sync.NewCond(&b.mu)
	paper.OnReceipt(func(raw []byte) { b.note(func() { b.raw = append(b.raw, bytes.Clone(raw)) }) })
	address := port.Address{Kind: port.Serial, Path: paper.Path(), DataBits: 8, Parity: 'N', StopBits: 1}
	b.driver = escpos.New("printer1", p, address.String(), func() (port.Port, error) { return port.Open(address) }, log, nil)
	b.driver.Watch(func(h device.Health) { b.note(func() { b.health = append(b.health, h) }) })
	ctx, cancel := context.WithCancel(context.Background())
	var ended sync.WaitGroup
	ended.Go(func() {
		if err := paper.Run(ctx); err != nil {
			t.Errorf("virtual printer: %v", err)
		}
	})
	ended.Go(func() { b.driver.Run(ctx) })
	t.Cleanup(func() { cancel(); ended.Wait() })
	return b
}

func (b *stand) note(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
	b.changed.Broadcast()
}

// until waits for something to be so; the test's own time limit ends a wait
// for what never comes.
func (b *stand) until(what string, so func() bool) {
	b.t.Helper()
	giveUp := time.AfterFunc(20*time.Second, func() { b.note(func() {}) })
	defer giveUp.Stop()
	end := time.Now().Add(20 * time.Second)
	b.mu.Lock()
	defer b.mu.Unlock()
	for !so() {
		if time.Now().After(end) {
			b.t.Fatalf("never came: %s; health was %v", what, b.health)
		}
		b.changed.Wait()
	}
}

func (b *stand) untilState(state device.State, reason device.Reason) {
	b.t.Helper()
	b.until(fmt.Sprintf("%s %s", state, reason), func() bool {
		h := b.driver.Health()
		return h.State == state && h.Reason == reason
	})
}

// print prints within a time; it fails the test when Print takes longer.
func (b *stand) print(doc printer.Document, within time.Duration) printer.Outcome {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	out := b.driver.Print(ctx, doc)
	b.t.Logf("outcome: %+v", out)
	return out
}

func (b *stand) want(out printer.Outcome, result printer.Result, reason device.Reason) {
	b.t.Helper()
	if out.Result != result || out.Reason != reason {
		b.t.Fatalf("outcome is %s %q (%s), want %s %q", out.Result, out.Reason, out.Detail, result, reason)
	}
}

// texts are the receipts on the paper so far.
func (b *stand) texts() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	var out []string
	for _, raw := range b.raw {
		tape, err := papertape.Read(raw, b.profile, papertape.Look{})
		if err != nil || len(tape.Receipts) != 1 {
			b.t.Fatalf("%v, %d receipts", err, len(tape.Receipts))
		}
		out = append(out, tape.Receipts[0].Text())
	}
	return out
}

func (b *stand) wantPaper(docs ...printer.Document) {
	b.t.Helper()
	b.until(fmt.Sprintf("%d receipts", len(docs)), func() bool { return len(b.raw) >= len(docs) })
	got := b.texts()
	if len(got) != len(docs) {
		b.t.Fatalf("%d receipts are on the paper, want %d:\n%s", len(got), len(docs), got)
	}
	for i, doc := range docs {
		data, _, err := escpos.Encode(doc, b.profile, nil)
		if err != nil {
			b.t.Fatal(err)
		}
		tape, err := papertape.Read(data, b.profile, papertape.Look{})
		if err != nil {
			b.t.Fatal(err)
		}
		if want := tape.Receipts[0].Text(); got[i] != want {
			b.t.Errorf("receipt %d is\n%s\nwant\n%s", i+1, got[i], want)
		}
	}
}

// picture is a raster of several slices.
func picture() printer.Document {
	b := printer.Bitmap{Width: 576, Height: 600, Bits: bytes.Repeat([]byte{0xA5}, 72*600)}
	return printer.Document{Title: "picture", Blocks: []printer.Block{printer.Picture{Bitmap: b}, printer.Text{Text: "end"}, printer.Cut{}}}
}

func TestPrintIsConfirmedByThePrinter(t *testing.T) {
	for _, confirm := range []string{"processid", "gsr"} {
		t.Run(confirm, func(t *testing.T) {
			p := model()
			p.Confirm = confirm
			b := newStand(t, p)
			want := map[string]printer.Result{"processid": printer.Confirmed, "gsr": printer.Processed}[confirm]
			b.want(b.print(receipt(), 10*time.Second), want, device.ReasonNone)
			b.wantPaper(receipt())
			b.untilState(device.Ready, device.ReasonNone)
			if h := b.driver.Health(); h.Model != "VIRTUAL-80" || h.LastOK.IsZero() {
				t.Errorf("health is %+v", h)
			}
			if n := b.paper.Drawer(); n != 1 {
				t.Errorf("%d pulses to the drawer", n)
			}
		})
	}
}

func TestPrinterThatCannotTellOnlyTookTheBytes(t *testing.T) {
	p := model()
	p.Confirm, p.Status = "none", false
	b := newStand(t, p)
	b.want(b.print(receipt(), 10*time.Second), printer.Sent, device.CannotTell)
	b.wantPaper(receipt())
	b.untilState(device.Degraded, device.CannotTell)
}

func TestNoPrinterAtAll(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	address := port.Address{Kind: port.Serial, Path: filepath.Join(t.TempDir(), "none"), DataBits: 8, Parity: 'N', StopBits: 1}
	p := escpos.New("printer1", model(), address.String(), func() (port.Port, error) { return port.Open(address) }, log, nil)
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if out := p.Print(ctx, receipt()); out.Result != printer.Failed { // Run does not run
		t.Errorf("before Run: %+v", out)
	}
	run, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() { defer close(ended); p.Run(run) }()
	if out := p.Print(context.Background(), receipt()); out.Result != printer.Failed || out.Reason != device.NotFound {
		t.Errorf("without a printer: %+v", out)
	}
	stop()
	<-ended
	if out := p.Print(context.Background(), receipt()); out.Result != printer.Failed {
		t.Errorf("after Run: %+v", out)
	}
}

func TestTestPage(t *testing.T) {
	b := newStand(t, model())
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	b.want(b.driver.Test(ctx), printer.Confirmed, device.ReasonNone)
	if s := b.driver.Stats(); s.Unprintable != 0 {
		t.Errorf("%d characters of the test page cannot be printed", s.Unprintable)
	}
}
