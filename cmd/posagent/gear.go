package main

import (
	"context"
	"sync"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/all"
	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/hotplug"
)

// gear is the hardware of a register as one configuration has it. What stays
// the same in the next configuration is handed on, running.
type gear struct {
	config   configs.Config
	hardware *all.Hardware
	scanner  all.Scanner // nil: none
	printer  all.Printer // nil: none
	drawer   all.Drawer  // nil: none
	display  all.Display // nil: none

	reading, printing, showing *unit // what runs for them; nil: nothing yet
}

// unit is what runs for a device, until it is stopped.
type unit struct {
	stop context.CancelFunc
	work sync.WaitGroup
}

func (u *unit) end() {
	if u != nil {
		u.stop()
		u.work.Wait()
	}
}

// power is what devices run under, once the program is up.
type power struct {
	up   chan struct{}
	ctx  *context.Context
	crew **crew
}

func newPower() power {
	return power{up: make(chan struct{}), ctx: new(context.Context), crew: new(*crew)}
}

func (p power) on(ctx context.Context, work *crew) {
	*p.ctx, *p.crew = ctx, work
	close(p.up)
}

// newGear makes the devices of the roles, but for those that stay as they are
// in old. It opens nothing. A device that is not plugged in is a matter of
// health, not of starting.
func (d *program) newGear(c configs.Config, old *gear) (*gear, error) {
	g := &gear{config: c}
	if old != nil && sameUSB(old.config, c) {
		g.hardware = old.hardware
	} else {
		g.hardware = all.New(hotplug.Machine(), addresses(c.Devices))
	}
	if dev, ok := inRole(c, c.Roles.Scanner); ok {
		if old.keeps(g, c, c.Roles.Scanner, func(r configs.Roles) string { return r.Scanner }) && old.scanner != nil {
			g.scanner, g.reading = old.scanner, old.reading
		} else if err := d.newScanner(g, dev); err != nil {
			return nil, err
		}
	}
	if dev, ok := inRole(c, c.Roles.Printer); ok {
		if old.keeps(g, c, c.Roles.Printer, func(r configs.Roles) string { return r.Printer }) && old.config.Drawer == c.Drawer && old.config.Roles.Drawer == c.Roles.Drawer {
			g.printer, g.drawer, g.printing = old.printer, old.drawer, old.printing
		} else if err := d.newPrinter(g, dev); err != nil {
			return nil, err
		}
	}
	return g, d.newDisplay(g, old)
}

// inRole is the device of a role, and false when nobody has it.
func inRole(c configs.Config, id string) (configs.Device, bool) {
	dev, ok := c.Device(id)
	return dev, ok && dev.Enabled
}

// keeps tells whether the device of a role stays as it is. Nothing on USB does
// when any of it changes: what is a stranger follows from all of it.
func (g *gear) keeps(next *gear, c configs.Config, id string, role func(configs.Roles) string) bool {
	if g == nil || role(g.config.Roles) != id {
		return false
	}
	was, _ := g.config.Device(id)
	is, _ := c.Device(id)
	return was == is && (is.Address.Kind != "usb" || g.hardware == next.hardware)
}

// sameUSB tells whether two configurations have the same devices on USB.
func sameUSB(a, b configs.Config) bool {
	on := func(c configs.Config) map[configs.Device]bool {
		out := map[configs.Device]bool{}
		for _, dev := range c.Devices {
			if dev.Enabled && dev.Address.Kind == "usb" {
				out[dev] = true
			}
		}
		return out
	}
	was, is := on(a), on(b)
	for dev := range was {
		if !is[dev] {
			return false
		}
	}
	return len(was) == len(is)
}

func (d *program) newScanner(g *gear, dev configs.Device) error {
	profile, err := configs.ScannerProfile(dev.Profile)
	if err != nil {
		return err
	}
	g.scanner, err = g.hardware.NewScanner(dev.ID, profile, dev.Address, d.log)
	return err
}

func (d *program) newPrinter(g *gear, dev configs.Device) error {
	profile, err := configs.PrinterProfile(dev.Profile)
	if err != nil {
		return err
	}
	if g.printer, err = g.hardware.NewPrinter(dev.ID, profile, dev.Address, d.log); err != nil {
		return err
	}
	if c := g.config; c.Roles.Drawer == dev.ID {
		g.drawer = all.NewDrawer("drawer", g.printer, profile, c.Drawer.Pin, c.Drawer.Alarm, d.log)
	}
	return nil
}

