package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"

	"github.com/posagent/posagent/agent/paycode/picture"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/virtual"
)

// counter is what stands on the demo's counter: a scanner and a printer, each
// speaking true bytes over a pseudo terminal.
type counter struct {
	place   place
	scanner *virtual.Scanner
	printer *virtual.Printer
	model   profile.Printer
	log     *slog.Logger
}

func newCounter(p place) (*counter, error) {
	log := slog.New(slog.DiscardHandler)
	scanning, err := configs.ScannerProfile("scanner-generic")
	if err != nil {
		return nil, err
	}
	model, err := configs.PrinterProfile("escpos-generic-80")
	if err != nil {
		return nil, err
	}
	// A code that was written while no demo ran made a plain file of the link.
	if err := errors.Join(os.RemoveAll(p.at("dev")), os.Mkdir(p.at("dev"), 0o700)); err != nil {
		return nil, err
	}
	scanner, err := virtual.NewScanner(p.scanner(), p.visitor(), scanning, log)
	if err != nil {
		return nil, fmt.Errorf("plug in the virtual scanner: %w", err)
	}
	paper, err := virtual.NewPrinter(p.printer(), p.capture(), log)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("plug in the virtual printer: %w", err), scanner.Close())
	}
	c := &counter{place: p, scanner: scanner, printer: paper, model: model, log: log}
	paper.OnReceipt(c.tear)
	return c, nil
}

// run keeps the devices going until ctx ends.
func (c *counter) run(ctx context.Context) {
	go func() { _ = c.scanner.Run(ctx) }()
	go func() { _ = c.printer.Run(ctx) }()
}

func (c *counter) close() error { return errors.Join(c.scanner.Close(), c.printer.Close()) }

// tear puts a picture and the text of the last receipt beside the capture.
func (c *counter) tear(raw []byte) {
	look := papertape.Look{QR: func(text string, level byte) (printer.Bitmap, error) {
		m, err := picture.QR(text, picture.Level(strings.IndexByte("LMQH", level)))
		return printer.Bitmap{Width: m.Size, Height: m.Size, Bits: m.Bits}, err
	}}
	tape, err := papertape.Read(raw, c.model, look)
	if err != nil || len(tape.Receipts) == 0 {
		return
	}
	receipt := tape.Receipts[len(tape.Receipts)-1]
	var png bytes.Buffer
	if err := receipt.PNG(&png); err == nil {
		replace(c.place.capture()+".png", png.Bytes())
	}
	replace(c.place.capture()+".txt", []byte(receipt.Text()))
}

// replace puts a file in place whole, so that a viewer never reads half a
// picture.
func replace(path string, data []byte) {
	if os.WriteFile(path+".new", data, 0o600) == nil {
		_ = os.Rename(path+".new", path)
	}
}

// do carries an order for a device out.
func (c *counter) do(action, name string) error {
	switch name {
	case "scanner", "scanner0":
		switch action {
		case "plug":
			return c.scanner.Plug()
		case "unplug":
			return c.scanner.Unplug()
		case "noise":
			return c.scanner.Noise()
		}
	case "printer", "printer0":
		switch action {
		case "plug":
			return c.printer.Plug()
		case "unplug":
			return c.printer.Unplug()
		case "paper-out":
			c.printer.PaperOut()
			return nil
		case "paper-in":
			c.printer.PaperIn()
			return nil
		}
	default:
		return fmt.Errorf("there is no device %q: use scanner0 or printer0", name)
	}
	return fmt.Errorf("%s cannot do %q", name, action)
}
