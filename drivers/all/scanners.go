package all

import (
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/posagent/posagent/drivers/hotplug"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner/camera"
	"github.com/posagent/posagent/drivers/scanner/hidpos"
	"github.com/posagent/posagent/drivers/scanner/line"
	"github.com/posagent/posagent/drivers/scanner/wedge"
)

// ErrNoKeyboard is what calibrating a scanner fails with that is none.
var ErrNoKeyboard = errors.New("only a scanner in keyboard mode has a layout: this one sends its codes as they are")

// ScannerKinds are the kinds of device files that a scanner can be read by, the
// best one first.
func ScannerKinds(p profile.Scanner) []hotplug.Kind {
	switch p.Speaks {
	case profile.HIDPOS:
		return []hotplug.Kind{hotplug.HIDRaw}
	case profile.Keyboard:
		return []hotplug.Kind{hotplug.EvDev}
	case profile.Camera:
		return []hotplug.Kind{hotplug.Video}
	}
	return []hotplug.Kind{hotplug.TTY}
}

// scannerOf is the driver for what a scanner speaks.
func scannerOf(id string, p profile.Scanner, path string, place *port.Place, log *slog.Logger) (reader, error) {
	serial := p.Speaks == "" || p.Speaks == profile.Serial
	if kind := place.Address().Kind; !serial && (kind == port.TCP || kind == port.File) {
		return nil, fmt.Errorf("scanner %s: address %s is of a line of bytes, and this profile speaks %s: use a profile that speaks %s, or the address of its device", id, path, p.Speaks, profile.Serial)
	}
	if place.Address().Idle != 0 {
		return nil, fmt.Errorf("scanner %s: address %s is closed while nobody writes to it, and to a scanner nobody does: leave idle out", id, path)
	}
	switch p.Speaks {
	case "", profile.Serial:
		open := port.Opener(place.Open)
		if place.Address().Kind == port.TCP {
			open = fresh(open)
		}
		return line.New(id, p, path, open, log)
	case profile.HIDPOS:
		return hidpos.New(id, p, path, place.Open, describe, log)
	case profile.Keyboard:
		return wedge.New(id, p, path, place.Open, log)
	case profile.Camera:
		return camera.New(id, p, path, func() (string, error) {
			found, err := place.Look()
			return found.Address.Path, err
		}, log), nil
	}
	return nil, fmt.Errorf("scanner %s: no driver speaks %q: use %s, %s, %s or %s", id, p.Speaks, profile.Serial, profile.HIDPOS, profile.Keyboard, profile.Camera)
}

// fresh drops what comes at once when a connection is made: a terminal server
// has kept it since before, and a code of that time belongs to no sale of now.
// On a serial line the port does the same. It waits until nothing comes, but
// not for ever.
func fresh(open port.Opener) port.Opener {
	const (
		atOnce = 100 * time.Millisecond
		most   = 64 // reads
	)
	return func() (port.Port, error) {
		p, err := open()
		if err != nil {
			return nil, err
		}
		kept := make([]byte, 4096)
		defer clear(kept) // it may have been a live payment code
		for range most {
			_, err := p.Read(kept, atOnce)
			if errors.Is(err, port.ErrTimeout) {
				break
			}
			if err != nil {
				return nil, errors.Join(err, p.Close())
			}
		}
		return p, nil
	}
}

// describe is the report descriptor of a HID device.
func describe(p port.Port) ([]byte, error) {
	d, ok := p.(port.Describer)
	if !ok {
		return nil, fmt.Errorf("%w; only a raw HID device describes its reports: use hidraw:/dev/hidraw… or a usb: address", port.ErrNotDevice)
	}
	description, err := d.Describe()
	return description.Report, err
}
