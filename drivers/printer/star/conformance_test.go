package star_test

import (
	"log/slog"
	"testing"

	"github.com/posagent/posagent/drivers/bench"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/star"
	"github.com/posagent/posagent/drivers/profile"
)

// model is a Japanese 80 mm printer that can do everything.
func model() profile.Printer {
	return profile.Printer{Model: "star-80", Language: "star", Answers: "star", Columns: 48, Dots: 576, Kanji: "cp932", IBM: "ibm",
		QR: true, Cut: true, Confirm: "etb", Status: true}
}

func joiner() bench.PrinterJoiner {
	return bench.PrinterJoiner{
		New: func(p profile.Printer, path string, open port.Opener, log *slog.Logger) bench.PrinterDriver {
			return star.New("printer0", p, path, open, log, nil)
		},
		Encode: func(doc printer.Document, p profile.Printer) ([]byte, []printer.Unprintable, error) {
			return star.Encode(doc, p, nil)
		},
		Speaks: "star", Other: "epson",
	}
}

func TestConformance(t *testing.T) {
	etx, mute := model(), model()
	etx.Confirm, etx.Raster = "etx", "esc-r"
	mute.Status, mute.Confirm, mute.Raster = false, "none", "gs-s"
	t.Run("ETB", func(t *testing.T) { bench.Printer(t, model(), joiner()) })
	t.Run("ETX", func(t *testing.T) { bench.Printer(t, etx, joiner()) })
	t.Run("without answers", func(t *testing.T) { bench.Printer(t, mute, joiner()) })
}
