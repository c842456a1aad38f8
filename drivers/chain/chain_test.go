package chain

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/posagent/posagent/drivers/bench"
	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/port"
)

func TestMain(m *testing.M) { bench.Main(m) }

// counter is a machine with one scanner that is as it should be; the tests
// break one thing each. /dev/null stands in for the scanner's file.
type counter struct {
	*bench.Machine
	here    Machine
	subject Subject
	fails   error // of finding it
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	c := &counter{Machine: bench.NewMachine(t)}
	c.Plug(bench.USBDevice{IDs: "0c2e:0b6a", Serial: "SCN0001", Socket: "1-1.2", Parts: []bench.USBPart{{Class: "02", Kind: "tty", Name: "ttyACM0"}}})
	c.Write("sys/devices/pci0000:00/0000:00:14.0/usb1/1-1.2/1-1.2:1.0/tty/ttyACM0/uevent", "MAJOR=1\nMINOR=3\nDEVNAME=null\n")
	c.Write("run/control", "")
	c.Write("run/data/c1:3", "E:ID_MM_DEVICE_IGNORE=1\n")
	c.here = Machine{Tree: hotplug.TreeAt(c.Sys(), "/dev"), Run: c.at("run"), Proc: c.at("proc"), May: func(string) error { return nil }}
	c.subject = Subject{
		Address: c.address("usb:0c2e:0b6a/serial=SCN0001"),
		Find: func() (port.Found, error) {
			return port.Found{Address: port.Address{Kind: port.Serial, Path: "/dev/null"}}, c.fails
		},
		Health: device.Health{ID: "scanner0", Kind: "scanner", State: device.Ready, LastOK: time.Now()},
	}
	return c
}

func (c *counter) at(name string) string { return filepath.Join(filepath.Dir(c.Sys()), name) }

func (c *counter) address(text string) port.Address {
	c.Helper()
	a, err := port.ParseAddress(text)
	if err != nil {
		c.Fatal(err)
	}
	return a
}

func (c *counter) driver(state device.State, reason device.Reason, detail string) {
	c.subject.Health = device.Health{ID: "scanner0", Kind: "scanner", State: state, Reason: reason, Detail: detail}
}

func TestAllIsWell(t *testing.T) {
	c := newCounter(t)
	links := c.here.Look(t.Context(), c.subject)
	want := []device.Step{device.StepKernel, device.StepUdev, device.StepNode, device.StepPermission, device.StepOpen, device.StepProtocol, device.StepStatus}
	for i, l := range links {
		if l.Step != want[i] || l.Grade != device.GradeOK || l.Detail == "" {
			t.Errorf("step %d is %+v, want %s to be ok", i, l, want[i])
		}
	}
	if len(links) != len(want) {
		t.Errorf("there are %d steps", len(links))
	}
	if got := links[0].Detail; got != "/dev/null is Maker .[2J Model 1450g (0c2e:0b6a, serial number SCN0001) at socket 1-1.2" {
		t.Errorf("the hardware is %q", got)
	}
}

