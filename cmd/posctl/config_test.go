package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/operator"
	"github.com/posagent/posagent/configs"
)

const goodConfig = `[store]
id = "S0001"
terminal = "T01"
name = "みほん商店"
`

func TestConfigCheck(t *testing.T) {
	t.Parallel()
	good := write(t, "posagent.toml", goodConfig)
	posctl(t, "config", "check", good).want(t, exitDone, good+": right")

	bad := write(t, "posagent.toml", "[store]\nid = \"S0001\"\nnaem = \"x\"\n\n[api]\nlisten = 7070\n")
	got := posctl(t, "config", "check", bad)
	got.want(t, exitUsage, bad+":3:1", "naem", "did you mean \"name\"", bad+":6:10", "terminal")
	if got.out != "" {
		t.Errorf("problems belong on standard error: %s", got.out)
	}
	for path, problems := range map[string]bool{good: false, bad: true} {
		got := posctl(t, "config", "check", path, "--json")
		var out struct {
			File     string
			Problems []map[string]any
		}
		if err := json.Unmarshal([]byte(got.out), &out); err != nil || out.File != path || out.Problems == nil || (len(out.Problems) > 0) != problems {
			t.Errorf("%v\n%s", err, got.out)
		}
		if want := map[bool]int{false: exitDone, true: exitUsage}[problems]; got.code != want {
			t.Errorf("exit code %d, want %d", got.code, want)
		}
	}
	posctl(t, "config", "check", filepath.Join(t.TempDir(), "none.toml")).want(t, exitUsage, "none.toml")
	posctl(t, "config", "check", write(t, "binary", "\x00\xff\x00")).want(t, exitUsage)
}

func TestConfigShow(t *testing.T) {
	t.Parallel()
	good := write(t, "posagent.toml", goodConfig)
	posctl(t, "config", "show", good).want(t, exitDone, "store.name", "みほん商店", "api.listen")
	posctl(t, "config", "show", good, "--origin").want(t, exitDone, good+":4")
	shape(t, posctl(t, "config", "show", good, "--json"))
	posctl(t, "config", "show", write(t, "bad.toml", "x = 1\n")).want(t, exitUsage, "bad.toml:1:1")
}

// The default is a configuration that only wants the store filled in.
func TestConfigDefault(t *testing.T) {
	t.Parallel()
	got := posctl(t, "config", "default")
	got.want(t, exitDone, "[store]", "[api]")
	if got.out != configs.Default() {
		t.Error("something was added to the default")
	}
	shape(t, posctl(t, "config", "default", "--json"), "toml")
}

func TestConfigProfiles(t *testing.T) {
	t.Parallel()
	posctl(t, "config", "profiles").want(t, exitDone, "escpos-generic-80")
	got := posctl(t, "config", "profiles", "--json")
	var list []map[string]any
	if err := json.Unmarshal([]byte(got.out), &list); err != nil || len(list) == 0 {
		t.Errorf("%v\n%s", err, got.out)
	}
}

// A PIN comes on standard input and never as an argument; only its hash goes
// out.
func TestConfigPIN(t *testing.T) {
	for _, c := range []struct {
		role, typed string
		code        int
		says        string
	}{
		{"cashier", "8254\n", exitDone, "$argon2id$v=19$"},
		{"manager", "604713\r\n", exitDone, "$argon2id$v=19$"},
		{"manager", "604713", exitDone, "$argon2id$v=19$"},
		{"manager", "8254\n", exitUsage, "at least 6 digits"},
		{"cashier", "2345\n", exitUsage, "counts up"},
		{"cashier", "82 54\n", exitUsage, "digits only"},
		{"cashier", "\n", exitUsage, "no PIN came on standard input"},
		{"cashier", "", exitUsage, "no PIN came on standard input"},
	} {
		typed(t, c.typed)
		got := posctl(t, "config", "pin", "--role", c.role)
		got.want(t, c.code, c.says)
		pin := strings.TrimSpace(c.typed)
		if pin != "" && strings.Contains(got.out+got.err, pin) {
			t.Errorf("the PIN is shown: %s%s", got.out, got.err)
		}
		if fits, err := operator.Verify(strings.TrimSpace(got.out), pin); c.code == exitDone && (!fits || err != nil) {
			t.Errorf("%s is not the hash of %s: %v", got.out, pin, err)
		}
	}
	typed(t, "604713\n")
	shape(t, posctl(t, "config", "pin", "--role", "manager", "--json"), "pin")
}
