package hotplug

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
)

// Source is who tells that something was plugged in.
type Source string

const (
	Udev    Source = "udev"    // after it has set names and rights
	Kernel  Source = "kernel"  // at once; names and rights come a moment later
	Polling Source = "polling" // nobody: sysfs is looked at every few seconds
)

// Event is one message about one device. It is only a hint to look at sysfs:
// nothing of it is believed.
type Event struct {
	From      Source
	Action    string // "add", "remove", "change", "bind", …
	Path      string // in sysfs, from its root: devices/…
	Subsystem string // "tty", "usbmisc", …
}

var errNoEvent = errors.New("not a message about a device")

// udevHeader is what libudev puts before the properties of a message
// (systemd, src/libsystemd/sd-device/device-monitor.c).
const (
	udevPrefix      = "libudev\x00"
	udevMagic       = 0xFEEDCAFE // big-endian, all else is native
	udevHeaderBytes = 40
	longestEvent    = 16 << 10
)

// parseEvent reads a message of the kernel ("add@/devices/…", then NAME=value
// texts, each with a NUL at its end) or of udev.
func parseEvent(message []byte) (Event, error) {
	if len(message) > longestEvent {
		return Event{}, errNoEvent
	}
	e, properties := Event{From: Kernel}, message
	if bytes.HasPrefix(message, []byte(udevPrefix)) {
		e.From = Udev
		if len(message) < udevHeaderBytes || binary.BigEndian.Uint32(message[8:]) != udevMagic {
			return Event{}, errNoEvent
		}
		from, length := uint64(binary.NativeEndian.Uint32(message[16:])), uint64(binary.NativeEndian.Uint32(message[20:]))
		if from < udevHeaderBytes || from+length > uint64(len(message)) {
			return Event{}, errNoEvent
		}
		properties = message[from : from+length]
	} else {
		head, rest, ok := bytes.Cut(message, []byte{0})
		if !ok || !bytes.Contains(head, []byte("@/")) {
			return Event{}, errNoEvent
		}
		properties = rest
	}
	for _, p := range bytes.Split(properties, []byte{0}) {
		name, value, _ := strings.Cut(string(p), "=")
		switch name {
		case "ACTION":
			e.Action = value
		case "DEVPATH":
			e.Path = strings.TrimPrefix(value, "/")
		case "SUBSYSTEM":
			e.Subsystem = value
		}
	}
	if e.Action == "" || e.Path == "" || e.Subsystem == "" {
		return Event{}, errNoEvent
	}
	return e, nil
}

// concerns tells whether an event is about devices of ours, or about the USB
// devices behind them.
func (e Event) concerns() bool {
	if e.Subsystem == "usb" {
		return true
	}
	for _, c := range classes {
		if c.name == e.Subsystem {
			return true
		}
	}
	return false
}
