// Package all is the one list of the drivers there are, and of what a
// device's section in the configuration needs. Nothing announces itself on
// import: a driver that is not named here is not in the program.
package all

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/posagent/posagent/drivers/device"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/drivers/scanner/wedge"
)

// Device is what every device under supervision can do.
type Device interface {
	Health() device.Health
	Watch(func(device.Health))
	Retry()             // something was plugged in: try again now
	Place() *port.Place // where it is opened, and what went over it
}

// Scanner is a scanner under supervision: Run keeps it open until its context
// ends, whatever is plugged or pulled.
type Scanner interface {
	Device
	Run(context.Context) error
	Scans() <-chan scanner.Scan
	Arm() // has the next code delivered, and only that one
	Disarm()
	WatchDrops(func(scanner.Drop)) // what was read and is no scan
}

// NewScanner makes the scanner with this id. It opens nothing before Run, and
// fails when the profile does not say how it frames.
func (h *Hardware) NewScanner(id string, p profile.Scanner, a port.Address, log *slog.Logger) (Scanner, error) {
	if a.Baud == 0 {
		a.Baud = p.Baud
	}
	place, err := h.place(a, ScannerKinds(p)...)
	if err != nil {
		return nil, fmt.Errorf("scanner %s: %w", id, err)
	}
	s, err := scannerOf(id, p, a.String(), place, log)
	if err != nil {
		return nil, err
	}
	s.Listen(place.Trace().Note) // beside the bytes: what the driver made of them
	return scannerAt{s, place}, nil
}

// scannerAt is a driver and the place where it opens its scanner.
type scannerAt struct {
	reader
	place *port.Place
}

// reader is what a driver of scanners brings along.
type reader interface {
	Run(context.Context) error
	Scans() <-chan scanner.Scan
	Arm()
	Disarm()
	Listen(func(what string, bytes int))
	Health() device.Health
	Watch(func(device.Health))
	WatchDrops(func(scanner.Drop))
	Retry()
}

// Calibrate waits for the calibration code and tells which keyboard layout
// fits; it fails for a scanner that is no keyboard.
func (s scannerAt) Calibrate(ctx context.Context) (wedge.Verdict, error) {
	if k, ok := s.reader.(*wedge.Scanner); ok {
		return k.Calibrate(ctx)
	}
	return wedge.Verdict{}, ErrNoKeyboard
}

func (s scannerAt) Place() *port.Place { return s.place }
