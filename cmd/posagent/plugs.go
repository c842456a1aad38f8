package main

import (
	"context"
	"fmt"
	"time"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/configs"
	"github.com/posagent/posagent/drivers/all"
	"github.com/posagent/posagent/drivers/chain"
	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/port"
)

// addresses are those of the devices that are used.
func addresses(devices []configs.Device) []port.Address {
	var out []port.Address
	for _, d := range devices {
		if d.Enabled {
			out = append(out, d.Address)
		}
	}
	return out
}

// deviceAs is a device as the register shows it.
func deviceAs(role string, d all.Device) agent.Device {
	place := d.Place()
	return agent.Device{
		Role: role, Health: d.Health, Trace: place.Trace().Since,
		Explain: func(ctx context.Context) []device.Link {
			return chain.Here().Look(ctx, chain.Subject{Address: place.Address(), Find: place.Look, Health: d.Health()})
		},
	}
}

// plugged is told what was plugged in or pulled out: devices that wait try
// again at once, and somebody looks whether all of it belongs here.
func (d *program) plugged(c hotplug.Change) {
	if !c.Gone {
		for _, dev := range d.gear.Load().supervised() {
			dev.Retry()
		}
	}
	select {
	case d.replugged <- struct{}{}:
	default:
	}
}

// lookAround looks, at the start and whenever something was plugged in or
// pulled out, for hardware that only looks like a device of this register.
func (d *program) lookAround(ctx context.Context) {
	const settled = 2 * time.Second // the files of a device come one after the other
	for {
		d.strangers()
		select {
		case <-ctx.Done():
			return
		case <-d.replugged:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(settled):
		}
	}
}

func (d *program) strangers() {
	found, err := d.gear.Load().hardware.Strangers()
	if err != nil {
		d.log.Warn("whether all that is plugged in belongs here cannot be told", "error", err)
		return
	}
	var words []string
	for _, n := range found {
		words = append(words, fmt.Sprintf("%s:%s at socket %s, a %s (%s)", n.Vendor, n.Product, n.Socket, n.Kind.Word(), n.Dev))
	}
	if len(words) > 0 {
		d.log.Warn("hardware carries the ids of a device of this register, but was not set up; it is not read", "hardware", words)
	}
	d.register.Strangers(words)
}
