package port

import (
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kind is the kind of wire that an address names.
type Kind string

const (
	Serial Kind = "serial" // a tty: serial:/dev/pos/scanner0?baud=115200&mode=8N1
	TCP    Kind = "tcp"    // tcp:192.168.1.50:9100
	File   Kind = "file"   // a device file that is read and written as it is, such as a named pipe
	LP     Kind = "lp"     // a USB printer: lp:/dev/usb/lp0
	HIDRaw Kind = "hidraw" // whole HID reports: hidraw:/dev/hidraw0
	EvDev  Kind = "evdev"  // key events: evdev:/dev/input/event3
	Video  Kind = "video"  // a camera, which its driver opens: video:/dev/video0
	USB    Kind = "usb"    // whatever has these USB ids now: usb:0c2e:0b6a@1-1.2/serial=SCN0001
)

// kinds are for those who have written another one.
const kinds = "serial, tcp, lp, hidraw, evdev, video, usb or file"

// Address says where a device is and how its line is set. It is written as
// text in the configuration and parsed once.
type Address struct {
	Kind     Kind
	Path     string        // of all kinds but TCP and USB: an absolute path
	Host     string        // of TCP: host:port
	Connect  time.Duration // of TCP: how long a connection may take to come about; 0 is 5 s
	Idle     time.Duration // of TCP: a connection that nobody uses for so long is closed until the next byte; 0 is never
	Baud     int           // of Serial; 0 is the profile's
	DataBits int           // 7 or 8
	Parity   byte          // 'N', 'E', 'O', 'M' or 'S'
	StopBits int           // 1 or 2
	Flow     Flow          // how the far end holds up what is sent to it
	Device   Device        // of USB
}

// Device is a device at a USB socket. Empty fields fit any.
type Device struct {
	Vendor, Product string // four hexadecimal digits each, in lower case
	Serial          string
	Socket          string // as the kernel names it: "1-1.2" is socket 2 of the hub at socket 1 of bus 1
	Node            Kind   // which of its files is meant: Serial, LP, HIDRaw, EvDev or Video; empty is the driver's own
	Interface       int    // of a device with several of that kind, counted from 1; 0 is the only one
}

// Flow is how a device says that it can take no more.
type Flow string

const (
	NoFlow  Flow = ""        // it does not, or nobody listens
	RTSCTS  Flow = "rtscts"  // it lowers CTS
	XONXOFF Flow = "xonxoff" // it sends XOFF (13) and XON (11), which never reach the reader
	DTRDSR  Flow = "dtrdsr"  // it lowers its DTR, which arrives here as DSR
)

// String is the address as it is written.
func (a Address) String() string {
	q := query{}
	switch a.Kind {
	case TCP:
		q.add("connect", a.Connect != 0, a.Connect)
		q.add("idle", a.Idle != 0, a.Idle)
		return "tcp:" + a.Host + q.String()
	case Serial:
		a.lineQuery(&q)
		return "serial:" + a.Path + q.String()
	case USB:
		q.add("node", a.Device.Node != "", nodeWord(a.Device.Node))
		q.add("interface", a.Device.Interface != 0, a.Device.Interface)
		if a.DataBits != 0 {
			a.lineQuery(&q)
		}
		return "usb:" + a.Device.String() + q.String()
	}
	return string(a.Kind) + ":" + a.Path
}

func (a Address) lineQuery(q *query) {
	q.add("mode", true, fmt.Sprintf("%d%c%d", a.DataBits, a.Parity, a.StopBits))
	q.add("baud", a.Baud != 0, a.Baud)
	q.add("flow", a.Flow != NoFlow, a.Flow)
}

// query is what stands behind the ? of an address.
type query []string

func (q *query) add(name string, there bool, value any) {
	if there {
		*q = append(*q, fmt.Sprintf("%s=%v", name, value))
	}
}

func (q *query) String() string {
	if len(*q) == 0 {
		return ""
	}
	return "?" + strings.Join(*q, "&")
}

// ParseAddress reads an address; the error says what is wanted.
func ParseAddress(text string) (Address, error) {
	word, rest, found := strings.Cut(text, ":")
	if !found {
		return Address{}, fmt.Errorf("address %q must begin with a kind of wire (%s), such as usb:1234:abcd or serial:/dev/…", text, kinds)
	}
	switch kind := Kind(word); kind {
	case Serial:
		return parseSerial(rest)
	case TCP:
		return parseTCP(text, rest)
	case USB:
		return parseUSB(rest)
	case File, LP, HIDRaw, EvDev, Video:
		if !filepath.IsAbs(rest) {
			return Address{}, fmt.Errorf("address %q: the path must begin with /", text)
		}
		if strings.Contains(rest, "?") {
			return Address{}, fmt.Errorf("address %q: nothing can be set at a %s address; leave out all from ? on", text, kind)
		}
		return Address{Kind: kind, Path: rest}, nil
	case "tty":
		return Address{}, fmt.Errorf("address %q: a tty is written serial:%s", text, rest)
	}
	return Address{}, fmt.Errorf("address %q: %q is not a kind of wire; use %s", text, word, kinds)
}

func parseTCP(text, rest string) (Address, error) {
	hostPort, settings, _ := strings.Cut(rest, "?")
	host, port, err := net.SplitHostPort(hostPort)
	if err != nil || host == "" {
		return Address{}, fmt.Errorf("address %q must be tcp:host:port, such as tcp:192.168.1.50:9100", text)
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return Address{}, fmt.Errorf("address %q: port %q must be from 1 to 65535", text, port)
	}
	a := Address{Kind: TCP, Host: hostPort}
	return a, a.set("tcp", settings, "connect", "idle")
}

func parseSerial(rest string) (Address, error) {
	a := Address{Kind: Serial, DataBits: 8, Parity: 'N', StopBits: 1}
	path, settings, _ := strings.Cut(rest, "?")
	if !filepath.IsAbs(path) {
		return Address{}, fmt.Errorf("serial address %q: the path must begin with /", path)
	}
	a.Path = path
	return a, a.set("serial", settings, "baud", "mode", "flow")
}

// set reads what stands behind the ?; only these names are taken, each once.
func (a *Address) set(kind, settings string, names ...string) error {
	values, err := url.ParseQuery(settings)
	if err != nil {
		return fmt.Errorf("%s address: %q is not name=value&name=value", kind, settings)
	}
	for name, v := range values {
		if !slices.Contains(names, name) {
			return fmt.Errorf("%s address: %q is not known; use %s", kind, name, strings.Join(names, ", "))
		}
		if len(v) > 1 {
			return fmt.Errorf("%s address: %s stands there %d times; write it once", kind, name, len(v))
		}
		if err := a.setOne(name, v[0]); err != nil {
			return fmt.Errorf("%s address: %w", kind, err)
		}
	}
	return nil
}
