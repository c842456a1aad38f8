package main

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
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

// chained gives entries their hashes, behind the one before.
func chained(before [32]byte, entries ...control.JournalEntry) []control.JournalEntry {
	for i := range entries {
		entries[i].Text = fmt.Sprintf("posagent journal 1\n%d %s\n", entries[i].N, entries[i].Note)
		before = sha256.Sum256(append(before[:], entries[i].Text...))
		entries[i].Hash = hex.EncodeToString(before[:])
	}
	return entries
}

// An export that breaks off, or is not sound, leaves no file that looks like one.
func TestJournalExport(t *testing.T) {
	t.Parallel()
	all := chained([32]byte{}, control.JournalEntry{N: 1, Note: "a"}, control.JournalEntry{N: 2, Note: "<b>"}, control.JournalEntry{N: 3})
	page, rest := control.Journal{Entries: all[:2], Next: 2}, control.Journal{Entries: all[2:]}
	found := control.Findings{Found: []control.Finding{aFinding("7", "サンプルペイ")}}
	a := newAgent(t, map[string][]any{"GET /v1/journal": {page, rest}, "GET " + control.PathSearch: {found}})
	path, sheet := filepath.Join(t.TempDir(), "journal.jsonl"), filepath.Join(t.TempDir(), "2026.csv")
	posctl(t, "journal", "export", "--out", path, "--ledger", sheet, "--from", "2026-04-01", "--agent", a.url).
		want(t, exitDone, "3 entries are in "+path+", read back and sound", "the last one, 3, has the hash "+all[2].Hash, "1 charges are in "+sheet)
	a.said(t, "from=2026-04-01&limit=500")
	data, err := os.ReadFile(path)
	must(t, err)
	if lines := strings.Split(strings.TrimSpace(string(data)), "\n"); len(lines) != 3 || !strings.HasPrefix(lines[2], `{"n":3,`) {
		t.Errorf("%s", data)
	}
	rows, err := os.ReadFile(sheet)
	must(t, err)
	if !strings.Contains(string(rows), "2026-11-25,") || !strings.Contains(string(rows), ",1280,JPY,own,サンプルペイ,") {
		t.Errorf("%s", rows)
	}
	posctl(t, "journal", "export", "--out", path, "--agent", a.url).want(t, exitUsage, "is there already")
	posctl(t, "journal", "export", "--agent", a.url).want(t, exitUsage, "wants --out FILE")
	for why, pages := range map[string][]any{
		"the journal cannot be read":      {page, problem{Status: 500, Detail: "the journal cannot be read"}},
		"entry 3 does not fit its hash":   {page, control.Journal{Entries: []control.JournalEntry{{N: 3, Text: "forged", Hash: all[2].Hash}}}},
		"entry 4 stands where entry 3 is": {page, control.Journal{Entries: []control.JournalEntry{{N: 4, Hash: "aa"}}}},
	} {
		b := newAgent(t, map[string][]any{"GET /v1/journal": pages})
		other := filepath.Join(t.TempDir(), "other.jsonl")
		posctl(t, "journal", "export", "--out", other, "--agent", b.url).want(t, exitFailed, why, "nothing was exported")
		if _, err := os.Stat(other); !os.IsNotExist(err) {
			t.Errorf("%s: half a file is left: %v", why, err)
		}
	}
}

// A file that goes on behind an earlier one fits the hash of that one's end, and
// a file is verified where there is no agent.
func TestJournalFileIsVerified(t *testing.T) {
	t.Parallel()
	all := chained([32]byte{}, control.JournalEntry{N: 1}, control.JournalEntry{N: 2}, control.JournalEntry{N: 3})
	a := newAgent(t, map[string][]any{"GET /v1/journal": {control.Journal{Entries: all[1:2]}, control.Journal{Entries: all[2:]}}})
	path := filepath.Join(t.TempDir(), "rest.jsonl")
	posctl(t, "journal", "export", "--after", "2", "--out", path, "--agent", a.url).want(t, exitDone, "1 entries are in")
	posctl(t, "journal", "verify", "--file", path, "--after", "2", "--hash", all[1].Hash).want(t, exitDone, "1 entries are sound", "entry 3 has the hash "+all[2].Hash)
	posctl(t, "journal", "verify", "--file", path, "--after", "2", "--hash", all[0].Hash).want(t, exitFailed, "NOT SOUND", "entry 3 does not fit its hash")
	posctl(t, "journal", "verify", "--file", path).want(t, exitFailed, "entry 3 stands where entry 1 is wanted")
	posctl(t, "journal", "verify", "--file", path, "--after", "2").want(t, exitUsage, "--hash")
	posctl(t, "journal", "verify", "--file", write(t, "cut.jsonl", `{"n":1,`)).want(t, exitFailed, "NOT SOUND")
}
