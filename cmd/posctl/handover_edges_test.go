package main

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

// Whatever the agent answers once it was asked to export, payments may have left.
func TestAnExportThatFailedHalfWay(t *testing.T) {
	a := newAgent(t, map[string][]any{"POST /v1/queue/export": {
		problem{Status: 500, Why: "register.failed", TextE: "The register has failed"},
	}})
	posctl(t, "queue", "export", "--to", "age1xyz", "--out", filepath.Join(t.TempDir(), "q"), "--agent", a.url).want(t, 1, "--again")
}

// What a file says of itself does not speak to the terminal.
func TestNamesOfFilesArePlain(t *testing.T) {
	a := newAgent(t, map[string][]any{"POST /v1/queue/import": {
		control.Import{ID: "Q\x1b[2J\x1b[1;1Htaken in: 400", Terminal: "T01", Refused: []control.NotIn{}},
	}})
	got := posctl(t, "queue", "import", write(t, "q", "sealed"), "--agent", a.url)
	if strings.Contains(got.err, "\x1b") {
		t.Errorf("written to the terminal: %q", got.err)
	}
}
