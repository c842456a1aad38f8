package main

import (
	"context"
	"errors"
	"io"

	"github.com/posagent/posagent/agent"
	"github.com/posagent/posagent/agent/control/server"
	"github.com/posagent/posagent/drivers/scanner"
	"github.com/posagent/posagent/drivers/scanner/imager"
)

// pictures read codes in pictures, with the register's words for what is
// wrong with one.
type pictures struct {
	imager *imager.Imager
	live   *imager.Live // of the pages' cameras
}

func newPictures() pictures {
	m := imager.New(imager.Limits{})
	return pictures{m, m.Live("camera")}
}

// Read is the code in a picture; see agent.Imager.
func (p pictures) Read(ctx context.Context, r io.Reader, device string) (scanner.Scan, error) {
	scan, err := p.imager.Read(ctx, r, device)
	return scan, inWords(err)
}

// Frame is the code in one picture of many; see agent.Imager.
func (p pictures) Frame(ctx context.Context, r io.Reader, _ string) (scanner.Scan, error) {
	file, err := io.ReadAll(r) // the server bounds it
	if err != nil {
		return scanner.Scan{}, err
	}
	g, err := p.imager.Decode(ctx, file)
	if err != nil {
		return scanner.Scan{}, inWords(err)
	}
	defer clear(g.Pix) // it may show a live payment code
	scan, err := p.live.Look(ctx, g)
	return scan, inWords(err)
}

// inWords is why there is no scan, as the register says it.
func inWords(err error) error {
	switch {
	case errors.Is(err, imager.ErrNotAPicture):
		return &agent.Refused{Why: "picture.not_a_picture"}
	case errors.Is(err, imager.ErrTooBig):
		return &agent.Refused{Why: "picture.too_big"}
	case errors.Is(err, imager.ErrPart):
		return &agent.Refused{Why: "picture.part"}
	case errors.Is(err, imager.ErrNoCode):
		return &agent.Refused{Why: "picture.none"}
	}
	return err
}

// gauges are what the pages' cameras see, for whoever asks why reading is slow.
func (p pictures) gauges() []server.Gauge {
	of := func(number func(imager.Stats) float64) func() float64 {
		return func() float64 { return number(p.live.Stats()) }
	}
	return []server.Gauge{
		{Name: "camera_pictures_total", Help: "Pictures of the pages' cameras that were searched.", Read: of(func(s imager.Stats) float64 { return float64(s.Frames) })},
		{Name: "camera_attempts_total", Help: "How often a decoder was asked about them.", Read: of(func(s imager.Stats) float64 { return float64(s.Tries) })},
		{Name: "camera_codes_total", Help: "Codes that were read in them.", Read: of(func(s imager.Stats) float64 { return float64(s.Reads) })},
		{Name: "camera_last_read_seconds", Help: "From the first picture to the last code.", Read: of(func(s imager.Stats) float64 { return s.Last.Seconds() })},
	}
}