// newDisplay makes the customer display, on a line of its own or at the
// printer.
func (d *program) newDisplay(g, old *gear) error {
	c := g.config
	dev, ok := inRole(c, c.Roles.Display)
	kept := old.keeps(g, c, c.Roles.Display, func(r configs.Roles) string { return r.Display }) && old.display != nil
	switch {
	case !ok:
	case kept && (dev.Kind == "display" || old.printer == g.printer):
		g.display, g.showing = old.display, old.showing
	case dev.Kind == "printer" && g.printer != nil:
		g.display = all.NewDisplayAt("display", g.printer, d.log)
	case dev.Kind == "display":
		profile, err := configs.DisplayProfile(dev.Profile)
		if err != nil {
			return err
		}
		g.display, err = g.hardware.NewDisplay(dev.ID, profile, dev.Address, d.log)
		return err
	}
	return nil
}

// fittings are the devices as the register uses and shows them, and what its
// receipts say.
func (d *program) fittings(g *gear) *agent.Fittings {
	c := g.config
	f := &agent.Fittings{Paper: agent.PaperRules{Language: c.Store.Language, Print: c.Receipt.Print, Footer: c.Receipt.Footer}}
	if g.scanner != nil {
		f.Scanner = g.scanner
		f.Devices = append(f.Devices, deviceAs("scanner", g.scanner))
	}
	if g.printer != nil {
		f.Printer = g.printer
		printer := deviceAs("printer", g.printer)
		printer.Test = g.printer.Test
		f.Devices = append(f.Devices, printer)
	}
	if g.drawer != nil {
		f.Drawer = g.drawer
		f.Devices = append(f.Devices, agent.Device{
			Role: "drawer", Health: g.drawer.Health, Open: g.drawer.Open, Explain: deviceAs("printer", g.printer).Explain,
		}) // its way is the printer's
	}
	if g.display != nil {
		f.Devices = append(f.Devices, deviceAs("display", g.display))
	}
	return f
}

// supervised are the devices that are kept open.
func (g *gear) supervised() []all.Device {
	var out []all.Device
	if g.scanner != nil {
		out = append(out, g.scanner)
	}
	if g.printer != nil {
		out = append(out, g.printer)
	}
	if g.display != nil {
		out = append(out, g.display)
	}
	return out
}

// keep starts what runs for a device.
func (p power) keep(works ...func(context.Context)) *unit {
	ctx, stop := context.WithCancel(*p.ctx)
	u := &unit{stop: stop}
	for _, work := range works {
		u.work.Add(1)
		(*p.crew).do(func() error {
			defer u.work.Done()
			work(ctx)
			return nil
		})
	}
	return u
}

// start starts what does not run yet.
func (g *gear) start(d *program) {
	announce := func(device.Health) { d.register.Announce() }
	if s := g.scanner; s != nil && g.reading == nil {
		s.Watch(announce)
		s.WatchDrops(d.dropped)
		g.reading = d.power.keep(func(ctx context.Context) { _ = s.Run(ctx) }, func(ctx context.Context) { d.passOn(ctx, s) })
	}
	if p := g.printer; p != nil && g.printing == nil {
		p.Watch(announce)
		works := []func(context.Context){p.Run}
		if g.drawer != nil {
			g.drawer.Watch(announce)
			works = append(works, g.drawer.Run)
		}
		g.printing = d.power.keep(works...)
	}
	if s := g.display; s != nil && g.showing == nil {
		s.Watch(announce)
		g.showing = d.power.keep(s.Run, func(ctx context.Context) { d.showCustomer(ctx, s) })
	}
}

// passOn hands the scans of one scanner to the register.
func (d *program) passOn(ctx context.Context, s all.Scanner) {
	for {
		select {
		case <-ctx.Done():
			return
		case scan, reading := <-s.Scans():
			if !reading {
				return
			}
			select {
			case d.scanned <- scan:
			case <-ctx.Done():
				return
			}
		}
	}
}

// endBeside ends what runs here and does not run in other.
func (g *gear) endBeside(other *gear) {
	if g.showing != other.showing {
		g.showing.end()
	}
	if g.printing != other.printing {
		g.printing.end()
	}
	if g.reading != other.reading {
		g.reading.end()
	}
}
