// Package hidpos drives a USB scanner that sends its codes in HID reports of
// the point of sale (usage page 8C): clean bytes with the symbology, no
// keyboard layout and no speed to get wrong. Where in a report they are is
// told by the scanner itself. It opens nothing by itself.
//
// Invariant: a report that the scanner's own descriptor does not describe is
// never read as a code, and neither is a part of one.
package hidpos

import (
	"fmt"
	"log/slog"
	"time"

	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/drivers/scanner/supervise"
)

// Describe asks an open port for the device's report descriptor.
type Describe func(port.Port) ([]byte, error)

// defaultMaxBytes is the longest code of a profile that says nothing: a QR
// code of version 40-L full of letters and digits.
const defaultMaxBytes = 4296

// New makes a scanner whose reports are read from what open opens, one a read.
// id is its name in scans and health; path is only shown.
func New(id string, model profile.Scanner, path string, open port.Opener, describe Describe, log *slog.Logger) (*supervise.Scanner, error) {
	options := Options{
		End: scanner.End(model.End), AIM: model.AIM,
		Gap: time.Duration(model.GapMilli) * time.Millisecond, MaxBytes: model.MaxBytes,
	}
	if options.MaxBytes == 0 {
		options.MaxBytes = defaultMaxBytes
	}
	if options.End == scanner.Gap {
		return nil, fmt.Errorf("scanner %s: profile %q: end = \"gap\" is of serial scanners; reports have an end of their own", id, model.Model)
	}
	return supervise.New(supervise.Config{
		ID: id, Model: model.Model, Path: path,
		Open: func(h supervise.Host) (supervise.Source, error) {
			p, err := open()
			if err != nil {
				return nil, err
			}
			layout, err := layoutOf(p, describe)
			if err != nil {
				_ = p.Close()
				return nil, err
			}
			return supervise.Stream(p, NewDecoder(layout, options), h), nil
		},
		Doubt: "that the scanner is set to HID-POS, and that this is it",
	}, log), nil
}

func layoutOf(p port.Port, describe Describe) (Layout, error) {
	descriptor, err := describe(p)
	if err != nil {
		return Layout{}, err
	}
	layout, err := Parse(descriptor)
	if err != nil {
		return Layout{}, fmt.Errorf("%w: %w", supervise.ErrWrongModel, err)
	}
	return layout, nil
}
