package spool_test

import (
	"log/slog"
	"os"
	"strings"
	"testing"

	"github.com/posagent/posagent/drivers/bench"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/printer"
	"github.com/posagent/posagent/drivers/printer/spool"
	"github.com/posagent/posagent/drivers/profile"
)

func TestMain(m *testing.M) { bench.Main(m) }

// broken is a language with a fault that a document can reach.
type broken struct{ spool.Language }

func (broken) Encode(printer.Document, profile.Printer) ([]byte, []printer.Unprintable, error) {
	panic("index out of range")
}

// A fault in a language costs the document and never the program: whoever
// prints is the register.
func TestAFaultOfALanguage(t *testing.T) {
	p := spool.New("printer0", profile.Printer{}, broken{}, "nowhere", func() (port.Port, error) { return nil, os.ErrNotExist }, slog.New(slog.DiscardHandler))
	out := p.Print(t.Context(), printer.Document{Title: "a"})
	if out.Result != printer.Failed || out.Bytes != 0 || !strings.Contains(out.Detail, "index out of range") {
		t.Errorf("it came to %+v", out)
	}
}
