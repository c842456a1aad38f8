package hotplug

import (
	"testing"

	"github.com/posagent/posagent/drivers/bench"
)

// machine is a made-up one with hardware of a counter.
type machine struct{ *bench.Machine }

func newMachine(t *testing.T) machine { return machine{bench.NewMachine(t)} }

func (m machine) tree() Tree { return TreeAt(m.Sys(), m.Dev()) }

// A scanner that plays a serial line, one of HID-POS, one that types, and a
// printer.
func serialScanner(socket, serial, name string) bench.USBDevice {
	return bench.USBDevice{IDs: "0c2e:0b6a", Serial: serial, Socket: socket, Parts: []bench.USBPart{{Class: "02", Kind: "tty", Name: name}}}
}

func hidScanner(socket string) bench.USBDevice {
	return bench.USBDevice{IDs: "0c2e:0b61", Socket: socket, Parts: []bench.USBPart{{Class: "03", Kind: "hidraw", Name: "hidraw0", Usage: bench.UsagePOS}}}
}

func typist(ids, socket, event string) bench.USBDevice {
	return bench.USBDevice{IDs: ids, Socket: socket, Parts: []bench.USBPart{
		{Class: "03", Kind: "evdev", Name: event, Keys: bench.KeysKeyboard},
		{Class: "03", Kind: "hidraw", Name: "hidraw" + event[5:], Usage: bench.UsageKeyboard},
	}}
}

func usbPrinter(socket string) bench.USBDevice {
	return bench.USBDevice{IDs: "04b8:0202", Serial: "J3EF001", Socket: socket, Parts: []bench.USBPart{{Class: "07", Kind: "lp", Name: "lp0"}}}
}
