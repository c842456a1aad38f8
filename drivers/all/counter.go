package all

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/display"
	"github.com/posagent/posagent/drivers/display/pole"
	"github.com/posagent/posagent/drivers/drawer"
	"github.com/posagent/posagent/drivers/drawer/pulse"
	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
)

// Display is a customer display under supervision.
type Display interface {
	Device
	Run(context.Context)
	Show(display.Screen)
}

// NewDisplay makes the customer display with this id. It opens nothing before
// Run.
func (h *Hardware) NewDisplay(id string, p profile.Display, a port.Address, log *slog.Logger) (Display, error) {
	if a.Baud == 0 {
		a.Baud = p.Baud
	}
	place, err := h.place(a, hotplug.TTY)
	if err != nil {
		return nil, fmt.Errorf("display %s: %w", id, err)
	}
	return displayAt{pole.New(id, p, a.String(), place.Open, log), place}, nil
}

// NewDisplayAt makes the display of the DM-D family that hangs on a printer,
// whose place is its own.
func NewDisplayAt(id string, at Printer, log *slog.Logger) Display {
	p := profile.Display{Model: "DM-D", Language: "dmd", Katakana: true}
	return displayAt{pole.New(id, p, "printer:"+at.Health().ID, pole.Through(at), log), at.Place()}
}

// displayAt is a driver and the place where it opens its display.
type displayAt struct {
	*pole.Display
	place *port.Place
}

func (d displayAt) Place() *port.Place { return d.place }

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
