package hotplug

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// machine is a sysfs and a /dev in a folder of the test, laid out as Linux
// lays them out: folders of devices, and links to them from bus and class.
type machine struct {
	*testing.T
	root string
	num  int // of the last plugging-in
}

func newMachine(t *testing.T) *machine { return &machine{T: t, root: t.TempDir()} }

func (m *machine) tree() Tree {
	return TreeAt(filepath.Join(m.root, "sys"), filepath.Join(m.root, "dev"))
}

func (m *machine) write(path, text string) {
	m.Helper()
	path = filepath.Join(m.root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		m.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		m.Fatal(err)
	}
}

func (m *machine) link(path, target string) {
	m.Helper()
	path, target = filepath.Join(m.root, path), filepath.Join(m.root, target)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		m.Fatal(err)
	}
	rel, err := filepath.Rel(filepath.Dir(path), target)
	if err != nil {
		m.Fatal(err)
	}
	if err := os.Symlink(rel, path); err != nil {
		m.Fatal(err)
	}
}

// device is a USB device to be plugged in.
type device struct {
	ids    string // "0c2e:0b6a"
	serial string
	socket string // "1-1.2"
	parts  []part
}

// part is one interface of a device and the file that the kernel makes of it.
type part struct {
	class string // of the interface
	kind  Kind
	name  string // "ttyACM0"
	usage string // of HIDRaw, as the bytes of a report descriptor
	keys  string // of EvDev
}

const (
	posUsage      = "\x05\x8c\x09\x02\xa1\x01\x85\x02\xc0"
	keyboardUsage = "\x05\x01\x09\x06\xa1\x01\xc0"
	keyboardKeys  = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
	mouseKeys     = "1f0000 0 0 0 0"
)

// plug puts a device in.
func (m *machine) plug(d device) {
	m.Helper()
	m.num++
	folder := filepath.Join("sys/devices/pci0000:00/0000:00:14.0/usb1", d.socket)
	for name, text := range map[string]string{
		"idVendor": d.ids[:4], "idProduct": d.ids[5:], "busnum": "1", "devnum": fmt.Sprint(m.num),
		"manufacturer": "Maker \x1b[2J", "product": "Model 1450g",
	} {
		m.write(filepath.Join(folder, name), text+"\n")
	}
	if d.serial != "" {
		m.write(filepath.Join(folder, "serial"), d.serial+"\n")
	}
	m.link(filepath.Join("sys/bus/usb/devices", d.socket), folder)
	for i, p := range d.parts {
		at := filepath.Join(folder, fmt.Sprintf("%s:1.%d", d.socket, i))
		m.write(filepath.Join(at, "bInterfaceClass"), p.class+"\n")
		m.write(filepath.Join(at, "bInterfaceNumber"), fmt.Sprintf("%02x\n", i))
		m.link(filepath.Join("sys/bus/usb/devices", filepath.Base(at)), at)
		m.part(at, p)
	}
}

func (m *machine) part(at string, p part) {
	m.Helper()
	dev, class := p.name, string(p.kind)
	switch p.kind {
	case TTY:
		at = filepath.Join(at, "tty", p.name)
	case LP:
		dev, class = "usb/"+p.name, "usbmisc"
		at = filepath.Join(at, "usbmisc", p.name)
	case HIDRaw:
		hid := filepath.Join(at, "0003:0C2E:0B6A.0001")
		m.write(filepath.Join(hid, "report_descriptor"), p.usage)
		at = filepath.Join(hid, "hidraw", p.name)
		m.link(filepath.Join(at, "device"), hid)
	case EvDev:
		dev, class = "input/"+p.name, "input"
		input := filepath.Join(at, "0003:0C2E:0B6A.0001/input/input5")
		m.write(filepath.Join(input, "capabilities/key"), p.keys+"\n")
		at = filepath.Join(input, p.name)
		m.link(filepath.Join(at, "device"), input)
	case Video:
		class = "video4linux"
		at = filepath.Join(at, "video4linux", p.name)
		m.write(filepath.Join(at, "index"), "0\n")
	}
	m.write(filepath.Join(at, "uevent"), fmt.Sprintf("MAJOR=166\nMINOR=%d\nDEVNAME=%s\n", m.num, dev))
	m.link(filepath.Join("sys/class", class, p.name), at)
	m.write(filepath.Join("dev", dev), "")
}

// pull takes a device out.
func (m *machine) pull(d device) {
	m.Helper()
	for i, p := range d.parts {
		for _, c := range classes {
			m.remove(filepath.Join("sys/class", c.name, p.name))
		}
		m.remove(filepath.Join("sys/bus/usb/devices", fmt.Sprintf("%s:1.%d", d.socket, i)))
		for _, dev := range []string{p.name, "usb/" + p.name, "input/" + p.name} {
			m.remove(filepath.Join("dev", dev))
		}
	}
	m.remove(filepath.Join("sys/bus/usb/devices", d.socket))
	m.remove(filepath.Join("sys/devices/pci0000:00/0000:00:14.0/usb1", d.socket))
}

func (m *machine) remove(path string) {
	m.Helper()
	if err := os.RemoveAll(filepath.Join(m.root, path)); err != nil {
		m.Fatal(err)
	}
}

// A scanner that plays a serial line, one of HID-POS, one that types, and a
// printer.
func serialScanner(socket, serial, name string) device {
	return device{"0c2e:0b6a", serial, socket, []part{{class: "02", kind: TTY, name: name}}}
}

func hidScanner(socket string) device {
	return device{"0c2e:0b61", "", socket, []part{{class: "03", kind: HIDRaw, name: "hidraw0", usage: posUsage}}}
}

func typist(ids, socket, event string) device {
	return device{ids, "", socket, []part{
		{class: "03", kind: EvDev, name: event, keys: keyboardKeys},
		{class: "03", kind: HIDRaw, name: "hidraw" + event[5:], usage: keyboardUsage},
	}}
}

func usbPrinter(socket string) device {
	return device{"04b8:0202", "J3EF001", socket, []part{{class: "07", kind: LP, name: "lp0"}}}
}
