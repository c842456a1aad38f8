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

// counter is what stands on the demo's counter: a scanner, a printer with a
// cash drawer, and a customer display, each speaking true bytes over a pseudo
// terminal.
type counter struct {
	place   place
	scanner *virtual.Scanner
	printer *virtual.Printer
	display *virtual.Display
	model   profile.Printer
}

func newCounter(p place) (*counter, error) {
	log := slog.New(slog.DiscardHandler)
	scanning, err := configs.ScannerProfile("scanner-generic")
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(p.printerProfile(), []byte(printerTOML), 0o600); err != nil {
		return nil, err
	}
	model, err := configs.PrinterProfile(p.printerProfile())
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
	paper.WireDrawer(model.Sensor == "high")
	pole, err := virtual.NewDisplay(p.display(), "dmd")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("plug in the virtual display: %w", err), scanner.Close(), paper.Close())
	}
	c := &counter{place: p, scanner: scanner, printer: paper, display: pole, model: model}
	paper.OnReceipt(c.tear)
	pole.OnChange(func(lines [2]string) {
		replace(p.displayText(), []byte(strings.TrimRight(lines[0], " ")+"\n"+strings.TrimRight(lines[1], " ")+"\n"))
	})
	return c, nil
}

// run keeps the devices going until ctx ends.
func (c *counter) run(ctx context.Context) {
	go func() { _ = c.scanner.Run(ctx) }()
	go func() { _ = c.printer.Run(ctx) }()
	go func() { _ = c.display.Run(ctx) }()
}

func (c *counter) close() error {
	return errors.Join(c.scanner.Close(), c.printer.Close(), c.display.Close())
}

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
