package main

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/virtual"
)

const devicesConfig = `
[[device]]
id = "scanner0"
kind = "scanner"
profile = "scanner-generic"
address = "serial:DIR/scanner"

[[device]]
id = "printer0"
kind = "printer"
profile = "escpos-generic-80"
address = "serial:DIR/printer"

[[device]]
id = "display0"
kind = "display"
profile = "display-dm-d"
address = "serial:DIR/display"

[roles]
scanner = "scanner0"
printer = "printer0"
display = "display0"
drawer = "printer0"
`

// counter is a register with a scanner and a printer on pseudo terminals, a
// real agent and a real wallet.
type counter struct {
	*testing.T
	*place
	scanner *virtual.Scanner
	printer *virtual.Printer
	display *virtual.Display
	sales   int

	mu       sync.Mutex
	receipts []string // as text, in the order in which they were cut
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	return newCounterAt(t, newPlace(t, devicesConfig))
}

// newCounterAt is a counter at a place whose configuration has devicesConfig.
func newCounterAt(t *testing.T, p *place) *counter {
	t.Helper()
	c := &counter{T: t, place: p}
	log := slog.New(slog.DiscardHandler)
	scanning, err := configs.ScannerProfile("scanner-generic")
	check(t, err)
	paper, err := configs.PrinterProfile("escpos-generic-80")
	check(t, err)
	c.scanner, err = virtual.NewScanner(c.at("scanner"), c.at("visitor"), scanning, log)
	check(t, err)
	c.printer, err = virtual.NewPrinter(c.at("printer"), c.at("capture"), log)
	check(t, err)
	c.display, err = virtual.NewDisplay(c.at("display"), "dmd")
	check(t, err)
	c.printer.OnReceipt(func(raw []byte) {
		tape, err := papertape.Read(raw, paper, papertape.Look{})
		if err != nil {
			t.Errorf("what was printed cannot be read: %v", err)
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		for _, r := range tape.Receipts {
			c.receipts = append(c.receipts, r.Text())
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	var both sync.WaitGroup
	both.Go(func() { _ = c.scanner.Run(ctx) })
	both.Go(func() { _ = c.printer.Run(ctx) })
	both.Go(func() { _ = c.display.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		both.Wait()
	})
	c.startWallet(t)
	c.start(t)
	c.awaitDevice("scanner0", device.Ready)
	c.awaitDevice("printer0", device.Ready)
	return c
}

// device is how a device is, as the API tells.
func (c *counter) device(id string) control.Device {
	c.Helper()
	all, err := c.client.Devices(context.Background())
	check(c.T, err)
	for _, d := range all.Devices {
		if d.ID == id {
			return d
		}
	}
	c.Fatalf("there is no device %s in %+v", id, all)
	return control.Device{}
}

func (c *counter) awaitDevice(id string, state device.State) {
	c.Helper()
	eventually(c.T, id+" is "+string(state), func() bool { return c.device(id).State == string(state) })
}

// ring opens a sale.
func (c *counter) ring(amount int64) control.Sale {
	c.Helper()
	c.sales++
	s, err := c.client.OpenSale(context.Background(), control.NewSale{Amount: amount, Currency: "JPY"})
	check(c.T, err)
	return s
}

// payByScan shows a fresh code to the scanner and waits for the end.
func (c *counter) payByScan(s control.Sale) control.Sale {
	c.Helper()
	visitor, err := os.OpenFile(c.scanner.VisitorPath(), os.O_WRONLY, 0)
	check(c.T, err)
	defer visitor.Close()
	_, err = visitor.WriteString(c.mint(c.T) + "\r")
	check(c.T, err)
	return c.await(s, func(s control.Sale) bool { return s.State == string(charge.Approved) })
}

func (c *counter) await(s control.Sale, holds func(control.Sale) bool) control.Sale {
	c.Helper()
	eventually(c.T, "the sale is as it should be", func() (ok bool) {
		var err error
		s, err = c.client.Sale(context.Background(), s.ID, 0)
		check(c.T, err)
		return holds(s)
	})
	return s
}

func (c *counter) awaitPaper(s control.Sale, paper charge.Paper) control.Sale {
	c.Helper()
	return c.await(s, func(s control.Sale) bool { return s.Paper == string(paper) })
}

// printed are the receipts that name a charge, oldest first.
func (c *counter) printed(key string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var out []string
	for _, text := range c.receipts {
		if strings.Contains(text, key) {
			out = append(out, text)
		}
	}
	return out
}

const reprintMark = "再発行"

func TestFromScanToPaper(t *testing.T) {
	c := newCounter(t)
	s := c.awaitPaper(c.payByScan(c.ring(1280)), charge.PaperDone)
	if s.Goods != string(charge.HandOver) || s.Wallet != "own" || s.Receipt == "" {
		t.Errorf("the sale is %+v", s)
	}
	if st := c.standings(t)[s.ChargeKey]; st.Debits != 1 || st.Amount != 1280 {
		t.Errorf("the wallet has %+v", st)
	}
	eventually(t, "the receipt is cut", func() bool { return len(c.printed(s.ChargeKey)) == 1 })
	text := c.printed(s.ChargeKey)[0]
	for _, part := range []string{"み", "ほ", "ん", "商", "店", "レ", "シ", "ー", "ト", "1 , 2 8 0", "みほんペイ", s.Receipt} {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not on the receipt:\n%s", part, text)
		}
	}
	capture, err := os.ReadFile(c.at("capture"))
	check(t, err)
	if !bytes.Contains(capture, []byte(s.ChargeKey)) {
		t.Error("the bytes that the printer got do not name the charge")
	}
	for _, log := range []string{"agent.log", "wallet.log"} {
		text, err := os.ReadFile(c.at(log))
		check(t, err)
		if codeIn.Match(text) {
			t.Errorf("there is a customer's code in %s", log)
		}
	}
}

// A printer that goes away in the middle of a receipt changes nothing about
// the money; what became of the paper is not known, and the copy says that it
// is one.
func TestUnpluggedInMidReceipt(t *testing.T) {
	c := newCounter(t)
	c.printer.SetSpeed(50 * time.Millisecond)
	c.printer.SetBuffer(64)
	s := c.payByScan(c.ring(500))
	eventually(t, "half of the receipt is printed", func() bool {
		capture, err := os.ReadFile(c.at("capture"))
		check(t, err)
		return bytes.Contains(capture, []byte(s.ChargeKey))
	})
	check(t, c.printer.Unplug())
	s = c.awaitPaper(s, charge.PaperUnknown)
	if s.State != string(charge.Approved) || s.Goods != string(charge.HandOver) {
		t.Errorf("without its paper the sale is %+v", s)
	}
	c.awaitDevice("printer0", device.Absent)
	c.printer.SetSpeed(time.Millisecond)
	c.printer.SetBuffer(4096)
	check(t, c.printer.Plug())
	c.awaitDevice("printer0", device.Ready)
	paper, err := c.client.Reprint(context.Background(), s.ChargeKey)
	check(t, err)
	if paper.Paper != string(charge.PaperDone) {
		t.Errorf("the copy is %+v", paper)
	}
	eventually(t, "the copy is cut", func() bool {
		copies := c.printed(s.ChargeKey)
		return len(copies) > 0 && strings.Contains(copies[len(copies)-1], reprintMark)
	})
	after, err := c.client.Charge(context.Background(), s.ChargeKey)
	check(t, err)
	if after.Reprints != 1 || after.State != string(charge.Approved) {
		t.Errorf("after the copy the charge is %+v", after)
	}
	if st := c.standings(t)[s.ChargeKey]; st.Debits != 1 {
		t.Errorf("the wallet has %+v", st)
	}
}

// Without paper a sale is paid all the same, the register says what is wrong,
// and the receipt comes later, as the original that it then is.
func TestPaperOut(t *testing.T) {
	c := newCounter(t)
	c.printer.PaperOut()
	c.awaitDevice("printer0", device.Blocked)
	if d := c.device("printer0"); d.Reason != string(device.PaperOut) || d.Text == "" || d.TextE == "" {
		t.Errorf("the printer is %+v", d)
	}
	s := c.awaitPaper(c.payByScan(c.ring(300)), charge.PaperFailed)
	health, err := c.client.Health(context.Background())
	check(t, err)
	if !strings.Contains(troubles(health), "printer.unprinted "+s.ChargeKey) || !health.Ready {
		t.Errorf("the health is %+v", health)
	}
	c.printer.PaperIn()
	c.awaitDevice("printer0", device.Ready)
	_, err = c.client.Reprint(context.Background(), s.ChargeKey)
	check(t, err)
	eventually(t, "the receipt is cut", func() bool { return len(c.printed(s.ChargeKey)) == 1 })
	if text := c.printed(s.ChargeKey)[0]; strings.Contains(text, reprintMark) {
		t.Errorf("the first receipt on paper calls itself a copy:\n%s", text)
	}
	health, err = c.client.Health(context.Background())
	check(t, err)
	if troubles(health) != "" {
		t.Errorf("in the end there is still trouble: %s", troubles(health))
	}
}

func troubles(h control.Health) string {
	var out []string
	for _, t := range h.Troubles {
		out = append(out, t.Code+" "+t.Subject)
	}
	return strings.Join(out, ", ")
}

func TestScannerUnpluggedAndPlugged(t *testing.T) {
	c := newCounter(t)
	s := c.ring(700)
	check(t, c.scanner.Unplug())
	c.awaitDevice("scanner0", device.Absent)
	check(t, c.scanner.Plug())
	c.awaitDevice("scanner0", device.Ready)
	c.payByScan(s)
}
