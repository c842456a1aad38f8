package main

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

var update = flag.Bool("update", false, "write the golden help texts")

// commands are all commands, each as its words.
func commands(cmd *cobra.Command, words []string) [][]string {
	out := [][]string{words}
	for _, sub := range cmd.Commands() {
		if sub.Name() != "help" && sub.Name() != "completion" { // cobra's own
			out = append(out, commands(sub, append(slices.Clone(words), sub.Name()))...)
		}
	}
	return out
}

func tree() [][]string { return commands((&tool{}).root(), nil) }

// Help is what a person reads when nobody is there to ask: it is reviewed as
// a text.
func TestHelp(t *testing.T) {
	t.Parallel()
	written := map[string]bool{}
	for _, words := range tree() {
		name := strings.Join(append([]string{"posctl"}, words...), "-") + ".txt"
		written[name] = true
		path := filepath.Join("testdata", "help", name)
		got := posctl(t, append(slices.Clone(words), "--help")...)
		if got.code != 0 || got.err != "" {
			t.Errorf("%v --help: exit code %d, %s", words, got.code, got.err)
		}
		if *update {
			must(t, os.MkdirAll(filepath.Dir(path), 0o755))
			must(t, os.WriteFile(path, []byte(got.out), 0o644))
		}
		golden, err := os.ReadFile(path)
		must(t, err)
		if string(golden) != got.out {
			t.Errorf("%s is not what it says: look at the change, then go test ./cmd/posctl -run Help -update\n%s", path, got.out)
		}
	}
	files, err := os.ReadDir(filepath.Join("testdata", "help"))
	must(t, err)
	for _, f := range files {
		if !written[f.Name()] {
			t.Errorf("%s is the help of a command that is gone", f.Name())
		}
	}
}

// Every help has what a reader looks for, in lines that a terminal shows.
func TestHelpIsWhole(t *testing.T) {
	t.Parallel()
	for _, words := range tree() {
		got := posctl(t, append(slices.Clone(words), "--help")...)
		name := "posctl " + strings.Join(words, " ")
		if !strings.Contains(got.out, "Usage:") || !strings.Contains(got.out, "Exit codes:") || !strings.Contains(got.out, "Examples:") {
			t.Errorf("%s: usage, exit codes or an example is missing", name)
		}
		for line := range strings.Lines(got.out) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > 100 {
				t.Errorf("%s: a line of %d characters: %s", name, n, line)
			}
		}
	}
}

// What is typed wrong ends with 2, one sentence, and the way to the help;
// nothing goes to standard output, where a script would read it.
func TestUsageErrors(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args string
		says string
	}{
		{"nonsense", `posctl has no command "nonsense"`},
		{"chargse", `did you mean "charges"?`},
		{"config nonsense", `posctl config has no command "nonsense"`},
		{"config chek", `did you mean "check"?`},
		{"demo wallet nonsense", `posctl demo wallet has no command "nonsense"`},
		{"demo device burn printer0", `posctl demo device has no command "burn"`},
		{"demo wallet fault", "accepts 1 arg"},
		{"demo wallet fault sometimes", `invalid argument "sometimes"`},
		{"demo device unplug", "accepts 1 arg"},
		{"charges --nonsense", "unknown flag: --nonsense"},
		{"charges extra", `unknown command "extra"`},
		{"charges --limit many", `invalid argument "many"`},
		{"charges show", "accepts 1 arg"},
		{"charges show a b", "accepts 1 arg"},
		{"charges receipt", "accepts 1 arg"},
		{"charges reprint", "accepts 1 arg"},
		{"charges resolve", "accepts 1 arg"},
		{"charges resolve K", "--decision must be"},
		{"charges resolve K --decision approved", "--decision must be"},
		{"sale override", "--limit must be"},
		{"sale override --limit certificate", "--limit must be"},
		{"sale override a b --limit age", "accepts at most 1 arg"},
		{"sales show", "accepts 1 arg"},
		{"sales nonsense", `posctl sales has no command "nonsense"`},
		{"topup", "--amount must be"},
		{"topup --amount 1 extra", `unknown command "extra"`},
		{"topup show", "accepts 1 arg"},
		{"refund", "accepts 1 arg"},
		{"refund K", "--amount must be"},
		{"refund K --amount -1", "--amount must be"},
		{"reconcile now", `unknown command "now"`},
		{"devices test", "accepts 1 arg"},
		{"devices explain", "accepts 1 arg"},
		{"devices sniff", "accepts 1 arg"},
		{"devices find now", `unknown command "now"`},
		{"devices find --wait soon", `invalid argument "soon"`},
		{"devices burn", `unknown command "burn"`},
		{"pay", "--amount must be"},
		{"pay --amount 0", "--amount must be"},
		{"pay --amount -5", "--amount must be"},
		{"pay --amount 12.80", `invalid argument "12.80"`},
		{"pay --amount 1280円", `invalid argument "1280円"`},
		{"pay --amount 1 --show --code 97", "give one of them"},
		{"sale show a b", "accepts at most 1 arg"},
		{"demo pay a b", "accepts at most 1 arg"},
		{"pay 1280", `unknown command "1280"`},
		{"pay --amount 1 --agent 127.0.0.1:7070", "must be unix:PATH or http://HOST:PORT"},
		{"config check a b", "accepts at most 1 arg"},
		{"config pin --role boss", "--role must be cashier, manager or engineer"},
		{"man", "accepts 1 arg"},
		{"version now", `unknown command "now"`},
		{"completion fishy", `posctl completion has no command "fishy"`},
	} {
		got := posctl(t, strings.Fields(c.args)...)
		if got.code != exitUsage || !strings.Contains(got.err, c.says) || !strings.HasPrefix(got.err, "posctl: ") || strings.Count(got.err, "\n") != 1 || got.out != "" {
			t.Errorf("posctl %s: exit code %d\n%s%s", c.args, got.code, got.err, got.out)
		}
	}
}

