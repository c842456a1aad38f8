package offline_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/posagent/posagent/agent/operator"
	"github.com/posagent/posagent/offline"
)

func TestWrongPINsAreKept(t *testing.T) {
	dir := t.TempDir()
	tries := offline.NewTries(dir)
	if g, err := tries.Load(); err != nil || len(g.Recent)+len(g.InARow) != 0 {
		t.Errorf("without a file: %+v, %v", g, err)
	}
	want := operator.Guesses{Recent: []time.Time{time.Date(2026, 11, 26, 9, 0, 0, 1, time.UTC)}, InARow: map[string]int{"": 2, "mori": 9}}
	if err := tries.Save(want); err != nil {
		t.Fatal(err)
	}
	if got, err := offline.NewTries(dir).Load(); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	path := filepath.Join(dir, offline.TriesName)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info, err)
	}
	if err := os.WriteFile(path, []byte(`{"in_a_row":`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := tries.Load(); err == nil || !strings.Contains(err.Error(), "move the file away") {
		t.Errorf("damaged: %v", err)
	}
}
