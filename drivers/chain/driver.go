package chain

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/posagent/posagent/drivers/device"
)

// What the driver says belongs to one of the last steps, by its reason.
var (
	opening     = []device.Reason{device.NotFound, device.Unplugged, device.Permission, device.Busy, device.NotAllowed, device.Ambiguous, device.NotConfigured}
	speaking    = []device.Reason{device.NoReply, device.WrongModel, device.CannotTell}
	speechCures = map[device.Reason]string{
		device.NoReply:    "switch it on; compare its speed, parity and interface with the address, and its model with the profile",
		device.WrongModel: "compare the profile, the speed and the end mark with the device's own settings: posctl devices sniff shows what it sends",
	}
)

// network looks whether there is a way to a device on the network. Nothing is
// sent.
func (l *look) network(ctx context.Context) device.Link {
	const enough = 2 * time.Second
	ctx, cancel := context.WithTimeout(ctx, enough)
	defer cancel()
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "udp", l.Address.Host) // chooses a way, and sends nothing
	if err != nil {
		return broken(device.Offline, err.Error(), "check the network of this machine, and the name or address of the device")
	}
	defer conn.Close()
	return ok(fmt.Sprintf("%s is reached from %s", conn.RemoteAddr(), conn.LocalAddr()))
}

// open looks whether the driver has the device open.
func (l *look) open() device.Link {
	h := l.Health
	switch {
	case h.Reason == device.Busy:
		by := l.holders(l.path)
		return broken(device.Busy, "another program has it open: "+cmp.Or(by, "which one, only root can see"), "fuser -v "+cmp.Or(l.path, l.Address.Host)+" names it; stop it, or take the device out of its settings")
	case h.Reason == device.NotConfigured:
		return broken(h.Reason, h.Detail, "correct its address: posctl devices find")
	case slices.Contains(opening, h.Reason) && l.path != "":
		return device.Link{Grade: device.GradeUnknown, Detail: "the driver has not opened it yet; the last time: " + cmp.Or(h.Detail, string(h.Reason))}
	case h.State == device.Absent || slices.Contains(opening, h.Reason):
		return broken(h.Reason, h.Detail, "switch it on and check its cable; a device on the network takes one connection at a time")
	}
	return ok("the driver has it open")
}

// protocol looks whether the device and the driver understand each other.
func (l *look) protocol() device.Link {
	h := l.Health
	switch {
	case slices.Contains(opening, h.Reason):
		return device.Link{Grade: device.GradeUnknown, Detail: "it was not open when it was last asked"}
	case h.State == device.Connecting:
		return device.Link{Grade: device.GradeUnknown, Detail: "it is being asked how it is"}
	case h.Reason == device.CannotTell:
		return worth("this model has no way to answer", "")
	case slices.Contains(speaking, h.Reason):
		return broken(h.Reason, h.Detail, speechCures[h.Reason])
	case h.Kind == "scanner" && h.LastOK.IsZero():
		return device.Link{Grade: device.GradeUnknown, Detail: "no code has come since the agent was started: read any barcode"}
	case !h.LastOK.IsZero():
		return ok("it last did its work at " + h.LastOK.Format(time.DateTime))
	}
	return ok("it answers")
}

// status looks whether the device can do what it is for.
func (l *look) status() device.Link {
	h := l.Health
	switch {
	case h.State == device.Ready:
		return ok("ready")
	case slices.Contains(opening, h.Reason) || slices.Contains(speaking, h.Reason):
		return device.Link{Grade: device.GradeUnknown, Detail: "it has not told how it is"}
	case h.State == device.Degraded:
		return device.Link{Grade: device.GradeLook, Reason: h.Reason, Detail: h.Detail}
	}
	return device.Link{Grade: device.GradeBroken, Reason: h.Reason, Detail: h.Detail}
}
