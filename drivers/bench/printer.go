package bench

import (
	"context"
	"log/slog"
	"testing"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/virtual"
)

// PrinterDriver is what a printer driver shows to the rest of the system.
type PrinterDriver interface {
	Run(context.Context)
	Print(context.Context, printer.Document) printer.Outcome
	Kick(context.Context, int) printer.Outcome
	Health() device.Health
	Watch(func(device.Health))
}

// PrinterJoiner is a driver that joins the suite.
type PrinterJoiner struct {
	New    func(p profile.Printer, path string, open port.Opener, log *slog.Logger) PrinterDriver
	Encode func(printer.Document, profile.Printer) ([]byte, []printer.Unprintable, error)
	Speaks string // what the virtual printer speaks: see virtual.Printer.Speak
	Other  string // the language of a printer that this driver is not for

	// Wire is a wire of yours, for PrinterOn: its far end, and how a driver
	// opens the near one.
	Wire func(*testing.T) (virtual.Cable, port.Opener)
}

// Printer runs the suite for one model, on a pseudo terminal and on TCP.
func Printer(t *testing.T, model profile.Printer, joins PrinterJoiner) {
	PrinterOn(t, model, joins, "pty", "tcp")
}

// PrinterOn runs it on these wires: "pty", "tcp", or the name of joins.Wire,
// which has no XON and XOFF.
func PrinterOn(t *testing.T, model profile.Printer, joins PrinterJoiner, wires ...string) {
	for _, wire := range wires {
		for _, part := range []struct {
			name  string
			asks  bool // only for models that answer
			run   func(*printerBench)
			quiet bool // the printer is not waited for
		}{
			{"a document comes out whole, once", false, (*printerBench).whole, false},
			{"documents come out in order", false, (*printerBench).order, false},
			{"a blocked printer is told before the first byte", true, (*printerBench).blocked, false},
			{"paper ends in the middle, new paper in time", true, (*printerBench).newPaper, false},
			{"paper ends in the middle, too late", true, (*printerBench).tooLate, false},
			{"the cover opens at a byte", true, (*printerBench).coverAtByte, false},
			{"the cable is cut at a byte", true, (*printerBench).cut, false},
			{"it stops reading at a byte", true, (*printerBench).stalls, false},
			{"it never reads", true, (*printerBench).neverReads, true},
			{"it floods with garbage", true, (*printerBench).floods, false},
			{"its answers come late and in one", true, (*printerBench).late, false},
			{"its answers get lost", true, (*printerBench).lost, false},
			{"it says XOFF", true, (*printerBench).xoff, false},
			{"it speaks another language", true, (*printerBench).foreign, true},
			{"it opens a drawer", false, (*printerBench).drawer, false},
		} {
			if part.asks && !model.Status || part.name == "it says XOFF" && wire != "pty" && wire != "tcp" {
				continue
			}
			t.Run(wire+"/"+part.name, func(t *testing.T) {
				b := newPrinterBench(t, wire, model, joins)
				if !part.quiet {
					b.start()
					b.untilReady()
				}
				part.run(b)
			})
		}
	}
}
