package main

import (
	"path/filepath"
	"strings"
	"testing"
)

// alone is what every command comes to on a machine without an agent: its
// arguments behind its words, the exit code of DESIGN 3 that a script reads, and
// what it reads from standard input. FILE is a path where nothing is, SETUP a file with a
// set-up code, DIR an empty directory.
var alone = map[string]struct {
	args  string
	code  int
	typed string
}{
	"":                        {"", exitDone, ""},
	"alerts":                  {"", exitUnreachable, ""},
	"alerts ack":              {"12", exitUnreachable, ""},
	"alerts test":             {"", exitUnreachable, ""},
	"bill":                    {"", exitDone, ""},
	"bill cancel":             {"B", exitUnreachable, ""},
	"bill open":               {"--amount 1", exitUnreachable, ""},
	"bill part":               {"B --amount 1 --cash", exitUnreachable, ""},
	"bill show":               {"B", exitUnreachable, ""},
	"bulletin":                {"", exitDone, ""},
	"bulletin import":         {"SETUP", exitUsage, ""},
	"bulletin show":           {"", exitUnreachable, ""},
	"charges":                 {"", exitUnreachable, ""},
	"charges formal":          {"K --copy", exitUnreachable, ""},
	"charges receipt":         {"K", exitUnreachable, ""},
	"charges reprint":         {"K", exitUnreachable, ""},
	"charges resolve":         {"K --decision not_paid", exitUnreachable, ""},
	"charges show":            {"K", exitUnreachable, ""},
	"close":                   {"", exitDone, ""},
	"close list":              {"", exitUnreachable, ""},
	"close print":             {"12", exitUnreachable, ""},
	"close show":              {"12", exitUnreachable, ""},
	"close z":                 {"", exitUnreachable, ""},
	"close x":                 {"", exitUnreachable, ""},
	"code":                    {"", exitDone, ""},
	"code explain":            {"", exitDone, "90008181881234567890\n"},
	"code read":               {"FILE", exitUsage, ""},
	"code rules":              {"", exitDone, ""},
	"code show":               {"", exitUsage, ""},
	"code sign":               {"", exitUsage, ""},
	"config":                  {"", exitDone, ""},
	"config apply":            {"receipt.print=false", exitUnreachable, ""},
	"config check":            {"FILE", exitUsage, ""},
	"config confirm":          {"", exitUnreachable, ""},
	"config default":          {"", exitDone, ""},
	"config diff":             {"", exitUnreachable, ""},
	"config history":          {"", exitUnreachable, ""},
	"config pin":              {"--role manager", exitDone, "604713\n"},
	"config profiles":         {"", exitDone, ""},
	"config rollback":         {"3", exitUnreachable, ""},
	"config show":             {"FILE", exitUsage, ""},
	"decode":                  {"FILE", exitFailed, ""},
	"devices":                 {"", exitUnreachable, ""},
	"devices explain":         {"printer0", exitUnreachable, ""},
	"devices list":            {"", exitUnreachable, ""},
	"devices sniff":           {"printer0", exitUnreachable, ""},
	"devices test":            {"printer0", exitUnreachable, ""},
	"devices watch":           {"", exitUnreachable, ""},
	"diag":                    {"--config FILE --log FILE --out FILE", exitDone, ""},
	"doctor":                  {"--config FILE", exitFailed, ""},
	"enrol":                   {"--config FILE", exitUsage, ""},
	"journal":                 {"", exitDone, ""},
	"journal export":          {"--out FILE", exitUnreachable, ""},
	"journal search":          {"", exitUnreachable, ""},
	"journal verify":          {"", exitUnreachable, ""},
	"man":                     {"DIR", exitDone, ""},
	"pair":                    {"", exitDone, ""},
	"pair list":               {"", exitUnreachable, ""},
	"pair new":                {"pos2 --out FILE", exitUnreachable, ""},
	"pair revoke":             {"pos2", exitUnreachable, ""},
	"pay":                     {"--amount 1", exitUnreachable, ""},
	"queue":                   {"", exitDone, ""},
	"queue export":            {"--to age1x --out FILE", exitUnreachable, ""},
	"queue forward":           {"", exitUnreachable, ""},
	"queue import":            {"SETUP", exitUnreachable, ""},
	"queue list":              {"", exitUnreachable, ""},
	"queue reclaim":           {"", exitUnreachable, ""},
	"queue recipient":         {"", exitUnreachable, ""},
	"reconcile":               {"", exitUnreachable, ""},
	"refund":                  {"K --amount 1", exitUnreachable, ""},
	"sale":                    {"", exitDone, ""},
	"sale override":           {"--limit age", exitUnreachable, ""},
	"sale show":               {"S", exitUnreachable, ""},
	"sales":                   {"", exitDone, ""},
	"sales list":              {"", exitUnreachable, ""},
	"sales show":              {"A-1", exitUnreachable, ""},
	"topup":                   {"--amount 1", exitUnreachable, ""},
	"topup list":              {"", exitUnreachable, ""},
	"topup show":              {"T-1", exitUnreachable, ""},
	"training":                {"", exitDone, ""},
	"training code":           {"", exitDone, ""},
	"training off":            {"", exitUnreachable, ""},
	"training on":             {"", exitUnreachable, ""},
	"training status":         {"", exitUnreachable, ""},
	"training table":          {"", exitDone, ""},
	"unresolved":              {"", exitUnreachable, ""},
	"users":                   {"", exitUnreachable, ""},
	"users add":               {"hanako --name 花子 --role cashier", exitUnreachable, "8254\n"},
	"users disable":           {"hanako", exitUnreachable, ""},
	"users enable":            {"hanako", exitUnreachable, ""},
	"users pin":               {"hanako", exitUnreachable, "604713\n"},
	"users role":              {"hanako manager", exitUnreachable, ""},
	"users second":            {"hanako", exitUnreachable, ""},
	"users setup":             {"taro --name 太郎 --code-file SETUP", exitUnreachable, "604713\n"},
	"users unlock":            {"hanako", exitUnreachable, ""},
	"version":                 {"", exitDone, ""},
	"wallet":                  {"", exitDone, ""},
	"wallet check":            {"https://127.0.0.1:1", exitUsage, ""},
	"webhooks":                {"", exitUnreachable, ""},
	"webhooks enable":         {"books", exitUnreachable, ""},
	"webhooks test":           {"books", exitUnreachable, ""},
	"demo wallet":             {"", exitDone, ""},
	"demo device":             {"", exitDone, ""},
	"demo pay":                {"--dir DIR", exitUnreachable, ""},
	"demo code":               {"--dir DIR", exitUnreachable, ""},
	"demo scan":               {"9702 --dir DIR", exitUnreachable, ""},
	"demo confirm":            {"--dir DIR", exitUnreachable, ""},
	"demo wallet start":       {"--dir DIR", exitUnreachable, ""},
	"demo wallet stop":        {"--dir DIR", exitUnreachable, ""},
	"demo wallet fault":       {"silent --dir DIR", exitUnreachable, ""},
	"demo wallet stop-switch": {"pay on --dir DIR", exitUnreachable, ""},
}