// Each thing that can be wrong is found at its step, with what to do; behind a
// broken step nothing is claimed.
func TestWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct {
		spoil  func(*counter)
		step   device.Step
		grade  device.Grade
		reason device.Reason
		says   string
		cure   string
	}{
		"not plugged in": {func(c *counter) { c.fails = os.ErrNotExist },
			device.StepKernel, device.GradeBroken, device.NotFound, "", "plug it in"},
		"a stranger": {func(c *counter) { c.fails = fmt.Errorf("%w: at socket 1-4", port.ErrNotAllowed) },
			device.StepKernel, device.GradeBroken, device.NotAllowed, "at socket 1-4", "own socket"},
		"two of them": {func(c *counter) { c.fails = port.ErrAmbiguous },
			device.StepKernel, device.GradeBroken, device.Ambiguous, "", "serial number"},
		"sysfs fails": {func(c *counter) { c.fails = errors.New("input/output error") },
			device.StepKernel, device.GradeBroken, "", "input/output", ""},
		"ids alone": {func(c *counter) { c.subject.Address = c.address("usb:0c2e:0b6a") },
			device.StepKernel, device.GradeLook, "", "whatever carries its ids", `address = "usb:0c2e:0b6a/serial=SCN0001"`},
		"udev does not run": {func(c *counter) { c.Remove("run/control") },
			device.StepUdev, device.GradeLook, "", "udev does not run", ""},
		"udev has no record": {func(c *counter) { c.Remove("run/data") },
			device.StepUdev, device.GradeLook, "", "no record", "udev rules"},
		"ModemManager": {func(c *counter) { c.Write("run/data/c1:3", "E:ID_MM_DEVICE_IGNORE=0\n") },
			device.StepUdev, device.GradeLook, "", "ModemManager", "udev rules"},
		"no file": {func(c *counter) { c.here.Tree = hotplug.TreeAt(c.Sys(), c.Dev()); c.found("no-such-file") },
			device.StepNode, device.GradeBroken, device.NotFound, "no-such-file", "plug the device in again"},
		"somebody else's file": {func(c *counter) {
			c.Write("sys/devices/pci0000:00/0000:00:14.0/usb1/1-1.2/1-1.2:1.0/tty/ttyACM0/uevent", "MAJOR=166\nMINOR=0\nDEVNAME=null\n")
			c.Write("run/data/c166:0", "E:ID_MM_DEVICE_IGNORE=1\n")
		}, device.StepNode, device.GradeBroken, device.NotConfigured, "would be 166:0", "remove it"},
		"no rights": {func(c *counter) { c.here.May = func(string) error { return unix.EACCES } },
			device.StepPermission, device.GradeBroken, device.Permission, "may not read and write /dev/null", "group pos"},
		"in use": {func(c *counter) {
			c.driver(device.Blocked, device.Busy, "in use")
			c.Write("proc/4711/comm", "ModemManager\n")
			c.holds("4711")
		}, device.StepOpen, device.GradeBroken, device.Busy, "ModemManager (process 4711)", "fuser -v /dev/null"},
		"in use by somebody": {func(c *counter) { c.driver(device.Blocked, device.Busy, "in use") },
			device.StepOpen, device.GradeBroken, device.Busy, "only root can see", "fuser"},
		"just plugged in": {func(c *counter) { c.driver(device.Absent, device.Unplugged, "gone") },
			device.StepOpen, device.GradeUnknown, "", "not opened it yet", ""},
		"wrong kind": {func(c *counter) { c.driver(device.Faulted, device.NotConfigured, "not a serial line") },
			device.StepOpen, device.GradeBroken, device.NotConfigured, "not a serial line", "posctl devices find"},
		"no answer": {func(c *counter) { c.driver(device.Blocked, device.NoReply, "silence") },
			device.StepProtocol, device.GradeBroken, device.NoReply, "silence", "switch it on"},
		"garbage": {func(c *counter) { c.driver(device.Degraded, device.WrongModel, "bytes come but no code") },
			device.StepProtocol, device.GradeBroken, device.WrongModel, "no code", "posctl devices sniff"},
		"mute": {func(c *counter) { c.driver(device.Degraded, device.CannotTell, "") },
			device.StepProtocol, device.GradeLook, "", "no way to answer", ""},
		"being asked": {func(c *counter) { c.driver(device.Connecting, device.NoReply, "") },
			device.StepProtocol, device.GradeUnknown, "", "being asked", ""},
		"never used": {func(c *counter) { c.driver(device.Ready, device.ReasonNone, "") },
			device.StepProtocol, device.GradeUnknown, "", "read any barcode", ""},
		"paper out": {func(c *counter) { c.driver(device.Blocked, device.PaperOut, "") },
			device.StepStatus, device.GradeBroken, device.PaperOut, "", ""},
		"paper low": {func(c *counter) { c.driver(device.Degraded, device.PaperNearEnd, "") },
			device.StepStatus, device.GradeLook, device.PaperNearEnd, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			counter := newCounter(t)
			c.spoil(counter)
			links := counter.here.Look(t.Context(), counter.subject)
			broken := false
			for _, l := range links {
				if broken != (l.Grade == device.GradeUnreached) {
					t.Errorf("behind a broken step: %v, but it is %+v", broken, l)
				}
				broken = broken || l.Grade == device.GradeBroken
				if l.Step != c.step {
					continue
				}
				if l.Grade != c.grade || l.Reason != c.reason || !strings.Contains(l.Detail, c.says) || !strings.Contains(l.Cure, c.cure) || c.cure == "" && l.Cure != "" {
					t.Errorf("it is %+v", l)
				}
			}
			if broken != (c.grade == device.GradeBroken) {
				t.Errorf("the chain is %+v", links)
			}
		})
	}
}

