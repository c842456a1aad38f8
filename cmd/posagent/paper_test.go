package main

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/virtual"
)

const printerConfig = `
[[device]]
id = "printer0"
kind = "printer"
profile = "escpos-generic-80"
address = "serial:DIR/printer"

[roles]
printer = "printer0"
`

// paper is a printer on a pseudo terminal, and what it has cut.
type paper struct {
	mu       sync.Mutex
	receipts []string
}

func newPaper(t *testing.T, p *place) *paper {
	t.Helper()
	profile, err := configs.PrinterProfile("escpos-generic-80")
	check(t, err)
	printer, err := virtual.NewPrinter(p.at("printer"), p.at("capture"), slog.New(slog.DiscardHandler))
	check(t, err)
	out := &paper{}
	printer.OnReceipt(func(raw []byte) {
		// What a killed agent tore off is no document: the start of it stands
		// before the next receipt.
		tape, err := papertape.Read(raw, profile, papertape.Look{})
		if err != nil {
			t.Logf("a torn receipt: %v", err)
			return
		}
		out.mu.Lock()
		defer out.mu.Unlock()
		for _, r := range tape.Receipts {
			out.receipts = append(out.receipts, r.Text())
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = printer.Run(ctx) })
	t.Cleanup(func() { cancel(); running.Wait() })
	return out
}

// originals is how many receipts that are no copies name a charge.
func (p *paper) originals(key string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for _, text := range p.receipts {
		if strings.Contains(text, key) && !strings.Contains(text, reprintMark) {
			n++
		}
	}
	return n
}

// compare holds the paper beside the books: no charge has two originals, and
// none is said to be on paper that is not.
func (p *paper) compare(t *testing.T, ours map[string]control.Charge) {
	t.Helper()
	for key, c := range ours {
		n := p.originals(key)
		if c.State == string(charge.Approved) && (n > 1 || c.Paper == string(charge.PaperDone) && n == 0) {
			t.Errorf("the paper of charge %s is %q, but there are %d originals", key, c.Paper, n)
		}
	}
}
