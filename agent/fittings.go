package agent

import (
	"context"

	"github.com/posagent/posagent/drivers/device"
)

// Fittings are the parts of a register that can be exchanged while it sells:
// its devices, and what its receipts say. They are as in Parts.
type Fittings struct {
	Scanner Scanner
	Printer Printer
	Drawer  Drawer
	Devices []Device
	Paper   PaperRules
}

// fit are the fittings right now. Who needs two things of them asks once.
func (r *Register) fit() *Fittings { return r.fittings.Load() }

// Refit exchanges the fittings by calling exchange, which closes old devices
// and opens new ones, while nothing is being printed: a receipt that is due
// meanwhile waits and is printed afterwards. A sale at the scanner stands
// through it, and the new scanner is armed for it; a walk goes on. When
// exchange fails, the fittings that it returns, if any, are those that it put
// in the place of the old ones. ctx bounds the wait for the paper.
func (r *Register) Refit(ctx context.Context, exchange func() (*Fittings, error)) error {
	select {
	case <-r.paper:
	case <-ctx.Done():
		return &Refused{Why: "config.busy"}
	}
	defer func() { r.paper <- struct{}{} }()
	fresh, err := exchange()
	if fresh == nil {
		return err
	}
	r.mu.Lock()
	if old := r.fit().Scanner; old != fresh.Scanner {
		if r.armed && old != nil {
			old.Disarm()
		}
		r.armed = false
	}
	r.fittings.Store(fresh)
	r.aim()
	r.mu.Unlock()
	r.Announce()
	return err
}

// healthOf is how the device with this id is, and false when there is none.
func (f *Fittings) healthOf(id string) (Device, device.Health, bool) {
	for _, d := range f.Devices {
		if h := d.Health(); h.ID == id {
			return d, h, true
		}
	}
	return Device{}, device.Health{}, false
}
