package main

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/control"
)

// An export writes its file whole and for nobody else to read, and names what
// to do next. A file that is there is left alone before anything is asked for.
func TestQueueExport(t *testing.T) {
	t.Parallel()
	a := newAgent(t, map[string][]any{
		"GET /v1/queue/recipient": {control.Recipient{Recipient: "age1xyz"}},
		"POST /v1/queue/export": {
			control.QueueFile{ID: "Q-T01-1", File: []byte("sealed"), Count: 3, Amount: 2100, Left: 2, Stay: 1},
			problem{Status: 409, Why: "handover.empty", TextE: "No payment waits to be collected"},
			hangUp,
		},
	})
	posctl(t, "queue", "recipient", "--agent", a.url).want(t, 0, "age1xyz")
	path := filepath.Join(t.TempDir(), "queue.age")
	posctl(t, "queue", "export", "--to", "age1xyz", "--out", path, "--agent", a.url).want(t, 0,
		"3 payments, 2100 in minor units, left with", "Q-T01-1", "1 stay here", "2 had no room", "posctl queue import queue.age")
	a.said(t, `{"recipients":["age1xyz"]}`)
	data, err := os.ReadFile(path)
	must(t, err)
	if info, err := os.Stat(path); err != nil || string(data) != "sealed" || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %q, %v, %v", data, info.Mode(), err)
	}
	posctl(t, "queue", "export", "--to", "age1xyz", "--out", path, "--agent", a.url).want(t, 2, "is there already", "nothing was exported")
	other := filepath.Join(t.TempDir(), "other.age")
	posctl(t, "queue", "export", "--to", "age1xyz", "--out", other, "--agent", a.url).want(t, 1, "No payment waits")
	posctl(t, "queue", "export", "--to", "age1xyz", "--out", other, "--agent", a.url).want(t, 4, "--again")
	if _, err := os.Stat(other); err == nil {
		t.Error("a file without anything in it was left behind")
	}
	posctl(t, "queue", "export", "--to", "age1xyz", "--out", filepath.Join(other, "x"), "--agent", a.url).want(t, 1, "nothing was exported")
	for _, args := range [][]string{
		{}, {"--out", other}, {"--to", "age1xyz"}, {"--out", other, "--to", "age1xyz", "--passphrase-file", write(t, "words", "correct horse battery\n")},
		{"--out", other, "--passphrase-file", write(t, "words", "\n")},
	} {
		posctl(t, append([]string{"queue", "export", "--agent", a.url}, args...)...).want(t, 2)
	}
}

func TestQueueImport(t *testing.T) {
	t.Parallel()
	made := time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)
	a := newAgent(t, map[string][]any{
		"POST /v1/queue/import": {
			control.Import{ID: "Q-T01-1", Terminal: "T01", Made: made, Taken: 2, Back: 1, Known: 4, Amount: 2100, Refused: []control.NotIn{}},
			control.Import{ID: "Q-T01-1", Terminal: "T01", Made: made, Refused: []control.NotIn{{Key: "S1-T1-1-7", Why: "its code is of no wallet here"}}},
		},
		"POST /v1/queue/reclaim": {control.Reclaimed{Count: 3}},
	})
	file := write(t, "queue.age", "sealed")
	posctl(t, "queue", "import", file, "--passphrase-file", write(t, "words", "correct horse battery\nand more\n"), "--agent", a.url).want(t, 0,
		"Q-T01-1 of register T01", "taken in:     2", "back here:    1", "known before: 4", "to collect:   2100", "posctl queue forward")
	a.said(t, `{"file":"c2VhbGVk","passphrase":"correct horse battery"}`)
	posctl(t, "queue", "import", file, "--agent", a.url).want(t, 1, "NOT taken in: S1-T1-1-7: its code is of no wallet here")
	posctl(t, "queue", "import", file+".none", "--agent", a.url).want(t, 2, "no such file")
	long := filepath.Join(t.TempDir(), "long")
	must(t, os.WriteFile(long, make([]byte, longestQueueFile+1), 0o600))
	posctl(t, "queue", "import", long, "--agent", a.url).want(t, 2, "longer than")
	posctl(t, "queue", "reclaim", "--agent", a.url).want(t, 0, "3 payments are collected here again")
}

func TestQueueListTellsWhoseItIs(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 26, 9, 30, 0, 0, time.UTC)
	a := newAgent(t, map[string][]any{"GET /v1/queue": {control.Queue{
		Taking: true, Count: 1, Amount: 700, Carried: 2, Brought: 900, Limits: control.QueueLimits{Count: 200, Outstanding: 100_000},
		Charges: []control.Queued{
			{Key: "S1-T1-1-7", Wallet: "own", Amount: 700, Currency: "JPY", State: "forwarding", Moved: at},
			{Key: "S1-T2-1-7", Wallet: "own", Amount: 400, Currency: "JPY", State: "queued", Carried: true},
		},
	}}})
	posctl(t, "queue", "list", "--agent", a.url).want(t, 0, "moved", "queued, carried", "and 1 more", "waiting: 1 of 200 payments, 700 of 100000", "and 2 of other registers, 900")
}
