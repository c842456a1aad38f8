// Package all is the one list of the drivers there are, and of what a
// device's section in the configuration needs. Nothing announces itself on
// import: a driver that is not named here is not in the program.
package all

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/drivers/scanner/line"
)

// Scanner is a scanner under supervision: Run keeps it open until its context
// ends, whatever is plugged or pulled.
type Scanner interface {
	Run(context.Context) error
	Scans() <-chan scanner.Scan
	Arm() // has the next code delivered, and only that one
	Disarm()
	Retry()                  // something was plugged in: do not wait any longer
	Trace() []scanner.Moment // what happened on the wire, without the codes
	Health() device.Health
	Watch(func(device.Health))
	WatchDrops(func(scanner.Drop)) // what was read and is no scan
}

// Printer is a receipt printer under supervision.
type Printer interface {
	Run(context.Context)
	Print(context.Context, printer.Document) printer.Outcome
	Test(context.Context) printer.Outcome
	Health() device.Health
	Watch(func(device.Health))
}

// NewScanner makes the scanner with this id. It opens nothing before Run, and
// fails when the profile does not say how it frames.
func NewScanner(id string, p profile.Scanner, a port.Address, log *slog.Logger) (Scanner, error) {
	if a.Baud == 0 {
		a.Baud = p.Baud
	}
	return line.New(id, p, a.String(), opener(a), log)
}

// NewPrinter makes the printer with this id. It opens nothing before Run, and
// fails when no driver speaks the profile's language.
func NewPrinter(id string, p profile.Printer, a port.Address, log *slog.Logger) (Printer, error) {
	switch p.Language {
	case "escpos":
		return escpos.New(id, p, a.String(), opener(a), log), nil
	}
	return nil, fmt.Errorf("printer %s: no driver speaks %q: use escpos", id, p.Language)
}

func opener(a port.Address) port.Opener {
	return func() (port.Port, error) { return port.Open(a) }
}
