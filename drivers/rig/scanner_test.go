//go:build rig

package rig_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/posagent/posagent/drivers/all"
	"github.com/posagent/posagent/drivers/bench"
	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/virtual"
)

// Each kind of scanner keeps every manner over true USB: found by its ids,
// opened by the class driver of Linux, pulled out and plugged in again.
func TestScannersOnUSB(t *testing.T) {
	t.Run("serial", func(t *testing.T) {
		bench.Scanner(t, profile.Scanner{Speaks: "serial", End: "cr", GapMilli: 150}, serialScanner)
	})
	t.Run("HID-POS", func(t *testing.T) {
		bench.Scanner(t, profile.Scanner{Speaks: "hid-pos", End: "none", GapMilli: 150}, posScanner)
	})
	for _, layout := range []string{"us", "jis"} {
		t.Run("keyboard/"+layout, func(t *testing.T) {
			bench.Scanner(t, profile.Scanner{Speaks: "keyboard", Layout: layout, End: "any", GapMilli: 150}, keyboardScanner)
		})
	}
}

// start runs the driver of a scanner with these ids, told by the kernel of what
// is plugged in.
func start(t *testing.T, model profile.Scanner, address string) bench.ScannerDriver {
	t.Helper()
	h, where := counter(t, address)
	s, err := h.NewScanner("scanner0", model, where, slog.New(slog.DiscardHandler))
	must(t, err)
	run(t, s, func(ctx context.Context) { _ = s.Run(ctx) })
	driver, ok := s.(bench.ScannerDriver)
	if !ok {
		t.Fatalf("%T is no driver that the suite can look into", s)
	}
	return driver
}

func counter(t *testing.T, address string) (*all.Hardware, port.Address) {
	t.Helper()
	where, err := port.ParseAddress(address)
	must(t, err)
	return all.New(hotplug.Machine(), []port.Address{where}), where
}

