package configs

import (
	"fmt"
	"strings"
	"time"

	"github.com/posagent/posagent/drivers/port"
)

func (d *Device) settings() []setting {
	return []setting{
		{key: "id", required: true, sample: `"scanner0"`, value: text(&d.ID, "", idWant, made(idMade, 1, 32)), about: "Its name in [roles], on pages and in the log."},
		{key: "kind", required: true, sample: `"scanner"`, value: word(&d.Kind, "", "scanner", "printer", "display"), about: "What it is."},
		{key: "profile", required: true, sample: `"scanner-generic"`, value: text(&d.Profile, "", "the name of a profile, or the path of a profile file", func(t string) bool { return t != "" }),
			about: "What its model can do. Built in:\n" + strings.Join(profileNames(), ", ") + ";\nor the path of a profile file of your own."},
		{key: "address", required: true, sample: `"usb:0c2e:0b6a/serial=SCN0001"`, value: wire(&d.Address),
			about: "Where it is; posctl devices find tells. On USB by its ids and its serial number or socket:\n" +
				"usb:0c2e:0b6a/serial=SCN0001 or usb:0c2e:0b6a@1-1.2; no other device is read in its place.\n" +
				"On the network: tcp:host:9100?idle=30s, where idle shares a printer between registers.\n" +
				"On a serial line: serial:/dev/serial/by-path/…?baud=19200&mode=8N1&flow=dtrdsr (or rtscts, xonxoff).\n" +
				"By a file: lp:/dev/usb/lp0, hidraw:/dev/hidraw0, evdev:/dev/input/event3, file:/dev/…; their numbers change."},
		{key: "enabled", value: flag(&d.Enabled, true), about: "Whether it is used."},
	}
}

func (o *Roles) settings() []setting {
	want := "the id of a [[device]], or \"\""
	id := made(idMade, 0, 32)
	return []setting{
		{key: "scanner", value: text(&o.Scanner, "", want, id), about: "The scanner that reads customers' codes. Empty: none."},
		{key: "printer", value: text(&o.Printer, "", want, id), about: "The printer of receipts. Empty: none."},
		{key: "drawer", value: text(&o.Drawer, "", want, id), about: "The printer that the cash drawer hangs on, which must be that of receipts: the drawer\nopens when cash was taken for a top-up. Empty: none.\n現金の引き出しをつないだプリンタです。"},
		{key: "display", value: text(&o.Display, "", want, id), about: "The customer display of two lines, or the printer of receipts when one of the\nDM-D family hangs on that. Empty: none.\nお客様向けの表示器です。"},
	}
}

func (d *Drawer) settings() []setting {
	return []setting{
		{key: "connector", value: whole(&d.Pin, 2, 2, 5), about: "The pin of the printer's drawer connector that opens it: 2 or 5."},
		{key: "alarm", value: waitOrNone(&d.Alarm, time.Minute), about: "How long it may stay open before that is a trouble, if the profile of the printer\nsays how its sensor is wired (sensor)."},
	}
}

// wire is the address of a device.
func wire(into *port.Address) value {
	var written string
	return value{want: "usb:vendor:product, tcp:host:port, serial:/dev/…?baud=9600&mode=8N1 or a file such as lp:/dev/usb/lp0", show: func() string { return quote(written) },
		read: func(n *node, no no) {
			if n.kind != textKind {
				no(n, wrongKind(n, "text in quotes"), "")
				return
			}
			a, err := port.ParseAddress(n.text)
			if err != nil {
				no(n, err.Error(), "")
				return
			}
			*into, written = a, n.text
		}}
}

// check tells what does not fit together in the whole configuration. What a
// key alone can show was told when it was read.
func (c *Config) check(r *reading) {
	for _, l := range c.Wallets {
		l.check(r, join("wallet", l.ID))
	}
	for i, d := range c.Devices {
		key := join("device", d.ID)
		c.checkProfile(r, d, join(key, "profile"))
		if wrong := unfit(d); wrong != "" && !r.broken {
			r.say(r.at(join(key, "address")), join(key, "address"), wrong, "")
		}
		for _, other := range c.Devices[:i] {
			if d.Enabled && other.Enabled && d.Address != (port.Address{}) && sameWire(d.Address, other.Address) {
				r.say(r.at(join(key, "address")), join(key, "address"), fmt.Sprintf("%s uses the same address; give each device its own, or switch one off", other.ID), "")
			}
		}
	}
	c.checkRole(r, "roles.scanner", c.Roles.Scanner, "scanner")
	c.checkRole(r, "roles.printer", c.Roles.Printer, "printer")
	c.checkRole(r, "roles.drawer", c.Roles.Drawer, "printer")
	if d := c.Roles.Drawer; d != "" && d != c.Roles.Printer {
		r.say(r.at("roles.drawer"), "roles.drawer", fmt.Sprintf("%s is not the printer of receipts; a drawer hangs on that one", quote(d)), "")
	}
	if d, found := c.Device(c.Roles.Display); !found || d.Kind != "printer" {
		c.checkRole(r, "roles.display", c.Roles.Display, "display")
	} else if d.ID != c.Roles.Printer {
		r.say(r.at("roles.display"), "roles.display", fmt.Sprintf("%s is not the printer of receipts; a display hangs on that one", quote(d.ID)), "")
	}
	if c.Drawer.Pin == 3 || c.Drawer.Pin == 4 {
		r.say(r.at("drawer.connector"), "drawer.connector", fmt.Sprintf("a drawer connector has pins 2 and 5, not %d", c.Drawer.Pin), "")
	}
	c.checkCodes(r)
	c.checkShown(r)
	c.Link.check(r, c.Devices, c.FileDrop)
	c.Mail.check(r)
}

// sameWire tells whether two addresses lead to the same device, however the
// line is set.
func sameWire(a, b port.Address) bool {
	return a.Path == b.Path && a.Host == b.Host && a.Device == b.Device
}

// unfit says why a device cannot be at its address.
func unfit(d Device) string {
	wire := d.Address.Kind
	if wire == port.USB {
		wire = d.Address.Device.Node
	}
	reads := wire == port.HIDRaw || wire == port.EvDev || wire == port.Video
	switch {
	case d.Kind == "printer" && reads:
		return fmt.Sprintf("nothing can be printed by way of %s; wanted: usb, lp, tcp or serial", wire)
	case d.Kind == "scanner" && wire == port.LP:
		return "lp is for printers; wanted: usb, serial, hidraw or evdev"
	case d.Kind == "scanner" && d.Address.Idle != 0:
		return "nobody writes to a scanner, so idle would end its connection for good; leave idle out"
	}
	return ""
}

func (c *Config) checkRole(r *reading, key, id, kind string) {
	if id == "" || r.broken {
		return
	}
	d, found := c.Device(id)
	if !found {
		ids := []string{}
		for _, d := range c.Devices {
			ids = append(ids, d.ID)
		}
		r.say(r.at(key), key, fmt.Sprintf("no [[device]] has the id %s", quote(id)), didYouMean(nearest(id, ids)))
		return
	}
	if d.Kind != "" && d.Kind != kind {
		r.say(r.at(key), key, fmt.Sprintf("%s is a %s; wanted: a %s", quote(id), d.Kind, kind), "")
	}
}
