// Package wedge drives a scanner in keyboard mode: it types what it reads.
// The keys come as the events of one input device, which is kept away from
// everybody else, so that no code is typed into whatever has the screen. It
// opens nothing by itself, and reads no device but the one it is given.
//
// Invariant: keys that came slower than a scanner types, or of which some got
// lost, are never read as a code.
package wedge

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/drivers/scanner/line"
	"github.com/posagent/posagent/drivers/scanner/supervise"
)

// defaultGap is the longest pause between two keys of a profile that says
// nothing: USB scanners need 1 to 20 ms a key.
const defaultGap = 100 * time.Millisecond

// Scanner is a scanner in keyboard mode.
type Scanner struct {
	*supervise.Scanner
	calibration calibration
}

// Calibrate waits for the next code, which should be the calibration code, and
// tells in which layout the scanner types.
func (s *Scanner) Calibrate(ctx context.Context) (Verdict, error) { return s.calibration.wait(ctx) }

// grabber and keyboard are what the port of an input device can do besides.
type (
	grabber  interface{ Grab(on bool) error }
	keyboard interface{ LEDs() ([]byte, error) }
)

// New makes a scanner whose events are read from what open opens. id is its
// name in scans and health; path is only shown.
func New(id string, model profile.Scanner, path string, open port.Opener, log *slog.Logger) (*Scanner, error) {
	o, err := settingsOf(model)
	if err != nil {
		return nil, fmt.Errorf("scanner %s: profile %q: %w", id, model.Model, err)
	}
	s := &Scanner{}
	s.Scanner = supervise.New(supervise.Config{
		ID: id, Model: model.Model, Path: path,
		Open: func(h supervise.Host) (supervise.Source, error) {
			p, err := open()
			if err != nil {
				return nil, err
			}
			o.judge = func(v Verdict) {
				if v != (Verdict{}) {
					h.Tell("calibration: " + v.String())
				}
				s.calibration.tell(v)
			}
			source, err := begin(p, o, h)
			if err != nil {
				_ = p.Close()
				return nil, err
			}
			return source, nil
		},
		Doubt: "the layout, by reading the calibration code, and that nobody types on this device",
	}, log)
	return s, nil
}

func settingsOf(model profile.Scanner) (settings, error) {
	o := settings{layout: Layout(model.Layout), gap: time.Duration(model.GapMilli) * time.Millisecond}
	if o.gap == 0 {
		o.gap = defaultGap
	}
	if o.layout == "" {
		o.layout = US
	}
	if _, err := o.layout.keymap(); err != nil {
		return o, err
	}
	model.GapMilli = 0 // what a line does with it is something else
	var err error
	if o.fields, err = line.Framing(model); err != nil {
		return o, err
	}
	if o.fields.Header != scanner.NoHeader || o.fields.BCC != scanner.NoBCC {
		return o, fmt.Errorf("header and bcc are of serial scanners only")
	}
	return o, nil
}

// begin grabs the device, so that what is typed goes nowhere else, and looks
// whether CAPS LOCK is on.
func begin(p port.Port, o settings, h supervise.Host) (supervise.Source, error) {
	if g, ok := p.(grabber); ok {
		if err := g.Grab(true); err != nil {
			return nil, err
		}
	}
	if k, ok := p.(keyboard); ok {
		const capsLock = 1    // LED_CAPSL
		leds, err := k.LEDs() // a device without lamps is off; one that is gone is told by the first read
		o.caps = err == nil && len(leds) > 0 && leds[0]>>capsLock&1 == 1
	}
	d, err := newDecoder(o)
	if err != nil {
		return nil, err
	}
	return supervise.Stream(p, d, h), nil
}
