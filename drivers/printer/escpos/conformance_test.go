package escpos_test

import (
	"log/slog"
	"testing"

	"github.com/posagent/posagent/drivers/bench"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/escpos"
	"github.com/posagent/posagent/drivers/profile"
)

func joiner(speaks, other string) bench.PrinterJoiner {
	return bench.PrinterJoiner{
		New: func(p profile.Printer, path string, open port.Opener, log *slog.Logger) bench.PrinterDriver {
			return escpos.New("printer0", p, path, open, log, nil)
		},
		Encode: func(doc printer.Document, p profile.Printer) ([]byte, []printer.Unprintable, error) {
			return escpos.Encode(doc, p, nil)
		},
		Speaks: speaks, Other: other,
	}
}

func TestConformance(t *testing.T) {
	gsr, sii, mute := model(), model(), model()
	gsr.Confirm, gsr.Raster, gsr.IBM = "gsr", "gs-l", "nec"
	sii.Answers, sii.Confirm = "sii", "dc2q"
	mute.Status, mute.Confirm = false, "none"
	t.Run("process id", func(t *testing.T) { bench.Printer(t, model(), joiner("epson", "star")) })
	t.Run("GS r", func(t *testing.T) { bench.Printer(t, gsr, joiner("epson", "sii")) })
	t.Run("SII", func(t *testing.T) { bench.Printer(t, sii, joiner("sii", "star")) })
	t.Run("without answers", func(t *testing.T) { bench.Printer(t, mute, joiner("epson", "star")) })
}