// notAlone are commands that have no meaning without what they start or hold.
var notAlone = map[string]string{
	"devices find": "it waits for somebody to plug a device in: devices_test.go",
	"demo":         "it starts an agent and a wallet, and stays",
}

// Every command has its exit code, and a new one is not forgotten here.
func TestExitCodes(t *testing.T) {
	none := "unix:" + filepath.Join(t.TempDir(), "none.sock")
	known := map[string]bool{}
	for _, words := range tree() {
		name := strings.Join(words, " ")
		known[name] = true
		c, there := alone[name]
		if strings.HasPrefix(name, "demo device ") {
			c.args, c.code, there = "printer0 --dir DIR", exitUnreachable, true
		}
		if !there {
			if notAlone[name] == "" {
				t.Errorf("posctl %s is new: say in this table what it comes to without an agent", name)
			}
			continue
		}
		typed(t, c.typed)
		args := strings.NewReplacer("FILE", filepath.Join(t.TempDir(), "none"), "SETUP", write(t, "code", "7KQ4-M2XP"), "DIR", t.TempDir()).Replace(name + " " + c.args)
		if !strings.Contains(args, "--dir") {
			args += " --agent " + none
		}
		got := posctl(t, strings.Fields(args)...)
		if got.code != c.code {
			t.Errorf("posctl %s: exit code %d, want %d\n%s%s", args, got.code, c.code, got.out, got.err)
		}
		if c.code == exitUnreachable && !strings.Contains(args, "--dir") && !strings.Contains(got.err, "is posagent running?") {
			t.Errorf("posctl %s: %s", args, got.err)
		}
	}
	for name := range alone {
		if !known[name] {
			t.Errorf("posctl %s is gone", name)
		}
	}
}
