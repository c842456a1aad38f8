package line_test

import (
	"log/slog"
	"path/filepath"
	"testing"

	"github.com/posagent/posagent/drivers/bench"
	"github.com/posagent/posagent/drivers/port"
	"github.com/posagent/posagent/drivers/profile"
	"github.com/posagent/posagent/drivers/scanner/line"
	"github.com/posagent/posagent/drivers/scanner/supervise"
	"github.com/posagent/posagent/drivers/virtual"
)

// Every framing keeps every manner of a scanner driver, over a true tty.
func TestConformance(t *testing.T) {
	for name, model := range map[string]profile.Scanner{
		"cr":          {End: "cr", GapMilli: 150},
		"lf":          {End: "lf", GapMilli: 150},
		"crlf":        {End: "crlf", GapMilli: 150},
		"tab":         {End: "tab", GapMilli: 150},
		"etx":         {End: "etx", GapMilli: 150},
		"any":         {End: "any", GapMilli: 150},
		"any aim":     {End: "any", GapMilli: 150, AIM: true},
		"stx etx":     {Header: "stx", End: "etx", GapMilli: 150},
		"stx any aim": {Header: "stx", End: "any", GapMilli: 150, AIM: true},
		"gap":         {End: "gap", GapMilli: 150},
		"stx gap":     {Header: "stx", End: "gap", GapMilli: 150},
		"bcc":         {Header: "stx", End: "crlf", BCC: "all", GapMilli: 150},
		"marks":       {End: "cr", Digits: 4, Marks: []string{"Q=]Q1", "K=]C0"}, GapMilli: 150},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of it is waiting for silence
			bench.Scanner(t, model, startOnLine)
		})
	}
}

func startOnLine(t *testing.T, model profile.Scanner) bench.ScannerRig {
	t.Helper()
	dir := t.TempDir()
	far, err := virtual.NewScanner(filepath.Join(dir, "register"), filepath.Join(dir, "visitor"), model, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = far.Close() })
	r := onLine(t, model, port.At(port.Address{Kind: port.Serial, Path: far.Path()}, 115200))
	r.Send, r.Unplug, r.Plug = far.Send, far.Unplug, far.Plug
	return r
}

// onLine is what every rig of a line has in common.
func onLine(t *testing.T, model profile.Scanner, open port.Opener) bench.ScannerRig {
	t.Helper()
	return bench.ScannerRig{
		Driver: start(t, model, open), Noises: bench.LineNoises(), Flood: make([]byte, 50_000), SendsAIM: len(model.Marks) > 0,
		Frame: func(aim, text string) []byte { return virtual.Frame(model, aim, text) },
	}
}

// start runs a scanner until the test ends.
func start(t *testing.T, model profile.Scanner, open port.Opener) *supervise.Scanner {
	t.Helper()
	s, err := line.New("scanner1", model, "serial:test", open, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	ctx := t.Context()
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		if err := <-ended; err != ctx.Err() {
			t.Errorf("run ended with %v", err)
		}
	})
	return s
}
