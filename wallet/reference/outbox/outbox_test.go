package outbox_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/posagent/posagent/wallet/reference/identity"
	"github.com/posagent/posagent/wallet/reference/outbox"
)

// Letters lie in the order of their time, whole, and for nobody else to read.
func TestLetters(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "outbox")
	box, err := outbox.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC)
	for n, code := range []string{"1", "2", "3"} {
		if err := box.Send(identity.Letter{To: "h@example.jp", Kind: "code", Tell: map[string]string{"code": code}, At: at.Add(time.Duration(n))}); err != nil {
			t.Fatal(err)
		}
	}
	files, err := os.ReadDir(dir)
	if err != nil || len(files) != 3 {
		t.Fatalf("%v, %v", files, err)
	}
	for n, f := range files {
		data, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		var l identity.Letter
		info, _ := f.Info()
		if err := json.Unmarshal(data, &l); err != nil || l.Tell["code"] != string(rune('1'+n)) || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %s %s, %v", f.Name(), data, info.Mode(), err)
		}
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := box.Send(identity.Letter{At: at}); err == nil {
		t.Error("a letter was put into a folder that is gone")
	}
}
