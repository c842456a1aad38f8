// Package all is the one list of the drivers there are, and of what a
// device's section in the configuration needs. Nothing announces itself on
// import: a driver that is not named here is not in the program.
package all

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/display"
	"github.com/posagent/posagent/drivers/display/pole"
	"github.com/posagent/posagent/drivers/drawer"
	"github.com/posagent/posagent/drivers/drawer/pulse"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
	"github.com/posagent/posagent/drivers/printer/papertape"
	"github.com/posagent/posagent/drivers/printer/star"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/drivers/scanner/line"
)

// Scanner is a scanner under supervision: Run keeps it open until its context
// ends, whatever is plugged or pulled.
type Scanner interface {
	Run(context.Context) error
	Scans() <-chan scanner.Scan
	Health() device.Health
	Watch(func(device.Health))
	WatchDrops(func(scanner.Drop)) // what was read and is no scan
}

// Printer is a receipt printer under supervision.
type Printer interface {
	Run(context.Context)
	Print(context.Context, printer.Document) printer.Outcome
	Kick(ctx context.Context, pin int) printer.Outcome // opens a cash drawer
	Sensor() printer.Sensor                            // of the drawer
	WatchSensor(func(printer.Sensor))
	Through(context.Context, []byte) error // to what hangs on the printer
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
	draw := letters()
	switch p.Language {
	case "escpos":
		return escpos.New(id, p, a.String(), opener(a), log, draw), nil
	case "star":
		return star.New(id, p, a.String(), opener(a), log, draw), nil
	}
	return nil, fmt.Errorf("printer %s: no driver speaks %q: use escpos or star", id, p.Language)
}

// Display is a customer display under supervision.
type Display interface {
	Run(context.Context)
	Show(display.Screen)
	Health() device.Health
	Watch(func(device.Health))
}

// NewDisplay makes the customer display with this id. It opens nothing before
// Run.
func NewDisplay(id string, p profile.Display, a port.Address, log *slog.Logger) Display {
	if a.Baud == 0 {
		a.Baud = p.Baud
	}
	return pole.New(id, p, a.String(), opener(a), log)
}

// NewDisplayAt makes the display of the DM-D family that hangs on a printer.
func NewDisplayAt(id string, at Printer, log *slog.Logger) Display {
	return pole.New(id, profile.Display{Model: "DM-D", Language: "dmd", Katakana: true}, "printer:"+at.Health().ID, pole.Through(at), log)
}

// Drawer is a cash drawer under supervision.
type Drawer interface {
	Run(context.Context)
	Open(context.Context) drawer.Outcome
	State() drawer.State
	Health() device.Health
	Watch(func(device.Health))
}

// NewDrawer makes the drawer with this id at a printer of this profile.
func NewDrawer(id string, at Printer, p profile.Printer, pin int, alarm time.Duration, log *slog.Logger) Drawer {
	return pulse.New(pulse.Settings{ID: id, Pin: pin, Open: p.Sensor, Alarm: alarm}, at, log)
}

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

func opener(a port.Address) port.Opener {
	return func() (port.Port, error) { return port.Open(a) }
}
