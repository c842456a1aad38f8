package hotplug

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/bench"
)

func TestNodes(t *testing.T) {
	m := newMachine(t)
	m.Plug(serialScanner("1-1.2", "SCN0001", "ttyACM0"))
	m.Plug(usbPrinter("1-2"))
	m.Plug(hidScanner("1-3"))
	m.Plug(typist("05e0:1200", "1-4", "event3"))
	m.Plug(bench.USBDevice{IDs: "046d:c077", Serial: "", Socket: "1-5", Parts: []bench.USBPart{{Class: "03", Kind: "evdev", Name: "event4", Keys: bench.KeysMouse}}})
	m.Plug(bench.USBDevice{IDs: "046d:0825", Serial: "", Socket: "1-6", Parts: []bench.USBPart{{Class: "0e", Kind: "video", Name: "video0"}}})
	// What is no device of a register: a console, a chip that is not there, a
	// folder that is none, a name that leads out of /dev.
	m.Write("sys/devices/virtual/tty/tty1/uevent", "MAJOR=4\nMINOR=1\nDEVNAME=tty1\n")
	m.Link("sys/class/tty/tty1", "sys/devices/virtual/tty/tty1")
	m.Write("sys/devices/platform/serial8250/tty/ttyS3/uevent", "MAJOR=4\nMINOR=67\nDEVNAME=ttyS3\n")
	m.Write("sys/devices/platform/serial8250/tty/ttyS3/type", "0\n")
	m.Link("sys/class/tty/ttyS3", "sys/devices/platform/serial8250/tty/ttyS3")
	m.Write("sys/devices/pnp0/00:04/tty/ttyS0/uevent", "MAJOR=4\nMINOR=64\nDEVNAME=ttyS0\n")
	m.Write("sys/devices/pnp0/00:04/tty/ttyS0/type", "4\n")
	m.Link("sys/class/tty/ttyS0", "sys/devices/pnp0/00:04/tty/ttyS0")
	m.Write("sys/devices/evil/ttyEvil/uevent", "MAJOR=4\nMINOR=64\nDEVNAME=../etc/passwd\n")
	m.Link("sys/class/tty/ttyEvil", "sys/devices/evil/ttyEvil")
	m.Link("sys/class/tty/ttyGone", "sys/devices/nowhere")

	nodes, err := m.tree().Nodes()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]Node{}
	for _, n := range nodes {
		rel, err := filepath.Rel(m.Dev(), n.Dev)
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

// errStranger stands for an error of the type Stranger.
var errStranger = errors.New("stranger")

func TestFind(t *testing.T) {
	atSocket := with(func(m *Match) { m.Socket = "1-1.2" })
	bySerial := with(func(m *Match) { m.Serial = "SCN0001" })
	right := serialScanner("1-1.2", "SCN0001", "ttyACM7")
	elsewhere := serialScanner("1-4", "SCN0002", "ttyACM0")
	twoLines := bench.USBDevice{IDs: "0c2e:0b6a", Serial: "", Socket: "1-1.2", Parts: []bench.USBPart{{Class: "02", Kind: "tty", Name: "ttyACM1"}, {Class: "02", Kind: "tty", Name: "ttyACM0"}}}
	composite := bench.USBDevice{IDs: "0c2e:0b6a", Serial: "", Socket: "1-1.2", Parts: []bench.USBPart{
		{Class: "03", Kind: "evdev", Name: "event9", Keys: bench.KeysKeyboard}, {Class: "02", Kind: "tty", Name: "ttyACM0"}, {Class: "07", Kind: "lp", Name: "lp3"}}}
	for name, c := range map[string]struct {
		plugged []bench.USBDevice
		wish    Match
		others  []Match
		found   string // the node's name
		fails   error
		says    string
	}{
		"by ids":                       {plugged: []bench.USBDevice{right}, wish: scanner, found: "ttyACM7"},
		"by socket":                    {plugged: []bench.USBDevice{elsewhere, right}, wish: atSocket, found: "ttyACM7"},
		"by serial number":             {plugged: []bench.USBDevice{elsewhere, right}, wish: bySerial, found: "ttyACM7"},
		"another device only":          {plugged: []bench.USBDevice{usbPrinter("1-2")}, wish: scanner, fails: fs.ErrNotExist, says: "0c2e:0b6a is not plugged in"},
		"right ids, wrong socket":      {plugged: []bench.USBDevice{elsewhere}, wish: atSocket, fails: errStranger, says: "it is at socket 1-4, not 1-1.2"},
		"right ids, wrong number":      {plugged: []bench.USBDevice{elsewhere}, wish: bySerial, fails: errStranger, says: `its serial number is "SCN0002", not "SCN0001"`},
		"right ids, a keyboard":        {plugged: []bench.USBDevice{typist("0c2e:0b6a", "1-1.2", "event3")}, wish: atSocket, fails: errStranger, says: "not a serial line"},
		"a keyboard's raw reports":     {plugged: []bench.USBDevice{typist("0c2e:0b6a", "1-1.2", "event3")}, wish: with(func(m *Match) { m.Kinds = []Kind{HIDRaw} }), fails: errStranger},
		"the raw reports of HID-POS":   {plugged: []bench.USBDevice{hidScanner("1-3")}, wish: Match{Vendor: "0c2e", Product: "0b61", Kinds: []Kind{HIDRaw}}, found: "hidraw0"},
		"a scanner that types":         {plugged: []bench.USBDevice{typist("05e0:1200", "1-4", "event3")}, wish: Match{Vendor: "05e0", Product: "1200", Kinds: []Kind{EvDev}}, found: "event3"},
		"two that fit":                 {plugged: []bench.USBDevice{elsewhere, right}, wish: scanner, fails: ErrAmbiguous, says: "name the serial number or the socket"},
		"two lines of one":             {plugged: []bench.USBDevice{twoLines}, wish: scanner, fails: ErrAmbiguous, says: "interface=1 to 2"},
		"the second line":              {plugged: []bench.USBDevice{twoLines}, wish: with(func(m *Match) { m.Interface = 2 }), found: "ttyACM0"},
		"a third line":                 {plugged: []bench.USBDevice{twoLines}, wish: with(func(m *Match) { m.Interface = 3 }), fails: fs.ErrNotExist, says: "has 2 files"},
		"one kind of several":          {plugged: []bench.USBDevice{composite}, wish: scanner, found: "ttyACM0"},
		"the kind that is wanted most": {plugged: []bench.USBDevice{composite}, wish: with(func(m *Match) { m.Kinds = []Kind{LP, TTY} }), found: "lp3"},
		"no driver":                    {plugged: []bench.USBDevice{{IDs: "0c2e:0b6a", Socket: "1-1.2"}}, wish: atSocket, fails: fs.ErrNotExist, says: "the kernel has made no device file of it"},
		// The other scanner of this register is no stranger when this one is pulled out.
		"the other one's absence": {plugged: []bench.USBDevice{elsewhere}, wish: atSocket, others: []Match{with(func(m *Match) { m.Socket = "1-4" })}, fails: fs.ErrNotExist},
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t)
			for _, d := range c.plugged {
				m.Plug(d)
			}
			n, err := m.tree().Find(c.wish, c.others...)
			if c.fails == nil {
				if err != nil || filepath.Base(n.Dev) != c.found {
					t.Errorf("found %s (%v), want %s", n.Dev, err, c.found)
				}
				return
			}
			if stranger := new(Stranger); errors.As(err, &stranger) {
				err = fmt.Errorf("%w: %w", errStranger, err)
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
	m.Plug(serialScanner("1-1.2", "SCN0001", "ttyACM0"))
	before, err := m.tree().Find(scanner)
	if err != nil {
		t.Fatal(err)
	}
	m.Pull(serialScanner("1-1.2", "SCN0001", "ttyACM0"))
	m.Plug(serialScanner("1-1.2", "SCN0001", "ttyACM1"))
	after, err := m.tree().Find(scanner)
	if err != nil || filepath.Base(after.Dev) != "ttyACM1" || after.Visit == before.Visit {
		t.Errorf("found %+v (%v)", after, err)
	}
}

func TestStrangers(t *testing.T) {
	m := newMachine(t)
	wishes := []Match{with(func(m *Match) { m.Socket = "1-1.2" })}
	want := func(when string, sockets ...string) {
		t.Helper()
		found, err := m.tree().Strangers(wishes)
		var at []string
		for _, n := range found {
			at = append(at, n.Socket)
		}
		if err != nil || !slices.Equal(at, sockets) {
			t.Errorf("%s: strangers at %v (%v), want %v", when, at, err, sockets)
		}
	}
	composite := bench.USBDevice{IDs: "0c2e:0b6a", Socket: "1-1.2", Parts: []bench.USBPart{
		{Class: "03", Kind: "evdev", Name: "event9", Keys: bench.KeysKeyboard}, {Class: "02", Kind: "tty", Name: "ttyACM0"}}}
	m.Plug(composite)
	m.Plug(usbPrinter("1-2"))
	want("the right one, which has keys as well")
	m.Plug(serialScanner("1-4", "", "ttyACM1"))
	want("another of its kind", "1-4")
	m.Pull(serialScanner("1-4", "", "ttyACM1"))
	m.Pull(composite)
	m.Plug(typist("0c2e:0b6a", "1-1.2", "event3"))
	want("a keyboard in its place", "1-1.2", "1-1.2")
}

func TestUsage(t *testing.T) {
	for descriptor, want := range map[string]string{
		bench.UsagePOS:                           "008c:0002",
		bench.UsageKeyboard:                      "0001:0006",
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
	f.Add([]byte(bench.UsagePOS))
	f.Add([]byte("\xfe\x02\x10ab\x05\x8c\x09\x02\xa1\x01"))
	f.Fuzz(func(t *testing.T, descriptor []byte) {
		if got := usageOf(descriptor); got != "" && len(got) != 9 {
			t.Errorf("% x has usage %q", descriptor, got)
		}
	})
}
