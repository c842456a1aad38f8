// Package all is the one list of the drivers there are, and of what a
// device's section in the configuration needs. Nothing announces itself on
// import: a driver that is not named here is not in the program.
package all

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/drivers/scanner/wedge"
)

// Device is what every device under supervision can do.
type Device interface {
	Health() device.Health
	Watch(func(device.Health))
	Retry()             // something was plugged in: try again now
	Place() *port.Place // where it is opened, and what went over it
}

// Scanner is a scanner under supervision: Run keeps it open until its context
// ends, whatever is plugged or pulled.
type Scanner interface {
	Device
	Run(context.Context) error
	Scans() <-chan scanner.Scan
	Arm() // has the next code delivered, and only that one
	Disarm()
	WatchDrops(func(scanner.Drop)) // what was read and is no scan
}

// Printer is a receipt printer under supervision.
type Printer interface {
	Device
	Run(context.Context)
	Print(context.Context, printer.Document) printer.Outcome
	Test(context.Context) printer.Outcome
}

// NewScanner makes the scanner with this id. It opens nothing before Run, and
// fails when the profile does not say how it frames.
func (h *Hardware) NewScanner(id string, p profile.Scanner, a port.Address, log *slog.Logger) (Scanner, error) {
	if a.Baud == 0 {
		a.Baud = p.Baud
	}
	place, err := h.place(a, ScannerKinds(p)...)
	if err != nil {
		return nil, fmt.Errorf("scanner %s: %w", id, err)
	}
	s, err := scannerOf(id, p, a.String(), place, log)
	if err != nil {
		return nil, err
	}
	s.Listen(place.Trace().Note) // beside the bytes: what the driver made of them
	return scannerAt{s, place}, nil
}

// NewPrinter makes the printer with this id. It opens nothing before Run, and
// fails when no driver speaks the profile's language.
func (h *Hardware) NewPrinter(id string, p profile.Printer, a port.Address, log *slog.Logger) (Printer, error) {
	place, err := h.place(a, PrinterKinds(p)...)
	if err != nil {
		return nil, fmt.Errorf("printer %s: %w", id, err)
	}
	switch p.Language {
	case "escpos":
		return printerAt{escpos.New(id, p, a.String(), place.Open, log), place}, nil
	}
	return nil, fmt.Errorf("printer %s: no driver speaks %q: use escpos", id, p.Language)
}

// PrinterKinds are the kinds of device files that a printer can be written to,
// the best one first.
func PrinterKinds(profile.Printer) []hotplug.Kind { return []hotplug.Kind{hotplug.LP, hotplug.TTY} }

// scannerAt is a driver and the place where it opens its scanner.
type scannerAt struct {
	reader
	place *port.Place
}

// reader is what a driver of scanners brings along.
type reader interface {
	Run(context.Context) error
	Scans() <-chan scanner.Scan
	Arm()
	Disarm()
	Listen(func(what string, bytes int))
	Health() device.Health
	Watch(func(device.Health))
	WatchDrops(func(scanner.Drop))
	Retry()
}

// Calibrate waits for the calibration code and tells which keyboard layout
// fits; it fails for a scanner that is no keyboard.
func (s scannerAt) Calibrate(ctx context.Context) (wedge.Verdict, error) {
	if k, ok := s.reader.(*wedge.Scanner); ok {
		return k.Calibrate(ctx)
	}
	return wedge.Verdict{}, ErrNoKeyboard
}

func (s scannerAt) Place() *port.Place { return s.place }

// printerAt is a driver and the place where it opens its printer.
type printerAt struct {
	writer
	place *port.Place
}

// writer is what a driver of printers brings along.
type writer interface {
	Run(context.Context)
	Print(context.Context, printer.Document) printer.Outcome
	Test(context.Context) printer.Outcome
	Health() device.Health
	Watch(func(device.Health))
	Retry()
}

func (p printerAt) Place() *port.Place { return p.place }
