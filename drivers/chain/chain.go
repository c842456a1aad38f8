// Package chain looks at each step between a device and its driver, from the
// kernel to the device's own word, and names the first that is broken. It
// opens no device and changes nothing, so that it can be asked while the
// driver works.
//
// Invariant: behind a broken step nothing is claimed.
package chain

import (
	"context"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/port"
)

// Subject is the device that is looked at.
type Subject struct {
	Address port.Address
	Find    func() (port.Found, error) // where it is now
	Health  device.Health              // what its driver says
}

// Machine is where the steps are looked for.
type Machine struct {
	Tree hotplug.Tree
	Run  string                  // the folder of udev's data, usually /run/udev
	Proc string                  // usually /proc
	May  func(path string) error // whether this program may read and write a file
}

// Here is this machine.
func Here() Machine {
	return Machine{Tree: hotplug.Machine(), Run: "/run/udev", Proc: "/proc", May: func(path string) error {
		return unix.Faccessat(unix.AT_FDCWD, path, unix.R_OK|unix.W_OK, unix.AT_EACCESS)
	}}
}

// Look looks at all steps, in order.
func (m Machine) Look(ctx context.Context, s Subject) []device.Link {
	l := &look{Machine: m, Subject: s}
	steps := []func() device.Link{l.kernel, l.udev, l.node, l.permission}
	names := []device.Step{device.StepKernel, device.StepUdev, device.StepNode, device.StepPermission}
	if s.Address.Kind == port.TCP {
		steps = []func() device.Link{func() device.Link { return l.network(ctx) }}
		names = []device.Step{device.StepNetwork}
	}
	steps = append(steps, l.open, l.protocol, l.status)
	names = append(names, device.StepOpen, device.StepProtocol, device.StepStatus)
	var out []device.Link
	broken := false
	for i, look := range steps {
		link := device.Link{Grade: device.GradeUnreached}
		if !broken {
			link = look()
		}
		link.Step = names[i]
		broken = broken || link.Grade == device.GradeBroken
		out = append(out, link)
	}
	return out
}

// look is one look at one device.
type look struct {
	Machine
	Subject
	path string       // of its file, once that is known
	seen hotplug.Node // what sysfs knows of it; none of a pseudo terminal
}

func ok(detail string) device.Link { return device.Link{Grade: device.GradeOK, Detail: detail} }

func worth(detail, cure string) device.Link {
	return device.Link{Grade: device.GradeLook, Detail: detail, Cure: cure}
}

func broken(reason device.Reason, detail, cure string) device.Link {
	return device.Link{Grade: device.GradeBroken, Reason: reason, Detail: detail, Cure: cure}
}

// kernel looks whether the kernel sees the hardware, and whether it is the one
// that is meant.
func (l *look) kernel() device.Link {
	if l.Address.Kind == port.USB {
		return l.onUSB()
	}
	real, err := filepath.EvalSymlinks(l.Address.Path)
	if err != nil {
		return broken(device.NotFound, err.Error(), "plug it in, or correct its address: posctl devices find")
	}
	l.path = real
	nodes, err := l.Tree.Nodes()
	if err != nil {
		return broken(device.ReasonNone, err.Error(), "")
	}
	for _, n := range nodes {
		if n.Dev == real {
			l.seen = n
		}
	}
	switch {
	case l.seen.Dev == "":
		return ok(real + " is no hardware that sysfs knows, such as a pseudo terminal")
	case l.seen.USB() && numbered(l.Address.Path):
		return worth(about(l.seen)+"; its number changes when a plug is pulled", "name it by what it is: address = \"usb:"+stable(l.seen)+"\"")
	}
	return ok(about(l.seen))
}

func (l *look) onUSB() device.Link {
	found, err := l.Find()
	if err != nil {
		_, reason, known := port.Trouble(err)
		if !known {
			return broken(device.ReasonNone, err.Error(), "")
		}
		return broken(reason, err.Error(), cures[reason])
	}
	l.path = found.Address.Path
	nodes, err := l.Tree.Nodes()
	if err != nil {
		return broken(device.ReasonNone, err.Error(), "")
	}
	for _, n := range nodes {
		if n.Dev == l.path {
			l.seen = n
		}
	}
	if l.Address.Device.Serial == "" && l.Address.Device.Socket == "" {
		return worth(about(l.seen)+"; its address names neither serial number nor socket, so whatever carries its ids is used",
			"name one: address = \"usb:"+stable(l.seen)+"\"")
	}
	return ok(about(l.seen))
}

// cures of what can be wrong with the hardware.
var cures = map[device.Reason]string{
	device.NotFound:   "plug it in and switch it on; posctl devices find shows what the machine sees",
	device.NotAllowed: "put it back into its own socket, set it to the interface of its profile, or give its address anew: posctl devices find",
	device.Ambiguous:  "name the serial number or the socket in its address: posctl devices find",
}

// about is a node in words.
func about(n hotplug.Node) string {
	if !n.USB() {
		return n.Dev + ", a " + n.Kind.Word() + " that is not on USB"
	}
	words := []string{n.Dev, "is", strings.TrimSpace(n.Maker + " " + n.Model), "(" + n.Vendor + ":" + n.Product}
	if n.Serial != "" {
		words[3] += ", serial number " + n.Serial
	}
	words[3] += ")"
	return strings.Join(append(words, "at socket", n.Socket), " ")
}

// stable is the address of a node by what does not change: its serial number
// where it has one, and its socket otherwise.
func stable(n hotplug.Node) string {
	d := port.Device{Vendor: n.Vendor, Product: n.Product, Serial: n.Serial}
	if n.Serial == "" {
		d.Socket = n.Socket
	}
	return d.String()
}

// numbered tells whether a path carries the kernel's number and no name that
// stays.
func numbered(path string) bool {
	return strings.TrimRight(path, "0123456789") != path && !strings.Contains(path, "/by-") && !strings.Contains(path, "/pos/")
}
