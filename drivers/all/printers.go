package all

import (
	"context"
	"fmt"
	"log/slog"
	"sync"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/printer/star"
	"github.com/posagent/posagent/drivers/profile"
)

// Printer is a receipt printer under supervision.
type Printer interface {
	Device
	writer
}

// NewPrinter makes the printer with this id. It opens nothing before Run, and
// fails when no driver speaks the profile's language.
func (h *Hardware) NewPrinter(id string, p profile.Printer, a port.Address, log *slog.Logger) (Printer, error) {
	if line := a.Kind == port.Serial || a.Kind == port.USB; line && a.Flow == port.NoFlow {
		switch flow := port.Flow(p.Flow); flow {
		case port.RTSCTS, port.DTRDSR: // the driver itself obeys XOFF, and still asks for the state then
			a.Flow = flow
		}
	}
	place, err := h.place(a, PrinterKinds(p)...)
	if err != nil {
		return nil, fmt.Errorf("printer %s: %w", id, err)
	}
	draw := letters()
	switch p.Language {
	case "escpos":
		return printerAt{escpos.New(id, p, a.String(), place.Open, log, draw), place}, nil
	case "star":
		return printerAt{star.New(id, p, a.String(), place.Open, log, draw), place}, nil
	}
	return nil, fmt.Errorf("printer %s: no driver speaks %q: use escpos or star", id, p.Language)
}

// PrinterKinds are the kinds of device files that a printer can be written to,
// the best one first.
func PrinterKinds(profile.Printer) []hotplug.Kind { return []hotplug.Kind{hotplug.LP, hotplug.TTY} }

// printerAt is a driver and the place where it opens its printer.
type printerAt struct {
	writer
	place *port.Place
}

// writer is what a driver of printers can do.
type writer interface {
	Run(context.Context)
	Print(context.Context, printer.Document) printer.Outcome
	Kick(ctx context.Context, pin int) printer.Outcome // opens a cash drawer
	Sensor() printer.Sensor                            // of the drawer
	WatchSensor(func(printer.Sensor))
	Through(context.Context, []byte) error // to what hangs on the printer
	Test(context.Context) printer.Outcome
	Health() device.Health
	Watch(func(device.Health))
	Retry()
}

func (p printerAt) Place() *port.Place { return p.place }

// Encode is a document in the bytes that a printer of this profile would get.
func Encode(doc printer.Document, p profile.Printer) ([]byte, []printer.Unprintable, error) {
	if p.Language == "star" {
		return star.Encode(doc, p, letters())
	}
	return escpos.Encode(doc, p, letters())
}

// letters draws what a printer does not have. The font is some megabytes, so
// it is read when it is first needed.
func letters() printer.Draw {
	load := sync.OnceValue(func() printer.Draw { return papertape.FindFont().Letters() })
	return func(r rune, columns, cell, w, h int) (printer.Bitmap, bool) { return load()(r, columns, cell, w, h) }
}
