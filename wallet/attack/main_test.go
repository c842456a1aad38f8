package attack_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// programs is where the programs lie that are attacked.
var programs string

func TestMain(m *testing.M) {
	code, err := attackAll(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(code)
}

// attackAll attacks the programs in POSAGENT_BIN, or builds them first, and
// shows what came of it.
func attackAll(m *testing.M) (int, error) {
	if programs = os.Getenv("POSAGENT_BIN"); programs == "" {
		return buildFirst(m)
	}
	return runAll(m)
}

func buildFirst(m *testing.M) (int, error) {
	dir, err := os.MkdirTemp("", "attack")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(dir)
	programs = dir
	for _, name := range []string{"walletd", "posagent"} {
		out, err := exec.Command("go", "build", "-o", filepath.Join(dir, name), "../../cmd/"+name).CombinedOutput()
		if err != nil {
			return 1, fmt.Errorf("build %s: %w: %s", name, err, out)
		}
	}
	return runAll(m)
}

func runAll(m *testing.M) (int, error) {
	code := m.Run()
	if err := results.print(); err != nil {
		return 1, errors.Join(errors.New("the table was not written"), err)
	}
	return code, nil
}
