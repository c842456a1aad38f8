package configs_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/paycode"
	"github.com/posagent/posagent/configs"
)

const small = "[store]\nid = \"S001\"\nterminal = \"01\"\nname = \"渋谷店\"\n"

func TestFileThatIsNotThere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "posagent.toml")
	_, err := configs.Load(path)
	if !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("got %v, want an error that is ErrNotExist and names %s", err, path)
	}
	if _, err := configs.LoadWallet(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v, want ErrNotExist", err)
	}
}

// A part that cannot be read must not be left out in silence.
func TestPartThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "posagent.toml"), small)
	if err := os.MkdirAll(filepath.Join(dir, "conf.d", "10.toml"), 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := configs.Load(filepath.Join(dir, "posagent.toml")); err == nil || !strings.Contains(err.Error(), "10.toml") {
		t.Errorf("got %v, want an error about 10.toml", err)
	}
}

// The folder's own name is no pattern.
func TestFolderWithMarks(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "shop[1]*")
	write(t, filepath.Join(dir, "posagent.toml"), small)
	write(t, filepath.Join(dir, "conf.d", "10.toml"), "[store]\nlanguage = \"en\"\n")
	c, err := configs.Load(filepath.Join(dir, "posagent.toml"))
	if err != nil || c.Store.Language != "en" {
		t.Errorf("conf.d was not read: language %q, %v", c.Store.Language, err)
	}
}

func TestProblemsAsJSON(t *testing.T) {
	path := filepath.Join(t.TempDir(), "posagent.toml")
	write(t, path, small+"rouding = \"floor\"\n")
	_, err := configs.Load(path)
	var problems configs.Problems
	if !errors.As(err, &problems) {
		t.Fatalf("got %v, want Problems", err)
	}
	got, err := json.Marshal(problems[0])
	if err != nil {
		t.Fatal(err)
	}
	want := `"line":5,"column":1,"key":"store.rouding","text":"unknown key; known in store: id, terminal, name, name_en, address, phone, invoice, rounding, language, timezone, business_day_start, currency","hint":"did you mean \"rounding\"?","source":"rouding = \"floor\""}`
	if !strings.HasSuffix(string(got), want) {
		t.Errorf("got  %s\nwant … %s", got, want)
	}
}

// Shift_JIS is what a Windows editor in Japan may still write.
func TestShiftJIS(t *testing.T) {
	path := filepath.Join(t.TempDir(), "posagent.toml")
	write(t, path, "[store]\nname = \"\x8f\x61\x92\x4a\x93\x58\"\n") // 渋谷店
	_, err := configs.Load(path)
	problems, ok := err.(configs.Problems)
	if !ok || len(problems) != 1 || problems[0].Line != 2 || problems[0].Column != 9 || !strings.Contains(problems[0].Text, "UTF-8") {
		t.Errorf("got %v, want one problem at 2:9 that names UTF-8", err)
	}
}

func TestFileThatIsTooLarge(t *testing.T) {
	path := filepath.Join(t.TempDir(), "posagent.toml")
	write(t, path, strings.Repeat("# a line of a log that went to the wrong file\n", 30_000))
	_, err := configs.Load(path)
	if problems, ok := err.(configs.Problems); !ok || len(problems) != 1 || !strings.Contains(problems[0].Text, "larger than 1 MB") {
		t.Errorf("got %.300v, want one problem about the size", err)
	}
}

func TestOrigin(t *testing.T) {
	path := filepath.Join(t.TempDir(), "posagent.toml")
	write(t, path, small)
	c, err := configs.Load(path)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]string{"store.name": path + ":4", "log.level": "default", "no.such.key": ""} {
		if got := c.Origin(key); got != want {
			t.Errorf("origin of %s is %q, want %q", key, got, want)
		}
	}
}

func TestDevice(t *testing.T) {
	c := configs.Config{Devices: []configs.Device{{ID: "a"}, {ID: ""}}}
	if d, ok := c.Device("a"); !ok || d.ID != "a" {
		t.Errorf("device a: %+v, %v", d, ok)
	}
	for _, id := range []string{"b", ""} {
		if _, ok := c.Device(id); ok {
			t.Errorf("device %q was found", id)
		}
	}
}

// The built-in rules are judged here, once, as strictly as a file of one's own:
// the program does not judge them again at each start.
func TestBuiltInCodesAreGood(t *testing.T) {
	path, err := filepath.Abs("codes.toml")
	if err != nil {
		t.Fatal(err)
	}
	own, err := configs.CodeRules(path)
	if err != nil {
		t.Fatal(err)
	}
	builtIn, err := configs.CodeRules("")
	if err != nil {
		t.Fatal(err)
	}
	if len(builtIn.Digits) == 0 || len(builtIn.Digits) != len(own.Digits) {
		t.Errorf("%d rules for digits are built in, %d in the file", len(builtIn.Digits), len(own.Digits))
	}
	codes, err := paycode.New(builtIn, []string{"own"})
	if err != nil {
		t.Fatal(err)
	}
	code, err := codes.Classify("", []byte("97000000000000000001"))
	if err != nil || code.Wallet != "own" {
		t.Errorf("a code of the reference wallet is %+v, %v", code, err)
	}
}

func TestLoadBringsTheRules(t *testing.T) {
	path := filepath.Join(t.TempDir(), "posagent.toml")
	write(t, path, small)
	c, err := configs.Load(path)
	if err != nil || len(c.Codes.Rules.Digits) == 0 {
		t.Errorf("%d rules for digits, %v", len(c.Codes.Rules.Digits), err)
	}
}
