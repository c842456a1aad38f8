// Package line drives a scanner that sends bytes on a line: RS-232, USB-COM, or
// a terminal server on TCP. Framing is its only knowledge; the rest is the
// supervisor's.
//
// Invariant: a profile that cannot be framed is refused before anything is
// opened.
package line

import (
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/drivers/scanner/supervise"
)

// New makes a scanner that is opened by open and frames as its model does. The
// error is about the profile. id is its name in scans and health; path is only
// shown.
func New(id string, model profile.Scanner, path string, open port.Opener, log *slog.Logger) (*supervise.Scanner, error) {
	framing, err := Framing(model)
	if err != nil {
		return nil, fmt.Errorf("scanner %s: profile %q: %w", id, model.Model, err)
	}
	return supervise.New(supervise.Config{
		ID: id, Model: model.Model, Path: path,
		Open: func(h supervise.Host) (supervise.Source, error) {
			framer, err := scanner.NewFramer(framing)
			if err != nil {
				return nil, err
			}
			p, err := open()
			if err != nil {
				return nil, err
			}
			return supervise.Stream(p, framer, h), nil
		},
		Doubt: "the speed, the mode and the end mark in the scanner's settings",
	}, log), nil
}

// Framing is how a model frames, with every default filled in.
func Framing(model profile.Scanner) (scanner.Framing, error) {
	f := scanner.Framing{
		Header:   scanner.Header(model.Header),
		End:      scanner.End(model.End),
		Gap:      time.Duration(model.GapMilli) * time.Millisecond,
		AIM:      model.AIM,
		Digits:   model.Digits,
		BCC:      scanner.BCC(model.BCC),
		MaxBytes: model.MaxBytes,
	}
	for _, m := range model.Marks {
		at := max(0, strings.LastIndexByte(m, '='))
		f.Marks = append(f.Marks, scanner.Mark{Text: m[:at], AIM: strings.TrimPrefix(m[at:], "=")})
	}
	framer, err := scanner.NewFramer(f)
	if err != nil {
		return f, err
	}
	return framer.Framing(), nil
}
