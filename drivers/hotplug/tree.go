package hotplug

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Tree is a machine's hardware as sysfs shows it.
type Tree struct {
	sys, dev string // the roots, usually /sys and /dev
}

// Machine is this machine.
func Machine() Tree { return TreeAt("/sys", "/dev") }

// TreeAt is a machine whose sysfs and device files are found elsewhere.
func TreeAt(sys, dev string) Tree { return Tree{sys: filepath.Clean(sys), dev: filepath.Clean(dev)} }

// classes are the folders of sysfs that list nodes, with the kernel's name of
// the subsystem, which is the folder's.
var classes = []struct {
	name   string
	kind   Kind
	prefix string // of the names that count
}{
	{"tty", TTY, "tty"},
	{"usbmisc", LP, "lp"},
	{"hidraw", HIDRaw, "hidraw"},
	{"input", EvDev, "event"},
	{"video4linux", Video, "video"},
}

// Nodes are all nodes of real hardware that could be a device of a register.
// One that goes away meanwhile is left out.
func (t Tree) Nodes() ([]Node, error) {
	var out []Node
	for _, c := range classes {
		entries, err := os.ReadDir(filepath.Join(t.sys, "class", c.name))
		if errors.Is(err, fs.ErrNotExist) {
			continue // this kernel knows no such devices
		}
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if !strings.HasPrefix(e.Name(), c.prefix) {
				continue
			}
			if n, ok := t.node(c.kind, filepath.Join(t.sys, "class", c.name, e.Name())); ok {
				out = append(out, n)
			}
		}
	}
	return out, nil
}

// node is the node of a folder of a class, and false when it is none of ours.
func (t Tree) node(kind Kind, folder string) (Node, bool) {
	real, err := filepath.EvalSymlinks(folder)
	if err != nil {
		return Node{}, false
	}
	rel, err := filepath.Rel(t.sys, real)
	if err != nil || strings.HasPrefix(rel, "..") || strings.HasPrefix(rel, "devices/virtual/") {
		return Node{}, false // consoles and the like
	}
	facts := readFacts(filepath.Join(real, "uevent"))
	name := facts["DEVNAME"]
	if name == "" || facts["MAJOR"] == "" || !filepath.IsLocal(name) {
		return Node{}, false
	}
	n := Node{Kind: kind, Dev: filepath.Join(t.dev, name), Sys: rel, Number: facts["MAJOR"] + ":" + facts["MINOR"]}
	t.usb(&n, real)
	switch kind {
	case TTY:
		return n, n.USB() || readLine(filepath.Join(real, "type")) != "0" // a serial chip that is not there
	case HIDRaw:
		n.Usage = usage(filepath.Join(real, "device", "report_descriptor"))
		return n, true
	case EvDev:
		return n, isKeyboard(readLine(filepath.Join(real, "device", "capabilities", "key")))
	case Video:
		return n, readLine(filepath.Join(real, "index")) == "0" // the others tell about the pictures
	}
	return n, true
}

// usb fills in what the folders above the node's tell: first the one of the
// interface, then the one of the device.
func (t Tree) usb(n *Node, folder string) {
	for ; len(folder) > len(t.sys); folder = filepath.Dir(folder) {
		if class := readLine(filepath.Join(folder, "bInterfaceClass")); class != "" && n.Class == "" {
			n.Class, n.Interface = class, readLine(filepath.Join(folder, "bInterfaceNumber"))
		}
		vendor := readLine(filepath.Join(folder, "idVendor"))
		if vendor == "" {
			continue
		}
		n.Vendor, n.Product = vendor, readLine(filepath.Join(folder, "idProduct"))
		n.Serial, n.Socket = readLine(filepath.Join(folder, "serial")), filepath.Base(folder)
		n.Maker, n.Model = readLine(filepath.Join(folder, "manufacturer")), readLine(filepath.Join(folder, "product"))
		n.Visit = readLine(filepath.Join(folder, "busnum")) + "-" + readLine(filepath.Join(folder, "devnum"))
		return
	}
}

// Guest is a device on USB, whether or not the kernel has made a file of it.
type Guest struct {
	Vendor, Product, Serial, Socket, Maker, Model, Visit string
}

// Guests are all devices on USB, hubs too.
func (t Tree) Guests() ([]Guest, error) {
	entries, err := os.ReadDir(filepath.Join(t.sys, "bus", "usb", "devices"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var out []Guest
	for _, e := range entries {
		folder, err := filepath.EvalSymlinks(filepath.Join(t.sys, "bus", "usb", "devices", e.Name()))
		if err != nil {
			continue
		}
		var n Node
		t.usb(&n, folder)
		if n.USB() && n.Socket == e.Name() { // not one of its interfaces
			out = append(out, Guest{n.Vendor, n.Product, n.Serial, n.Socket, n.Maker, n.Model, n.Visit})
		}
	}
	return out, err
}

// longestFact keeps a made-up device from filling the memory.
const longestFact = 4096

// readLine is the content of a small file of sysfs, "" when there is none.
func readLine(path string) string {
	b := readSome(path)
	for i, c := range b {
		if c < ' ' || c == 0x7F {
			b[i] = '.' // what a device says of itself is shown on terminals
		}
	}
	return string(b)
}

// readRaw is the content as it is.
func readRaw(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	b := make([]byte, longestFact)
	n, _ := f.Read(b) // sysfs gives all at once; nothing is as good as an error
	return b[:n]
}

func readSome(path string) []byte {
	b := readRaw(path)
	for len(b) > 0 && (b[len(b)-1] == '\n' || b[len(b)-1] == ' ') {
		b = b[:len(b)-1]
	}
	return b
}

// readFacts reads NAME=value lines.
func readFacts(path string) map[string]string {
	out := map[string]string{}
	for line := range strings.Lines(string(readSome(path))) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok {
			out[name] = value
		}
	}
	return out
}

// Sorted puts nodes of one device in the order of their interfaces, by which an
// address counts them.
func Sorted(nodes []Node) []Node {
	slices.SortFunc(nodes, func(a, b Node) int {
		if c := strings.Compare(a.Interface, b.Interface); c != 0 {
			return c
		}
		return strings.Compare(a.Sys, b.Sys)
	})
	return nodes
}
