package health_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/charge"
	"github.com/posagent/posagent/agent/health"
)

// words are the values of all constants of a type in a package folder, read
// from its source, so that a new word cannot be forgotten here.
func words(t *testing.T, folder, typeName string) []string {
	t.Helper()
	var found []string
	for _, file := range sources(t, folder, false) {
		for _, decl := range file.Decls {
			gen, ok := decl.(*ast.GenDecl)
			if !ok || gen.Tok != token.CONST {
				continue
			}
			for _, spec := range gen.Specs {
				v := spec.(*ast.ValueSpec)
				if name, ok := v.Type.(*ast.Ident); !ok || name.Name != typeName {
					continue
				}
				for _, value := range v.Values {
					if word := literal(t, value); word != "" {
						found = append(found, word)
					}
				}
			}
		}
	}
	if len(found) < 3 {
		t.Fatalf("%s has %d constants of type %s: this test looks in the wrong place", folder, len(found), typeName)
	}
	return found
}

// sources parses the Go files of a folder, without its tests.
func sources(t *testing.T, folder string, below bool) []*ast.File {
	t.Helper()
	var files []*ast.File
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && !below && path != folder:
			return filepath.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		files = append(files, file)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func literal(t *testing.T, e ast.Expr) string {
	t.Helper()
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Every word that another package can hand to a person has an entry, and no
// entry is left of a word that is gone.
func TestEveryWordHasItsEntry(t *testing.T) {
	var states []string
	for _, s := range charge.States {
		states = append(states, string(s))
	}
	for _, c := range []struct {
		family string
		words  []string
	}{
		{"code.", words(t, "../paycode", "Why")},
		{"reason.", words(t, "../charge", "Reason")},
		{"state.", states},
		{"difference.", words(t, "..", "Mismatch")},
		{"done.", words(t, "..", "Done")},
		{"device.", words(t, "../../drivers/device", "Reason")},
		{"link.", words(t, "../../drivers/device", "Step")},
		{"print.", words(t, "../../drivers/printer", "Result")},
		{"drawer.", words(t, "../../drivers/drawer", "Result")},
		{"device.state.", words(t, "../../drivers/device", "State")},
	} {
		for _, word := range c.words {
			if !health.Known(c.family + word) {
				t.Errorf("%s%s has no entry", c.family, word)
			}
		}
		for _, code := range health.Codes() {
			word, ok := strings.CutPrefix(code, c.family)
			if ok && !strings.Contains(word, ".") && !slices.Contains(c.words, word) {
				t.Errorf("%s has an entry, but nothing says %q", code, word)
			}
		}
	}
}

// forPrograms are words of that form that only programs see, in answers that
// a mistake in a program causes.
var forPrograms = map[string]string{
	"device.unknown": "the path of a request names a device that is not configured",
}

// Every code that the register names in its source is in the catalogue.
func TestEveryCodeOfTheRegisterIsKnown(t *testing.T) {
	code := regexp.MustCompile(`^(bulletin|hardware|register|print|drawer|charge|disk|journal|wallet|clock|printer|scan|picture|sign_in|device|code|reason|state|refund|topup|reconcile|difference|done|override|offline|operator|second|approval|setup)\.[a-z][a-z_.]*[a-z]$`)
	seen := 0
	for _, file := range sources(t, "..", true) {
		if file.Name.Name == "health" {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			if s := literal(t, lit); code.MatchString(s) {
				seen++
				if !health.Known(s) && forPrograms[s] == "" {
					t.Errorf("package %s says %q: give it an entry in the catalogue, or a reason in forPrograms", file.Name.Name, s)
				}
			}
			return true
		})
	}
	t.Logf("%d codes looked up", seen)
}

// The catalogue is a map, so a code that is declared twice would silently lose
// one of its entries.
func TestEachCodeIsDeclaredOnce(t *testing.T) {
	declared := map[string]int{}
	for _, file := range sources(t, ".", false) {
		ast.Inspect(file, func(n ast.Node) bool {
			if kv, ok := n.(*ast.KeyValueExpr); ok {
				if name, ok := kv.Key.(*ast.Ident); ok && name.Name == "Code" {
					declared[literal(t, kv.Value)]++
				}
			}
			return true
		})
	}
	delete(declared, "") // the entry that Lookup makes of an unknown code
	for code, n := range declared {
		if n != 1 {
			t.Errorf("%s is declared %d times", code, n)
		}
	}
	if len(declared) != len(health.Codes()) {
		t.Errorf("%d codes are declared, but %d are in the catalogue: a family is missing from it", len(declared), len(health.Codes()))
	}
}

// The cashier's manual lists refusals by the title that the screen shows.
func TestTheCashiersManualUsesTheseWords(t *testing.T) {
	text, err := os.ReadFile("../../docs/cashier.md")
	if err != nil {
		t.Fatal(err)
	}
	for heading, title := range map[string]func(health.Entry) string{
		"## コードを受け付けないとき":             func(e health.Entry) string { return e.Title },
		"## When a code is not taken": func(e health.Entry) string { return e.TitleEN },
	} {
		var titles []string
		for _, code := range health.Codes() {
			titles = append(titles, title(health.Lookup(code)))
		}
		_, section, _ := strings.Cut(string(text), heading)
		section, _, _ = strings.Cut(section, "\n## ")
		rows := regexp.MustCompile(`(?m)^\| (.+?) \| `).FindAllStringSubmatch(section, -1)
		if len(rows) < 9 {
			t.Errorf("%s has %d rows", heading, len(rows))
		}
		for _, row := range rows[min(1, len(rows)):] {
			if !slices.Contains(titles, row[1]) {
				t.Errorf("%s: no screen says %q", heading, row[1])
			}
		}
	}
}