// run keeps a device open until the test ends, as the program does: what is
// plugged in wakes it.
func run(t *testing.T, d all.Device, do func(context.Context)) {
	t.Helper()
	plugs := hotplug.NewWatcher(hotplug.Machine(), slog.New(slog.DiscardHandler))
	plugs.Watch(func(c hotplug.Change) {
		if !c.Gone {
			d.Retry()
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { plugs.Run(ctx) })
	running.Go(func() { do(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
	})
}

func serialScanner(t *testing.T, model profile.Scanner) bench.ScannerRig {
	t.Helper()
	g := newGadget(t, 0, spec{ids: "0c2e:0b6a", serial: "SCN0001", function: "acm"})
	far := farLine{g: g, path: "/dev/ttyGS" + g.attribute(t, "acm", "port_num")}
	t.Cleanup(func() { _ = far.unplug() })
	must(t, far.plug())
	return bench.ScannerRig{
		Driver: start(t, model, "usb:0c2e:0b6a/serial=SCN0001"), Send: far.send, Plug: far.plug, Unplug: far.unplug,
		Frame:  func(aim, text string) []byte { return virtual.Frame(model, aim, text) },
		Noises: bench.LineNoises(), Flood: make([]byte, 50_000),
	}
}

// farLine is the scanner's end of a serial line over USB.
type farLine struct {
	g    *gadget
	path string
	f    *os.File
}

func (l *farLine) plug() error {
	if l.f != nil {
		return nil
	}
	if err := l.g.plug(); err != nil {
		return err
	}
	f, err := os.OpenFile(l.path, os.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK, 0)
	if err != nil {
		return err
	}
	l.f = f
	var raw error
	c, err := f.SyscallConn()
	if err == nil {
		err = c.Control(func(fd uintptr) {
			var set *unix.Termios
			if set, raw = unix.IoctlGetTermios(int(fd), unix.TCGETS); raw == nil {
				set.Iflag, set.Oflag, set.Lflag = 0, 0, 0
				raw = unix.IoctlSetTermios(int(fd), unix.TCSETS, set)
			}
		})
	}
	return errors.Join(err, raw)
}

func (l *farLine) unplug() error {
	if l.f == nil {
		return nil
	}
	err := l.f.Close()
	l.f = nil
	return errors.Join(err, l.g.pull())
}

func (l *farLine) send(p []byte) error {
	if err := l.f.SetWriteDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	_, err := l.f.Write(p)
	return err
}

// posReports is what a scanner of HID-POS sends at most at once.
const posReport = 64

func posScanner(t *testing.T, model profile.Scanner) bench.ScannerRig {
	t.Helper()
	shape := &virtual.HIDPOS{Maker: [2]byte{'s'}}
	descriptor, err := shape.Descriptor(nil)
	must(t, err)
	g := newGadget(t, 0, spec{ids: "0c2e:0b87", serial: "SCN0002", function: "hid", settings: map[string]string{
		"report_length": "64", "report_desc": string(descriptor),
	}})
	far := farHID{g: g}
	t.Cleanup(func() { _ = far.unplug() })
	must(t, far.plug(t))
	join := func(reports [][]byte) (out []byte) {
		for _, r := range reports {
			out = append(out, r...)
		}
		return out
	}
	return bench.ScannerRig{
		Driver: start(t, model, "usb:0c2e:0b87/serial=SCN0002"), Plug: func() error { return far.plug(t) }, Unplug: far.unplug, SendsAIM: true,
		Frame: func(aim, text string) []byte { return join(shape.Reports(aim, text)) },
		Send: func(p []byte) error {
			for ; len(p) > 0; p = p[posReport:] {
				if err := far.send(p[:posReport]); err != nil {
					return err
				}
			}
			return nil
		},
		Unit:      posReport,
		Noises:    [][]byte{join(shape.Reports("]Q1", "97\x00123")), join(shape.Reports("]Q1", "\xff\xfe"))},
		Flood:     join(shape.Reports("]Q1", string(make([]byte, 20_000)))),
		FloodEnds: true,
	}
}

// farHID is the device's end of a HID function.
type farHID struct {
	g *gadget
	f *os.File
}

func (h *farHID) plug(t *testing.T) error {
	if h.f != nil {
		return nil
	}
	if err := h.g.plug(); err != nil {
		return err
	}
	f, err := os.OpenFile(h.g.file(t, "hid"), os.O_RDWR|unix.O_NONBLOCK, 0)
	h.f = f
	return err
}

func (h *farHID) unplug() error {
	if h.f == nil {
		return nil
	}
	err := h.f.Close()
	h.f = nil
	return errors.Join(err, h.g.pull())
}

func (h *farHID) send(report []byte) error {
	if err := h.f.SetWriteDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	_, err := h.f.Write(report)
	return err
}

// bootKeyboard is the report descriptor of USB HID 1.11, appendix E.6, with
// usages up to those of a Japanese keyboard.
var bootKeyboard = []byte{
	0x05, 0x01, 0x09, 0x06, 0xA1, 0x01, // a keyboard
	0x05, 0x07, 0x19, 0xE0, 0x29, 0xE7, 0x15, 0x00, 0x25, 0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02, // modifiers
	0x95, 0x01, 0x75, 0x08, 0x81, 0x01, // reserved
	0x95, 0x06, 0x75, 0x08, 0x15, 0x00, 0x26, 0xA4, 0x00, 0x05, 0x07, 0x19, 0x00, 0x29, 0xA4, 0x81, 0x00, // six keys
	0xC0,
}

func keyboardScanner(t *testing.T, model profile.Scanner) bench.ScannerRig {
	t.Helper()
	g := newGadget(t, 0, spec{ids: "0536:02c1", serial: "SCN0003", function: "hid", settings: map[string]string{
		"protocol": "1", "subclass": "1", "report_length": "8", "report_desc": string(bootKeyboard),
	}})
	far := farHID{g: g}
	t.Cleanup(func() { _ = far.unplug() })
	must(t, far.plug(t))
	keys := &virtual.Keyboard{Layout: model.Layout}
	var boot virtual.Boot
	return bench.ScannerRig{
		Driver: start(t, model, "usb:0536:02c1/serial=SCN0003"), Frame: func(_, text string) []byte { return keys.Events(text) },
		Plug: func() error { boot = virtual.Boot{}; return far.plug(t) }, Unplug: far.unplug,
		Send: func(events []byte) error {
			for _, r := range boot.Reports(events) {
				if err := far.send(r); err != nil {
					return err
				}
			}
			return nil
		},
		Unit: len(keys.Raw(0, 0, 0)), Least: 4, OnlyASCII: true, FloodEnds: true,
		Noises: [][]byte{keys.Events("97\x00123"), append(keys.Press(virtual.UsageGUI, 0x15), keys.Events("cmd.exe")...)},
		Flood:  append(keys.Press(virtual.UsageGUI, 0x15), keys.Events("cmd.exe")...),
	}
}

// While a driver holds it, nobody else gets what a scanner types.
func TestKeysReachNobodyElse(t *testing.T) {
	rig := keyboardScanner(t, profile.Scanner{Speaks: "keyboard", Layout: "us", End: "any", GapMilli: 150})
	await(t, rig.Driver, device.Ready)
	rig.Driver.Arm()
	nodes, err := hotplug.Machine().Nodes()
	must(t, err)
	var other *os.File
	for _, n := range nodes {
		if n.Vendor == "0536" && n.Kind == hotplug.EvDev {
			other, err = os.OpenFile(n.Dev, os.O_RDONLY|unix.O_NONBLOCK, 0)
			must(t, err)
		}
	}
	if other == nil {
		t.Fatalf("no key file among %+v", nodes)
	}
	defer other.Close()
	must(t, rig.Send(rig.Frame("", "97120345678901234567")))
	if got := <-rig.Driver.Scans(); string(got.Data) != "97120345678901234567" {
		t.Errorf("read %d bytes", len(got.Data))
	}
	must(t, other.SetReadDeadline(time.Now().Add(300*time.Millisecond)))
	if n, err := other.Read(make([]byte, 240)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("another reader got %d bytes, %v", n, err)
	}
}

// healthy is a driver that tells how it is.
type healthy interface {
	Health() device.Health
	Watch(func(device.Health))
}

func await(t *testing.T, d healthy, state device.State) device.Health {
	t.Helper()
	came := make(chan device.Health, 100)
	d.Watch(func(h device.Health) { came <- h })
	late := time.After(20 * time.Second)
	for {
		select {
		case h := <-came:
			if h.State == state {
				return h
			}
		case <-late:
			t.Fatalf("it never became %s: %+v", state, d.Health())
		}
	}
}
