package judge_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/virtual"
)

// onNetwork is a virtual printer where receiptio looks for one: at port 9100,
// which cannot be changed, of an address of this machine that nobody else has.
type onNetwork struct {
	*virtual.Printer
	host   string
	papers chan []byte
}

func newOnNetwork(t *testing.T, n int, speaks string) onNetwork {
	t.Helper()
	host := fmt.Sprintf("127.91.%d.%d", syscall.Getpid()%250+1, n)
	p, err := virtual.NewNetworkPrinter(host+":9100", filepath.Join(t.TempDir(), "capture"), slog.New(slog.NewTextHandler(t.Output(), nil)))
	if errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, syscall.EADDRNOTAVAIL) {
		t.Skipf("SKIP: port 9100 cannot be had on %s: %v", host, err)
	}
	if err != nil {
		t.Fatal(err)
	}
	on := onNetwork{p, host, make(chan []byte, 4)}
	if err := p.Speak(speaks); err != nil {
		t.Fatal(err)
	}
	p.OnReceipt(func(raw []byte) { on.papers <- bytes.Clone(raw) })
	p.WireDrawer(speaks == "star") // where receiptio expects the level of an open drawer
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = p.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
	return on
}

const slip = `^^^領収書

喫茶 髙﨑|
合計 | ^^¥1,130
ｱﾘｶﾞﾄｳｺﾞｻﾞｲﾏｼﾀ|
`

// ask runs receiptio and gives the word that it ends with.
func (on onNetwork) ask(t *testing.T, args ...string) string {
	t.Helper()
	node, cli := script(t, "node_modules/receiptio/bin/cli.js")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, node, append([]string{cli, "-d", on.host, "-l", "ja", "-t", "40"}, args...)...)
	cmd.Stdin = strings.NewReader(slip)
	out, err := cmd.CombinedOutput()
	if end := new(exec.ExitError); err != nil && !errors.As(err, &end) {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(out))
}

// languages are what receiptio speaks of what the virtual printer does.
func languages() []struct{ speaks, option string } {
	return []struct{ speaks, option string }{
		{"epson", ""}, {"epson", "escpos"}, {"epson", "epson"}, {"epson", "generic"}, {"epson", "citizen"},
		{"sii", "sii"}, {"star", ""}, {"star", "starline"},
	}
}

func option(name string) []string {
	if name == "" {
		return nil // it finds out by asking
	}
	return []string{"-p", name}
}

// A client that others wrote sees the virtual printer's states as they are.
func TestReceiptioSeesTheStates(t *testing.T) {
	states := []struct {
		word       string
		break_, ok func(*virtual.Printer)
	}{
		{"coveropen", (*virtual.Printer).CoverOpen, (*virtual.Printer).CoverClose},
		{"paperempty", (*virtual.Printer).PaperOut, (*virtual.Printer).PaperIn},
		{"error", (*virtual.Printer).CutterJam, (*virtual.Printer).CutterFree},
	}
	for i, l := range languages() {
		t.Run(l.speaks+"/"+l.option, func(t *testing.T) {
			t.Parallel()
			script(t, "node_modules/receiptio/bin/cli.js")
			on := newOnNetwork(t, i+1, l.speaks)
			query := append(option(l.option), "-q")
			if got := on.ask(t, query...); got != "online" {
				t.Errorf("receiptio sees %q, want online", got)
			}
			for _, s := range states {
				if l.speaks == "sii" {
					break // receiptio asks by ESC @, which a printer that waits for paper does not come to
				}
				s.break_(on.Printer)
				if got := on.ask(t, query...); got != s.word {
					t.Errorf("receiptio sees %q, want %s", got, s.word)
				}
				s.ok(on.Printer)
			}
			on.OpenDrawer()
			if got := on.ask(t, append(query, "drawer")...); got != "draweropen" {
				t.Errorf("receiptio sees %q of an open drawer", got)
			}
			on.CloseDrawer()
			if got := on.ask(t, append(query, "drawer")...); got != "drawerclosed" {
				t.Errorf("receiptio sees %q of a closed drawer", got)
			}
		})
	}
}

// What it prints is on paper, and it hears so; what broke while it printed, it
// hears as well, and after that it can print again.
func TestReceiptioPrints(t *testing.T) {
	for i, l := range languages() {
		if l.speaks == "star" && l.option == "" {
			continue // then it speaks StarPRNT, not line mode
		}
		t.Run(l.speaks+"/"+l.option, func(t *testing.T) {
			t.Parallel()
			script(t, "node_modules/receiptio/bin/cli.js")
			on := newOnNetwork(t, 101+i, l.speaks)
			p := profile.Printer{Model: "test", Language: "escpos", Columns: 48, Dots: 576, Kanji: "cp932", IBM: "ibm"}
			if l.speaks == "star" {
				p.Language = "star"
			}
			on.wantPrinted(t, p, option(l.option))
			on.SetSpeed(5 * time.Millisecond)
			on.SetBuffer(64)
			on.PaperOutAfter(1)
			if got := on.ask(t, option(l.option)...); got != "paperempty" {
				t.Errorf("when the paper ends receiptio hears %q, want paperempty", got)
			}
			on.PaperIn()
			<-on.papers // the printer went on where it was
			on.wantPrinted(t, p, option(l.option))
		})
	}
}

func (on onNetwork) wantPrinted(t *testing.T, p profile.Printer, args []string) {
	t.Helper()
	if got := on.ask(t, args...); got != "success" {
		t.Fatalf("receiptio hears %q, want success", got)
	}
	tape, err := papertape.Read(<-on.papers, p, papertape.Look{})
	if err != nil || len(tape.Receipts) != 1 {
		t.Fatalf("%d papers, %v", len(tape.Receipts), err)
	}
	for _, want := range []string{"領収書", "喫茶髙﨑", "合計", "¥1,130", "ｱﾘｶﾞﾄｳｺﾞｻﾞｲﾏｼﾀ"} {
		text := strings.ReplaceAll(tape.Receipts[0].Text(), " ", "")
		if !strings.Contains(text, want) {
			t.Errorf("%q is not on the paper:\n%s", want, text)
		}
	}
}
