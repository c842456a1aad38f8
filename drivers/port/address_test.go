package port_test

import (
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/port"
)

func TestParseAddress(t *testing.T) {
	for text, want := range map[string]port.Address{
		"tcp:192.168.1.50:9100":                       {Kind: port.TCP, Host: "192.168.1.50:9100"},
		"tcp:[fe80::1]:9100":                          {Kind: port.TCP, Host: "[fe80::1]:9100"},
		"file:/dev/usb/lp0":                           {Kind: port.File, Path: "/dev/usb/lp0"},
		"serial:/dev/ttyACM0":                         {Kind: port.Serial, Path: "/dev/ttyACM0", DataBits: 8, Parity: 'N', StopBits: 1},
		"serial:/dev/pos/scanner0?baud=9600&mode=7S2": {Kind: port.Serial, Path: "/dev/pos/scanner0", Baud: 9600, DataBits: 7, Parity: 'S', StopBits: 2},
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
		"":                            "serial:/dev/…",
		"/dev/ttyS0":                  "serial:/dev/…",
		"usb:04b8:0202":               "use serial, tcp or file",
		"tcp:printer":                 "tcp:host:port",
		"tcp::9100":                   "tcp:host:port",
		"tcp:printer:99999":           "from 1 to 65535",
		"file:lp0":                    "begin with /",
		"serial:ttyS0":                "begin with /",
		"serial:/dev/ttyS0?speed=9":   "use baud or mode",
		"serial:/dev/ttyS0?baud=fast": "from 50 to 4000000",
		"serial:/dev/ttyS0?mode=9N1":  "like 8N1",
		"serial:/dev/ttyS0?mode=8N3":  "like 8N1",
		"serial:/dev/ttyS0?mode=8":    "like 8N1",
		"serial:/dev/ttyS0?baud=%zz":  "name=value",
	} {
		if _, err := port.ParseAddress(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want a refusal with %q", text, err, want)
		}
	}
}

// What is taken can be written and read again as the same address.
func FuzzParseAddress(f *testing.F) {
	for _, text := range []string{"tcp:h:1", "file:/dev/usb/lp0", "serial:/dev/ttyS0?baud=9600&mode=7E2", "serial:/?mode=8N1", "serial:/a?b"} {
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
