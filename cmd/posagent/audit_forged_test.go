package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/control"
	"github.com/posagent/posagent/offline/book"
)

// sealed writes entries with sound hashes, as anybody can.
func sealed(t *testing.T, links ...book.Link) (path string, hashes []string) {
	t.Helper()
	var before [32]byte
	var file strings.Builder
	for i, l := range links {
		l.N = int64(i + 1)
		before = sha256.Sum256(append(before[:], l.Text()...))
		hashes = append(hashes, hex.EncodeToString(before[:]))
		check(t, json.NewEncoder(&file).Encode(control.JournalEntry{
			N: l.N, Key: string(l.Key), Before: l.Before, From: string(l.From), To: string(l.To), Moved: l.Moved, Note: l.Note, Text: l.Text(), Hash: hashes[i],
		}))
	}
	path = filepath.Join(t.TempDir(), "sealed.jsonl")
	check(t, os.WriteFile(path, []byte(file.String()), 0o600))
	return path, hashes
}

// Sound hashes are not enough: every entry of a charge goes on from its last.
func TestAuditorFindsWhatNoAgentWrites(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		t.Skip("SKIP: python3 is missing (apt-get install python3)")
	}
	const one, other = charge.Key("S1-T1-1-1"), charge.Key("S1-T1-1-2")
	begun := book.Link{Key: one, To: charge.Prepared, Moved: true, Note: "sale x, 1 JPY"}
	paid := book.Link{Key: one, Before: 1, From: charge.Prepared, To: charge.Approved, Moved: true}
	path, hashes := sealed(t, begun, paid)
	if says, err := auditor(t, path); err != nil || !strings.Contains(says, "sound: 2 entries, the last is 2 with the hash "+hashes[1]) {
		t.Errorf("%v: %s", err, says)
	}
	for what, c := range map[string]struct {
		link book.Link
		why  string
	}{
		"begun twice": {begun, "begins a charge"},
		"never begun": {book.Link{Key: other, Before: 1, From: charge.Prepared, To: charge.Approved}, "goes on from entry 1"},
		"a ring":      {book.Link{Key: one, Before: 3, From: charge.Approved, To: charge.Owed}, "goes on from entry 3"},
		"a branch":    {book.Link{Key: one, Before: 1, From: charge.Approved, To: charge.Owed}, "goes on from entry 1"},
	} {
		path, _ := sealed(t, begun, paid, c.link)
		if says, err := auditor(t, path); err == nil || !strings.Contains(says, "entry 3 "+c.why) {
			t.Errorf("%s: %v: %s", what, err, says)
		}
	}
	bad, _ := sealed(t, book.Link{Key: one, To: "\x1b[2Japproved", Moved: true, Note: "sale x"})
	if says, _ := auditor(t, bad); strings.Contains(says, "\x1b") {
		t.Errorf("it writes to the terminal what stands in the file: %q", says)
	}
	data, err := os.ReadFile(path)
	check(t, err)
	_, tail, _ := strings.Cut(string(data), "\n")
	path = filepath.Join(t.TempDir(), "tail.jsonl")
	check(t, os.WriteFile(path, []byte(tail), 0o600))
	if says, err := auditor(t, path, hashes[0]); err != nil || !strings.Contains(says, "sound: 1 entries, the last is 2 with the hash "+hashes[1]) {
		t.Errorf("the part behind entry 1: %v: %s", err, says)
	}
}
