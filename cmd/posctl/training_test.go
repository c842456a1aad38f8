package main

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/agent/practice"
)

func TestTrainingGolden(t *testing.T) {
	t.Parallel()
	a := newAgent(t, map[string][]any{"POST /v1/training": {control.Training{On: true}}, "GET /v1/training": {control.Training{On: true}}})
	posctl(t, "training", "on", "--agent", a.url).want(t, exitDone, "nothing is real until posctl training off")
	a.said(t, `{"on":true}`)
	posctl(t, "training", "off", "--agent", a.url).want(t, exitDone, "from then on everything is real")
	a.said(t, `{"on":false}`)
	posctl(t, "training", "status", "--agent", a.url).want(t, exitDone, "in training")
	got := posctl(t, "training", "table")
	got.want(t, exitDone)
	golden(t, "training-table.txt", got.out)
	got = posctl(t, "training", "code", "--json")
	got.want(t, exitDone)
	var c struct{ Code string }
	must(t, json.Unmarshal([]byte(got.out), &c))
	if !regexp.MustCompile(practice.CodeMatch).MatchString(c.Code) {
		t.Errorf("no code of the training: %q", c.Code)
	}
	posctl(t, "training", "code").want(t, exitDone, "▀", "9900")
	b := newAgent(t, map[string][]any{"POST /v1/training": {problem{Status: 409, Why: "training.open", TextE: "The register waits"}}})
	posctl(t, "training", "on", "--agent", b.url).want(t, exitFailed, "The register waits")
}

// The tables of the documents are that of the program.
func TestTrainingTableOfTheDocuments(t *testing.T) {
	for _, name := range []string{"../../docs/manager/README.md", "../../docs/integrator/training.md"} {
		text, err := os.ReadFile(name)
		must(t, err)
		for _, row := range practice.Table {
			if !strings.Contains(string(text), row.EN) && !strings.Contains(string(text), row.JA) {
				t.Errorf("%s does not say what %02d does: %s", name, row.Ends, row.EN)
			}
		}
	}
}