// Without a command, a group of commands tells which it has.
func TestGroups(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"", "config", "sale", "demo wallet", "demo device", "completion", "help", "help charges"} {
		got := posctl(t, strings.Fields(args)...)
		if got.code != 0 || !strings.Contains(got.out, "Usage:") {
			t.Errorf("posctl %s: exit code %d\n%s%s", args, got.code, got.err, got.out)
		}
	}
}

// Every command that asks the agent says that there is none, with 5.
func TestNoAgent(t *testing.T) {
	t.Parallel()
	none := "unix:" + filepath.Join(t.TempDir(), "none.sock")
	for _, args := range []string{"alerts", "alerts ack 12", "alerts test", "webhooks", "webhooks test books", "webhooks enable books", "charges", "charges show K", "webhooks", "webhooks test books", "webhooks enable books", "charges receipt K", "charges reprint K", "devices", "devices list", "devices test printer0", "devices explain printer0", "devices watch", "devices sniff printer0", "charges --timeline K", "charges resolve K --decision not_paid", "refund K --amount 1", "reconcile", "sale show", "sale show S", "pay --amount 1 --show", "sale override --limit age", "sale override S --limit age", "pay --amount 1", "pay --amount 1 --wait"} {
		for _, agent := range []string{none, "http://127.0.0.1:1"} {
			got := posctl(t, append(strings.Fields(args), "--agent", agent)...)
			got.want(t, exitUnreachable, "posctl: the agent does not answer: is posagent running?")
		}
	}
	posctl(t, "charges", "--dir", t.TempDir()).want(t, exitUnreachable)
}

func TestVersion(t *testing.T) {
	t.Parallel()
	posctl(t, "--version").want(t, 0, "posctl version "+version+"\n")
	posctl(t, "version").want(t, 0, "posctl version "+version+" go1.")
	posctl(t, "version", "--json").want(t, 0, `"version": "`+version+`"`, `"system": "`)
}

// Manual pages are made of the same texts.
func TestMan(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1700000000")
	dir := filepath.Join(t.TempDir(), "man1")
	posctl(t, "man", dir).want(t, 0, dir)
	for _, words := range tree() {
		name := strings.Join(append([]string{"posctl"}, words...), "-") + ".1"
		page, err := os.ReadFile(filepath.Join(dir, name))
		must(t, err)
		if !strings.HasPrefix(string(page), ".nh\n.TH \"POSCTL\" \"1\"") || !strings.Contains(string(page), "Nov 2023") {
			t.Errorf("%s: %.80q", name, page)
		}
	}
	posctl(t, "man", dir, "--json").want(t, 0, `"dir": "`)
	posctl(t, "man", write(t, "file", "")).want(t, exitFailed)
}

func TestCompletion(t *testing.T) {
	t.Parallel()
	for _, shell := range []string{"bash", "zsh", "fish", "powershell"} {
		if got := posctl(t, "completion", shell); got.code != 0 || len(got.out) < 1000 || !strings.Contains(got.out, "posctl") {
			t.Errorf("%s: exit code %d, %d bytes", shell, got.code, len(got.out))
		}
	}
	for args, offers := range map[string]string{
		"char":                          "charges",
		"demo wallet fault s":           "silent",
		"demo device unplug ":           "printer0",
		"config pin --role ":            "manager",
		"charges --state ap":            "approved",
		"refund K --reason ":            "returned",
		"charges resolve K --decision ": "gave_back",
		"pay --rate re":                 "reduced",
		"sale override --limit per_c":   "per_customer",
		"charges receipt KEY --lang e":  "en",
	} {
		words := append([]string{"__complete"}, strings.Split(args, " ")...)
		if got := posctl(t, words...); !strings.Contains(got.out, offers) {
			t.Errorf("%s<Tab> does not offer %s:\n%s", args, offers, got.out)
		}
	}
}
