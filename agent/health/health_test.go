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
	"unicode"

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
		{"device.", words(t, "../../drivers/device", "Reason")},
		{"print.", words(t, "../../drivers/printer", "Result")},
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

// A sentence for one kind of device is only there because it differs from the
// general one.
func TestEveryKindsSentenceHasAGeneralOne(t *testing.T) {
	for _, code := range health.Codes() {
		parts := strings.Split(code, ".")
		if len(parts) != 3 || parts[1] == "state" {
			continue
		}
		general := health.Lookup("device." + parts[2])
		if !health.Known(general.Code) {
			t.Errorf("%s has no general %s", code, general.Code)
		}
		if own := health.Lookup(code); own.Advice() == general.Advice() || own.AdviceEN() == general.AdviceEN() {
			t.Errorf("%s says the same as %s: leave it out", code, general.Code)
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
	code := regexp.MustCompile(`^(register|print|charge|disk|journal|wallet|clock|printer|scanner|picture|sign_in|device|code|reason|state)\.[a-z][a-z_.]*[a-z]$`)
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

func TestBothLanguagesAreComplete(t *testing.T) {
	for _, code := range health.Codes() {
		e := health.Lookup(code)
		if e.Code != code {
			t.Errorf("%s is filed under %s", e.Code, code)
		}
		if e.Act != health.Cashier && e.Act != health.Manager && e.Act != health.Engineer {
			t.Errorf("%s: nobody acts (%q)", code, e.Act)
		}
		for name, text := range japanese(e) {
			if text == "" || !containsJapanese(text) {
				t.Errorf("%s: %s is %q, which is not Japanese", code, name, text)
			}
		}
		for name, text := range english(e) {
			if text == "" || containsJapanese(text) {
				t.Errorf("%s: %s is %q, which is not English", code, name, text)
			}
		}
		for name, text := range all(e) {
			if strings.TrimSpace(text) != text {
				t.Errorf("%s: %s begins or ends with a space", code, name)
			}
			for _, r := range text {
				if !unicode.IsPrint(r) {
					t.Errorf("%s: %s has the character %U, which no page can show", code, name, r)
				}
			}
			ended := strings.HasSuffix(text, "。") || strings.HasSuffix(text, ".") || strings.HasSuffix(text, "?")
			if title := strings.HasPrefix(name, "Title"); title == ended {
				t.Errorf("%s: %s is %q: a title has no full stop, a sentence has one", code, name, text)
			}
		}
	}
}

// Two troubles with the same words cannot be told apart on a screen.
func TestNoTwoEntriesOfAFamilySayTheSame(t *testing.T) {
	said := map[string]string{}
	for _, code := range health.Codes() {
		family := code[:strings.LastIndex(code, ".")]
		for name, text := range all(health.Lookup(code)) {
			if strings.HasPrefix(name, "Remedy") {
				continue // "offer another way to pay" is right more than once
			}
			key := family + "|" + name + "|" + text
			if other, ok := said[key]; ok {
				t.Errorf("%s and %s have the same %s: %s", other, code, name, text)
			}
			said[key] = code
		}
	}
}

// A cashier reads these aloud. Why a wallet distrusts a customer is not for
// the shop to tell.
func TestReasonsAreSafeToReadOut(t *testing.T) {
	never := []string{"不正", "疑", "盗", "犯罪", "リスク", "ブロック", "ブラック", "凍結", "fraud", "suspic", "stolen", "risk", "block", "deny", "frozen"}
	for _, code := range health.Codes() {
		if !strings.HasPrefix(code, "reason.") {
			continue
		}
		for name, text := range all(health.Lookup(code)) {
			for _, word := range never {
				if strings.Contains(strings.ToLower(text), word) {
					t.Errorf("%s: %s says %q", code, name, word)
				}
			}
		}
	}
}

// What a screen says about the goods must be what the goods rule says.
func TestStatesSayWhatTheGoodsRuleSays(t *testing.T) {
	for _, s := range charge.States {
		e := health.Lookup("state." + string(s))
		handOver := strings.Contains(e.Remedy, "渡してください") || strings.Contains(e.Remedy, "渡してかまいません")
		if handOver != (s.Goods() == charge.HandOver) {
			t.Errorf("%s: goods are %s, but the remedy is %q", s, s.Goods(), e.Remedy)
		}
		if handOver != strings.Contains(strings.ToLower(e.RemedyEN), "hand over the goods") && s != charge.Forwarding {
			t.Errorf("%s: goods are %s, but the remedy is %q", s, s.Goods(), e.RemedyEN)
		}
		hold := strings.Contains(e.Remedy, "渡さ")
		if s != charge.Prepared && hold == handOver {
			t.Errorf("%s: the remedy must say hold or hand over: %q", s, e.Remedy)
		}
	}
}

func TestLookupOfAnUnknownCode(t *testing.T) {
	e := health.Lookup("moon.full")
	if health.Known("moon.full") || e.Code != "moon.full" || e.Act != health.Engineer {
		t.Errorf("%+v", e)
	}
	for name, text := range all(e) {
		if text == "" {
			t.Errorf("%s is empty", name)
		}
	}
	if !strings.Contains(e.Text, "moon.full") || !strings.Contains(e.TextEN, "moon.full") {
		t.Error("the text does not name the code")
	}
}

func TestDevice(t *testing.T) {
	for _, c := range []struct{ kind, state, reason, want string }{
		{"printer", "blocked", "paper_out", "device.paper_out"},
		{"printer", "absent", "unplugged", "device.printer.unplugged"},
		{"scanner", "absent", "unplugged", "device.scanner.unplugged"},
		{"display", "absent", "unplugged", "device.unplugged"},
		{"scanner", "ready", "", "device.state.ready"},
		{"scanner", "faulted", "on_fire", "device.state.faulted"},
		{"state", "absent", "ready", "device.state.ready"},
	} {
		if got := health.Device(c.kind, c.state, c.reason).Code; got != c.want {
			t.Errorf("%s %s %s: %s, want %s", c.kind, c.state, c.reason, got, c.want)
		}
	}
}

func TestAdvice(t *testing.T) {
	e := health.Lookup("code.merchant_code")
	const ja = "お客様が読み取るための、お店用のコードです。お客様に「支払い」画面を出してもらってください。"
	const en = "It is a shop's code, which customers scan. Ask the customer to open the “Pay” screen."
	if e.Advice() != ja || e.AdviceEN() != en {
		t.Errorf("%q, %q", e.Advice(), e.AdviceEN())
	}
}

func japanese(e health.Entry) map[string]string {
	return map[string]string{"Title": e.Title, "Text": e.Text, "Remedy": e.Remedy}
}

func english(e health.Entry) map[string]string {
	return map[string]string{"TitleEN": e.TitleEN, "TextEN": e.TextEN, "RemedyEN": e.RemedyEN}
}

func all(e health.Entry) map[string]string {
	both := japanese(e)
	for name, text := range english(e) {
		both[name] = text
	}
	return both
}

func containsJapanese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool {
		return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
	})
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
