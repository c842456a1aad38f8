// Package hotplug knows which hardware is plugged in: it reads sysfs, hears
// from the kernel or from udev when something comes or goes, and finds a
// device by what it is and where it sits, never by the number that the kernel
// gave it this time. It opens no device and knows no protocol.
//
// Invariant: a device is only found when it is of the wanted kind, and fits
// all that the wish names; one that merely carries the right ids is named as a
// stranger.
package hotplug

import (
	"errors"
	"fmt"
	"strings"
)

// Kind is the kind of a device file.
type Kind string

const (
	TTY    Kind = "tty"    // a serial line, also of a scanner or printer that plays one
	LP     Kind = "lp"     // a USB printer
	HIDRaw Kind = "hidraw" // a HID device that is no keyboard and no mouse, such as a HID-POS scanner
	EvDev  Kind = "evdev"  // a keyboard, also a scanner that plays one
	Video  Kind = "video"  // a camera
)

// Word is what a person calls a device of this kind.
func (k Kind) Word() string {
	switch k {
	case TTY:
		return "serial line"
	case LP:
		return "printer"
	case HIDRaw:
		return "raw HID device"
	case EvDev:
		return "keyboard"
	case Video:
		return "camera"
	}
	return string(k)
}

// Node is one device file, and the USB device that it belongs to. Of a device
// that is not on USB only the first four fields are known.
type Node struct {
	Kind   Kind   `json:"kind"`
	Dev    string `json:"dev"`    // its path, such as /dev/ttyACM0
	Sys    string `json:"sys"`    // its folder in sysfs, from the root of that
	Number string `json:"number"` // major:minor

	Vendor    string `json:"vendor,omitempty"` // four hexadecimal digits, in lower case
	Product   string `json:"product,omitempty"`
	Serial    string `json:"serial,omitempty"`
	Socket    string `json:"socket,omitempty"` // such as 1-1.2
	Maker     string `json:"maker,omitempty"`
	Model     string `json:"model,omitempty"`
	Interface string `json:"interface,omitempty"` // two hexadecimal digits
	Class     string `json:"class,omitempty"`     // of the interface: 07 is a printer, 03 HID
	Usage     string `json:"usage,omitempty"`     // of HIDRaw: page and usage of the first collection, such as 008c:0002

	// Visit is another one each time that the device is plugged in.
	Visit string `json:"visit,omitempty"`
}

// USB tells whether the node belongs to a USB device.
func (n Node) USB() bool { return n.Vendor != "" }

// Ordinary tells whether a raw HID device is one that the kernel makes keys or
// a pointer of: it is read by its events, or not at all.
func (n Node) Ordinary() bool { return n.Kind == HIDRaw && ordinary(n.Usage) }

// Match is a wish for one device. Empty fields fit any.
type Match struct {
	Vendor, Product string
	Serial          string
	Socket          string
	Kinds           []Kind // in the order of preference; none are all
	Interface       int    // of several files of one device that fit, counted from 1; 0: there must be one
}

// ErrAmbiguous means that more than one device fits a wish.
var ErrAmbiguous = errors.New("more than one device fits")

// Stranger is the error that a device carries the ids of a wish, but is not
// the one that is meant.
type Stranger struct {
	Wish Match
	Node Node
}

func (s *Stranger) Error() string {
	return fmt.Sprintf("%s is not the device that is meant (%s), though it carries its ids: %s", s.Node.Dev, s.Wish, s.Wish.odd(s.Node))
}

func (m Match) String() string {
	s := m.Vendor + ":" + m.Product
	if m.Socket != "" {
		s += " at socket " + m.Socket
	}
	if m.Serial != "" {
		s += " with serial number " + m.Serial
	}
	return s
}

// Like tells whether two wishes are for the same device, whatever kind of file
// they want of it.
func (m Match) Like(o Match) bool {
	return m.Vendor == o.Vendor && m.Product == o.Product && m.Serial == o.Serial && m.Socket == o.Socket
}

// Fits tells whether a node is one that is meant, should there be no other.
func (m Match) Fits(n Node) bool { return m.sits(n) && m.isKind(n) }

// sameIDs tells whether a node carries the ids of the wish.
func (m Match) sameIDs(n Node) bool { return n.Vendor == m.Vendor && n.Product == m.Product }

// sits tells whether a node belongs to the device of the wish, of whatever
// kind it is.
func (m Match) sits(n Node) bool {
	return m.sameIDs(n) && (m.Socket == "" || m.Socket == n.Socket) && (m.Serial == "" || m.Serial == n.Serial)
}

// odd says in what a node with the right ids differs from the wish.
func (m Match) odd(n Node) string {
	var differs []string
	if m.Socket != "" && m.Socket != n.Socket {
		differs = append(differs, fmt.Sprintf("it is at socket %s, not %s", n.Socket, m.Socket))
	}
	if m.Serial != "" && m.Serial != n.Serial {
		differs = append(differs, fmt.Sprintf("its serial number is %q, not %q", n.Serial, m.Serial))
	}
	switch {
	case len(differs) > 0:
	case n.Kind == HIDRaw && ordinary(n.Usage):
		differs = append(differs, fmt.Sprintf("it is a keyboard or a pointer (HID usage %s), not a %s", n.Usage, m.kinds()))
	default:
		differs = append(differs, fmt.Sprintf("it is a %s, not a %s", n.Kind.Word(), m.kinds()))
	}
	return strings.Join(differs, ", and ")
}

func (m Match) kinds() string {
	words := make([]string, len(m.Kinds))
	for i, k := range m.Kinds {
		words[i] = k.Word()
	}
	return strings.Join(words, " or ")
}
