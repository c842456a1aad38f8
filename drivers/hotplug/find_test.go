package hotplug

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

func TestNodes(t *testing.T) {
	m := newMachine(t)
	m.plug(serialScanner("1-1.2", "SCN0001", "ttyACM0"))
	m.plug(usbPrinter("1-2"))
	m.plug(hidScanner("1-3"))
	m.plug(typist("05e0:1200", "1-4", "event3"))
	m.plug(device{"046d:c077", "", "1-5", []part{{class: "03", kind: EvDev, name: "event4", keys: mouseKeys}}})
	m.plug(device{"046d:0825", "", "1-6", []part{{class: "0e", kind: Video, name: "video0"}}})
	// What is no device of a register: a console, a chip that is not there, a
	// folder that is none, a name that leads out of /dev.
	m.write("sys/devices/virtual/tty/tty1/uevent", "MAJOR=4\nMINOR=1\nDEVNAME=tty1\n")
	m.link("sys/class/tty/tty1", "sys/devices/virtual/tty/tty1")
	m.write("sys/devices/platform/serial8250/tty/ttyS3/uevent", "MAJOR=4\nMINOR=67\nDEVNAME=ttyS3\n")
	m.write("sys/devices/platform/serial8250/tty/ttyS3/type", "0\n")
	m.link("sys/class/tty/ttyS3", "sys/devices/platform/serial8250/tty/ttyS3")
	m.write("sys/devices/pnp0/00:04/tty/ttyS0/uevent", "MAJOR=4\nMINOR=64\nDEVNAME=ttyS0\n")
	m.write("sys/devices/pnp0/00:04/tty/ttyS0/type", "4\n")
	m.link("sys/class/tty/ttyS0", "sys/devices/pnp0/00:04/tty/ttyS0")
	m.write("sys/devices/evil/ttyEvil/uevent", "MAJOR=4\nMINOR=64\nDEVNAME=../etc/passwd\n")
	m.link("sys/class/tty/ttyEvil", "sys/devices/evil/ttyEvil")
	m.link("sys/class/tty/ttyGone", "sys/devices/nowhere")

	nodes, err := m.tree().Nodes()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Node{}
	for _, n := range nodes {
		rel, err := filepath.Rel(filepath.Join(m.root, "dev"), n.Dev)
		if err != nil {
			t.Error(err)
		}
		got[rel] = n
	}
	want := map[string]Kind{
		"ttyACM0": TTY, "ttyS0": TTY, "usb/lp0": LP, "hidraw0": HIDRaw, "hidraw3": HIDRaw, "input/event3": EvDev, "video0": Video,
	}
	for name, kind := range want {
		if got[name].Kind != kind {
			t.Errorf("%s is %+v, want a %s", name, got[name], kind)
		}
	}
	if len(got) != len(want) {
		t.Errorf("nodes are %v", got)
	}
	n := got["ttyACM0"]
	n.Dev = ""
	if want := (Node{
		Kind: TTY, Sys: "devices/pci0000:00/0000:00:14.0/usb1/1-1.2/1-1.2:1.0/tty/ttyACM0", Number: "166:1",
		Vendor: "0c2e", Product: "0b6a", Serial: "SCN0001", Socket: "1-1.2", Maker: "Maker .[2J", Model: "Model 1450g",
		Interface: "00", Class: "02", Visit: "1-1",
	}); n != want {
		t.Errorf("the scanner is %+v\nwant %+v", n, want)
	}
	if n := got["hidraw0"]; n.Usage != "008c:0002" {
		t.Errorf("the HID-POS scanner has usage %s", n.Usage)
	}
	if n := got["ttyS0"]; n.USB() {
		t.Errorf("a chip on the board is on USB: %+v", n)
	}
}

func TestAMachineWithoutDevices(t *testing.T) {
	m := newMachine(t)
	if nodes, err := m.tree().Nodes(); err != nil || len(nodes) > 0 {
		t.Errorf("nodes are %v (%v)", nodes, err)
	}
	if _, err := m.tree().Find(scanner); !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "is not plugged in") {
		t.Errorf("find: %v, want ErrNotExist", err)
	}
}

var scanner = Match{Vendor: "0c2e", Product: "0b6a", Kinds: []Kind{TTY}}

func with(change func(*Match)) Match {
	m := scanner
	change(&m)
	return m
}

