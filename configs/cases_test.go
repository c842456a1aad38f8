package configs_test

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/configs"
)

var update = flag.Bool("update", false, "write what the code says now into the golden files")

// A case is a text file of parts that begin with "-- name --". The part "want"
// is what reading the others comes to: all complaints, or all values with
// their origin. What is read is decided by the first file: posagent.toml,
// walletd.toml, codes.toml, printer.toml or scanner.toml. DIR stands for the
// folder that the files are put in.
func TestCases(t *testing.T) {
	paths, err := filepath.Glob("testdata/cases/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			comment, parts := readCase(t, path)
			dir := t.TempDir()
			want := ""
			for _, p := range parts {
				if p.name == "want" {
					want = p.text
					continue
				}
				write(t, filepath.Join(dir, p.name), strings.ReplaceAll(p.text, "DIR", dir))
			}
			got := strings.ReplaceAll(outcome(t, filepath.Join(dir, parts[0].name)), dir, "DIR")
			if *update {
				writeCase(t, path, comment, parts, got)
				return
			}
			if got != want {
				t.Errorf("got:\n%s\nwant:\n%s", got, want)
			}
		})
	}
}

func outcome(t *testing.T, path string) string {
	t.Helper()
	var result string
	var err error
	switch filepath.Base(path) {
	case "posagent.toml":
		var c configs.Config
		c, err = configs.Load(path)
		for _, v := range c.Values() {
			result += fmt.Sprintf("%s = %s  # %s\n", v.Key, v.Text, v.Origin)
		}
	case "walletd.toml":
		var w configs.Wallet
		w, err = configs.LoadWallet(path)
		result = fmt.Sprintf("%+v\n", w)
	case "codes.toml":
		_, err = configs.CodeRules(path)
		result = "good\n"
	case "printer.toml":
		var p any
		p, err = configs.PrinterProfile(path)
		result = fmt.Sprintf("%+v\n", p)
	case "scanner.toml":
		var p any
		p, err = configs.ScannerProfile(path)
		result = fmt.Sprintf("%+v\n", p)
	default:
		t.Fatalf("no case begins with %s", path)
	}
	var problems configs.Problems
	if err != nil && !errors.As(err, &problems) {
		return "error: " + err.Error() + "\n"
	}
	if err != nil {
		return err.Error() + "\n"
	}
	return result
}

type part struct{ name, text string }

func readCase(t *testing.T, path string) (comment string, parts []part) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if name, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), "-- "); ok && strings.HasSuffix(name, " --") {
			parts = append(parts, part{name: strings.TrimSuffix(name, " --")})
			continue
		}
		if len(parts) == 0 {
			comment += line
			continue
		}
		parts[len(parts)-1].text += line
	}
	if len(parts) < 2 && !*update {
		t.Fatalf("%s: a case needs a file and a part want", path)
	}
	return comment, parts
}

func writeCase(t *testing.T, path, comment string, parts []part, got string) {
	t.Helper()
	var b strings.Builder
	b.WriteString(comment)
	for _, p := range parts {
		if p.name != "want" {
			b.WriteString("-- " + p.name + " --\n" + p.text)
		}
	}
	b.WriteString("-- want --\n" + got)
	write(t, path, b.String())
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
