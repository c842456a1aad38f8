// Package pulse drives a cash drawer that hangs on a receipt printer: a pulse
// opens it, and a pin of the printer's status says whether it is open, where
// that is wired.
//
// Invariant: one wish is one pulse; a drawer is never opened again by itself.
package pulse

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/drawer"
	"github.com/posagent/posagent/drivers/printer"
)

// openTime is how long a drawer may take to spring open.
const openTime = time.Second

// Printer is what the drawer hangs on.
type Printer interface {
	Kick(ctx context.Context, pin int) printer.Outcome
	Sensor() printer.Sensor
	WatchSensor(func(printer.Sensor))
	Health() device.Health
	Watch(func(device.Health))
}

// Settings are how the drawer is connected.
type Settings struct {
	ID    string
	Pin   int           // 2 or 5; 0 is 2
	Open  string        // level of the sensor pin that means open: "high", "low", or "none" when it is not wired
	Alarm time.Duration // how long it may stay open; 0: for ever
}

// Drawer is a drawer under supervision. Run must run for it to tell that it
// stays open.
type Drawer struct {
	set     Settings
	printer Printer
	log     *slog.Logger

	vitals  *device.Vitals
	telling sync.Mutex // held by a change until all have heard of it
	mu      sync.Mutex
	changed chan struct{} // closed and made anew with each change of what is below
	state   drawer.State
	usable  device.State  // of the printer
	why     device.Reason // of the printer
	stuck   bool
	overdue bool // it has been open for longer than Alarm
}

// New makes the supervisor of a drawer.
func New(set Settings, p Printer, log *slog.Logger) *Drawer {
	if set.Pin == 0 {
		set.Pin = 2
	}
	d := &Drawer{set: set, printer: p, log: log.With("device", set.ID), changed: make(chan struct{}), state: drawer.Unknown,
		vitals: device.NewVitals(device.Health{ID: set.ID, Kind: "drawer", Path: "printer:" + p.Health().ID, State: device.Connecting, Reason: device.NoReply})}
	p.WatchSensor(d.sensed)
	p.Watch(d.heard)
	return d
}

// State is whether the drawer is open.
func (d *Drawer) State() drawer.State {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.state
}

// Health is how the drawer is now.
func (d *Drawer) Health() device.Health { return d.vitals.Health() }

// Watch has tell called with the present health now, and with each new state
// or reason from then on, in order. tell must be quick, and must call neither
// Watch nor Open.
func (d *Drawer) Watch(tell func(device.Health)) { d.vitals.Watch(tell) }

// sensed is called with the level of the sensor pin.
func (d *Drawer) sensed(s printer.Sensor) {
	state := drawer.Unknown
	if s.Known && (d.set.Open == "high" || d.set.Open == "low") {
		if state = drawer.Closed; s.High == (d.set.Open == "high") {
			state = drawer.Open
		}
	}
	d.change(func() {
		if d.state = state; state != drawer.Closed {
			d.stuck = false
		}
		d.overdue = d.overdue && state == drawer.Open
	})
}

// heard is called with the printer's health.
func (d *Drawer) heard(h device.Health) { d.change(func() { d.usable, d.why = h.State, h.Reason }) }

// change changes the drawer, wakes who waits for that, and tells a new health.
func (d *Drawer) change(what func()) {
	d.telling.Lock()
	defer d.telling.Unlock()
	d.mu.Lock()
	what()
	close(d.changed)
	d.changed = make(chan struct{})
	state, reason := d.fitness()
	d.mu.Unlock()
	if d.vitals.Become(state, reason, "") {
		d.log.Info("drawer health", "state", state, "reason", reason)
	}
}

// fitness is the health that all of it amounts to. A printer without paper can
// still open a drawer. It needs d.mu.
func (d *Drawer) fitness() (device.State, device.Reason) {
	switch {
	case d.usable == device.Blocked && (d.why == device.NoReply || d.why == device.Permission || d.why == device.Busy),
		d.usable == device.Absent, d.usable == device.Connecting, d.usable == device.Faulted, d.usable == device.Disabled:
		return d.usable, d.why
	case d.overdue:
		return device.Degraded, device.DrawerOpen
	case d.stuck:
		return device.Degraded, device.DrawerStuck
	}
	return device.Ready, device.ReasonNone
}

// Run tells when the drawer stays open, until ctx ends.
func (d *Drawer) Run(ctx context.Context) {
	if d.set.Alarm <= 0 {
		<-ctx.Done()
		return
	}
	for ctx.Err() == nil {
		d.wait(ctx, func() bool { return d.state == drawer.Open })
		short, cancel := context.WithTimeout(ctx, d.set.Alarm)
		shut := d.wait(short, func() bool { return d.state != drawer.Open })
		cancel()
		if !shut && ctx.Err() == nil {
			d.change(func() { d.overdue = d.state == drawer.Open })
			d.wait(ctx, func() bool { return d.state != drawer.Open })
		}
	}
}

// wait waits for something to be so; false when ctx ended before.
func (d *Drawer) wait(ctx context.Context, so func() bool) bool {
	for {
		d.mu.Lock()
		ok, changed := so(), d.changed
		d.mu.Unlock()
		if ok {
			return true
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return false
		}
	}
}

// Open opens the drawer with one pulse and, where its sensor is wired, waits a
// moment for it to spring open. A drawer that is open gets no pulse.
func (d *Drawer) Open(ctx context.Context) drawer.Outcome {
	if d.State() == drawer.Open {
		return drawer.Outcome{Result: drawer.Opened, Detail: "it was open"}
	}
	out := d.printer.Kick(ctx, d.set.Pin)
	if out.Result == printer.Failed {
		return drawer.Outcome{Result: drawer.Refused, Reason: out.Reason, Detail: out.Detail}
	}
	if d.State() == drawer.Unknown {
		d.vitals.Worked()
		return drawer.Outcome{Result: drawer.Sent, Reason: device.CannotTell, Detail: out.Detail}
	}
	short, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	if d.wait(short, func() bool { return d.state != drawer.Closed }) {
		if d.State() == drawer.Unknown {
			return drawer.Outcome{Result: drawer.Sent, Reason: device.CannotTell, Detail: "the printer went away before its sensor could tell"}
		}
		d.vitals.Worked()
		return drawer.Outcome{Result: drawer.Opened}
	}
	if ctx.Err() != nil {
		return drawer.Outcome{Result: drawer.Sent, Reason: device.CannotTell, Detail: "nobody waited until its sensor could tell"}
	}
	d.change(func() { d.stuck = d.state == drawer.Closed })
	return drawer.Outcome{Result: drawer.Stuck, Reason: device.DrawerStuck, Detail: "the pulse was sent, the sensor says that the drawer is shut"}
}