func TestFind(t *testing.T) {
	atSocket := with(func(m *Match) { m.Socket = "1-1.2" })
	bySerial := with(func(m *Match) { m.Serial = "SCN0001" })
	right := serialScanner("1-1.2", "SCN0001", "ttyACM7")
	elsewhere := serialScanner("1-4", "SCN0002", "ttyACM0")
	twoLines := device{"0c2e:0b6a", "", "1-1.2", []part{{class: "02", kind: TTY, name: "ttyACM1"}, {class: "02", kind: TTY, name: "ttyACM0"}}}
	composite := device{"0c2e:0b6a", "", "1-1.2", []part{
		{class: "03", kind: EvDev, name: "event9", keys: keyboardKeys}, {class: "02", kind: TTY, name: "ttyACM0"}, {class: "07", kind: LP, name: "lp3"}}}
	for name, c := range map[string]struct {
		plugged []device
		wish    Match
		others  []Match
		found   string // the node's name
		fails   error
		says    string
	}{
		"by ids":                       {plugged: []device{right}, wish: scanner, found: "ttyACM7"},
		"by socket":                    {plugged: []device{elsewhere, right}, wish: atSocket, found: "ttyACM7"},
		"by serial number":             {plugged: []device{elsewhere, right}, wish: bySerial, found: "ttyACM7"},
		"another device only":          {plugged: []device{usbPrinter("1-2")}, wish: scanner, fails: fs.ErrNotExist, says: "0c2e:0b6a is not plugged in"},
		"right ids, wrong socket":      {plugged: []device{elsewhere}, wish: atSocket, fails: ErrStranger, says: "it is at socket 1-4, not 1-1.2"},
		"right ids, wrong number":      {plugged: []device{elsewhere}, wish: bySerial, fails: ErrStranger, says: `its serial number is "SCN0002", not "SCN0001"`},
		"right ids, a keyboard":        {plugged: []device{typist("0c2e:0b6a", "1-1.2", "event3")}, wish: atSocket, fails: ErrStranger, says: "not a serial line"},
		"a keyboard's raw reports":     {plugged: []device{typist("0c2e:0b6a", "1-1.2", "event3")}, wish: with(func(m *Match) { m.Kinds = []Kind{HIDRaw} }), fails: ErrStranger},
		"the raw reports of HID-POS":   {plugged: []device{hidScanner("1-3")}, wish: Match{Vendor: "0c2e", Product: "0b61", Kinds: []Kind{HIDRaw}}, found: "hidraw0"},
		"a scanner that types":         {plugged: []device{typist("05e0:1200", "1-4", "event3")}, wish: Match{Vendor: "05e0", Product: "1200", Kinds: []Kind{EvDev}}, found: "event3"},
		"two that fit":                 {plugged: []device{elsewhere, right}, wish: scanner, fails: ErrAmbiguous, says: "name the serial number or the socket"},
		"two lines of one":             {plugged: []device{twoLines}, wish: scanner, fails: ErrAmbiguous, says: "interface=1 to 2"},
		"the second line":              {plugged: []device{twoLines}, wish: with(func(m *Match) { m.Interface = 2 }), found: "ttyACM0"},
		"a third line":                 {plugged: []device{twoLines}, wish: with(func(m *Match) { m.Interface = 3 }), fails: fs.ErrNotExist, says: "has 2 files"},
		"one kind of several":          {plugged: []device{composite}, wish: scanner, found: "ttyACM0"},
		"the kind that is wanted most": {plugged: []device{composite}, wish: with(func(m *Match) { m.Kinds = []Kind{LP, TTY} }), found: "lp3"},
		"no driver":                    {plugged: []device{{"0c2e:0b6a", "", "1-1.2", nil}}, wish: atSocket, fails: fs.ErrNotExist, says: "the kernel has made no device file of it"},
		// The other scanner of this register is no stranger when this one is pulled out.
		"the other one's absence": {plugged: []device{elsewhere}, wish: atSocket, others: []Match{with(func(m *Match) { m.Socket = "1-4" })}, fails: fs.ErrNotExist},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			for _, d := range c.plugged {
				m.plug(d)
			}
			n, err := m.tree().Find(c.wish, c.others...)
			if c.fails == nil {
				if err != nil || filepath.Base(n.Dev) != c.found {
					t.Errorf("found %s (%v), want %s", n.Dev, err, c.found)
				}
				return
			}
			if !errors.Is(err, c.fails) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("found %+v (%v), want %v with %q", n, err, c.fails, c.says)
			}
		})
	}
}

// A device that comes back has another number, and is found all the same.
func TestFindAfterRenumbering(t *testing.T) {
	m := newMachine(t)
	m.plug(serialScanner("1-1.2", "SCN0001", "ttyACM0"))
	before, err := m.tree().Find(scanner)
	if err != nil {
		t.Fatal(err)
	}
	m.pull(serialScanner("1-1.2", "SCN0001", "ttyACM0"))
	m.plug(serialScanner("1-1.2", "SCN0001", "ttyACM1"))
	after, err := m.tree().Find(scanner)
	if err != nil || filepath.Base(after.Dev) != "ttyACM1" || after.Visit == before.Visit {
		t.Errorf("found %+v (%v)", after, err)
	}
}

func TestStrangers(t *testing.T) {
	m := newMachine(t)
	m.plug(serialScanner("1-1.2", "SCN0001", "ttyACM0"))
	m.plug(usbPrinter("1-2"))
	wishes := []Match{with(func(m *Match) { m.Socket = "1-1.2" })}
	if found, err := m.tree().Strangers(wishes); err != nil || len(found) > 0 {
		t.Errorf("strangers are %v (%v)", found, err)
	}
	m.plug(typist("0c2e:0b6a", "1-4", "event3"))
	if found, err := m.tree().Strangers(wishes); err != nil || len(found) != 2 || found[0].Socket != "1-4" {
		t.Errorf("strangers are %v (%v)", found, err)
	}
}

func TestUsage(t *testing.T) {
	for descriptor, want := range map[string]string{
		posUsage:                                 "008c:0002",
		keyboardUsage:                            "0001:0006",
		"\x0b\x02\x00\x8c\x00\xa1\x01":           "008c:0002", // the usage carries its page
		"\x06\x00\xff\x0a\x01\x00\xa1\x01":       "ff00:0001",
		"\xfe\x02\x10ab\x05\x8c\x09\x02\xa1\x01": "008c:0002", // behind a long item
		"":                                       "",
		"\x05":                                   "",
		"\xa1\x01":                               "",
		"\xfe\xff":                               "",
		"\x05\x8c\x09\x02":                       "",
	} {
		if got := usageOf([]byte(descriptor)); got != want {
			t.Errorf("% x has usage %q, want %q", descriptor, got, want)
		}
	}
}

func FuzzUsage(f *testing.F) {
	f.Add([]byte(posUsage))
	f.Add([]byte("\xfe\x02\x10ab\x05\x8c\x09\x02\xa1\x01"))
	f.Fuzz(func(t *testing.T, descriptor []byte) {
		if got := usageOf(descriptor); got != "" && len(got) != 9 {
			t.Errorf("% x has usage %q", descriptor, got)
		}
	})
}
