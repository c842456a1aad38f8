//go:build rig

package rig_test

import (
	"fmt"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/bench"
	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/drawer/pulse"
	"github.com/posagent/posagent/drivers/find"
	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
	"github.com/posagent/posagent/drivers/printer/star"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/virtual"
)

// Printers keep every manner as devices of the USB printer class: found by
// their ids, written to through /dev/usb/lp.
func TestPrintersOnUSB(t *testing.T) {
	for name, c := range printers() {
		t.Run(name, func(t *testing.T) {
			model, err := configs.PrinterProfile(c.profile)
			must(t, err)
			bench.PrinterOn(t, model, c.joins, "usb")
		})
	}
}

// Drawers hang on those printers.
func TestDrawersOnUSB(t *testing.T) {
	for name, c := range printers() {
		t.Run(name, func(t *testing.T) {
			model, err := configs.PrinterProfile(c.profile)
			must(t, err)
			bench.Drawer(t, model, bench.DrawerJoiner{Printer: c.joins, New: func(p bench.PrinterDriver, level string, alarm time.Duration) bench.DrawerDriver {
				return pulse.New(pulse.Settings{ID: "drawer0", Open: level, Alarm: alarm}, p.(pulse.Printer), slog.New(slog.DiscardHandler))
			}})
		})
	}
}

// joined is a printer driver in the suites.
type joined struct {
	profile string
	joins   bench.PrinterJoiner
}

func printers() map[string]joined {
	wire := func(t *testing.T) (virtual.Cable, port.Opener) {
		c := newPrinterCable(t, 1)
		where, err := port.ParseAddress("usb:04b8:0202/serial=RIG0001")
		must(t, err)
		return c, lookedUp(where, hotplug.LP)
	}
	return map[string]joined{
		"process id": {"epson-tm-t88", bench.PrinterJoiner{
			New: func(p profile.Printer, path string, open port.Opener, log *slog.Logger) bench.PrinterDriver {
				return escpos.New("printer0", p, path, open, log, nil)
			},
			Encode: func(doc printer.Document, p profile.Printer) ([]byte, []printer.Unprintable, error) {
				return escpos.Encode(doc, p, nil)
			},
			Speaks: "epson", Other: "star", Wire: wire,
		}},
		"Star": {"star-tsp700", bench.PrinterJoiner{
			New: func(p profile.Printer, path string, open port.Opener, log *slog.Logger) bench.PrinterDriver {
				return star.New("printer0", p, path, open, log, nil)
			},
			Encode: func(doc printer.Document, p profile.Printer) ([]byte, []printer.Unprintable, error) {
				return star.Encode(doc, p, nil)
			},
			Speaks: "star", Other: "epson", Wire: wire,
		}},
	}
}

// lookedUp opens what has these ids now, whatever its number.
func lookedUp(where port.Address, kind hotplug.Kind) port.Opener {
	return func() (port.Port, error) {
		nodes, err := hotplug.Machine().Nodes()
		if err != nil {
			return nil, err
		}
		for _, n := range nodes {
			if n.Kind == kind && n.Vendor == where.Device.Vendor && n.Product == where.Device.Product {
				if kind == hotplug.TTY {
					return port.Open(port.Address{Kind: port.Serial, Path: n.Dev, DataBits: 8, Parity: 'N', StopBits: 1})
				}
				return port.Open(port.Address{Kind: port.LP, Path: n.Dev})
			}
		}
		return nil, fmt.Errorf("%s: %w", where, os.ErrNotExist)
	}
}

// A printer that nobody has set up is met, tells its name, and gets an address
// that leads back to it.
func TestFindingAPrinter(t *testing.T) {
	c := newPrinterCable(t, 1)
	far, err := virtual.NewPrinterOn(c, t.TempDir()+"/capture", slog.New(slog.DiscardHandler))
	must(t, err)
	far.SetName("EPSON", "TM-T88V")
	go func() { _ = far.Run(t.Context()) }()
	finder := find.Here(slog.New(slog.DiscardHandler))
	var guests []find.Guest
	for end := time.Now().Add(20 * time.Second); len(guests) == 0 && time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		all, err := finder.Now()
		must(t, err)
		for _, g := range all {
			if g.Vendor == "04b8" {
				guests = append(guests, g)
			}
		}
	}
	if len(guests) != 1 || len(guests[0].Offers) != 1 || guests[0].Serial != "RIG0001" {
		t.Fatalf("found %+v", guests)
	}
	where, err := port.ParseAddress(guests[0].Offers[0].Address)
	must(t, err)
	h, _ := counter(t, where.String())
	model, err := configs.PrinterProfile("epson-tm-t88")
	must(t, err)
	p, err := h.NewPrinter("printer0", model, where, slog.New(slog.DiscardHandler))
	must(t, err)
	run(t, p, p.Run)
	await(t, p, device.Ready)
	if out := p.Test(t.Context()); out.Result != printer.Confirmed {
		t.Errorf("the test page came to %+v", out)
	}
}
