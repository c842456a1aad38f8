package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

func TestJournalVerify(t *testing.T) {
	t.Parallel()
	sound := control.Verification{Whole: true, Entries: 1234, Hash: strings.Repeat("ab", 32), Seconds: 0.04}
	a := newAgent(t, map[string][]any{"GET /v1/journal/verification": {sound}})
	posctl(t, "journal", "verify", "--agent", a.url).want(t, exitDone, "1234 entries are sound (0.0 s)\n", "entry 1234 has the hash abab")
	shape(t, posctl(t, "journal", "verify", "--json", "--agent", a.url), "whole", "entries", "hash", "charges")
	broken := control.Verification{Entries: 6, Broken: 7, Why: "journal entry 7 does not fit its hash"}
	b := newAgent(t, map[string][]any{"GET /v1/journal/verification": {broken}})
	posctl(t, "journal", "verify", "--charges", "--agent", b.url).want(t, exitFailed, "NOT SOUND: journal entry 7 does not fit its hash\n6 entries before it are sound", "next: stop the agent")
}

// An export that breaks off leaves no file that looks like one.
func TestJournalExport(t *testing.T) {
	t.Parallel()
	page := control.Journal{Entries: []control.JournalEntry{{N: 1, Note: "a", Hash: "aa"}, {N: 2, Note: "<b>", Hash: "bb"}}, Next: 2}
	rest := control.Journal{Entries: []control.JournalEntry{{N: 3, Hash: "cc"}}}
	a := newAgent(t, map[string][]any{"GET /v1/journal": {page, rest}})
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	posctl(t, "journal", "export", "--out", path, "--agent", a.url).want(t, exitDone, "3 entries are in "+path, "the last one, 3, has the hash cc")
	data, err := os.ReadFile(path)
	must(t, err)
	if lines := strings.Split(strings.TrimSpace(string(data)), "\n"); len(lines) != 3 || !strings.HasPrefix(lines[2], `{"n":3,`) {
		t.Errorf("%s", data)
	}
	posctl(t, "journal", "export", "--out", path, "--agent", a.url).want(t, exitUsage, "is there already")
	posctl(t, "journal", "export", "--agent", a.url).want(t, exitUsage, "wants --out FILE")
	b := newAgent(t, map[string][]any{"GET /v1/journal": {page, problem{Status: 500, Detail: "the journal cannot be read"}}})
	other := filepath.Join(t.TempDir(), "other.jsonl")
	posctl(t, "journal", "export", "--out", other, "--agent", b.url).want(t, exitFailed, "the journal cannot be read; nothing was exported")
	if _, err := os.Stat(other); !os.IsNotExist(err) {
		t.Errorf("half a file is left: %v", err)
	}
}
