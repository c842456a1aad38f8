package offline_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/operator"
	"github.com/posagent/posagent/offline"
)

// Who edits the list by hand is found out, be it one letter.
func TestPeopleAreKeptAndTamperingIsNoticed(t *testing.T) {
	dir := t.TempDir()
	p, err := offline.NewPeople(dir)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := p.Load(); err != nil || len(r.Operators) != 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	roll := operator.Roll{Operators: []operator.Kept{{ID: "sato", Name: "佐藤", Role: operator.Cashier, Hash: "h"}}, Seconds: map[string]operator.Second{"sato": {Secret: "S", Step: 7}}}
	if err := p.Save(roll); err != nil {
		t.Fatal(err)
	}
	p, err = offline.NewPeople(dir)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := p.Load(); err != nil || r.Operators[0] != roll.Operators[0] || r.Seconds["sato"].Step != 7 {
		t.Errorf("%+v, %v", r, err)
	}
	path := filepath.Join(dir, offline.PeopleName)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), "cashier", "manager", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Load(); err == nil || !strings.Contains(err.Error(), "was not written by this register") {
		t.Errorf("a cashier made a manager by hand: %v", err)
	}
}
