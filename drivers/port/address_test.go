package port_test

import (
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/drivers/port"
)

func TestParseAddress(t *testing.T) {
	scanner := port.Device{Vendor: "0c2e", Product: "0b6a"}
	at := func(change func(*port.Device)) port.Device {
		d := scanner
		change(&d)
		return d
	}
	for text, want := range map[string]port.Address{
		"tcp:192.168.1.50:9100":                       {Kind: port.TCP, Host: "192.168.1.50:9100"},
		"tcp:[fe80::1]:9100":                          {Kind: port.TCP, Host: "[fe80::1]:9100"},
		"tcp:p:9100?connect=2s&idle=90s":              {Kind: port.TCP, Host: "p:9100", Connect: 2 * time.Second, Idle: 90 * time.Second},
		"file:/dev/usb/lp0":                           {Kind: port.File, Path: "/dev/usb/lp0"},
		"lp:/dev/usb/lp0":                             {Kind: port.LP, Path: "/dev/usb/lp0"},
		"hidraw:/dev/hidraw0":                         {Kind: port.HIDRaw, Path: "/dev/hidraw0"},
		"evdev:/dev/input/event3":                     {Kind: port.EvDev, Path: "/dev/input/event3"},
		"video:/dev/video0":                           {Kind: port.Video, Path: "/dev/video0"},
		"serial:/dev/ttyACM0":                         {Kind: port.Serial, Path: "/dev/ttyACM0", DataBits: 8, Parity: 'N', StopBits: 1},
		"serial:/dev/pos/scanner0?baud=9600&mode=7S2": {Kind: port.Serial, Path: "/dev/pos/scanner0", Baud: 9600, DataBits: 7, Parity: 'S', StopBits: 2},
		"serial:/dev/ttyUSB0?baud=19200&flow=dtrdsr":  {Kind: port.Serial, Path: "/dev/ttyUSB0", Baud: 19200, DataBits: 8, Parity: 'N', StopBits: 1, Flow: port.DTRDSR},
		"serial:/dev/ttyUSB0?flow=none":               {Kind: port.Serial, Path: "/dev/ttyUSB0", DataBits: 8, Parity: 'N', StopBits: 1},
		"usb:0c2e:0b6a":                               {Kind: port.USB, Device: scanner},
		"usb:0C2E:0B6A":                               {Kind: port.USB, Device: scanner},
		"usb:0c2e:0b6a/serial=SCN0001":                {Kind: port.USB, Device: at(func(d *port.Device) { d.Serial = "SCN0001" })},
		"usb:0c2e:0b6a@1-1.2":                         {Kind: port.USB, Device: at(func(d *port.Device) { d.Socket = "1-1.2" })},
		"usb:0c2e:0b6a@3-10/serial=a%2Fb%40c%3F":      {Kind: port.USB, Device: at(func(d *port.Device) { d.Socket, d.Serial = "3-10", "a/b@c?" })},
		"usb:0c2e:0b6a?node=hidraw&interface=2":       {Kind: port.USB, Device: at(func(d *port.Device) { d.Node, d.Interface = port.HIDRaw, 2 })},
		"usb:0c2e:0b6a?node=tty&baud=9600":            {Kind: port.USB, Device: at(func(d *port.Device) { d.Node = port.Serial }), Baud: 9600, DataBits: 8, Parity: 'N', StopBits: 1},
		"usb:0c2e:0b6a?flow=rtscts&mode=7E2":          {Kind: port.USB, Device: scanner, DataBits: 7, Parity: 'E', StopBits: 2, Flow: port.RTSCTS},
	} {
		got, err := port.ParseAddress(text)
		if err != nil || got != want {
			t.Errorf("%s is %+v (%v), want %+v", text, got, err, want)
		}
		again, err := port.ParseAddress(got.String())
		if err != nil || again != got {
			t.Errorf("%s written as %s is %+v (%v)", text, got, again, err)
		}
	}
}

