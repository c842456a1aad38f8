package posagent_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const (
	maxFile     = 350 // lines
	maxFunction = 60  // lines
)

// long lists files and functions that are longer than the law allows, with
// the reason why they are one thing.
var long = map[string]string{}

// goFiles are all Go files of the tree, tests too.
func goFiles(t *testing.T) []string {
	t.Helper()
	var out []string
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "testdata" || d.Name() == "out" || len(d.Name()) > 1 && d.Name()[0] == '.'):
			return filepath.SkipDir
		case strings.HasSuffix(path, ".go"):
			out = append(out, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// tooLong are the files and functions over the limits.
func tooLong(path string, src []byte, set *token.FileSet, file *ast.File) []string {
	var out []string
	if strings.Count(string(src), "\n") > maxFile {
		out = append(out, path)
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil || strings.HasSuffix(path, "_test.go") {
			continue
		}
		if set.Position(f.End()).Line-set.Position(f.Pos()).Line >= maxFunction {
			out = append(out, path+":"+f.Name.Name)
		}
	}
	return out
}

func TestSizes(t *testing.T) {
	used := map[string]bool{}
	for _, path := range goFiles(t) {
		src, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, src, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range tooLong(path, src, set, file) {
			if long[name] == "" {
				t.Errorf("%s is longer than %d lines a file or %d a function: split it, or say in the list why it is one thing", name, maxFile, maxFunction)
			}
			used[name] = true
		}
	}
	for name := range long {
		if !used[name] {
			t.Errorf("%s is in the list of long things, but is not long any more: take it out", name)
		}
	}
}

// Every folder says once what it is, what it is not and what it keeps.
func TestPackageComments(t *testing.T) {
	comments := map[string]int{}
	for _, path := range goFiles(t) {
		dir := filepath.Dir(path)
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.PackageClauseOnly|parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if n := comments[dir]; n == 0 {
			comments[dir] = 0
		}
		if file.Doc != nil && (strings.HasPrefix(file.Doc.Text(), "Package ") || strings.HasPrefix(file.Doc.Text(), "Command ")) {
			comments[dir]++
		}
	}
	for dir, n := range comments {
		if n != 1 {
			t.Errorf("%s has %d package comments: one file, and one only, says what the package is", dir, n)
		}
	}
}

func TestNoReplace(t *testing.T) {
	mod, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	if regexp.MustCompile(`(?m)^\s*(replace|exclude)\b`).Match(mod) {
		t.Error("go.mod replaces or excludes a module: whoever builds us from elsewhere would build something else")
	}
}

var link = regexp.MustCompile(`\]\(([^)\s]+)\)`)

// Links between our own documents lead somewhere.
func TestDeadLinks(t *testing.T) {
	var docs []string
	for _, pattern := range []string{"*.md", "docs/*.md", "docs/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		docs = append(docs, found...)
	}
	for _, doc := range docs {
		text, err := os.ReadFile(doc)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			target, _, _ := strings.Cut(m[1], "#")
			if target == "" || strings.Contains(target, "://") || strings.HasPrefix(target, "mailto:") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(doc), target)); err != nil {
				t.Errorf("%s links to %s, which is not there", doc, m[1])
			}
		}
	}
}

// The tree has no drawers for odds and ends.
func TestNoDrawers(t *testing.T) {
	for _, path := range goFiles(t) {
		for _, part := range strings.Split(filepath.Dir(path), string(filepath.Separator)) {
			switch part {
			case "util", "utils", "common", "helpers", "misc", "lib", "shared":
				t.Errorf("%s: a folder is named after what is in it, not %q", path, part)
			}
		}
	}
}
