package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Machine is a sysfs and a /dev in a folder of the test, laid out as Linux
// lays them out: folders of devices, and links to them from bus and class.
type Machine struct {
	*testing.T
	root string
	num  int // of the last plugging-in
}

// NewMachine is a machine without any device.
func NewMachine(t *testing.T) *Machine { return &Machine{T: t, root: t.TempDir()} }

// Sys is where its sysfs is.
func (m *Machine) Sys() string { return filepath.Join(m.root, "sys") }

// Dev is where its device files are.
func (m *Machine) Dev() string { return filepath.Join(m.root, "dev") }

// Write makes a file of the machine, with the folders above it.
func (m *Machine) Write(path, text string) {
	m.Helper()
	path = filepath.Join(m.root, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		m.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		m.Fatal(err)
	}
}

// Link makes a link from path to target, both from the machine's root.
func (m *Machine) Link(path, target string) {
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

// USBDevice is a device to be plugged in.
type USBDevice struct {
	IDs    string // "0c2e:0b6a"
	Serial string
	Socket string // "1-1.2"
	Parts  []USBPart
}

// USBPart is one interface of a device and the file that the kernel makes of it.
type USBPart struct {
	Class  string // of the interface
	Kind   string // "tty", "lp", "hidraw", "evdev" or "video"
	Name   string // "ttyACM0"
	Usage  string // of hidraw, as the bytes of a report descriptor
	Keys   string // of evdev, as capabilities/key of sysfs
	Behind string // what its device file leads to, such as a pseudo terminal; empty: nothing
}

// Report descriptors and bitmaps of keys.
const (
	UsagePOS      = "\x05\x8c\x09\x02\xa1\x01\x85\x02\xc0" // a HID-POS scanner
	UsageKeyboard = "\x05\x01\x09\x06\xa1\x01\xc0"
	KeysKeyboard  = "1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe"
	KeysMouse     = "1f0000 0 0 0 0"
)

// Plug puts a device in.
func (m *Machine) Plug(d USBDevice) {
	m.Helper()
	m.num++
	folder := filepath.Join("sys/devices/pci0000:00/0000:00:14.0/usb1", d.Socket)
	for name, text := range map[string]string{
		"idVendor": d.IDs[:4], "idProduct": d.IDs[5:], "busnum": "1", "devnum": fmt.Sprint(m.num),
		"manufacturer": "Maker \x1b[2J", "product": "Model 1450g",
	} {
		m.Write(filepath.Join(folder, name), text+"\n")
	}
	if d.Serial != "" {
		m.Write(filepath.Join(folder, "serial"), d.Serial+"\n")
	}
	m.Link(filepath.Join("sys/bus/usb/devices", d.Socket), folder)
	for i, p := range d.Parts {
		at := filepath.Join(folder, fmt.Sprintf("%s:1.%d", d.Socket, i))
		m.Write(filepath.Join(at, "bInterfaceClass"), p.Class+"\n")
		m.Write(filepath.Join(at, "bInterfaceNumber"), fmt.Sprintf("%02x\n", i))
		m.Link(filepath.Join("sys/bus/usb/devices", filepath.Base(at)), at)
		m.part(at, p)
	}
}

func (m *Machine) part(at string, p USBPart) {
	m.Helper()
	dev, class := p.Name, p.Kind
	switch p.Kind {
	case "tty":
		at = filepath.Join(at, "tty", p.Name)
	case "lp":
		dev, class = "usb/"+p.Name, "usbmisc"
		at = filepath.Join(at, "usbmisc", p.Name)
	case "hidraw":
		hid := filepath.Join(at, "0003:0C2E:0B6A.0001")
		m.Write(filepath.Join(hid, "report_descriptor"), p.Usage)
		at = filepath.Join(hid, "hidraw", p.Name)
		m.Link(filepath.Join(at, "device"), hid)
	case "evdev":
		dev, class = "input/"+p.Name, "input"
		input := filepath.Join(at, "0003:0C2E:0B6A.0001/input/input5")
		m.Write(filepath.Join(input, "capabilities/key"), p.Keys+"\n")
		at = filepath.Join(input, p.Name)
		m.Link(filepath.Join(at, "device"), input)
	case "video":
		class = "video4linux"
		at = filepath.Join(at, "video4linux", p.Name)
		m.Write(filepath.Join(at, "index"), "0\n")
	}
	m.Write(filepath.Join(at, "uevent"), fmt.Sprintf("MAJOR=166\nMINOR=%d\nDEVNAME=%s\n", m.num, dev))
	m.Link(filepath.Join("sys/class", class, p.Name), at)
	if p.Behind == "" {
		m.Write(filepath.Join("dev", dev), "")
		return
	}
	file := filepath.Join(m.Dev(), dev)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		m.Fatal(err)
	}
	if err := os.Symlink(p.Behind, file); err != nil {
		m.Fatal(err)
	}
}

// Pull takes a device out.
func (m *Machine) Pull(d USBDevice) {
	m.Helper()
	for i, p := range d.Parts {
		for _, class := range []string{"tty", "usbmisc", "hidraw", "input", "video4linux"} {
			m.Remove(filepath.Join("sys/class", class, p.Name))
		}
		m.Remove(filepath.Join("sys/bus/usb/devices", fmt.Sprintf("%s:1.%d", d.Socket, i)))
		for _, dev := range []string{p.Name, "usb/" + p.Name, "input/" + p.Name} {
			m.Remove(filepath.Join("dev", dev))
		}
	}
	m.Remove(filepath.Join("sys/bus/usb/devices", d.Socket))
	m.Remove(filepath.Join("sys/devices/pci0000:00/0000:00:14.0/usb1", d.Socket))
}

// Remove takes a file or a folder away.
func (m *Machine) Remove(path string) {
	m.Helper()
	if err := os.RemoveAll(filepath.Join(m.root, path)); err != nil {
		m.Fatal(err)
	}
}
