package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/posagent/posagent/agent/control"
)

// newRegister is a folder with the configuration of a register, and its path.
func newRegister(t *testing.T) (dir, config string) {
	t.Helper()
	dir = t.TempDir()
	for _, file := range []string{"ca.crt", "register.crt", "register.key"} {
		must(t, os.WriteFile(filepath.Join(dir, file), nil, 0o600))
	}
	config = filepath.Join(dir, "posagent.toml")
	must(t, os.WriteFile(config, []byte(fmt.Sprintf(`[store]
id = "S0001"
terminal = "T01"
name = "みほん商店"

[data]
dir = %[1]q

[[wallet]]
id = "own"
url = "https://wallet.example"
ca = "%[1]s/ca.crt"
cert = "%[1]s/register.crt"
key = "%[1]s/register.key"
receipt_name = "みほんペイ"
`, dir)), 0o600))
	return dir, config
}

// A first start stops where something is missing, says what to do, and goes on
// from there.
func TestEnrol(t *testing.T) {
	dir, config := newRegister(t)
	nobody, taro := control.Operators{}, control.Operators{Operators: []control.Operator{{ID: "taro", Role: "manager"}}}
	a := newAgent(t, map[string][]any{
		"GET /v1/health":            {control.Health{Ready: true}},
		"GET /v1/operators":         {nobody, nobody, nobody, taro},
		"POST " + control.PathSetup: {taro},
	})
	enrol := func(args ...string) result {
		return posctl(t, append([]string{"enrol", "--config", config, "--wait", "0s", "--agent", a.url}, args...)...)
	}
	enrol().want(t, exitUsage, "done  config", "done  wallet", "done  agent", "STOP  manager", "--manager ID")
	enrol("--manager", "taro", "--name", "太郎").want(t, exitFailed, "STOP  manager", "there is no set-up code", "systemctl restart posagent")
	must(t, os.WriteFile(filepath.Join(dir, "setup.code"), []byte("7KQ4-M2XP\n"), 0o600))
	typed(t, "604713\n")
	enrol("--manager", "taro", "--name", "太郎").want(t, exitDone, "taro is the first one", "done  register")
	a.said(t, `"code":"7KQ4-M2XP"`)
	enrol().want(t, exitDone, "taro is there already")
	shape(t, enrol("--json"), "steps")
	must(t, os.Remove(filepath.Join(dir, "register.key")))
	enrol().want(t, exitUsage, "STOP  wallet", "register.key")
	posctl(t, "enrol", "--config", filepath.Join(dir, "none.toml"), "--agent", a.url).want(t, exitUsage, "STOP  config", "posctl config default")
}

func TestEnrolWithoutAnAgent(t *testing.T) {
	t.Parallel()
	_, config := newRegister(t)
	posctl(t, "enrol", "--config", config, "--wait", "1ms", "--agent", "unix:"+filepath.Join(t.TempDir(), "none.sock")).want(t, exitUnreachable, "STOP  agent", "systemctl start posagent")
}
