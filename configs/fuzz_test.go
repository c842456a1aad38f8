package configs_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/pelletier/go-toml/v2"
	"github.com/posagent/posagent/configs"
)

// seed adds the files of all cases.
func seed(f *testing.F) {
	f.Helper()
	paths, err := filepath.Glob("testdata/cases/*.txt")
	if err != nil || len(paths) == 0 {
		f.Fatalf("no cases: %v", err)
	}
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range strings.Split(string(text), "\n-- ")[1:] {
			name, body, _ := strings.Cut(part, " --\n")
			if name != "want" {
				f.Add([]byte(body))
			}
		}
	}
	f.Add([]byte(configs.Default()))
	f.Add([]byte("a.b.c = 1\n[a]\nb = 2\n[[a.b]]\n"))
	f.Add([]byte("x = [[1], {a = [{}]}]\nx.y = 1\n[x]\n"))
}

// Whatever the bytes: no panic, and either a configuration that is valid TOML
// or problems, each at a place that exists in the file.
func FuzzLoad(f *testing.F) {
	fuzz(f, func(path string) error { _, err := configs.Load(path); return err })
}

// The same for the wallet daemon, for profiles and for the rules of codes.
func FuzzLoadWallet(f *testing.F) {
	fuzz(f, func(path string) error { _, err := configs.LoadWallet(path); return err })
}

func FuzzPrinterProfile(f *testing.F) {
	fuzz(f, func(path string) error { _, err := configs.PrinterProfile(path); return err })
}

func FuzzCodeRules(f *testing.F) {
	fuzz(f, func(path string) error { _, err := configs.CodeRules(path); return err })
}

func fuzz(f *testing.F, read func(path string) error) {
	f.Helper()
	seed(f)
	path := filepath.Join(f.TempDir(), "posagent.toml")
	f.Fuzz(func(t *testing.T, text []byte) {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		checkOutcome(t, text, read(path))
	})
}

func checkOutcome(t *testing.T, text []byte, err error) {
	t.Helper()
	var problems configs.Problems
	switch {
	case err == nil:
		var sink map[string]any
		if err := toml.Unmarshal([]byte(strings.TrimPrefix(string(text), "\ufeff")), &sink); err != nil {
			t.Errorf("taken, but no valid TOML: %v", err)
		}
		return
	case !errors.As(err, &problems):
		return
	}
	lines := strings.Split(string(text), "\n")
	for _, p := range problems {
		if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Text == "" {
			t.Errorf("problem at a place that is none: %+v", p)
			continue
		}
		if longest := utf8.RuneCountInString(lines[p.Line-1]) + 1; p.Column > longest {
			t.Errorf("column %d of a line with %d characters: %+v", p.Column, longest, p)
		}
	}
	if said := err.Error(); !utf8.ValidString(said) || strings.ContainsAny(said, "\x00\x1b\x07") {
		t.Errorf("the complaint has control characters: %q", said)
	}
}
