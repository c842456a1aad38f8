package spool

import (
	"slices"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/printer"
)

// Health is how the printer is now.
func (p *Printer) Health() device.Health { return p.vitals.Health() }

// Stats is what the printer did so far.
func (p *Printer) Stats() Stats {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stats
}

// Watch has tell called with the present health now, and with each new state
// or reason from then on, in order. tell must be quick, and must call neither
// Watch nor Print.
func (p *Printer) Watch(tell func(device.Health)) { p.vitals.Watch(tell) }

func (p *Printer) setHealth(state device.State, reason device.Reason, detail string) {
	if p.vitals.Become(state, reason, detail) {
		p.log.Info("printer health", "state", state, "reason", reason, "detail", detail)
	}
}

// Sensor is the level of the drawer's sensor pin now.
func (p *Printer) Sensor() printer.Sensor {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.sensor
}

// WatchSensor has tell called with the present level now and with each change
// from then on, in order, under the same rules as Watch.
func (p *Printer) WatchSensor(tell func(printer.Sensor)) {
	p.telling.Lock()
	defer p.telling.Unlock()
	p.mu.Lock()
	p.sensors = append(slices.Clone(p.sensors), tell)
	now := p.sensor
	p.mu.Unlock()
	tell(now)
}

func (p *Printer) setSensor(s printer.Sensor) {
	p.telling.Lock()
	defer p.telling.Unlock()
	p.mu.Lock()
	if p.sensor == s {
		p.mu.Unlock()
		return
	}
	p.sensor = s
	watchers := p.sensors
	p.mu.Unlock()
	for _, tell := range watchers {
		tell(s)
	}
}

// tellStatus passes on what the printer says of itself.
func (p *Printer) tellStatus(s printer.Status) {
	state, reason := s.Health()
	p.setHealth(state, reason, "")
	p.setSensor(sensorOf(s))
}

func sensorOf(s printer.Status) printer.Sensor {
	return printer.Sensor{Known: s.Known, High: s.Known && s.Drawer}
}