// found has the scanner's file be another one.
func (c *counter) found(name string) {
	path := filepath.Join(c.Dev(), name)
	c.subject.Find = func() (port.Found, error) {
		return port.Found{Address: port.Address{Kind: port.Serial, Path: path}}, nil
	}
}

// holds has a process hold the scanner's file open.
func (c *counter) holds(pid string) {
	c.Helper()
	folder := c.at(filepath.Join("proc", pid, "fd"))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		c.Fatal(err)
	}
	if err := os.Symlink("/dev/null", filepath.Join(folder, "7")); err != nil {
		c.Fatal(err)
	}
}

// An address that is a path is followed to what it leads to.
func TestPaths(t *testing.T) {
	c := newCounter(t)
	kernel := func(text string) device.Link {
		c.subject.Address = c.address(text)
		return c.here.Look(t.Context(), c.subject)[0]
	}
	if l := kernel("serial:/dev/null"); l.Grade != device.GradeOK || !strings.Contains(l.Detail, "at socket 1-1.2") {
		t.Errorf("a file of hardware: %+v", l)
	}
	if l := kernel("serial:/dev/zero"); l.Grade != device.GradeOK || !strings.Contains(l.Detail, "no hardware that sysfs knows") {
		t.Errorf("a file of no hardware: %+v", l)
	}
	if l := kernel("serial:/dev/no-such-line"); l.Grade != device.GradeBroken || l.Reason != device.NotFound {
		t.Errorf("no file: %+v", l)
	}
	for path, want := range map[string]bool{
		"/dev/ttyACM0": true, "/dev/input/event12": true, "/dev/usb/lp0": true,
		"/dev/serial/by-id/usb-Honeywell_1450g_SCN0001-if00": false, "/dev/serial/by-path/pci-0000:00:14.0-usb-0:1:1.0": false, "/dev/pos/scanner0": false, "/dev/printer": false,
	} {
		if numbered(path) != want {
			t.Errorf("%s carries the kernel's number: %v", path, !want)
		}
	}
	if got := stable(hotplug.Node{Vendor: "0c2e", Product: "0b6a", Socket: "1-1.2"}); got != "0c2e:0b6a@1-1.2" {
		t.Errorf("without a serial number it is %s", got)
	}
}

func TestOnTheNetwork(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	c := newCounter(t)
	c.subject.Address = c.address("tcp:" + listener.Addr().String())
	c.driver(device.Absent, device.Offline, "connection refused")
	links := c.here.Look(t.Context(), c.subject)
	if len(links) != 4 || links[0].Step != device.StepNetwork || links[0].Grade != device.GradeOK || !strings.Contains(links[0].Detail, "from 127.0.0.1:") {
		t.Errorf("the way to it is %+v", links)
	}
	if l := links[1]; l.Step != device.StepOpen || l.Grade != device.GradeBroken || l.Reason != device.Offline || l.Detail != "connection refused" {
		t.Errorf("it is %+v", l)
	}
	c.subject.Address = c.address("tcp:no-such-printer.invalid:9100")
	if l := c.here.Look(t.Context(), c.subject)[0]; l.Grade != device.GradeBroken || l.Reason != device.Offline {
		t.Errorf("a name that nobody has: %+v", l)
	}
}

// This machine's own chain can be looked at: a pseudo terminal has one.
func TestHere(t *testing.T) {
	c := newCounter(t)
	c.subject.Address = c.address("serial:/dev/ptmx")
	for _, l := range Here().Look(t.Context(), c.subject) {
		if l.Grade == device.GradeBroken {
			t.Errorf("%+v", l)
		}
	}
}