// Each refusal says what is wanted.
func TestParseAddressRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "serial:/dev/…",
		"/dev/ttyS0":                          "serial:/dev/…",
		"bluetooth:04b8:0202":                 "use serial, tcp, lp, hidraw, evdev, video, usb or file",
		"tty:/dev/ttyS0":                      "written serial:/dev/ttyS0",
		"tcp:printer":                         "tcp:host:port",
		"tcp::9100":                           "tcp:host:port",
		"tcp:printer:99999":                   "from 1 to 65535",
		"tcp:printer:9100?idle=1h1m":          "idle \"1h1m\" must be from 1s to 1h0m0s",
		"tcp:printer:9100?connect=soon":       "connect \"soon\" must be from 100ms to 1m0s",
		"tcp:printer:9100?baud=9600":          "use connect, idle",
		"file:lp0":                            "begin with /",
		"lp:usb/lp0":                          "begin with /",
		"hidraw:/dev/hidraw0?baud=9600":       "leave out all from ? on",
		"serial:ttyS0":                        "begin with /",
		"serial:/dev/ttyS0?speed=9":           "use baud, mode, flow",
		"serial:/dev/ttyS0?baud=fast":         "from 50 to 4000000",
		"serial:/dev/ttyS0?baud=50&baud=75":   "baud stands there 2 times",
		"serial:/dev/ttyS0?mode=9N1":          "like 8N1",
		"serial:/dev/ttyS0?mode=8N3":          "like 8N1",
		"serial:/dev/ttyS0?mode=8":            "like 8N1",
		"serial:/dev/ttyS0?baud=%zz":          "name=value",
		"serial:/dev/ttyS0?flow=hardware":     "use rtscts, xonxoff, dtrdsr or none",
		"usb:":                                "usb:1234:abcd",
		"usb:0c2e":                            "usb:1234:abcd",
		"usb:c2e:b6a":                         "usb:1234:abcd",
		"usb:0c2e:0b6a@hub":                   "like 1-1.2",
		"usb:0c2e:0b6a@1-1.2.":                "like 1-1.2",
		"usb:0c2e:0b6a@":                      "like 1-1.2",
		"usb:0c2e:0b6a@../../etc":             "like 1-1.2",
		"usb:0c2e:0b6a/serial=":               "1 to 126 characters",
		"usb:0c2e:0b6a/serial=%":              "two hexadecimal digits",
		"usb:0c2e:0b6a/serial=a%00b":          "1 to 126 characters",
		"usb:0c2e:0b6a/serial=A@1-1.2":        "the socket stands before the serial number",
		"usb:0c2e:0b6a?node=keyboard":         "use tty, lp, hidraw, evdev or video",
		"usb:0c2e:0b6a?interface=0":           "from 1 to 32",
		"usb:0c2e:0b6a?node=lp&baud=9600":     "of node=tty, not of node=lp",
		"usb:0c2e:0b6a?number=1":              "use node, interface, baud, mode, flow",
		"usb:0c2e:0b6a/serial=A?node=tty#new": "node \"tty#new\" is not known",
	} {
		if _, err := port.ParseAddress(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want a refusal with %q", text, err, want)
		}
	}
}

// What is taken can be written and read again as the same address.
func FuzzParseAddress(f *testing.F) {
	for _, text := range []string{
		"tcp:h:1", "tcp:h:1?idle=1m&connect=1s", "file:/dev/usb/lp0", "serial:/dev/ttyS0?baud=9600&mode=7E2", "serial:/?mode=8N1", "serial:/a?b",
		"serial:/a?flow=xonxoff", "usb:0c2e:0b6a", "usb:0c2e:0b6a@1-1.2/serial=a%2Fb%40?node=lp", "usb:0c2e:0b6a?baud=9600&node=tty&interface=3", "hidraw:/dev/hidraw1",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := port.ParseAddress(text)
		if err != nil {
			return
		}
		if again, err := port.ParseAddress(a.String()); err != nil || again != a {
			t.Fatalf("%q is %+v, written as %q it is %+v (%v)", text, a, a, again, err)
		}
	})
}
